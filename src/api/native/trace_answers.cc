// One trace for the waterfall: its columns, a span of it, what is wrong with it.
#include <algorithm>
#include <utility>

#include "api/native/answers.h"
#include "api/native/trace_columns_body.h"
#include "query/analyse/findings.h"
#include "query/analyse/normalised_text.h"
#include "query/service_book.h"
#include "query/span_detail.h"
#include "query/trace_search.h"
#include "query/trace_view.h"
#include "query/traceql/fields.h"
#include "table/call_attributes.h"

namespace clew::api_native {
namespace {

// Senders batch for some seconds; a trace whose newest span ended just now may not be complete.
constexpr int64_t kMayGrowNs = 10'000'000'000;
constexpr int64_t kUsualReachNs = 1'800'000'000'000;  // Half an hour to either side.

const std::string* text_of(const otlp::Attributes& attributes, std::string_view key) {
  return otlp::find_string(attributes, key);
}

void write_events(wire::JsonWriter& json, const otlp::Span& span) {
  json.key("events").begin_array();
  for (const otlp::SpanEvent& event : span.events) {
    json.begin_object();
    json.key("time_ns").int64_string(static_cast<int64_t>(event.time_unix_nano));
    json.member("offset_ns", static_cast<int64_t>(event.time_unix_nano - span.start_time_unix_nano));
    json.member("name", event.name);
    write_attributes(json, "attributes", event.attributes);
    if (event.dropped_attributes_count != 0) json.member("dropped_attributes_count", event.dropped_attributes_count);
    json.end_object();
  }
  json.end_array();
}

void write_links(wire::JsonWriter& json, const otlp::Span& span) {
  json.key("links").begin_array();
  for (const otlp::SpanLink& link : span.links) {
    json.begin_object();
    json.member("trace_id", otlp::to_hex(link.trace_id)).member("span_id", otlp::span_id_hex(link.span_id));
    if (!link.trace_state.empty()) json.member("trace_state", link.trace_state);
    write_attributes(json, "attributes", link.attributes);
    json.end_object();
  }
  json.end_array();
}

void write_statement(wire::JsonWriter& json, const otlp::Span& span) {
  const std::string* statement = nullptr;
  for (const std::string_view key : table::kStatementAttributes) {
    if (statement == nullptr) statement = text_of(span.attributes, key);
  }
  if (statement == nullptr) return;
  const std::string* system = text_of(span.attributes, "db.system.name");
  if (system == nullptr) system = text_of(span.attributes, "db.system");
  json.key("statement").begin_object().member("text", *statement);
  json.member("normalised", query_analyse::normalise_statement(*statement, system != nullptr ? *system : std::string()));
  if (system != nullptr) json.member("system", *system);
  json.end_object();
}

// The last one recorded is the one that left the span.
void write_exception(wire::JsonWriter& json, const otlp::Span& span) {
  const otlp::SpanEvent* exception = nullptr;
  for (const otlp::SpanEvent& event : span.events) {
    if (event.name == "exception") exception = &event;
  }
  if (exception == nullptr) return;
  const auto text = [&](std::string_view key) {
    const std::string* found = text_of(exception->attributes, key);
    return found != nullptr ? *found : std::string();
  };
  json.key("exception").begin_object();
  json.member("type", text("exception.type")).member("message", text("exception.message"));
  json.member("stacktrace", text("exception.stacktrace"));
  json.end_object();
}

void write_usual(wire::JsonWriter& json, const query::OperationUsual& usual, int64_t duration_ns) {
  if (usual.count == 0) return;
  const auto quantile = [&](double q) { return static_cast<int64_t>(table::histogram_quantile_ns(usual.durations, q)); };
  json.key("usual").begin_object().member("count", usual.count);
  json.member("p50_ns", quantile(0.5)).member("p95_ns", quantile(0.95)).member("p99_ns", quantile(0.99));
  json.member("error_share", static_cast<double>(usual.error_count) / static_cast<double>(usual.count));
  json.member("percentile", query::share_not_longer(usual.durations, duration_ns));
  json.end_object();
}

void write_core(wire::JsonWriter& json, const otlp::Span& span, const std::string& service, uint32_t color) {
  json.member("trace_id", otlp::to_hex(span.trace_id)).member("span_id", otlp::span_id_hex(span.span_id));
  if (span.parent_span_id != 0) json.member("parent_span_id", otlp::span_id_hex(span.parent_span_id));
  json.member("service", service).member("color", color).member("name", span.name);
  json.member("kind", query_traceql::word(span.kind)).member("status", query_traceql::word(span.status_code));
  if (!span.status_message.empty()) json.member("status_message", span.status_message);
  json.key("start_time_ns").int64_string(static_cast<int64_t>(span.start_time_unix_nano));
  json.member("duration_ns", span.end_time_unix_nano - span.start_time_unix_nano);
  if (!span.trace_state.empty()) json.member("trace_state", span.trace_state);
  if (span.dropped_attributes_count != 0) json.member("dropped_attributes_count", span.dropped_attributes_count);
  if (span.dropped_events_count != 0) json.member("dropped_events_count", span.dropped_events_count);
  if (span.dropped_links_count != 0) json.member("dropped_links_count", span.dropped_links_count);
}

}  // namespace

AnswerResult answer_trace_columns(const Question& question) {
  const auto catalog = catalog_of(question);
  if (!catalog) return std::unexpected(catalog.error());
  auto trace = query::trace_view(**catalog, question.arguments.trace_id("trace_id"), question.control);
  if (!trace) return refused(std::move(trace.error()), "trace_id");
  const std::vector<uint32_t> colors = question.options.ui_state->colors_of(trace->services);
  const int64_t end_ns = trace->begin_unix_ns + trace->duration_ns;
  const bool may_grow = question.options.clock->now_ns() - end_ns < kMayGrowNs;
  return Answer{.body = trace_columns_body(*trace, colors, may_grow), .content_type = kTraceColumnsType};
}

AnswerResult answer_span(const Question& question) {
  const auto catalog = catalog_of(question);
  if (!catalog) return std::unexpected(catalog.error());
  const Arguments& arguments = question.arguments;
  query::SpanRequest request{.trace_id = arguments.trace_id("trace_id"),
                             .span_id = arguments.span_id("span_id"),
                             .kind = query_traceql::kind_of_word(arguments.text("kind")),
                             .service = {},
                             .start_ns = {}};
  if (arguments.has("service")) request.service = arguments.text("service");
  if (arguments.has("start_ns")) request.start_ns = arguments.number("start_ns");
  auto found = query::span_detail(**catalog, request, question.control);
  if (!found) return refused(std::move(found.error()), "span_id");
  const otlp::Span& span = found->span;
  const std::string* named = text_of(found->resource.attributes, "service.name");
  const std::string service = named != nullptr ? *named : std::string();
  const auto start_ns = static_cast<int64_t>(span.start_time_unix_nano);
  auto usual = query::operation_usual(**catalog, service, span.name, span.kind,
                                      {start_ns - kUsualReachNs, start_ns + kUsualReachNs});
  if (!usual) return refused(std::move(usual.error()));

  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  write_core(json, span, service, question.options.ui_state->color_of(service));
  write_attributes(json, "attributes", span.attributes);
  write_attributes(json, "resource", found->resource.attributes);
  json.key("scope").begin_object().member("name", found->scope.name).member("version", found->scope.version);
  write_attributes(json, "attributes", found->scope.attributes);
  json.end_object();
  write_events(json, span);
  write_links(json, span);
  write_statement(json, span);
  write_exception(json, span);
  write_usual(json, *usual, static_cast<int64_t>(span.end_time_unix_nano - span.start_time_unix_nano));
  json.end_object();
  return answer;
}

namespace {

void write_arguments(wire::JsonWriter& json, const query_analyse::FindingArguments& arguments) {
  json.key("arguments").begin_object();
  for (const auto& [name, text] : {std::pair<std::string_view, const std::string*>{"service", &arguments.service},
                                   {"operation", &arguments.operation},
                                   {"callee", &arguments.callee},
                                   {"statement", &arguments.statement},
                                   {"parent_service", &arguments.parent_service},
                                   {"parent_operation", &arguments.parent_operation},
                                   {"exception_type", &arguments.exception_type},
                                   {"message", &arguments.message}}) {
    if (!text->empty()) json.member(name, *text);
  }
  if (arguments.parent_span_id) json.member("parent_span_id", otlp::span_id_hex(*arguments.parent_span_id));
  if (arguments.missing_span_id) json.member("missing_span_id", otlp::span_id_hex(*arguments.missing_span_id));
  for (const auto& [name, number] : {std::pair<std::string_view, std::optional<int64_t>>{"count", arguments.count},
                                     {"attempts", arguments.attempts},
                                     {"total_ns", arguments.total_ns},
                                     {"max_ns", arguments.max_ns},
                                     {"duration_ns", arguments.duration_ns},
                                     {"parallel_ns", arguments.parallel_ns},
                                     {"skew_ns", arguments.skew_ns}}) {
    if (number) json.member(name, *number);
  }
  if (arguments.share) json.member("share", *arguments.share);
  json.end_object();
}

}  // namespace

AnswerResult answer_findings(const Question& question) {
  const auto catalog = catalog_of(question);
  if (!catalog) return std::unexpected(catalog.error());
  auto trace = query::trace_view(**catalog, question.arguments.trace_id("trace_id"), question.control);
  if (!trace) return refused(std::move(trace.error()), "trace_id");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("span_count", trace->row_count()).key("findings").begin_array();
  for (const query_analyse::Finding& finding : query_analyse::find_all(*trace)) {
    json.begin_object().member("code", word(finding.code)).member("severity", word(finding.severity));
    if (finding.saved_ns) json.member("saved_ns", *finding.saved_ns);
    json.key("span_ids").begin_array();
    for (const uint32_t row : finding.rows) json.value(otlp::span_id_hex(trace->span_id[row]));
    json.end_array().key("rows").begin_array();
    for (const uint32_t row : finding.rows) json.value(row);
    json.end_array().member("span_total", finding.row_total);
    write_arguments(json, finding.arguments);
    json.end_object();
  }
  json.end_array().end_object();
  return answer;
}

namespace {

// Gives colours to services that no other answer has named yet, in the order of first sight, so that pages whose answers name
// services without colours (browsers' sessions) show each like all others do.
void name_colors(const Question& question) {
  if (question.options.catalog == nullptr) return;
  const auto facts = question.options.service_book->facts(question.options.catalog->snapshot(), question.control);
  if (!facts) return;
  std::vector<std::pair<int64_t, std::string>> seen;
  for (const auto& [name, profile] : query::profiles_of(*facts)) seen.emplace_back(profile.first_ns, name);
  std::ranges::sort(seen);
  for (const auto& [_, name] : seen) question.options.ui_state->color_of(name);
}

}  // namespace

AnswerResult answer_service_colors(const Question& question) {
  name_colors(question);
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("services").begin_array();
  for (const auto& [service, color] : question.options.ui_state->all_colors()) {
    json.begin_object().member("service", service).member("color", color).end_object();
  }
  json.end_array().end_object();
  return answer;
}

AnswerResult answer_find(const Question& question) {
  const auto catalog = catalog_of(question);
  if (!catalog) return std::unexpected(catalog.error());
  const Arguments& arguments = question.arguments;
  auto trace = query::trace_view(**catalog, arguments.trace_id("trace_id"), question.control);
  if (!trace) return refused(std::move(trace.error()), "trace_id");
  auto rows = query::find_in_trace(**catalog, *trace, arguments.text("text"), question.control);
  if (!rows) return refused(std::move(rows.error()), "text");
  const size_t listed = std::min(rows->size(), static_cast<size_t>(arguments.number("limit")));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("text", arguments.text("text")).member("match_count", rows->size()).key("rows").begin_array();
  for (size_t i = 0; i < listed; ++i) json.value((*rows)[i]);
  json.end_array().key("span_ids").begin_array();
  for (size_t i = 0; i < listed; ++i) json.value(otlp::span_id_hex(trace->span_id[(*rows)[i]]));
  json.end_array().member("exact", listed == rows->size()).end_object();
  return answer;
}

AnswerResult answer_trace_events(const Question& question) {
  const auto catalog = catalog_of(question);
  if (!catalog) return std::unexpected(catalog.error());
  const Arguments& arguments = question.arguments;
  auto trace = query::trace_view(**catalog, arguments.trace_id("trace_id"), question.control);
  if (!trace) return refused(std::move(trace.error()), "trace_id");
  auto found = query::events_of_trace(**catalog, *trace, static_cast<size_t>(arguments.number("limit")), question.control);
  if (!found) return refused(std::move(found.error()));
  const std::vector<uint32_t> colors = question.options.ui_state->colors_of(trace->services);
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("events").begin_array();
  for (const query::TraceEvent& event : found->events) {
    json.begin_object().key("time_ns").int64_string(event.time_ns);
    json.member("offset_ns", event.time_ns - trace->begin_unix_ns).member("row", event.row);
    json.member("span_id", otlp::span_id_hex(trace->span_id[event.row])).member("service", trace->service_of(event.row));
    json.member("color", colors[trace->service[event.row]]).member("span_name", trace->name_of(event.row));
    json.member("name", event.name).member("kind", event.is_log ? "log" : event.name == "exception" ? "exception" : "event");
    if (!event.severity.empty()) json.member("severity", event.severity);
    write_attributes(json, "attributes", event.attributes);
    json.end_object();
  }
  json.end_array().member("event_count", found->event_count).member("exact", found->event_count == found->events.size());
  json.end_object();
  return answer;
}

AnswerResult answer_layout(const Question& question) {
  return Answer{.body = layout_json(question.options.ui_state->layout())};
}

AnswerResult answer_put_layout(const Question& question) {
  auto layout = parse_layout(question.body);
  if (!layout) return refused(std::move(layout.error()));
  auto version = question.options.ui_state->put_layout(std::move(*layout));
  if (!version) return refused(std::move(version.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("version", *version).end_object();
  return answer;
}

}  // namespace clew::api_native
