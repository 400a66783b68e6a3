#include "ingest/span_decoder.h"

#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"
#include "otlp/traces_survey.h"
#include "otlp/value_json.h"
#include "table/span_fields.h"

namespace clew::ingest {
namespace {

using otlp::MessageReader;
using otlp::WireType;
using otlp::wire_tag;
using table::Scope;
using table::ValueType;
namespace field = otlp::field;

constexpr WireType kVarint = WireType::kVarint;
constexpr WireType kFixed64 = WireType::kFixed64;
constexpr WireType kLength = WireType::kLength;
constexpr WireType kFixed32 = WireType::kFixed32;

int64_t clamp_time(uint64_t time_unix_nano) {
  return time_unix_nano > INT64_MAX ? INT64_MAX : static_cast<int64_t>(time_unix_nano);
}

}  // namespace

SpanDecoder::SpanDecoder(table::SpanTable& table)
    : table_(table), owners_(table, repairs_), span_attributes_(table, Scope::kSpan, repairs_) {}

DecodeCounts SpanDecoder::decode(std::string_view request, table::SpanOrigin origin, const ReplayFilter* filter) {
  origin_ = origin;
  filter_ = filter;
  counts_ = {};
  MessageReader fields(request);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kTracesResourceSpans, kLength)) decode_resource_spans(fields.bytes());
  }
  table_.publish();
  return counts_;
}

RepairCounts SpanDecoder::repairs() const {
  RepairCounts repairs = repairs_;
  repairs.invalid_utf8 += table_.repaired_count();
  return repairs;
}

void SpanDecoder::decode_resource_spans(std::string_view message) {
  // Fields may come in any order, so the resource is looked for before the spans are read.
  std::string_view resource_message;
  std::string_view schema_url;
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kResourceSpansResource, kLength)) resource_message = fields.bytes();
    if (fields.tag() == wire_tag(field::kResourceSpansSchemaUrl, kLength)) schema_url = fields.bytes();
  }
  const uint32_t resource = owners_.resource_ordinal(resource_message, schema_url);
  MessageReader again(message);
  while (again.next()) {
    if (again.tag() == wire_tag(field::kResourceSpansScopeSpans, kLength)) decode_scope_spans(again.bytes(), resource);
  }
}

void SpanDecoder::decode_scope_spans(std::string_view message, uint32_t resource) {
  std::string_view scope_message;
  std::string_view schema_url;
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kScopeSpansScope, kLength)) scope_message = fields.bytes();
    if (fields.tag() == wire_tag(field::kScopeSpansSchemaUrl, kLength)) schema_url = fields.bytes();
  }
  const uint32_t instrumentation = owners_.instrumentation_ordinal(scope_message, schema_url);
  MessageReader again(message);
  while (again.next()) {
    if (again.tag() == wire_tag(field::kScopeSpansSpans, kLength)) {
      decode_span(again.bytes(), resource, instrumentation);
    }
  }
}

// What one walk over a span finds. Attributes, events and links only wait in the decoder's lists, because columns must not
// hear of a span that is refused in the end.
struct SpanDecoder::SpanFields {
  otlp::SpanIdentity identity;
  std::string_view name;
  std::string_view trace_state;
  std::string_view status;
  uint64_t kind = 0;
  uint64_t flags = 0;
  uint64_t dropped_attributes = 0;
  uint64_t dropped_events = 0;
  uint64_t dropped_links = 0;
};

// False for what otlp::check_span() calls malformed; the two accept the same messages (span_decoder_test.cc).
bool SpanDecoder::walk(std::string_view message, SpanFields& span) {
  attribute_messages_.clear();
  event_messages_.clear();
  link_messages_.clear();
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(field::kSpanAttributes, kLength): attribute_messages_.push_back(fields.bytes()); break;
      case wire_tag(field::kSpanTraceId, kLength): span.identity.trace_id = fields.bytes(); break;
      case wire_tag(field::kSpanSpanId, kLength): span.identity.span_id = fields.bytes(); break;
      case wire_tag(field::kSpanParentSpanId, kLength): span.identity.parent_span_id = fields.bytes(); break;
      case wire_tag(field::kSpanName, kLength): span.name = fields.bytes(); break;
      case wire_tag(field::kSpanKind, kVarint): span.kind = fields.number(); break;
      case wire_tag(field::kSpanStartTimeUnixNano, kFixed64):
        span.identity.start_time_unix_nano = fields.number();
        break;
      case wire_tag(field::kSpanEndTimeUnixNano, kFixed64): span.identity.end_time_unix_nano = fields.number(); break;
      case wire_tag(field::kSpanStatus, kLength): span.status = fields.bytes(); break;
      case wire_tag(field::kSpanFlags, kFixed32): span.flags = fields.as_uint32(); break;
      case wire_tag(field::kSpanEvents, kLength): event_messages_.push_back(fields.bytes()); break;
      case wire_tag(field::kSpanLinks, kLength): link_messages_.push_back(fields.bytes()); break;
      case wire_tag(field::kSpanTraceState, kLength): span.trace_state = fields.bytes(); break;
      case wire_tag(field::kSpanDroppedAttributesCount, kVarint): span.dropped_attributes = fields.as_uint32(); break;
      case wire_tag(field::kSpanDroppedEventsCount, kVarint): span.dropped_events = fields.as_uint32(); break;
      case wire_tag(field::kSpanDroppedLinksCount, kVarint): span.dropped_links = fields.as_uint32(); break;
      default:
        if (fields.field() <= field::kSpanFieldMax) return false;
    }
  }
  return fields.ok();
}

