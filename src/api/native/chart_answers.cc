// What charts show: series, timelines, heat maps.
#include <algorithm>
#include <optional>
#include <utility>

#include "api/native/answers.h"
#include "api/native/ui_answer_parts.h"
#include "query/charts.h"
#include "query/traceql/fields.h"

namespace clew::api_native {
namespace {

void write_steps(wire::JsonWriter& json, const query::TimeSteps& steps, std::string_view count_name) {
  json.key("series_start_ns").int64_string(steps.start_ns);
  json.member("step_ns", steps.step_ns).member(count_name, steps.count);
}

void write_counts(wire::JsonWriter& json, std::string_view name, const std::vector<int64_t>& counts) {
  json.key(name).begin_array();
  for (const int64_t count : counts) json.value(count);
  json.end_array();
}

void write_matrix(wire::JsonWriter& json, std::string_view name, const std::vector<std::vector<int64_t>>& columns) {
  json.key(name).begin_array();
  for (const auto& column : columns) {
    json.begin_array();
    for (const int64_t count : column) json.value(count);
    json.end_array();
  }
  json.end_array();
}

void write_maybes(wire::JsonWriter& json, std::string_view name, const std::vector<std::optional<int64_t>>& values) {
  json.key(name).begin_array();
  for (const auto& value : values) {
    if (value) {
      json.value(*value);
    } else {
      json.null();
    }
  }
  json.end_array();
}

constexpr std::pair<std::string_view, double> kQuantiles[] = {{"p50_ns", 0.5}, {"p90_ns", 0.9}, {"p95_ns", 0.95}, {"p99_ns", 0.99}};

void write_lines(wire::JsonWriter& json, const query::Series& series, double seconds) {
  json.key("counts").begin_array();
  for (const auto& point : series.points) json.value(point.count);
  json.end_array().key("error_counts").begin_array();
  for (const auto& point : series.points) json.value(point.error_count);
  json.end_array();
  for (const auto& [name, quantile] : kQuantiles) {
    std::vector<std::optional<int64_t>> values;
    for (const auto& point : series.points) {
      values.push_back(point.count == 0 ? std::nullopt : std::optional(point.quantile_ns(quantile)));
    }
    write_maybes(json, name, values);
  }
  json.key("total").begin_object();
  write_numbers_of(json, series.total, seconds);
  if (series.total.count != 0) json.member("p90_ns", series.total.quantile_ns(0.9));
  json.end_object();
}

void write_source(wire::JsonWriter& json, query::Source source, table::TimeRange range, const query::QueryStats& stats) {
  json.member("source", word(source)).member("exact", true);
  write_range(json, range);
  if (source == query::Source::kScan) write_stats(json, stats);
}

std::string series_json(const query::Series& series, const std::optional<query::Series>& before, int64_t offset_ns,
                        table::TimeRange range, int64_t now_ns) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object();
  write_steps(json, series.steps, "point_count");
  json.member("basis", series.basis ? word(*series.basis) : std::string_view("query"));
  const int64_t last_end_ns = series.steps.start_ns + series.steps.count * series.steps.step_ns;
  json.member("incomplete_last", last_end_ns > std::min(now_ns, range.end_ns));
  write_lines(json, series, seconds_of(range));
  if (before) {
    json.key("baseline").begin_object().member("offset_ns", offset_ns);
    write_lines(json, *before, seconds_of(range));
    json.end_object();
  }
  write_source(json, series.source, range, series.stats);
  json.end_object();
  return body;
}

}  // namespace

