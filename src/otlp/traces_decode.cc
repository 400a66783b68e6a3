#include <fmt/format.h>

#include "otlp/message_reader.h"
#include "otlp/traces_codec.h"
#include "otlp/utf8.h"
#include "otlp/value_json.h"

namespace clew::otlp {
namespace {

constexpr WireType kVarint = WireType::kVarint;
constexpr WireType kFixed64 = WireType::kFixed64;
constexpr WireType kLength = WireType::kLength;
constexpr WireType kFixed32 = WireType::kFixed32;

// Decodes depth first and keeps the way from the root, so that the first thing wrong can be named with its place. Every
// read_… returns false after fault(). What protobuf leaves out stays at its default; a field that comes twice counts last.
class TracesDecoder {
 public:
  stdx::Result<TracesData> run(std::string_view protobuf) {
    TracesData data;
    const bool whole = each_field(protobuf, field::kTracesResourceSpans, [&](const MessageReader& in) {
      if (in.tag() != wire_tag(field::kTracesResourceSpans, kLength)) return in.field() > 1;
      return at("resource_spans", data.resource_spans,
                [&](ResourceSpans& element) { return read_resource_spans(in.bytes(), element); });
    });
    if (!whole) return stdx::fail(stdx::ErrorCode::kInvalidArgument, std::move(fault_));
    return data;
  }

 private:
  // Feeds each field to `take`, which returns false for one it cannot take: at or below `known_max` that is a wrong wire
  // type (unless something deeper has already been blamed), above it is a field of a later version.
  template <class Take>
  bool each_field(std::string_view message, uint32_t known_max, Take take) {
    MessageReader in(message);
    while (in.next()) {
      if (take(in)) continue;
      if (!fault_.empty()) return false;
      if (in.field() <= known_max) return fault(fmt::format("field {} has wire type {}", in.field(), in.tag() & 7));
    }
    return in.ok() || fault("truncated or malformed protobuf");
  }

  // Adds an element to `list` and reads it with its name and index on the path.
  template <class T, class Read>
  bool at(std::string_view name, std::vector<T>& list, Read read) {
    path_.push_back({name, list.size()});
    const bool whole = read(list.emplace_back());
    path_.pop_back();
    return whole;
  }

  template <class Read>
  bool at(std::string_view name, Read read) {
    path_.push_back({name, kNoIndex});
    const bool whole = read();
    path_.pop_back();
    return whole;
  }

  bool fault(std::string_view what) {
    if (!fault_.empty()) return false;
    for (const Step& step : path_) {
      if (!fault_.empty()) fault_ += '.';
      fault_ += step.name;
      if (step.index != kNoIndex) fault_ += fmt::format("[{}]", step.index);
    }
    fault_ = fmt::format("{}: {}", fault_.empty() ? "request" : fault_, what);
    return false;
  }

  bool read_string(std::string_view bytes, std::string_view name, std::string& text) {
    if (!is_valid_utf8(bytes)) return fault(fmt::format("{} is not UTF-8", name));
    text = bytes;
    return true;
  }
  bool read_trace_id(std::string_view bytes, TraceId& id) {
    if (!bytes.empty() && bytes.size() != 16) return fault(fmt::format("trace_id has {} bytes, not 16", bytes.size()));
    id = bytes.empty() ? TraceId() : trace_id_from_bytes(bytes);
    return true;
  }
  bool read_span_id(std::string_view bytes, std::string_view name, SpanId& id) {
    if (!bytes.empty() && bytes.size() != 8) return fault(fmt::format("{} has {} bytes, not 8", name, bytes.size()));
    id = bytes.empty() ? 0 : span_id_from_bytes(bytes);
    return true;
  }
  bool read_attribute(std::string_view message, Attributes& attributes) {
    return at("attributes", attributes, [&](KeyValue& pair) { return read_key_value(message, pair, 0); });
  }

