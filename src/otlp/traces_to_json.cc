#include <charconv>
#include <cmath>

#include "otlp/base64.h"
#include "otlp/traces_codec.h"
#include "otlp/value_json.h"

namespace clew::otlp {
namespace {

template <class T>
void append_number(T value, std::string& json) {
  char digits[32];
  json.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

// One JSON object: writes the comma between members and leaves out what holds its default.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& json) : json_(json) { json_ += '{'; }
  ~ObjectWriter() { json_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void key(std::string_view name) {
    if (!first_) json_ += ',';
    first_ = false;
    json_ += '"';
    json_ += name;
    json_ += "\":";
  }
  void string(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    key(name);
    append_json_string(text, json_);
  }
  void number(std::string_view name, uint32_t value) {
    if (value == 0) return;
    key(name);
    append_number(value, json_);
  }
  // 64-bit integers are strings, because JSON readers hold numbers as doubles.
  void number64(std::string_view name, uint64_t value) {
    if (value == 0) return;
    key(name);
    json_ += '"';
    append_number(value, json_);
    json_ += '"';
  }
  template <class T, class Append>
  void list(std::string_view name, const std::vector<T>& elements, Append append) {
    if (elements.empty()) return;
    key(name);
    append_list(elements, append);
  }
  template <class T, class Append>
  void append_list(const std::vector<T>& elements, Append append) {
    json_ += '[';
    for (bool first = true; const T& element : elements) {
      if (!first) json_ += ',';
      first = false;
      append(element, json_);
    }
    json_ += ']';
  }

 private:
  std::string& json_;
  bool first_ = true;
};

void append_key_value(const KeyValue& pair, std::string& json);

void append_any_value(const AnyValue& any, std::string& json) {
  ObjectWriter object(json);
  if (const auto* text = std::get_if<std::string>(&any.value)) {
    object.key("stringValue");
    append_json_string(*text, json);
  } else if (const auto* truth = std::get_if<bool>(&any.value)) {
    object.key("boolValue");
    json += *truth ? "true" : "false";
  } else if (const auto* integer = std::get_if<int64_t>(&any.value)) {
    object.key("intValue");
    json += '"';
    append_number(*integer, json);
    json += '"';
  } else if (const auto* real = std::get_if<double>(&any.value)) {
    object.key("doubleValue");
    if (std::isfinite(*real)) {
      append_json_double(*real, json);
    } else {
      json += std::isnan(*real) ? "\"NaN\"" : *real < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    }
  } else if (const auto* bytes = std::get_if<Bytes>(&any.value)) {
    object.key("bytesValue");
    json += '"';
    append_base64(bytes->data, json);
    json += '"';
  } else if (const auto* array = std::get_if<ArrayValue>(&any.value)) {
    object.key("arrayValue");
    ObjectWriter list(json);
    list.list("values", array->values, append_any_value);
  } else if (const auto* map = std::get_if<KeyValueList>(&any.value)) {
    object.key("kvlistValue");
    ObjectWriter list(json);
    list.list("values", map->values, append_key_value);
  }
}

void append_key_value(const KeyValue& pair, std::string& json) {
  ObjectWriter object(json);
  object.key("key");
  append_json_string(pair.key, json);
  object.key("value");
  append_any_value(pair.value, json);
}

void append_event(const SpanEvent& event, std::string& json) {
  ObjectWriter object(json);
  object.number64("timeUnixNano", event.time_unix_nano);
  object.string("name", event.name);
  object.list("attributes", event.attributes, append_key_value);
  object.number("droppedAttributesCount", event.dropped_attributes_count);
}

void append_link(const SpanLink& link, std::string& json) {
  ObjectWriter object(json);
  if (!link.trace_id.is_zero()) object.string("traceId", to_hex(link.trace_id));
  if (link.span_id != 0) object.string("spanId", span_id_hex(link.span_id));
  object.string("traceState", link.trace_state);
  object.list("attributes", link.attributes, append_key_value);
  object.number("droppedAttributesCount", link.dropped_attributes_count);
  object.number("flags", link.flags);
}

void append_span(const Span& span, std::string& json) {
  ObjectWriter object(json);
  if (!span.trace_id.is_zero()) object.string("traceId", to_hex(span.trace_id));
  if (span.span_id != 0) object.string("spanId", span_id_hex(span.span_id));
  object.string("traceState", span.trace_state);
  if (span.parent_span_id != 0) object.string("parentSpanId", span_id_hex(span.parent_span_id));
  object.number("flags", span.flags);
  object.string("name", span.name);
  object.number("kind", static_cast<uint32_t>(span.kind));
  object.number64("startTimeUnixNano", span.start_time_unix_nano);
  object.number64("endTimeUnixNano", span.end_time_unix_nano);
  object.list("attributes", span.attributes, append_key_value);
  object.number("droppedAttributesCount", span.dropped_attributes_count);
  object.list("events", span.events, append_event);
  object.number("droppedEventsCount", span.dropped_events_count);
  object.list("links", span.links, append_link);
  object.number("droppedLinksCount", span.dropped_links_count);
  object.key("status");
  ObjectWriter status(json);
  status.string("message", span.status_message);
  status.number("code", static_cast<uint32_t>(span.status_code));
}

void append_scope_spans(const ScopeSpans& scope_spans, std::string& json) {
  ObjectWriter object(json);
  object.key("scope");
  {
    const InstrumentationScope& scope = scope_spans.scope;
    ObjectWriter members(json);
    members.string("name", scope.name);
    members.string("version", scope.version);
    members.list("attributes", scope.attributes, append_key_value);
    members.number("droppedAttributesCount", scope.dropped_attributes_count);
  }
  object.key("spans");
  object.append_list(scope_spans.spans, append_span);
  object.string("schemaUrl", scope_spans.scope.schema_url);
}

void append_resource_spans(const ResourceSpans& resource_spans, std::string& json) {
  ObjectWriter object(json);
  object.key("resource");
  {
    ObjectWriter members(json);
    members.list("attributes", resource_spans.resource.attributes, append_key_value);
    members.number("droppedAttributesCount", resource_spans.resource.dropped_attributes_count);
  }
  object.key("scopeSpans");
  object.append_list(resource_spans.scope_spans, append_scope_spans);
  object.string("schemaUrl", resource_spans.resource.schema_url);
}

}  // namespace

std::string traces_to_json(const TracesData& data) {
  std::string json;
  {
    ObjectWriter object(json);
    object.key("resourceSpans");
    object.append_list(data.resource_spans, append_resource_spans);
  }
  return json;
}

}  // namespace clew::otlp