AnswerResult answer_series(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  query::SeriesRequest request;
  request.range = *range;
  request.points = arguments.number("points");
  if (arguments.has("step")) request.step_ns = arguments.number("step");
  if (arguments.has("q")) {
    request.traceql = arguments.text("q");
    for (const std::string_view other : {"service", "operation", "kind"}) {
      if (arguments.has(other)) {
        return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument, "q says already which spans are meant", std::string(other)});
      }
    }
  }
  request.service = arguments.text("service");
  if (arguments.has("operation")) request.operation = arguments.text("operation");
  request.kind = query_traceql::kind_of_word(arguments.text("kind"));
  request.any_kind = arguments.text("kind") == "any";
  const int64_t now_ns = question.options.clock->now_ns();
  auto series = query::series(*question.options.catalog, request, question.control, question.hooks, [&](const query::Series& so_far) {
    question.show_partial(series_json(so_far, std::nullopt, 0, *range, now_ns));
  });
  if (!series) return refused(std::move(series.error()), arguments.has("q") ? "q" : "step");

  std::optional<query::Series> before;
  int64_t offset_ns = 0;
  if (const auto baseline = baseline_of(arguments.text("baseline"), *range)) {
    offset_ns = range->begin_ns - baseline->begin_ns;
    request.range = *baseline;
    // Of the same steps, so that points lie above each other.
    request.step_ns = series->steps.step_ns;
    auto found = query::series(*question.options.catalog, request, question.control);
    if (!found) return refused(std::move(found.error()), "baseline");
    found->points.resize(series->points.size());
    before = std::move(*found);
  }
  return Answer{.body = series_json(*series, before, offset_ns, *range, now_ns)};
}

namespace {

std::string timeline_json(const query::Timeline& timeline, table::TimeRange range) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object();
  write_steps(json, timeline.steps, "point_count");
  write_counts(json, "span_counts", timeline.span_counts);
  write_counts(json, "error_counts", timeline.error_counts);
  if (timeline.trace_counts) write_counts(json, "trace_counts", *timeline.trace_counts);
  int64_t spans = 0, errors = 0;
  for (const int64_t count : timeline.span_counts) spans += count;
  for (const int64_t count : timeline.error_counts) errors += count;
  json.member("span_count", spans).member("error_count", errors);
  write_source(json, timeline.source, range, timeline.stats);
  json.end_object();
  return body;
}

std::string heatmap_json(const query::Heatmap& map, table::TimeRange range) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object();
  write_steps(json, map.steps, "column_count");
  json.member("row_count", map.row_bounds_ns.empty() ? 0 : map.row_bounds_ns.size() - 1);
  write_counts(json, "row_bounds_ns", map.row_bounds_ns);
  write_matrix(json, "counts", map.counts);
  write_matrix(json, "error_counts", map.error_counts);
  int64_t most = 0;
  for (const auto& column : map.counts) {
    for (const int64_t count : column) most = std::max(most, count);
  }
  json.member("count_max", most);
  write_maybes(json, "p50_ns", map.p50_ns);
  write_maybes(json, "p99_ns", map.p99_ns);
  json.member("span_count", map.span_count).member("error_count", map.error_count);
  write_source(json, map.source, range, map.stats);
  json.end_object();
  return body;
}

}  // namespace

AnswerResult answer_timeline(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const query::TimelineRequest request{.traceql = arguments.text("q"), .range = *range, .points = arguments.number("points")};
  auto timeline = query::timeline(*question.options.catalog, request, question.control, question.hooks,
                                  [&](const query::Timeline& so_far) { question.show_partial(timeline_json(so_far, *range)); });
  if (!timeline) return refused(std::move(timeline.error()), "q");
  return Answer{.body = timeline_json(*timeline, *range)};
}

AnswerResult answer_heatmap(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const query::HeatmapRequest request{.traceql = arguments.text("q"),
                                      .range = *range,
                                      .columns = arguments.number("columns"),
                                      .rows = arguments.number("rows")};
  auto map = query::heatmap(*question.options.catalog, request, question.control, question.hooks,
                            [&](const query::Heatmap& so_far) { question.show_partial(heatmap_json(so_far, *range)); });
  if (!map) return refused(std::move(map.error()), "q");
  return Answer{.body = heatmap_json(*map, *range)};
}

}  // namespace clew::api_native
