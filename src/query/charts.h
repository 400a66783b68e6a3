// What charts show of the spans that match a filter: counts and durations by time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "query/engine.h"
#include "query/part_scan.h"
#include "query/request_numbers.h"
#include "query/time_steps.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

// Where the numbers are from: rollups count whole minutes and know quantiles within 4.4 %; scans count spans in the range.
enum class Source : uint8_t { kRollups, kScan };
std::string_view word(Source source);

// ---- A line: counts, errors, quantiles ----
struct SeriesRequest {
  // Either a filter, or a service's requests (by its basis), narrowed down or not.
  std::optional<std::string> traceql;
  std::string service;  // Empty: all services together.
  std::optional<std::string> operation;
  std::optional<otlp::SpanKind> kind;
  bool any_kind = false;  // All spans of the service, not only its requests.
  table::TimeRange range;
  int64_t points = 120;
  std::optional<int64_t> step_ns;
};
struct Series {
  TimeSteps steps;
  std::optional<Basis> basis;  // Where requests were counted.
  std::vector<RequestNumbers> points;
  RequestNumbers total;
  Source source = Source::kRollups;
  QueryStats stats;  // Of a scan.
};
// `partial` gets the series so far. Any thread.
stdx::Result<Series> series(const table::Catalog& catalog, const SeriesRequest& request, const QueryControl& control = {},
                            const ScanHooks& hooks = {}, const std::function<void(const Series&)>& partial = {});

// ---- A histogram over time ----
struct TimelineRequest {
  std::string traceql;
  table::TimeRange range;
  int64_t points = 120;
};
struct Timeline {
  TimeSteps steps;
  std::vector<int64_t> span_counts, error_counts;
  std::optional<std::vector<int64_t>> trace_counts;  // Only of a scan: traces with a matching span in the step.
  Source source = Source::kRollups;
  QueryStats stats;
};
stdx::Result<Timeline> timeline(const table::Catalog& catalog, const TimelineRequest& request, const QueryControl& control = {},
                                const ScanHooks& hooks = {}, const std::function<void(const Timeline&)>& partial = {});

// ---- Durations by time ----
struct HeatmapRequest {
  std::string traceql;
  table::TimeRange range;
  int64_t columns = 120;
  int64_t rows = 48;
};
struct Heatmap {
  TimeSteps steps;
  std::vector<int64_t> row_bounds_ns;  // One more than rows: row r holds bounds[r] < duration <= bounds[r + 1].
  std::vector<std::vector<int64_t>> counts, error_counts;  // By column, then row.
  std::vector<std::optional<int64_t>> p50_ns, p99_ns;      // By column.
  int64_t span_count = 0;
  int64_t error_count = 0;
  Source source = Source::kRollups;
  QueryStats stats;
};
stdx::Result<Heatmap> heatmap(const table::Catalog& catalog, const HeatmapRequest& request, const QueryControl& control = {},
                              const ScanHooks& hooks = {}, const std::function<void(const Heatmap&)>& partial = {});

}  // namespace clew::query
