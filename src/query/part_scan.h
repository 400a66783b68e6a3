// A scan on two threads, part by part, whose result so far can be shown while it goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "query/engine.h"
#include "query/execute/scan.h"
#include "query/plan/plan.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct ScanProgress {
  uint32_t done_parts = 0;  // Segments of the sets that overlap the range.
  uint32_t part_count = 0;
  uint64_t scanned_spans = 0;
  int64_t elapsed_ns = 0;
};

// Called by whichever thread finished a part, one at a time.
struct ScanHooks {
  std::function<void(const ScanProgress&)> progress;
  // Asked after a part was merged: shall a partial result be made now?
  std::function<bool()> wants_partial;
};

// What one thread collects of one part: made, filled and then merged into the whole. Within a part one thread.
class PartCollector {
 public:
  virtual ~PartCollector() = default;
  virtual stdx::Result<void> add(query_execute::Batch& batch, const query_execute::Selection& matched,
                                 query_execute::BatchPlace place, query_execute::TraceLookup& lookup) = 0;
  // Into the whole, which the caller knows; one at a time.
  virtual stdx::Result<void> merge() = 0;
};

struct PartScanRequest {
  const table::Catalog::Sets& sets;
  const query_plan::Plan& plan;
  table::TimeRange range;
  std::function<std::unique_ptr<PartCollector>()> make_part;  // Any thread.
  std::function<void()> show_partial = {};                    // After a merge, if the hooks want it.
};

// The order of the parts is not defined. Errors end it.
stdx::Result<QueryStats> scan_parts(const PartScanRequest& request, const QueryControl& control, const ScanHooks& hooks = {});

}  // namespace clew::query
