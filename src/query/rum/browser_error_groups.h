// Errors of browsers, mini-programs and mobile applications in groups: what happened, to whom, since when, why.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "query/rum/error_causes.h"
#include "query/rum/error_key.h"
#include "query/rum/error_states.h"
#include "query/rum/event_filter.h"
#include "query/rum/source_map_store.h"
#include "query/time_steps.h"
#include "stdx/clock.h"

namespace clew::query_rum {

// What answers need beside the events; all outlive the question.
struct ErrorBook {
  const SourceMaps& maps;
  ErrorStates& states;
  const stdx::Clock& clock;
};

enum class ErrorSort : uint8_t { kImpact, kCount, kNewest, kUsers, kFirst };

struct BrowserErrorsRequest {
  table::TimeRange range;
  std::string app = {};
  const EventFilter* filter = nullptr;
  std::vector<ErrorState> states = {};  // Empty: all.
  ErrorSort sort = ErrorSort::kImpact;
  uint32_t limit = 100;  // At most kErrorGroupsMax.
  int64_t points = 60;   // At most kErrorPointsMax.
};

struct ErrorShare {
  std::string value;  // Empty: not known.
  int64_t count = 0;
  int64_t users = 0;  // Of one group alone, and always of versions; 0 where users are not known.
  bool operator==(const ErrorShare&) const = default;
};
using ErrorShares = std::vector<ErrorShare>;  // Most first.

struct BrowserErrorGroup {
  uint64_t id = 0;
  std::string app, app_name, type, message, source, kind;
  std::optional<ResolvedFrame> culprit;
  int64_t count = 0, users = 0, sessions = 0;
  int64_t first_ns = 0;  // Ever seen.
  int64_t last_ns = 0;   // In the range.
  std::string first_version;
  ErrorShares versions, pages, browsers, systems, countries;
  KnownError known;
  std::vector<int64_t> series;
  ErrorCause cause;
  std::vector<ErrorVariant::Sight> sights;  // Newest first.
  std::string sample_session, sample_event;
};

struct BrowserErrorGroups {
  std::vector<BrowserErrorGroup> groups;
  uint64_t group_count = 0;  // Of the states asked for, before the limit.
  int64_t by_state[4] = {};  // Of all in the range.
  int64_t new_count = 0;     // First seen in the range, of all states.
  query::TimeSteps steps;
  bool exact = true;
  query::QueryStats stats;
};

// Also keeps in the book what it saw. Before the first answer, and after a pause, it looks through what came in
// between, so that "first seen" and "seen again" do not depend on the range that is asked for.
stdx::Result<BrowserErrorGroups> browser_errors(const table::Catalog& catalog, const BrowserErrorsRequest& request,
                                                const ErrorBook& book, const query::QueryControl& control = {},
                                                const query::ScanHooks& hooks = {});

struct BrowserErrorDetail {
  BrowserErrorGroup group;
  query::TimeSteps steps;
  ResolvedStack stack;  // Of the newest event, as are those below.
  std::string raw_stack, message;
  std::string map_file, map_version, map_debug_id;  // Of the first frame of the application's scripts.
  std::vector<std::string> map_versions;            // That have a map for it.
  std::vector<query::RecordRow> samples;            // Newest first.
  std::vector<query::RecordRow> breadcrumbs;        // Oldest first.
  std::vector<std::pair<std::string, int64_t>>
      releases;  // Versions of the application with their first view in the range.
  query::QueryStats stats;
};

// kNotFound for a group that is neither in the range nor known. One that is known, but not in the range, is shown by
// its last event, with counts of 0.
stdx::Result<BrowserErrorDetail> browser_error(const table::Catalog& catalog, uint64_t id,
                                               const BrowserErrorsRequest& request, const ErrorBook& book,
                                               const query::QueryControl& control = {},
                                               const query::ScanHooks& hooks = {});

}  // namespace clew::query_rum
