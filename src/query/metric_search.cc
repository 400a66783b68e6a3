#include "query/metric_search.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "otlp/value_json.h"
#include "query/engine_steps.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

namespace metric_field = table::metric_field;
using table::RecordTableId;

// Calls visit(segment number, segment, window, times, rows) for every window with matches.
template <class Visit>
stdx::Result<void> scan_metrics(const table::Catalog::Sets& sets, const RecordFilter& filter, const QueryControl& control,
                                QueryStats& stats, Visit&& visit) {
  RecordMatcher matcher(table::record_kind(RecordTableId::kMetrics), filter);
  const auto interrupt = interrupt_of(control);
  std::vector<uint32_t> rows;
  for (const auto& set : sets) {
    const auto of_set = set->records(RecordTableId::kMetrics);
    if (of_set.empty()) continue;
    ++stats.blocks_total;
    bool asked = false;
    for (const auto& segment : of_set) {
      stats.rows_total += segment->row_count();
      if (!matcher.may_match(*segment)) continue;
      asked = true;
      for (uint32_t window = 0; window < segment->window_count(); ++window) {
        if (auto go_on = interrupt.check(); !go_on) return go_on;
        table::ColumnWindow times;
        if (auto done = matcher.match(*segment, window, times, rows); !done) return done;
        stats.rows_scanned += times.rows;
        if (rows.empty()) continue;
        if (auto done = visit(*segment, window, times, rows); !done) return done;
      }
    }
    stats.blocks_pruned += asked ? 0 : 1;
  }
  return {};
}

std::string_view text_at(const table::ColumnWindow& window, uint32_t row) {
  if (!window.has(row)) return {};
  return window.dictionary->at(window.codes[row]);
}

struct Point {
  int64_t time_ns;
  const table::Segment* segment;
  uint32_t row;
};

bool keeps_all(const RecordRow& newest) { return newest.text("temporality") == "delta"; }

// Of each step the last point; `points` by time.
void thin(std::vector<Point>& points, int64_t step_ns) {
  size_t kept = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    const bool last = i + 1 == points.size() || points[i + 1].time_ns / step_ns != points[i].time_ns / step_ns;
    if (last) points[kept++] = points[i];
  }
  points.resize(kept);
}

// The points in the order given; their rows are read segment by segment.
stdx::Result<std::vector<RecordRow>> read_points(const std::vector<Point>& points) {
  std::map<const table::Segment*, std::vector<std::pair<uint32_t, size_t>>> by_segment;
  for (size_t i = 0; i < points.size(); ++i) by_segment[points[i].segment].emplace_back(points[i].row, i);
  std::vector<RecordRow> result(points.size());
  std::vector<uint32_t> rows;
  for (auto& [segment, wanted] : by_segment) {
    std::ranges::sort(wanted);
    rows.clear();
    for (const auto& [row, at] : wanted) rows.push_back(row);
    auto records = read_records(table::record_kind(RecordTableId::kMetrics), *segment, rows);
    if (!records) return std::unexpected(std::move(records.error()));
    for (size_t i = 0; i < wanted.size(); ++i) result[wanted[i].second] = std::move((*records)[i]);
  }
  return result;
}

std::string attributes_text(const otlp::Attributes& attributes) {
  std::string text;
  if (!attributes.empty()) otlp::append_attributes_json(attributes, text);
  return text;
}

}  // namespace

