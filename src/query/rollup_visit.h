// Rows of the rollups of all sets that touch a time range.
#pragma once

#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "query/engine_steps.h"
#include "stdx/error.h"
#include "table/catalog.h"
#include "table/rollup_rows.h"

namespace clew::query {

inline constexpr int64_t kRollupStepNs = 60'000'000'000;

// Rollups count by whole minutes, so a set that merely touches the range belongs to it.
inline bool touches(const table::SpanSet& set, const table::TimeRange& range) {
  return set.span_count() != 0 && set.start_max_ns() >= range.begin_ns - range.begin_ns % kRollupStepNs &&
         set.start_min_ns() < range.end_ns;
}

// visit(const RedRow&) for each row of each set whose minute is in the range (a minute that overlaps counts).
template <class Visit>
stdx::Result<void> for_each_red(const table::Catalog::Sets& sets, const table::TimeRange& range, Visit&& visit) {
  if (auto valid = check_range(range); !valid) return valid;
  for (const auto& set : sets) {
    if (!touches(*set, range)) continue;
    auto rows = set->red(range);
    if (!rows) return std::unexpected(std::move(rows.error()));
    for (const table::RedRow& row : *rows) visit(row);
  }
  return {};
}

// visit(const EdgeRow&) for the calls between services (operations may be merged) of each set. Where the two halves of a call
// lie in different sets, the caller's half names its callee only as a host, which would be a second callee beside the service
// of that name: such rows are visited as calls of the service. A service is known by calls that were seen whole, or by
// `is_service(name)`.
template <class Visit, class IsService>
stdx::Result<void> for_each_call(const table::Catalog::Sets& sets, const table::TimeRange& range,
                                 const query_execute::Interrupt& interrupt, IsService&& is_service, Visit&& visit) {
  std::vector<std::vector<table::EdgeRow>> parts;
  std::unordered_set<std::string_view> services;
  for (const auto& set : sets) {
    if (auto go_on = interrupt.check(); !go_on) return go_on;
    if (!touches(*set, range)) continue;
    auto rows = set->service_edges(range);
    if (!rows) return std::unexpected(std::move(rows.error()));
    parts.push_back(std::move(*rows));
    for (const table::EdgeRow& row : parts.back()) {
      services.insert(row.caller_service);
      if (!row.callee_virtual) services.insert(row.callee_service);
    }
  }
  for (auto& rows : parts) {
    for (table::EdgeRow& row : rows) {
      if (row.callee_virtual && (services.contains(row.callee_service) || is_service(row.callee_service))) {
        row.callee_virtual = false;
      }
      visit(static_cast<const table::EdgeRow&>(row));
    }
  }
  return {};
}

}  // namespace clew::query
