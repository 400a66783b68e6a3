#include <utility>

#include "api/native/answers.h"
#include "otlp/traces_codec.h"
#include "query/traceql/fields.h"

namespace clew::api_native {
namespace {

query::SortBy sort_by(std::string_view word) {
  if (word == "duration") return query::SortBy::kDuration;
  if (word == "span_count") return query::SortBy::kSpanCount;
  if (word == "error_count") return query::SortBy::kErrorCount;
  return query::SortBy::kStart;
}

void write_matched(wire::JsonWriter& json, const query::MatchedSpan& span) {
  json.begin_object();
  json.member("span_id", otlp::span_id_hex(span.span_id));
  if (span.parent_span_id != 0) json.member("parent_span_id", otlp::span_id_hex(span.parent_span_id));
  json.member("service", span.service);
  json.member("name", span.name);
  json.member("kind", query_traceql::word(span.kind));
  json.member("status", query_traceql::word(span.status));
  json.key("start_time_ns").int64_string(span.start_ns);
  json.member("duration_ns", span.duration_ns);
  json.key("attributes").begin_array();
  for (const auto& [key, value] : span.attributes) {
    json.begin_object().member("key", key).key("value");
    write_value(json, value);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_summary(wire::JsonWriter& json, const query::TraceSummary& trace) {
  json.begin_object();
  json.member("trace_id", otlp::to_hex(trace.trace_id));
  json.member("root_service", trace.root_service);
  json.member("root_name", trace.root_name);
  json.member("root_missing", trace.root_missing);
  json.key("start_time_ns").int64_string(trace.start_ns);
  json.member("duration_ns", trace.duration_ns);
  json.member("span_count", trace.span_count);
  json.member("error_count", trace.error_count);
  json.key("services").begin_array();
  for (const table::ServiceCount& service : trace.services) {
    json.begin_object();
    json.member("name", service.name);
    json.member("span_count", service.span_count);
    json.member("error_count", service.error_count);
    json.end_object();
  }
  json.end_array();
  json.member("matched_count", trace.matched_count);
  json.key("spans").begin_array();
  for (const query::MatchedSpan& span : trace.matched) write_matched(json, span);
  json.end_array();
  json.end_object();
}

}  // namespace

std::string summary_json(const query::TraceSummary& trace) {
  std::string text;
  wire::JsonWriter json(text);
  write_summary(json, trace);
  return text;
}

std::optional<ApiError> stream_tail(const Question& question, net::HttpReply& reply) {
  auto watched = question.options.live_tail->watch(question.arguments.text("q"),
                                                   static_cast<uint32_t>(question.arguments.number("rate")), reply);
  if (watched) return std::nullopt;
  return refused(std::move(watched.error()), "q").error();
}

AnswerResult answer_search(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const query::SearchRequest request{
      .traceql = arguments.text("q"),
      .range = *range,
      .sort = sort_by(arguments.text("sort")),
      .descending = arguments.text("order") == "desc",
      .limit = static_cast<uint32_t>(arguments.number("limit")),
      .spans_per_trace = static_cast<uint32_t>(arguments.number("spss")),
      .cursor = arguments.text("cursor"),
      .select = arguments.texts("select"),
  };
  auto result = question.options.engine->search(request, question.control);
  if (!result) return refused(std::move(result.error()), "q");

  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  json.key("traces").begin_array();
  for (const query::TraceSummary& trace : result->traces) write_summary(json, trace);
  json.end_array();
  if (!result->next_cursor.empty()) json.member("next_cursor", result->next_cursor);
  write_range(json, *range);
  write_stats(json, result->stats);
  json.end_object();
  return answer;
}

AnswerResult answer_trace(const Question& question) {
  const auto catalog = catalog_of(question);
  if (!catalog) return std::unexpected(catalog.error());
  auto trace = query::Engine(**catalog).trace(question.arguments.trace_id("trace_id"), question.control);
  if (!trace) return refused(std::move(trace.error()), "trace_id");
  if (question.arguments.text("format") == "protobuf") {
    return Answer{.body = otlp::encode_traces(trace->data), .content_type = "application/x-protobuf"};
  }
  return Answer{.body = otlp::traces_to_json(trace->data)};
}

AnswerResult answer_aggregate(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const query::AggregateRequest request{
      .traceql = arguments.text("q"),
      .range = *range,
      .by = arguments.texts("by"),
      .quantiles = arguments.quantiles("quantiles"),
      .limit = static_cast<uint32_t>(arguments.number("limit")),
  };
  auto result = question.options.engine->aggregate(request, question.control);
  if (!result) return refused(std::move(result.error()), "q");

  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  json.key("by").begin_array();
  for (const std::string& key : request.by) json.value(key);
  json.end_array();
  write_numbers(json, "quantiles", request.quantiles);
  json.key("groups").begin_array();
  for (const query::AggregateGroup& group : result->groups) {
    json.begin_object();
    json.key("key").begin_array();
    for (const otlp::AnyValue& value : group.key) write_value(json, value);
    json.end_array();
    json.member("count", group.count);
    json.member("error_count", group.error_count);
    write_durations(json, "quantiles_ns", group.quantiles_ns);
    json.end_object();
  }
  json.end_array();
  json.member("group_count", result->group_count);
  json.member("exact", result->exact);
  write_range(json, *range);
  write_stats(json, result->stats);
  json.end_object();
  return answer;
}

}  // namespace clew::api_native
