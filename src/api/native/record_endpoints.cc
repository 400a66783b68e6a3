// Log records and metrics: their endpoints, answers and the shapes of these.
#include "api/native/answers.h"
#include "api/native/endpoint_parameters.h"
#include "api/native/native_limits.h"
#include "api/native/shape_fields.h"
#include "query/log_search.h"
#include "query/metric_search.h"

namespace clew::api_native {
namespace {

// The lowest severity number of each level; OTLP gives every level four.
int64_t severity_of(std::string_view word) {
  constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warn", "error", "fatal"};
  for (size_t level = 0; level < std::size(kLevels); ++level) {
    if (kLevels[level] == word) return static_cast<int64_t>(level * 4 + 1);
  }
  return 0;
}

// What the parameters of logs and metrics share.
std::expected<query::RecordFilter, ApiError> filter_of(const Arguments& arguments) {
  query::RecordFilter filter;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  filter.range = *range;
  filter.service = arguments.text("service");
  for (const std::string& entry : arguments.texts("attributes")) {
    const size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument,
                                      "attributes: \"" + entry + "\" is not of the form key=value", "attributes"});
    }
    filter.attributes.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return filter;
}

void write_text(wire::JsonWriter& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.member(name, text);
}
void write_time(wire::JsonWriter& json, std::string_view name, std::optional<int64_t> time_ns) {
  if (time_ns) json.key(name).int64_string(*time_ns);
}
void write_number(wire::JsonWriter& json, std::string_view name, std::optional<int64_t> number) {
  if (number) json.member(name, static_cast<uint64_t>(*number));
}
void write_field(wire::JsonWriter& json, std::string_view name, const otlp::AnyValue* value) {
  if (value == nullptr) return;
  json.key(name);
  write_value(json, *value);
}

void write_log(wire::JsonWriter& json, const query::RecordRow& log) {
  json.begin_object();
  json.key("time_ns").int64_string(log.time_ns);
  write_time(json, "observed_time_ns", log.number("observed_time"));
  json.member("service", log.service());
  write_text(json, "trace_id", log.text("trace_id"));
  write_text(json, "span_id", log.text("span_id"));
  write_number(json, "severity_number", log.number("severity_number"));
  write_text(json, "severity_text", log.text("severity_text"));
  write_text(json, "event_name", log.text("event_name"));
  const otlp::AnyValue* body = log.find("body");
  write_field(json, "body", body != nullptr ? body : log.find("body_json"));
  write_number(json, "flags", log.number("flags"));
  write_number(json, "dropped_attributes_count", log.number("dropped_attributes_count"));
  write_text(json, "scope_name", log.scope.name);
  write_text(json, "scope_version", log.scope.version);
  write_attributes(json, "attributes", log.attributes);
  write_attributes(json, "scope_attributes", log.scope.attributes);
  write_attributes(json, "resource_attributes", log.resource.attributes);
  json.end_object();
}

AnswerResult answer_logs(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto filter = filter_of(arguments);
  if (!filter) return std::unexpected(std::move(filter.error()));
  query::LogRequest request{.filter = std::move(*filter),
                            .newest_first = arguments.text("order") == "desc",
                            .limit = static_cast<uint32_t>(arguments.number("limit")),
                            .cursor = arguments.text("cursor")};
  if (arguments.has("trace_id")) request.filter.trace_id = arguments.trace_id("trace_id");
  if (arguments.has("span_id")) request.filter.span_id = arguments.span_id("span_id");
  request.filter.severity_min = severity_of(arguments.text("severity"));
  request.filter.text = arguments.text("text");
  auto result = query::search_logs(*question.options.catalog, request, question.control);
  if (!result) return refused(std::move(result.error()), "limit");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("logs").begin_array();
  for (const query::RecordRow& log : result->logs) write_log(json, log);
  json.end_array();
  json.member("matched_count", result->matched_count);
  write_text(json, "next_cursor", result->next_cursor);
  write_range(json, request.filter.range);
  write_stats(json, result->stats);
  json.end_object();
  return answer;
}

