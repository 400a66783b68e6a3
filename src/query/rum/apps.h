// Which applications users' sessions are of, and which versions of them were seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/engine.h"
#include "query/part_scan.h"
#include "query/rum/event_filter.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

struct AppVersion {
  std::string version;
  int64_t first_ns = 0, last_ns = 0;
  int64_t sessions = 0;
};

struct App {
  std::string id;    // rum.app.id, or the service's name where there is none.
  std::string name;  // rum.app.name, or the id.
  std::string type, service;
  std::vector<AppVersion> versions;       // Newest last_ns first.
  std::vector<std::string> environments;  // By name.
  int64_t sessions = 0, users = 0, views = 0, errors = 0;
  int64_t last_ns = 0;
};

struct Apps {
  std::vector<App> apps;  // Most sessions first.
  bool exact = true;
  query::QueryStats stats;
};

struct AppsRequest {
  table::TimeRange range = {};
  std::string app = {};                 // Only this one.
  const EventFilter* filter = nullptr;  // Must outlive the pass.
};
stdx::Result<Apps> list_apps(const table::Catalog::Sets& sets, const AppsRequest& request,
                             const query::QueryControl& control = {}, const query::ScanHooks& hooks = {});

// The newest release among versions: the highest where all are numbers with dots, else the one that was seen first most
// lately. Positions; -1 where there is none. `before` is the next newest.
struct ReleasePair {
  int newest = -1;
  int before = -1;
};
ReleasePair newest_releases(const std::vector<AppVersion>& versions);

}  // namespace clew::query_rum
