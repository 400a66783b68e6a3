// Where an address is and whose network it belongs to, from the operator's MaxMind databases.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::receive_rum {

// Empty where the databases do not tell.
struct Place {
  std::string country;       // "Germany", in the language asked for, else in English
  std::string country_code;  // "DE", ISO 3166-1
  std::string province;      // "Bavaria"
  std::string region_code;   // "DE-BY", ISO 3166-2
  std::string city;          // "Munich"
  std::string isp;           // "Deutsche Telekom AG": the provider, else the organisation of the autonomous system
  std::string isp_id;        // "AS3320"

  bool empty() const { return country.empty() && country_code.empty() && isp.empty() && isp_id.empty(); }
};

struct GeographyOptions {
  std::string geo_database;     // A City, Country or Enterprise database, .mmdb; empty: none.
  std::string isp_database;     // An ISP or ASN database; empty: none.
  std::string language = "en";  // Of names: one of the database's, such as "zh-CN".
};

// The databases in memory: each file is read whole, so that one that is replaced, cut or written over while we run can do no
// harm, and is read again when it has changed. One that turns bad is reported once for each change, and the last good one stays
// in force. Any thread may ask; one thread refreshes. Not for hostile files: they are the operator's, read by libmaxminddb.
// Format: MaxMind DB 2.0.
class Geography {
 public:
  // Told of each change of a file: nullptr, or why it cannot be used.
  using Report = std::function<void(const std::string& path, const stdx::Error* error)>;

  // kInvalidArgument names setting, file and fault.
  static stdx::Result<std::unique_ptr<Geography>> open(GeographyOptions options, Report report);
  ~Geography();

  // Looks whether a file has changed, and reads it if so.
  void refresh();

  // Changes since start that could not be used.
  uint64_t failed_changes() const { return failed_changes_.load(std::memory_order_relaxed); }

  // `address` is the text of an IPv4 or IPv6 address; anything else, and addresses of private networks, are nowhere.
  Place place_of(std::string_view address) const;

 private:
  class Database;
  class WatchedFile;

  Geography(GeographyOptions options, Report report);

  const GeographyOptions options_;
  const Report report_;
  std::unique_ptr<WatchedFile> geo_, isp_;
  std::atomic<uint64_t> failed_changes_{0};
};

}  // namespace clew::receive_rum
