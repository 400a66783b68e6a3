// What a User-Agent header says of browser, operating system and device.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace clew::useragent {

// Empty where the header does not tell.
struct UserAgent {
  std::string browser;          // "Chrome Mobile"
  std::string browser_version;  // "130.0.6723"
  std::string os;               // "Android"
  std::string os_version;       // "14"
  std::string device_type;      // "desktop", "mobile", "tablet", "tv" or "bot"
  std::string device_brand;     // Of phones and tablets, "Samsung"
  std::string device_model;     // "SM-G998B"
};

// The public rules of uap-core 0.18 (uap_core/), tried in their order. They are compiled when first needed, so a server that
// no browser reports to does not pay for them; a new header costs about a millisecond then, a known one a look-up in a bounded
// table. Headers are cut at 512 bytes. Any thread. RE2 bounds the time of every rule, whatever the header holds.
class UserAgents {
 public:
  UserAgents();
  ~UserAgents();

  std::shared_ptr<const UserAgent> parse(std::string_view header);

 private:
  class Rules;

  std::mutex mutex_;
  std::unique_ptr<Rules> rules_;
  std::unordered_map<std::string, std::shared_ptr<const UserAgent>> known_;
};

}  // namespace clew::useragent