stdx::Result<std::vector<MetricInfo>> list_metrics(const table::Catalog& catalog, const RecordFilter& filter,
                                                   const QueryControl& control) {
  if (auto valid = check_range(filter.range); !valid) return std::unexpected(std::move(valid.error()));
  struct Found {
    MetricInfo info;
    std::set<std::string> services;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Found> found;
  QueryStats stats;
  const table::Catalog::Sets sets = catalog.snapshot();
  auto done = scan_metrics(sets, filter, control, stats, [&](const table::Segment& segment, uint32_t window,
                                                             const table::ColumnWindow& times,
                                                             const std::vector<uint32_t>& rows) -> stdx::Result<void> {
    std::vector<table::ColumnWindow> columns;
    for (const table::ColumnId id :
         {table::field_column(metric_field::kMetric), table::field_column(metric_field::kType),
          table::field_column(metric_field::kUnit), table::field_column(metric_field::kDescription),
          column(table::RecordColumn::kServiceName)}) {
      auto read = segment.read(id, window);
      if (!read) return std::unexpected(std::move(read.error()));
      columns.push_back(std::move(*read));
    }
    // Neighbours mostly are points of one metric and service: then nothing is looked up again.
    Found* last = nullptr;
    std::array<std::string_view, 5> texts, last_texts;
    for (const uint32_t row : rows) {
      for (size_t i = 0; i < columns.size(); ++i) texts[i] = text_at(columns[i], row);
      if (last == nullptr || texts != last_texts) {
        std::tuple key{std::string(texts[0]), std::string(texts[1]), std::string(texts[2])};
        if (found.size() >= kMetricNamesMax && !found.contains(key)) {
          return stdx::fail(stdx::ErrorCode::kResourceExhausted,
                            fmt::format("more than {} metrics; ask for one service or a shorter range", kMetricNamesMax));
        }
        last = &found[std::move(key)];
        last->services.emplace(texts[4]);
        if (last->info.description.empty()) last->info.description = texts[3];
        last_texts = texts;
      }
      ++last->info.point_count;
      last->info.last_time_ns = std::max(last->info.last_time_ns, times.ints[row]);
    }
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  std::vector<MetricInfo> metrics;
  for (auto& [key, metric] : found) {
    std::tie(metric.info.name, metric.info.type, metric.info.unit) = key;
    metric.info.services.assign(metric.services.begin(), metric.services.end());
    metrics.push_back(std::move(metric.info));
  }
  return metrics;
}

stdx::Result<MetricSeriesResult> metric_series(const table::Catalog& catalog, const MetricSeriesRequest& request,
                                               const QueryControl& control) {
  const Stopwatch watch;
  if (auto valid = check_range(request.filter.range); !valid) return std::unexpected(std::move(valid.error()));
  if (request.filter.metric.empty()) return stdx::fail(stdx::ErrorCode::kInvalidArgument, "metric is missing");
  MetricSeriesResult result;
  absl::flat_hash_map<int64_t, std::vector<Point>> by_series;
  size_t kept = 0;
  const table::Catalog::Sets sets = catalog.snapshot();
  auto done = scan_metrics(sets, request.filter, control, result.stats,
                           [&](const table::Segment& segment, uint32_t window, const table::ColumnWindow& times,
                               const std::vector<uint32_t>& rows) -> stdx::Result<void> {
                             auto series = segment.read(table::field_column(metric_field::kSeries), window);
                             if (!series) return std::unexpected(std::move(series.error()));
                             for (const uint32_t row : rows) {
                               by_series[series->ints[row]].push_back(
                                   {times.ints[row], &segment, window * table::kWindowRows + row});
                             }
                             kept += rows.size();
                             if (kept <= kMetricPointsScannedMax) return {};
                             return stdx::fail(stdx::ErrorCode::kResourceExhausted,
                                               fmt::format("more than {} points; ask for one service or a shorter range",
                                                           kMetricPointsScannedMax));
                           });
  if (!done) return std::unexpected(std::move(done.error()));

  // What identifies a series is read off its newest point.
  std::vector<std::vector<Point>*> lists;
  std::vector<Point> newest;
  for (auto& [id, points] : by_series) {
    std::ranges::stable_sort(points, {}, &Point::time_ns);
    lists.push_back(&points);
    newest.push_back(points.back());
  }
  result.series_count = lists.size();
  if (lists.size() > kMetricSeriesScannedMax) {
    return stdx::fail(stdx::ErrorCode::kResourceExhausted,
                      fmt::format("{} series; ask for one service or for attributes", lists.size()));
  }
  auto heads = read_points(newest);
  if (!heads) return std::unexpected(std::move(heads.error()));
  std::vector<std::tuple<std::string, std::string, std::string, size_t>> order;
  for (size_t i = 0; i < lists.size(); ++i) {
    const RecordRow& head = (*heads)[i];
    order.emplace_back(head.service(), attributes_text(head.attributes), attributes_text(head.resource.attributes), i);
  }
  std::ranges::sort(order);
  if (order.size() > request.series_max) order.resize(request.series_max);
  for (const auto& [service, attributes, resource, index] : order) {
    std::vector<Point>& points = *lists[index];
    MetricSeries& series = result.series.emplace_back();
    series.newest = std::move((*heads)[index]);
    series.point_count = points.size();
    if (request.step_ns > 0 && !keeps_all(series.newest)) thin(points, request.step_ns);
    if (points.size() > request.points_max) points.erase(points.begin(), points.end() - request.points_max);
    auto read = read_points(points);
    if (!read) return std::unexpected(std::move(read.error()));
    series.points = std::move(*read);
    for (RecordRow& point : series.points) {
      point.attributes.clear();
      point.resource = {};
      point.scope = {};
    }
  }
  result.stats.elapsed_ns = watch.elapsed_ns();
  return result;
}

}  // namespace clew::query
