// Shapes of the answers to the user interface's questions.
#include "api/native/endpoint.h"

namespace clew::api_native {
namespace {

constexpr FieldType kText = FieldType::kText;
constexpr FieldType kTraceId = FieldType::kTraceId;
constexpr FieldType kSpanId = FieldType::kSpanId;
constexpr FieldType kTime = FieldType::kTime;
constexpr FieldType kDuration = FieldType::kDuration;
constexpr FieldType kInteger = FieldType::kInteger;
constexpr FieldType kSigned = FieldType::kSigned;
constexpr FieldType kNumber = FieldType::kNumber;
constexpr FieldType kFlag = FieldType::kFlag;
constexpr FieldType kObject = FieldType::kObject;

Field list_of(std::string_view name, std::string_view object, std::string_view description) {
  return {.name = name, .type = kObject, .description = description, .list = true, .object = object};
}
Field one(std::string_view name, std::string_view object, std::string_view description) {
  return {.name = name, .type = kObject, .description = description, .object = object};
}
Field maybe(Field field) {
  field.optional = true;
  return field;
}
Field maybe(std::string_view name, FieldType type, std::string_view description) {
  return {.name = name, .type = type, .description = description, .optional = true};
}
Field color_field() { return {"color", kInteger, "Number of the service, see [colours](#colours-of-services)"}; }

std::vector<Shape> span_shapes() {
  return {
      {"SpanAnswer",
       "A span with everything that was sent of it.",
       {{"trace_id", kTraceId, "Its trace"},
        {"span_id", kSpanId, "The span"},
        maybe("parent_span_id", kSpanId, "Its parent; absent for a root"),
        {"service", kText, "Its service"},
        color_field(),
        {"name", kText, "Its name"},
        {"kind", kText, "unspecified, internal, server, client, producer or consumer"},
        {"status", kText, "unset, ok or error"},
        maybe("status_message", kText, "What the status says"),
        {"start_time_ns", kTime, "Its start"},
        {"duration_ns", kDuration, "Its duration"},
        maybe("trace_state", kText, "W3C trace state"),
        maybe("dropped_attributes_count", kInteger, "Attributes that the sender left out"),
        maybe("dropped_events_count", kInteger, "Events that the sender left out"),
        maybe("dropped_links_count", kInteger, "Links that the sender left out"),
        list_of("attributes", "Attribute", "By key"),
        list_of("resource", "Attribute", "Attributes of its resource, by key"),
        one("scope", "InstrumentationScope", "What recorded it"),
        list_of("events", "SpanEvent", "In the order sent"),
        list_of("links", "SpanLink", "In the order sent"),
        maybe(one("statement", "Statement", "What it asked of a database or cache")),
        maybe(one("exception", "ExceptionDetail", "Its last exception event")),
        maybe(one("usual", "UsualDuration", "Spans of the same service, name and kind within half an hour to either side"))}},
      {"InstrumentationScope",
       "The library that recorded a span.",
       {{"name", kText, "Its name"}, {"version", kText, "Its version"}, list_of("attributes", "Attribute", "By key")}},
      {"SpanEvent",
       "Something that happened during a span.",
       {{"time_ns", kTime, "When"},
        {"offset_ns", kSigned, "After the span's start"},
        {"name", kText, "What"},
        list_of("attributes", "Attribute", "In the order sent"),
        maybe("dropped_attributes_count", kInteger, "Attributes that the sender left out")}},
      {"SpanLink",
       "Another span that has to do with this one.",
       {{"trace_id", kTraceId, "Its trace"},
        {"span_id", kSpanId, "The span"},
        maybe("trace_state", kText, "Its W3C trace state"),
        list_of("attributes", "Attribute", "In the order sent")}},
      {"Statement",
       "What was asked of a database or cache.",
       {{"text", kText, "As sent"},
        {"normalised", kText, "Without literals, so that equal statements are equal texts"},
        maybe("system", kText, "Such as postgresql or redis")}},
      {"ExceptionDetail",
       "An exception event.",
       {{"type", kText, "exception.type, or empty"},
        {"message", kText, "exception.message, or empty"},
        {"stacktrace", kText, "exception.stacktrace, or empty"}}},
      {"UsualDuration",
       "How spans of one operation usually are, from the rollups: quantiles within 4.4 %.",
       {{"count", kInteger, "Spans"},
        {"p50_ns", kDuration, "Half are not longer"},
        {"p95_ns", kDuration, "95 % are not longer"},
        {"p99_ns", kDuration, "99 % are not longer"},
        {"error_share", kNumber, "Share with status error"},
        {"percentile", kNumber, "Share of them that is not longer than this span"}}},
  };
}

std::vector<Shape> finding_shapes() {
  return {
      {"FindingsAnswer",
       "What is wrong with a trace.",
       {{"span_count", kInteger, "Spans of the trace"}, list_of("findings", "Finding", "Most severe first")}},
      {"Finding",
       "A fact about a trace.",
       {{"code", kText,
         "error_cause: where an error began. n_plus_one: the same call in a loop. retry_storm: repeated after failure. "
         "serial_calls: independent calls one after another. gap: time of a span that nothing explains. slowest_self_time: "
         "where most of the waiting was. broken_parent: spans whose parent is missing. clock_skew: a clock that cannot be right"},
        {"severity", kText, "high, medium or low"},
        maybe("saved_ns", kDuration, "By what the trace could be shorter, at most"),
        {.name = "span_ids", .type = kSpanId, .description = "The spans, the telling ones first; at most 200", .list = true},
        {.name = "rows", .type = kInteger, .description = "The same as rows of the trace's columns", .list = true},
        {"span_total", kInteger, "Spans before the limit"},
        one("arguments", "FindingArguments", "What the words need; what does not apply is absent")}},
      {"FindingArguments",
       "Facts of a finding.",
       {maybe("service", kText, "Service of the span"),
        maybe("operation", kText, "Name of the span"),
        maybe("callee", kText, "Whom it calls: a service, or the name of a database or host"),
        maybe("statement", kText, "Normalised statement of the repeated call"),
        maybe("parent_service", kText, "Service of the span that makes the calls"),
        maybe("parent_operation", kText, "Name of the span that makes the calls"),
        maybe("parent_span_id", kSpanId, "The span that makes the calls"),
        maybe("missing_span_id", kSpanId, "The parent that was not received"),
        maybe("exception_type", kText, "Type of the exception"),
        maybe("message", kText, "Message of the exception, else of the status"),
        maybe("count", kInteger, "error_cause: spans that the error went through; else: calls or spans"),
        maybe("attempts", kInteger, "retry_storm: how often it was tried; error_cause: how many spans failed the same way"),
        maybe("total_ns", kDuration, "Time of all calls together"),
        maybe("max_ns", kDuration, "Time of the longest call"),
        maybe("duration_ns", kDuration, "Self time, or time of the gap"),
        maybe("parallel_ns", kDuration, "serial_calls: how long they would take in parallel, at least"),
        maybe("skew_ns", kSigned, "What has to be added to the clock"),
        maybe("share", kNumber, "Share of the trace's duration")}},
      {"ServiceColorsAnswer",
       "The numbers of all services seen so far.",
       {list_of("services", "ServiceColor", "By number")}},
      {"ServiceColor", "The number of a service.", {{"service", kText, "The service"}, color_field()}},
  };
}

}  // namespace

std::vector<Shape> ui_shapes() {
  std::vector<Shape> all;
  for (auto part : {span_shapes(), finding_shapes()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace clew::api_native
