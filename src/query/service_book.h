// What services say of themselves in their resources: language, library, version, namespace, and when they were seen.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "query/engine.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

// Spans whose resources say the same.
struct ServiceFact {
  std::string service;
  std::string name_space;    // service.namespace
  std::string language;      // telemetry.sdk.language
  std::string sdk;           // telemetry.sdk.name
  std::string sdk_version;   // telemetry.sdk.version
  std::string version;       // service.version
  int64_t span_count = 0;
  int64_t first_ns = INT64_MAX;  // First and last start of a span.
  int64_t last_ns = INT64_MIN;
};

// The rollups do not know resources, so they are read from the columns: once for each block, which never changes, and of a
// generation in memory only what came since. Any thread; one thread reads while the others wait for it.
class ServiceBook {
 public:
  // Facts over all that `sets` hold, sorted by service, then version; times are not bounded by any range.
  stdx::Result<std::vector<ServiceFact>> facts(const table::Catalog::Sets& sets, const QueryControl& control = {});

 private:
  struct Page {
    std::vector<uint32_t> rows_read;  // By segment.
    std::map<std::vector<std::string>, ServiceFact> facts;
  };
  stdx::Result<void> read_all(const table::Catalog::Sets& sets, const QueryControl& control);
  static stdx::Result<void> read(const table::SpanSet& set, Page& page, const QueryControl& control);

  std::mutex mutex_;
  std::map<std::string, Page> pages_;  // By the set's name.
};

// Facts of one service merged: the newest of each text, the versions by last sight.
struct ServiceProfile {
  std::string name_space, language, sdk;
  struct Version {
    std::string version;
    int64_t first_ns = INT64_MAX;
    int64_t last_ns = INT64_MIN;
    int64_t span_count = 0;
  };
  std::vector<Version> versions;  // Newest first.
  int64_t first_ns = INT64_MAX;
  int64_t last_ns = INT64_MIN;
  int64_t span_count = 0;
  // Where users sit: a page, a mini-program or an app that reports as one (src/receive/rum names those `rum-…`).
  bool is_users_end = false;
  bool is_browser() const { return is_users_end; }
};
bool is_users_end(std::string_view service, std::string_view language);
std::map<std::string, ServiceProfile> profiles_of(const std::vector<ServiceFact>& facts);

}  // namespace clew::query
