// The errors of a scan, equal ones together: the raw material of groups, before stacks are told by source maps.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "query/rum/event_scan.h"
#include "query/rum/source_positions.h"
#include "query/rum/text_ids.h"
#include "query/time_steps.h"

namespace clew::query_rum {

// Texts are numbers of ErrorVariants::texts.
struct ErrorVariant {
  // What they have in common.
  uint32_t app = 0, version = 0, kind = 0, type = 0;
  uint32_t message = 0;     // Normalised.
  uint32_t stack_type = 0;  // The type that the stack begins with.
  uint32_t frames = 0;      // The stack from its first frame on; or the one place that the event names.
  uint32_t file = 0;        // Of a resource that did not load: its address.

  struct Sight {
    int64_t time_ns = 0;
    uint32_t session = 0;
    otlp::TraceId trace_id;
    RowPlace place;
  };
  int64_t count = 0;  // With what the client counted together.
  int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;
  uint32_t app_name = 0, source = 0, debug_ids = 0;  // Of the last one seen.
  std::vector<int64_t> series;
  absl::flat_hash_set<uint32_t> users, sessions;
  struct Values {
    absl::flat_hash_map<uint32_t, int64_t> counts;
    absl::flat_hash_set<uint64_t> users;  // Value << 32 | user; if asked for.
  };
  Values pages, browsers, systems, countries;
  std::vector<Sight> sights;  // The newest, in no order.
};

struct ErrorVariants {
  TextIds texts;
  std::vector<ErrorVariant> list;
  bool exact = true;  // False where a limit left some out.
  query::QueryStats stats;
};

struct ErrorScan {
  table::TimeRange range;
  std::string app = {};
  const EventFilter* filter = nullptr;
  const query::TimeSteps* steps = nullptr;  // Without them no series.
  bool with_people = true;  // Users, sessions, pages and the like; what is only to be known to exist needs none.
  size_t sights_max = 1;    // Of each variant.
  bool users_of_values = false;  // How many users each page, browser, system and country has.
};
stdx::Result<ErrorVariants> scan_errors(const table::Catalog::Sets& sets, const ErrorScan& scan,
                                        const query::QueryControl& control, const query::ScanHooks& hooks);

// Of rum.binary_images as the table keeps it.
DebugIds parse_debug_ids(std::string_view json);

}  // namespace clew::query_rum