  bool read_key_value(std::string_view message, KeyValue& pair, int depth) {
    return each_field(message, field::kKeyValueValue, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kKeyValueKey, kLength):
          return read_string(in.bytes(), "key", pair.key);
        case wire_tag(field::kKeyValueValue, kLength):
          pair.value = {};
          return at("value", [&] { return read_value(in.bytes(), pair.value, depth); });
        default:
          return false;
      }
    });
  }

  bool read_value(std::string_view message, AnyValue& value, int depth) {
    return each_field(message, field::kAnyValueFieldMax, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kAnyValueString, kLength):
          return read_string(in.bytes(), "string_value", value.value.emplace<std::string>());
        case wire_tag(field::kAnyValueBool, kVarint):
          value.value = in.as_bool();
          return true;
        case wire_tag(field::kAnyValueInt, kVarint):
          value.value = in.as_int64();
          return true;
        case wire_tag(field::kAnyValueDouble, kFixed64):
          value.value = in.as_double();
          return true;
        case wire_tag(field::kAnyValueBytes, kLength):
          value.value = Bytes{std::string(in.bytes())};
          return true;
        case wire_tag(field::kAnyValueArray, kLength):
          return read_array(in.bytes(), value.value.emplace<ArrayValue>(), depth);
        case wire_tag(field::kAnyValueKeyValueList, kLength):
          return read_map(in.bytes(), value.value.emplace<KeyValueList>(), depth);
        default:
          return false;
      }
    });
  }

  bool read_array(std::string_view message, ArrayValue& array, int depth) {
    if (depth >= kValueDepthMax) return fault(fmt::format("values nest deeper than {}", kValueDepthMax));
    return each_field(message, field::kArrayValues, [&](const MessageReader& in) {
      if (in.tag() != wire_tag(field::kArrayValues, kLength)) return false;
      return at("array_value", array.values,
                [&](AnyValue& element) { return read_value(in.bytes(), element, depth + 1); });
    });
  }

  bool read_map(std::string_view message, KeyValueList& map, int depth) {
    if (depth >= kValueDepthMax) return fault(fmt::format("values nest deeper than {}", kValueDepthMax));
    return each_field(message, field::kKeyValueListValues, [&](const MessageReader& in) {
      if (in.tag() != wire_tag(field::kKeyValueListValues, kLength)) return false;
      return at("kvlist_value", map.values,
                [&](KeyValue& pair) { return read_key_value(in.bytes(), pair, depth + 1); });
    });
  }

  bool read_event(std::string_view message, SpanEvent& event) {
    return each_field(message, field::kEventDroppedAttributesCount, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kEventTimeUnixNano, kFixed64):
          event.time_unix_nano = in.number();
          return true;
        case wire_tag(field::kEventName, kLength):
          return read_string(in.bytes(), "name", event.name);
        case wire_tag(field::kEventAttributes, kLength):
          return read_attribute(in.bytes(), event.attributes);
        case wire_tag(field::kEventDroppedAttributesCount, kVarint):
          event.dropped_attributes_count = in.as_uint32();
          return true;
        default:
          return false;
      }
    });
  }

  bool read_link(std::string_view message, SpanLink& link) {
    return each_field(message, field::kLinkFlags, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kLinkTraceId, kLength):
          return read_trace_id(in.bytes(), link.trace_id);
        case wire_tag(field::kLinkSpanId, kLength):
          return read_span_id(in.bytes(), "span_id", link.span_id);
        case wire_tag(field::kLinkTraceState, kLength):
          return read_string(in.bytes(), "trace_state", link.trace_state);
        case wire_tag(field::kLinkAttributes, kLength):
          return read_attribute(in.bytes(), link.attributes);
        case wire_tag(field::kLinkDroppedAttributesCount, kVarint):
          link.dropped_attributes_count = in.as_uint32();
          return true;
        case wire_tag(field::kLinkFlags, kFixed32):
          link.flags = in.as_uint32();
          return true;
        default:
          return false;
      }
    });
  }

  bool read_status(std::string_view message, Span& span) {
    return each_field(message, field::kStatusCode, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kStatusMessage, kLength):
          return read_string(in.bytes(), "message", span.status_message);
        case wire_tag(field::kStatusCode, kVarint):
          // Enums are open: a code of a later version is as good as none.
          span.status_code = in.number() <= 2 ? static_cast<StatusCode>(in.number()) : StatusCode::kUnset;
          return true;
        default:
          return in.field() == 1;  // A field of the first drafts, reserved since.
      }
    });
  }

  bool read_span(std::string_view message, Span& span) {
    return each_field(message, field::kSpanFieldMax, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kSpanTraceId, kLength):
          return read_trace_id(in.bytes(), span.trace_id);
        case wire_tag(field::kSpanSpanId, kLength):
          return read_span_id(in.bytes(), "span_id", span.span_id);
        case wire_tag(field::kSpanTraceState, kLength):
          return read_string(in.bytes(), "trace_state", span.trace_state);
        case wire_tag(field::kSpanParentSpanId, kLength):
          return read_span_id(in.bytes(), "parent_span_id", span.parent_span_id);
        case wire_tag(field::kSpanName, kLength):
          return read_string(in.bytes(), "name", span.name);
        case wire_tag(field::kSpanKind, kVarint):
          span.kind = in.number() <= 5 ? static_cast<SpanKind>(in.number()) : SpanKind::kUnspecified;
          return true;
        case wire_tag(field::kSpanStartTimeUnixNano, kFixed64):
          span.start_time_unix_nano = in.number();
          return true;
        case wire_tag(field::kSpanEndTimeUnixNano, kFixed64):
          span.end_time_unix_nano = in.number();
          return true;
        case wire_tag(field::kSpanAttributes, kLength):
          return read_attribute(in.bytes(), span.attributes);
        case wire_tag(field::kSpanDroppedAttributesCount, kVarint):
          span.dropped_attributes_count = in.as_uint32();
          return true;
        case wire_tag(field::kSpanEvents, kLength):
          return at("events", span.events, [&](SpanEvent& event) { return read_event(in.bytes(), event); });
        case wire_tag(field::kSpanDroppedEventsCount, kVarint):
          span.dropped_events_count = in.as_uint32();
          return true;
        case wire_tag(field::kSpanLinks, kLength):
          return at("links", span.links, [&](SpanLink& link) { return read_link(in.bytes(), link); });
        case wire_tag(field::kSpanDroppedLinksCount, kVarint):
          span.dropped_links_count = in.as_uint32();
          return true;
        case wire_tag(field::kSpanStatus, kLength):
          return at("status", [&] { return read_status(in.bytes(), span); });
        case wire_tag(field::kSpanFlags, kFixed32):
          span.flags = in.as_uint32();
          return true;
        default:
          return false;
      }
    });
  }

  bool read_resource(std::string_view message, Resource& resource) {
    return each_field(message, field::kResourceDroppedAttributesCount, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kResourceAttributes, kLength):
          return read_attribute(in.bytes(), resource.attributes);
        case wire_tag(field::kResourceDroppedAttributesCount, kVarint):
          resource.dropped_attributes_count = in.as_uint32();
          return true;
        default:
          return false;
      }
    });
  }

  bool read_scope(std::string_view message, InstrumentationScope& scope) {
    return each_field(message, field::kScopeDroppedAttributesCount, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kScopeName, kLength):
          return read_string(in.bytes(), "name", scope.name);
        case wire_tag(field::kScopeVersion, kLength):
          return read_string(in.bytes(), "version", scope.version);
        case wire_tag(field::kScopeAttributes, kLength):
          return read_attribute(in.bytes(), scope.attributes);
        case wire_tag(field::kScopeDroppedAttributesCount, kVarint):
          scope.dropped_attributes_count = in.as_uint32();
          return true;
        default:
          return false;
      }
    });
  }

  bool read_scope_spans(std::string_view message, ScopeSpans& scope_spans) {
    return each_field(message, field::kScopeSpansSchemaUrl, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kScopeSpansScope, kLength):
          return at("scope", [&] { return read_scope(in.bytes(), scope_spans.scope); });
        case wire_tag(field::kScopeSpansSpans, kLength):
          return at("spans", scope_spans.spans, [&](Span& span) { return read_span(in.bytes(), span); });
        case wire_tag(field::kScopeSpansSchemaUrl, kLength):
          return read_string(in.bytes(), "schema_url", scope_spans.scope.schema_url);
        default:
          return false;
      }
    });
  }

  bool read_resource_spans(std::string_view message, ResourceSpans& resource_spans) {
    return each_field(message, field::kResourceSpansSchemaUrl, [&](const MessageReader& in) {
      switch (in.tag()) {
        case wire_tag(field::kResourceSpansResource, kLength):
          return at("resource", [&] { return read_resource(in.bytes(), resource_spans.resource); });
        case wire_tag(field::kResourceSpansScopeSpans, kLength):
          return at("scope_spans", resource_spans.scope_spans,
                    [&](ScopeSpans& element) { return read_scope_spans(in.bytes(), element); });
        case wire_tag(field::kResourceSpansSchemaUrl, kLength):
          return read_string(in.bytes(), "schema_url", resource_spans.resource.schema_url);
        default:
          return false;
      }
    });
  }

  static constexpr size_t kNoIndex = SIZE_MAX;
  struct Step {
    std::string_view name;
    size_t index;
  };
  std::vector<Step> path_;
  std::string fault_;
};

}  // namespace

stdx::Result<TracesData> decode_traces(std::string_view protobuf) { return TracesDecoder().run(protobuf); }

}  // namespace clew::otlp
