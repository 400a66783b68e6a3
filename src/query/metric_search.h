// Which metrics there are, and the series of one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/engine.h"
#include "query/record_filter.h"
#include "query/record_rows.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct MetricInfo {
  std::string name;
  std::string type;  // "gauge", "sum", "histogram", "exponential_histogram", "summary"
  std::string unit;
  std::string description;
  std::vector<std::string> services;  // That sent it; by name. "" where the resource has none.
  uint64_t point_count = 0;
  int64_t last_time_ns = 0;
};

// Metrics with a point in the filter's range, by name, type, unit. At most kMetricNamesMax of them.
stdx::Result<std::vector<MetricInfo>> list_metrics(const table::Catalog& catalog, const RecordFilter& filter,
                                                   const QueryControl& control = {});

struct MetricSeriesRequest {
  RecordFilter filter;         // With a metric.
  int64_t step_ns = 0;         // Above 0 only the last point of each step is kept; of delta temporality all are.
  uint32_t series_max = 100;   // At most kMetricSeriesMax.
  uint32_t points_max = 1000;  // Of each series, the newest; at most kMetricPointsMax.
};

// One line of a chart: points with the same metric, type, resource, scope and attributes.
struct MetricSeries {
  RecordRow newest;                // Says what all of its points share.
  std::vector<RecordRow> points;   // By time; only their time and fields are filled.
  uint64_t point_count = 0;        // In the range, before thinning and limit.
};
struct MetricSeriesResult {
  std::vector<MetricSeries> series;  // By service, then attributes.
  uint64_t series_count = 0;         // Before the limit.
  QueryStats stats;
};
stdx::Result<MetricSeriesResult> metric_series(const table::Catalog& catalog, const MetricSeriesRequest& request,
                                               const QueryControl& control = {});

}  // namespace clew::query
