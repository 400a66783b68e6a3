// What can be ruled out before any row is read: by time, statistics, dictionaries and bloom filters.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "query/plan/field_columns.h"
#include "query/plan/plan.h"
#include "table/segment.h"
#include "table/span_set.h"

namespace clew::query_plan {

// A plan bound to one segment: the columns of each predicate. The segment must outlive it.
struct BoundPlan {
  BoundPlan(const Plan& plan, const table::Segment& segment);

  const Plan& plan;
  const table::Segment& segment;
  std::vector<FieldColumns> columns;  // By predicate.
};

// A false answer is certain: no row of the segment (of the window) can match.
bool may_match_segment(const BoundPlan& bound, const table::TimeRange& range);
bool may_match_window(const BoundPlan& bound, const table::TimeRange& range, uint32_t window);

}  // namespace clew::query_plan