void SpanDecoder::decode_span(std::string_view message, uint32_t resource, uint32_t instrumentation) {
  SpanFields fields;
  if (!walk(message, fields) || otlp::judge_span(fields.identity) != otlp::SpanRefusal::kNone) [[unlikely]] {
    ++counts_.refused;
    return;
  }
  table::SpanCore span;
  span.trace_id = otlp::trace_id_from_bytes(fields.identity.trace_id);
  if (filter_ != nullptr && !(*filter_)(span.trace_id, origin_.log_offset)) [[unlikely]] {
    ++counts_.skipped;
    return;
  }
  const uint32_t row = table_.next_row();
  span.span_id = otlp::span_id_from_bytes(fields.identity.span_id);
  if (!fields.identity.parent_span_id.empty()) {
    span.parent_span_id = otlp::span_id_from_bytes(fields.identity.parent_span_id);
  }
  span.name = fields.name;
  span.kind = static_cast<otlp::SpanKind>(fields.kind <= 5 ? fields.kind : 0);
  repairs_.unknown_enums += fields.kind > 5;
  span.start_ns = static_cast<int64_t>(fields.identity.start_time_unix_nano);
  const auto end_ns = static_cast<int64_t>(fields.identity.end_time_unix_nano);
  if (end_ns >= span.start_ns) [[likely]] {
    span.duration_ns = end_ns - span.start_ns;
  } else {
    ++repairs_.end_before_start;
  }
  span.resource = resource;
  span.instrumentation = instrumentation;
  if (!fields.status.empty()) decode_status(fields.status, span, row);
  decode_lists(row);
  owners_.set_text(Scope::kSpanField, table::field::kTraceState, row, fields.trace_state);
  owners_.set_count(Scope::kSpanField, table::field::kFlags, row, fields.flags);
  owners_.set_count(Scope::kSpanField, table::field::kDroppedAttributesCount, row, fields.dropped_attributes);
  owners_.set_count(Scope::kSpanField, table::field::kDroppedEventsCount, row, fields.dropped_events);
  owners_.set_count(Scope::kSpanField, table::field::kDroppedLinksCount, row, fields.dropped_links);
  table_.append_span(span, origin_);
  ++counts_.spans;
}

void SpanDecoder::decode_lists(uint32_t row) {
  span_attributes_.begin(row);
  for (const std::string_view attribute : attribute_messages_) span_attributes_.add(attribute);
  span_attributes_.finish();
  for (const std::string_view event : event_messages_) decode_event(event, row);
  for (const std::string_view link : link_messages_) decode_link(link, row);
}

void SpanDecoder::decode_event(std::string_view message, uint32_t row) {
  int64_t time_ns = 0;
  std::string_view name;
  uint32_t dropped = 0;
  json_.clear();
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(field::kEventTimeUnixNano, kFixed64): time_ns = clamp_time(fields.number()); break;
      case wire_tag(field::kEventName, kLength): name = fields.bytes(); break;
      case wire_tag(field::kEventAttributes, kLength): {
        const bool first = json_.empty();
        if (first) json_ = '{';
        if (!otlp::append_wire_key_value_json(fields.bytes(), first, json_)) ++repairs_.malformed_attributes;
        break;
      }
      case wire_tag(field::kEventDroppedAttributesCount, kVarint): dropped = fields.as_uint32(); break;
      default: break;
    }
  }
  if (!fields.ok()) {
    ++repairs_.malformed_children;
    return;
  }
  if (!json_.empty()) json_ += '}';
  table_.append_event(row, time_ns, name, json_, dropped);
}

void SpanDecoder::decode_link(std::string_view message, uint32_t row) {
  std::string_view trace_id, span_id, trace_state;
  uint32_t dropped = 0, flags = 0;
  json_.clear();
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(field::kLinkTraceId, kLength): trace_id = fields.bytes(); break;
      case wire_tag(field::kLinkSpanId, kLength): span_id = fields.bytes(); break;
      case wire_tag(field::kLinkTraceState, kLength): trace_state = fields.bytes(); break;
      case wire_tag(field::kLinkAttributes, kLength): {
        const bool first = json_.empty();
        if (first) json_ = '{';
        if (!otlp::append_wire_key_value_json(fields.bytes(), first, json_)) ++repairs_.malformed_attributes;
        break;
      }
      case wire_tag(field::kLinkDroppedAttributesCount, kVarint): dropped = fields.as_uint32(); break;
      case wire_tag(field::kLinkFlags, kFixed32): flags = fields.as_uint32(); break;
      default: break;
    }
  }
  const bool ids_fit = (trace_id.empty() || trace_id.size() == 16) && (span_id.empty() || span_id.size() == 8);
  if (!fields.ok() || !ids_fit) {
    ++repairs_.malformed_children;
    return;
  }
  if (!json_.empty()) json_ += '}';
  table_.append_link(row, trace_id.empty() ? otlp::TraceId{} : otlp::trace_id_from_bytes(trace_id),
                     span_id.empty() ? 0 : otlp::span_id_from_bytes(span_id), trace_state, json_, dropped, flags);
}

void SpanDecoder::decode_status(std::string_view message, table::SpanCore& span, uint32_t row) {
  std::string_view text;
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kStatusMessage, kLength)) text = fields.bytes();
    if (fields.tag() == wire_tag(field::kStatusCode, kVarint)) {
      span.status = static_cast<otlp::StatusCode>(fields.number() <= 2 ? fields.number() : 0);
      repairs_.unknown_enums += fields.number() > 2;
    }
  }
  if (!fields.ok()) ++repairs_.malformed_children;
  owners_.set_text(Scope::kSpanField, table::field::kStatusMessage, row, text);
}

}  // namespace clew::ingest
