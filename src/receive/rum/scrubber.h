// Takes secrets out of the query strings that browsers report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clew::receive_rum {

// Replaces the value of a query parameter whose name is listed by "***", wherever such a thing stands in a text: a URL, a
// referrer, a stack trace, JSON in a string, a URL that is itself a parameter (redirect=https%3A%2F%2F…%3Ftoken%3D…). Names
// compare without case; of "user[token]" the innermost counts. One pass, no allocation unless something is replaced, and what
// was scrubbed before stays as it is. Immutable: any thread. Guarded by rum_bundle_fuzz.
class Scrubber {
 public:
  explicit Scrubber(std::vector<std::string> names);

  // `text` itself, or what is left of it, built in `buffer`. A text that is a query string by itself (url.query) has no "?"
  // before its first parameter.
  std::string_view scrub(std::string_view text, std::string& buffer, bool is_query = false) const;

  // Whether scrub() would replace anything in one of the texts that are somewhere in `bytes`, those that are no query strings.
  // It may say so of bytes that are no text.
  bool finds_any(std::string_view bytes) const;

 private:
  class Secrets;  // Of a text, from its beginning to its end.
  bool is_secret(std::string_view name) const;

  std::vector<std::string> names_;  // Lower case.
};

// What is never wanted in a monitoring system.
std::vector<std::string> default_secret_parameters();

}  // namespace clew::receive_rum
