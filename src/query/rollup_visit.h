// Rows of the rollups of all sets that touch a time range.
#pragma once

#include <utility>

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

}  // namespace clew::query