AnswerResult answer_metrics(const Question& question) {
  auto filter = filter_of(question.arguments);
  if (!filter) return std::unexpected(std::move(filter.error()));
  auto metrics = query::list_metrics(*question.options.catalog, *filter, question.control);
  if (!metrics) return refused(std::move(metrics.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("metrics").begin_array();
  for (const query::MetricInfo& metric : *metrics) {
    json.begin_object().member("name", metric.name).member("type", metric.type).member("unit", metric.unit);
    json.member("description", metric.description).member("point_count", metric.point_count);
    json.key("last_time_ns").int64_string(metric.last_time_ns);
    json.key("services").begin_array();
    for (const std::string& service : metric.services) json.value(service);
    json.end_array().end_object();
  }
  json.end_array();
  write_range(json, filter->range);
  json.end_object();
  return answer;
}

void write_list(wire::JsonWriter& json, std::string_view name, const otlp::AnyValue* value) {
  const auto* array = value == nullptr ? nullptr : std::get_if<otlp::ArrayValue>(&value->value);
  if (array == nullptr) return;
  json.key(name).begin_array();
  for (const otlp::AnyValue& entry : array->values) {
    if (const auto* whole = std::get_if<int64_t>(&entry.value)) {
      json.value(static_cast<uint64_t>(*whole));
    } else if (const auto* real = std::get_if<double>(&entry.value)) {
      json.value(*real);
    }
  }
  json.end_array();
}

void write_point(wire::JsonWriter& json, const query::RecordRow& point) {
  json.begin_object();
  json.key("time_ns").int64_string(point.time_ns);
  write_time(json, "start_time_ns", point.number("start_time"));
  const otlp::AnyValue* value = point.find("value");
  write_field(json, "value", value != nullptr ? value : point.find("value_int"));
  write_number(json, "count", point.number("count"));
  for (const std::string_view name : {"sum", "min", "max"}) write_field(json, name, point.find(name));
  write_list(json, "bounds", point.find("bounds"));
  write_list(json, "bucket_counts", point.find("bucket_counts"));
  for (const std::string_view name : {"exponential", "quantiles", "exemplars"}) write_field(json, name, point.find(name));
  write_number(json, "flags", point.number("flags"));
  json.end_object();
}

AnswerResult answer_metric_series(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto filter = filter_of(arguments);
  if (!filter) return std::unexpected(std::move(filter.error()));
  filter->metric = arguments.text("metric");
  const query::MetricSeriesRequest request{.filter = std::move(*filter),
                                           .step_ns = arguments.has("step") ? arguments.number("step") : 0,
                                           .series_max = static_cast<uint32_t>(arguments.number("limit")),
                                           .points_max = static_cast<uint32_t>(arguments.number("points"))};
  auto result = query::metric_series(*question.options.catalog, request, question.control);
  if (!result) return refused(std::move(result.error()), "metric");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("metric", request.filter.metric).key("series").begin_array();
  for (const query::MetricSeries& series : result->series) {
    const query::RecordRow& newest = series.newest;
    json.begin_object().member("service", newest.service()).member("type", newest.text("type"));
    write_text(json, "unit", newest.text("unit"));
    write_text(json, "temporality", newest.text("temporality"));
    if (const otlp::AnyValue* monotonic = newest.find("is_monotonic")) {
      json.member("is_monotonic", std::get<bool>(monotonic->value));
    }
    write_text(json, "scope_name", newest.scope.name);
    write_attributes(json, "attributes", newest.attributes);
    write_attributes(json, "resource_attributes", newest.resource.attributes);
    json.member("point_count", series.point_count).key("points").begin_array();
    for (const query::RecordRow& point : series.points) write_point(json, point);
    json.end_array().end_object();
  }
  json.end_array().member("series_count", result->series_count);
  write_range(json, request.filter.range);
  write_stats(json, result->stats);
  json.end_object();
  return answer;
}

Parameter service_parameter() { return {.name = "service", .description = "Only what this service sent"}; }
Parameter attributes_parameter() {
  return {.name = "attributes", .type = ParameterType::kTextList,
          .description = "All of these attributes: `key=value,resource.key=value`. A key is looked for on the record, then on "
                         "its resource and scope; values are compared as text",
          .high = query::kRecordAttributesMax};
}

}  // namespace

std::vector<Endpoint> record_endpoints() {
  return {
      {.path = "/api/v1/logs",
       .id = "logs",
       .summary = "Find log records",
       .description = "Log records in the time range that match all that is asked. By trace or span id the range still counts: "
                      "send `start` before the trace began. A record that a client sent twice, because the first answer was "
                      "lost, is there twice: log records have no id.",
       .parameters = {start_parameter(), end_parameter(),
                      {.name = "trace_id", .type = ParameterType::kTraceId, .description = "Only records of this trace"},
                      {.name = "span_id", .type = ParameterType::kSpanId, .description = "Only records of this span"},
                      service_parameter(),
                      {.name = "severity", .type = ParameterType::kChoice, .description = "This level and above",
                       .choices = {"trace", "debug", "info", "warn", "error", "fatal"}},
                      {.name = "text", .description = "Text in the body, of either case; bodies that are no text are searched "
                                                      "as JSON"},
                      attributes_parameter(),
                      {.name = "order", .type = ParameterType::kChoice, .description = "Newest or oldest first",
                       .fallback = "desc", .choices = {"desc", "asc"}},
                      limit_parameter("100", query::kLogsMax, "Records in the answer"),
                      {.name = "cursor", .description = "`next_cursor` of the page before"}},
       .answer = "LogsAnswer",
       .handler = answer_logs},
      {.path = "/api/v1/metrics",
       .id = "metrics",
       .summary = "Metrics that were sent",
       .description = "Names, types and units of the metrics with a data point in the time range. Those of Clew itself are at "
                      "`/metrics`.",
       .parameters = {start_parameter(), end_parameter(), service_parameter(), attributes_parameter()},
       .answer = "MetricsAnswer",
       .handler = answer_metrics},
      {.path = "/api/v1/metric-series",
       .id = "metricSeries",
       .summary = "The series of a metric",
       .description = "Data points of one metric as they were sent, in series of equal resource, scope and attributes.",
       .parameters = {{.name = "metric", .description = "Its name", .required = true}, start_parameter(), end_parameter(),
                      service_parameter(), attributes_parameter(),
                      {.name = "step", .type = ParameterType::kDuration,
                       .description = "Keep only the last point of each step; points of delta temporality are all kept"},
                      limit_parameter("100", query::kMetricSeriesMax, "Series in the answer"),
                      {.name = "points", .type = ParameterType::kInteger, .description = "Points of each series, the newest",
                       .fallback = "1000", .low = 1, .high = query::kMetricPointsMax}},
       .answer = "MetricSeriesAnswer",
       .handler = answer_metric_series},
  };
}

std::vector<Shape> record_shapes() {
  using enum FieldType;
  const auto maybe = [](std::string_view name, FieldType type, std::string_view description) {
    return Field{.name = name, .type = type, .description = description, .optional = true};
  };
  const Field range{.name = "range", .type = kObject, .description = "The time range that was asked, resolved",
                    .object = "Range"};
  const Field stats{.name = "stats", .type = kObject, .description = "What the question cost", .object = "QueryStats"};
  return {
      {"LogsAnswer",
       "One page of log records.",
       {list_of("logs", "LogRecord", "By time"),
        {"matched_count", kInteger, "How many match, from this page's first on"},
        maybe("next_cursor", kText, "Send it as `cursor` for the next page; absent after the last page"), range, stats}},
      {"LogRecord",
       "A log record as it was sent.",
       {{"time_ns", kTime, "When it happened; where it does not say, when it was observed or came in"},
        maybe("observed_time_ns", kTime, "When it was observed"),
        {"service", kText, "`service.name` of its resource; empty for none"},
        maybe("trace_id", kTraceId, "The trace that it belongs to"), maybe("span_id", kSpanId, "The span that it belongs to"),
        maybe("severity_number", kInteger, "1 to 24, as OTLP numbers them"),
        maybe("severity_text", kText, "As the source names it"), maybe("event_name", kText, "Of events"),
        maybe("body", kValue, "What it says"), maybe("flags", kInteger, "Trace flags"),
        maybe("dropped_attributes_count", kInteger, "Attributes that the client dropped"),
        maybe("scope_name", kText, "Instrumentation scope"), maybe("scope_version", kText, "Its version"),
        list_of("attributes", "Attribute", "By key"), list_of("scope_attributes", "Attribute", "By key"),
        list_of("resource_attributes", "Attribute", "`service.name`, then by key")}},
      {"MetricsAnswer", "Metrics with a data point in the range.", {list_of("metrics", "Metric", "By name, type, unit"), range}},
      {"Metric",
       "A metric.",
       {{"name", kText, "Its name"},
        {"type", kText, "gauge, sum, histogram, exponential_histogram or summary"},
        {"unit", kText, "Its unit, empty for none"},
        {"description", kText, "What it says of itself"},
        {"point_count", kInteger, "Data points in the range"},
        {"last_time_ns", kTime, "The newest one"},
        {.name = "services", .type = kText, .description = "That sent it", .list = true}}},
      {"MetricSeriesAnswer",
       "The series of a metric.",
       {{"metric", kText, "Its name"}, list_of("series", "MetricSeries", "By service, then attributes"),
        {"series_count", kInteger, "Before the limit"}, range, stats}},
      {"MetricSeries",
       "Data points of equal resource, scope and attributes.",
       {{"service", kText, "`service.name` of the resource; empty for none"},
        {"type", kText, "gauge, sum, histogram, exponential_histogram or summary"},
        maybe("unit", kText, "Of its values"), maybe("temporality", kText, "delta or cumulative"),
        maybe("is_monotonic", kFlag, "Of a sum: whether it only grows"), maybe("scope_name", kText, "Instrumentation scope"),
        list_of("attributes", "Attribute", "By key"), list_of("resource_attributes", "Attribute", "`service.name`, then by key"),
        {"point_count", kInteger, "Points in the range, before step and limit"},
        list_of("points", "MetricPoint", "By time")}},
      {"MetricPoint",
       "A data point; which members it has depends on the type.",
       {{"time_ns", kTime, "When it was measured"}, maybe("start_time_ns", kTime, "Since when it counts"),
        maybe("value", kValue, "Of gauges and sums: a double or an integer"), maybe("count", kInteger, "Values counted"),
        maybe("sum", kValue, "Their sum"), maybe("min", kValue, "The smallest"), maybe("max", kValue, "The largest"),
        {.name = "bounds", .type = kNumber, .description = "Upper bounds of all buckets but the last", .list = true,
         .optional = true},
        {.name = "bucket_counts", .type = kInteger, .description = "Values in each bucket", .list = true, .optional = true},
        maybe("exponential", kValue, "Of exponential histograms: scale, zero_count, zero_threshold, positive, negative"),
        maybe("quantiles", kValue, "Of summaries: quantile and value"),
        maybe("exemplars", kValue, "Examples: time, value, trace_id, span_id, attributes"),
        maybe("flags", kInteger, "1: no value was recorded")}},
  };
}

}  // namespace clew::api_native
