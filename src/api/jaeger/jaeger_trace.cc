#include "api/jaeger/jaeger_trace.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "otlp/base64.h"
#include "otlp/value_json.h"
#include "query/traceql/fields.h"

namespace clew::api_jaeger {
namespace {

using wire::JsonWriter;

constexpr std::string_view kNoServiceName = "missing-service-name";
constexpr int64_t kSafeInteger = (int64_t{1} << 53) - 1;

struct PlacedSpan {
  const otlp::Span* span;
  const otlp::InstrumentationScope* scope;
  size_t process;  // Index into JaegerTrace::processes.
};
struct JaegerTrace {
  otlp::TraceId id;
  std::vector<PlacedSpan> spans;
  std::vector<const otlp::Resource*> processes;
  std::map<std::string, size_t> process_index;
};

void open_tag(JsonWriter& json, std::string_view key, std::string_view type) {
  json.begin_object().member("key", key).member("type", type).key("value");
}

void write_text_tag(JsonWriter& json, std::string_view key, std::string_view text) {
  open_tag(json, key, "string");
  json.value(text).end_object();
}

struct TagWriter {
  JsonWriter& json;
  std::string_view key;
  const otlp::AnyValue& whole;

  void operator()(std::monostate) const { write_text_tag(json, key, ""); }
  void operator()(const std::string& text) const { write_text_tag(json, key, text); }
  void operator()(bool flag) const {
    open_tag(json, key, "bool");
    json.value(flag).end_object();
  }
  void operator()(int64_t number) const {
    open_tag(json, key, "int64");
    // Beyond what JavaScript's numbers hold, Jaeger writes digits in quotes.
    if (number > kSafeInteger || number < -kSafeInteger) {
      json.int64_string(number);
    } else {
      json.value(number);
    }
    json.end_object();
  }
  void operator()(double number) const {
    if (std::isnan(number)) return write_text_tag(json, key, "NaN");
    if (std::isinf(number)) return write_text_tag(json, key, number > 0 ? "Infinity" : "-Infinity");
    open_tag(json, key, "float64");
    json.value(number).end_object();
  }
  void operator()(const otlp::Bytes& bytes) const {
    std::string text;
    otlp::append_base64(bytes.data, text);
    open_tag(json, key, "binary");
    json.value(text).end_object();
  }
  void operator()(const otlp::ArrayValue&) const { nested(); }
  void operator()(const otlp::KeyValueList&) const { nested(); }
  void nested() const {
    std::string text;
    otlp::append_value_json(whole, text);
    write_text_tag(json, key, text);
  }
};

void write_tag(JsonWriter& json, const otlp::KeyValue& attribute) {
  std::visit(TagWriter{json, attribute.key, attribute.value}, attribute.value.value);
}

void write_tags(JsonWriter& json, const PlacedSpan& placed) {
  const otlp::Span& span = *placed.span;
  json.key("tags").begin_array();
  if (!placed.scope->name.empty()) write_text_tag(json, "otel.scope.name", placed.scope->name);
  if (!placed.scope->version.empty()) write_text_tag(json, "otel.scope.version", placed.scope->version);
  for (const otlp::KeyValue& attribute : span.attributes) write_tag(json, attribute);
  if (span.kind != otlp::SpanKind::kUnspecified) write_text_tag(json, "span.kind", query_traceql::word(span.kind));
  if (span.status_code == otlp::StatusCode::kOk) write_text_tag(json, "otel.status_code", "OK");
  if (span.status_code == otlp::StatusCode::kError) {
    write_text_tag(json, "otel.status_code", "ERROR");
    open_tag(json, "error", "bool");
    json.value(true).end_object();
  }
  if (!span.status_message.empty()) write_text_tag(json, "otel.status_description", span.status_message);
  if (!span.trace_state.empty()) write_text_tag(json, "w3c.tracestate", span.trace_state);
  json.end_array();
}

void write_reference(JsonWriter& json, std::string_view type, otlp::TraceId trace_id, otlp::SpanId span_id) {
  json.begin_object().member("refType", type).member("traceID", jaeger_trace_id(trace_id));
  json.member("spanID", otlp::span_id_hex(span_id)).end_object();
}

void write_references(JsonWriter& json, const otlp::Span& span) {
  json.key("references").begin_array();
  if (span.parent_span_id != 0) write_reference(json, "CHILD_OF", span.trace_id, span.parent_span_id);
  for (const otlp::SpanLink& link : span.links) {
    const std::string* type = otlp::find_string(link.attributes, "opentracing.ref_type");
    const bool child_of = type != nullptr && *type == "child_of";
    write_reference(json, child_of ? "CHILD_OF" : "FOLLOWS_FROM", link.trace_id, link.span_id);
  }
  json.end_array();
}

void write_logs(JsonWriter& json, const otlp::Span& span) {
  json.key("logs").begin_array();
  for (const otlp::SpanEvent& event : span.events) {
    json.begin_object().member("timestamp", event.time_unix_nano / 1'000);
    json.key("fields").begin_array();
    if (!event.name.empty()) write_text_tag(json, "event", event.name);
    for (const otlp::KeyValue& attribute : event.attributes) write_tag(json, attribute);
    json.end_array().end_object();
  }
  json.end_array();
}

const otlp::AnyValue* find_value(const otlp::Attributes& attributes, std::string_view key) {
  const auto found = std::ranges::find(attributes, key, &otlp::KeyValue::key);
  return found == attributes.end() ? nullptr : &found->value;
}

// OTLP's flags hold W3C's in their lowest byte; Jaeger's further ones were made attributes by its receiver.
uint32_t jaeger_flags(const otlp::Span& span) {
  const auto flag = [&](std::string_view key, uint32_t bit) {
    const otlp::AnyValue* value = find_value(span.attributes, key);
    return value != nullptr && value->value == otlp::AnyValue{true}.value ? bit : 0;
  };
  return (span.flags & 0xff) | flag("jaeger.debug", 2) | flag("jaeger.firehose", 8);
}

// Those that came with the span, then ours.
void write_warnings(JsonWriter& json, const otlp::Span& span, const Warnings& warnings) {
  json.key("warnings");
  const otlp::AnyValue* arrived = find_value(span.attributes, "jaeger.warnings");
  const auto* list = arrived == nullptr ? nullptr : std::get_if<otlp::ArrayValue>(&arrived->value);
  const auto found = warnings.find(&span);
  if (list == nullptr && found == warnings.end()) {
    json.null();
    return;
  }
  json.begin_array();
  if (list != nullptr) {
    for (const otlp::AnyValue& one : list->values) {
      if (const auto* text = std::get_if<std::string>(&one.value)) json.value(*text);
    }
  }
  if (found != warnings.end()) {
    for (const std::string& warning : found->second) json.value(warning);
  }
  json.end_array();
}

void write_span(JsonWriter& json, const PlacedSpan& placed, const Warnings& warnings) {
  const otlp::Span& span = *placed.span;
  json.begin_object();
  json.member("traceID", jaeger_trace_id(span.trace_id));
  json.member("spanID", otlp::span_id_hex(span.span_id));
  if (const uint32_t flags = jaeger_flags(span); flags != 0) json.member("flags", flags);
  json.member("operationName", span.name);
  write_references(json, span);
  const uint64_t end_ns = std::max(span.start_time_unix_nano, span.end_time_unix_nano);
  json.member("startTime", span.start_time_unix_nano / 1'000);
  json.member("duration", (end_ns - span.start_time_unix_nano) / 1'000);
  write_tags(json, placed);
  write_logs(json, span);
  json.member("processID", fmt::format("p{}", placed.process + 1));
  write_warnings(json, span, warnings);
  json.end_object();
}

void write_process(JsonWriter& json, const otlp::Resource& resource) {
  const std::string* service = otlp::find_string(resource.attributes, "service.name");
  json.begin_object();
  json.member("serviceName", service == nullptr || service->empty() ? kNoServiceName : std::string_view(*service));
  json.key("tags").begin_array();
  for (const otlp::KeyValue& attribute : resource.attributes) {
    if (attribute.key != "service.name") write_tag(json, attribute);
  }
  json.end_array().end_object();
}

// Equal resources are one process; the text decides, so that a trace of many resources costs no comparison of all pairs.
size_t process_of(JaegerTrace& trace, const otlp::Resource& resource) {
  std::string text;
  otlp::append_attributes_json(resource.attributes, text);
  const auto [entry, is_new] = trace.process_index.emplace(std::move(text), trace.processes.size());
  if (is_new) trace.processes.push_back(&resource);
  return entry->second;
}

std::vector<JaegerTrace> split_by_trace(const otlp::TracesData& data) {
  std::vector<JaegerTrace> traces;
  std::map<otlp::TraceId, size_t> index_of;
  for (const otlp::ResourceSpans& resource_spans : data.resource_spans) {
    // Found once for the first span of each trace under this resource.
    std::map<size_t, size_t> process_in;
    for (const otlp::ScopeSpans& scope_spans : resource_spans.scope_spans) {
      for (const otlp::Span& span : scope_spans.spans) {
        const auto [entry, is_new] = index_of.emplace(span.trace_id, traces.size());
        if (is_new) traces.push_back({span.trace_id, {}, {}, {}});
        JaegerTrace& trace = traces[entry->second];
        auto process = process_in.find(entry->second);
        if (process == process_in.end()) {
          process = process_in.emplace(entry->second, process_of(trace, resource_spans.resource)).first;
        }
        trace.spans.push_back({&span, &scope_spans.scope, process->second});
      }
    }
  }
  return traces;
}

}  // namespace

void write_traces(JsonWriter& json, const otlp::TracesData& data, const Warnings& warnings) {
  for (JaegerTrace& trace : split_by_trace(data)) {
    // The kind tells Zipkin's shared halves apart, so the order is total.
    std::ranges::sort(trace.spans, {}, [](const PlacedSpan& placed) {
      return std::tuple(placed.span->start_time_unix_nano, placed.span->span_id, placed.span->kind);
    });
    json.begin_object().member("traceID", jaeger_trace_id(trace.id));
    json.key("spans").begin_array();
    for (const PlacedSpan& placed : trace.spans) write_span(json, placed, warnings);
    json.end_array();
    json.key("processes").begin_object();
    for (size_t i = 0; i < trace.processes.size(); ++i) {
      json.key(fmt::format("p{}", i + 1));
      write_process(json, *trace.processes[i]);
    }
    json.end_object();
    json.key("warnings").null().end_object();
  }
}

std::string jaeger_trace_id(otlp::TraceId id) { return id.hi == 0 ? otlp::span_id_hex(id.lo) : otlp::to_hex(id); }

}  // namespace clew::api_jaeger
