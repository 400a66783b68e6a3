// Spans counted by step and duration bucket: what series, timelines and heat maps are made of. Internal to query/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/container/flat_hash_set.h>

#include "query/charts.h"
#include "query/part_scan.h"
#include "query/rollup_filter.h"
#include "query/time_steps.h"

namespace clew::query {

// Counts of one step. Buckets in a plain array once there is anything: adding is one increment.
struct ChartCell {
  int64_t count = 0;
  int64_t error_count = 0;
  int64_t total_ns = 0;
  std::vector<uint32_t> good, bad;  // By duration_bucket().

  void add(int64_t duration_ns, bool failed);
  void add(const table::RedRow& row);
  void add(const ChartCell& other);
  RequestNumbers numbers() const;
};

struct ChartQuestion {
  std::string traceql;
  table::TimeRange range;
  TimeSteps steps;
  bool with_durations = true;
  bool with_traces = false;
  bool rollups_suffice = true;  // Their minutes are fine enough for the steps.
};

struct ChartCells {
  std::vector<ChartCell> cells;  // By step.
  std::optional<std::vector<int64_t>> trace_counts;
  Source source = Source::kRollups;
  QueryStats stats;
};

// From the rollups if they know what the filter asks for, else by a scan.
stdx::Result<ChartCells> count_cells(const table::Catalog& catalog, const ChartQuestion& question, const QueryControl& control,
                                     const ScanHooks& hooks, const std::function<void(const ChartCells&)>& partial);

}  // namespace clew::query
