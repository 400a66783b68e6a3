// Takes secrets out of the query strings that browsers report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clew::receive_rum {

// Replaces the value of a query parameter whose name is listed by "***", wherever such a thing stands in a text: a URL, a
// referrer, a stack trace, JSON in a string. Names compare without case. One pass, no allocation unless something is
// replaced. Immutable: any thread. Guarded by rum_bundle_fuzz.
class Scrubber {
 public:
  explicit Scrubber(std::vector<std::string> names);

  // `text` itself, or what is left of it, built in `buffer`.
  std::string_view scrub(std::string_view text, std::string& buffer) const;

 private:
  bool is_secret(std::string_view name) const;

  std::vector<std::string> names_;  // Lower case.
};

// What is never wanted in a monitoring system.
std::vector<std::string> default_secret_parameters();

}  // namespace clew::receive_rum
