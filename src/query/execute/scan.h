// A plan run over span sets: finds the rows that match and hands them on, window by window.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "query/execute/batch.h"
#include "query/execute/interrupt.h"
#include "query/execute/selection.h"
#include "query/execute/trace_facts.h"
#include "query/plan/plan.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_execute {

struct ScanStats {
  uint64_t rows_total = 0;    // In the sets that overlap the range.
  uint64_t rows_scanned = 0;  // In the windows that were looked into.
  uint32_t sets_total = 0;
  uint32_t sets_pruned = 0;
};

// Where a batch is from.
struct BatchPlace {
  uint32_t set = 0;      // Index into the scanned sets.
  uint32_t segment = 0;  // Index into that set's segments().
};

// Receives what matches; `matched` has at least one row. May narrow `range` for the rest of the scan. An error ends it.
using ScanVisitor =
    std::function<stdx::Result<void>(Batch& batch, const Selection& matched, BatchPlace place, table::TimeRange& range)>;

// Sets are visited in the order given; with `newest_first`, segments and windows that may hold later starts come before
// others. Errors of the storage end the scan, so an answer is never silently partial. One thread.
stdx::Result<ScanStats> scan(const table::Catalog::Sets& sets, const query_plan::Plan& plan, table::TimeRange range,
                             bool newest_first, TraceLookup& traces, const Interrupt& interrupt,
                             const ScanVisitor& visit);

}  // namespace clew::query_execute
