// A plan against the batches of one segment.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "query/execute/batch.h"
#include "query/execute/column_match.h"
#include "query/execute/selection.h"
#include "query/execute/trace_facts.h"
#include "query/plan/plan.h"
#include "query/plan/prune.h"
#include "stdx/error.h"

namespace clew::query_execute {

// Narrows a selection condition by condition, cheapest first, and asks each condition only for the rows that are still in
// doubt. One thread; keeps what it learns about the segment's dictionaries. `bound`, `traces` must outlive it.
class Evaluator {
 public:
  Evaluator(const query_plan::BoundPlan& bound, TraceLookup& traces);

  // The selected rows that match. After it, batch.error() and error() must be asked.
  Selection run(Batch& batch, const Selection& selection, const table::TimeRange& range);
  const std::optional<stdx::Error>& error() const { return error_; }

 private:
  Selection eval(const query_plan::Node& node, const Selection& selection);
  Selection eval_predicate(uint32_t index, const Selection& selection);
  Selection eval_time_range(const Selection& selection);
  Selection eval_attribute(uint32_t index, const Selection& selection);
  // Values of one scope; `second` is where the matcher's slots of kAny's resource begin.
  Selection match_attribute(uint32_t index, const query_plan::AttributeColumns& columns, size_t first_slot,
                            const Selection& selection);
  Selection present(const query_plan::AttributeColumns& columns, const Selection& selection);
  Selection eval_intrinsic(uint32_t index, const Selection& selection);
  Selection eval_string_or_empty(uint32_t index, const Selection& selection);
  Selection eval_id(uint32_t index, const Selection& selection);
  Selection eval_whole_trace(uint32_t index, const Selection& selection);
  Selection eval_child_count(uint32_t index, const Selection& selection);
  Selection eval_events(uint32_t index, const Selection& selection);
  Selection eval_links(uint32_t index, const Selection& selection);
  ColumnMatch& matcher(uint32_t index, size_t slot);

  const query_plan::BoundPlan& bound_;
  TraceLookup& traces_;
  std::vector<std::vector<ColumnMatch>> matchers_;  // By predicate, by column.
  Batch* batch_ = nullptr;                          // Of the current run().
  table::TimeRange range_;
  std::optional<stdx::Error> error_;
};

}  // namespace clew::query_execute
