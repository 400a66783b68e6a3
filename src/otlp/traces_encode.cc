#include "otlp/message_writer.h"
#include "otlp/traces_codec.h"
#include "otlp/value_wire.h"

namespace clew::otlp {
namespace {

// Proto3 leaves out a field that holds its default.
void put_string(MessageWriter& out, uint32_t field, std::string_view text) {
  if (!text.empty()) out.add_bytes(field, text);
}
void put_varint(MessageWriter& out, uint32_t field, uint64_t value) {
  if (value != 0) out.add_varint(field, value);
}
void put_fixed64(MessageWriter& out, uint32_t field, uint64_t value) {
  if (value != 0) out.add_fixed64(field, value);
}
void put_fixed32(MessageWriter& out, uint32_t field, uint32_t value) {
  if (value != 0) out.add_fixed32(field, value);
}
void put_id(MessageWriter& out, uint32_t field, TraceId id) {
  if (!id.is_zero()) out.add_bytes(field, to_bytes(id));
}
void put_id(MessageWriter& out, uint32_t field, SpanId id) {
  if (id != 0) out.add_bytes(field, span_id_bytes(id));
}

void put_event(MessageWriter& out, const SpanEvent& event) {
  const size_t message = out.open(field::kSpanEvents);
  put_fixed64(out, field::kEventTimeUnixNano, event.time_unix_nano);
  put_string(out, field::kEventName, event.name);
  append_attributes(out, field::kEventAttributes, event.attributes);
  put_varint(out, field::kEventDroppedAttributesCount, event.dropped_attributes_count);
  out.close(message);
}

void put_link(MessageWriter& out, const SpanLink& link) {
  const size_t message = out.open(field::kSpanLinks);
  put_id(out, field::kLinkTraceId, link.trace_id);
  put_id(out, field::kLinkSpanId, link.span_id);
  put_string(out, field::kLinkTraceState, link.trace_state);
  append_attributes(out, field::kLinkAttributes, link.attributes);
  put_varint(out, field::kLinkDroppedAttributesCount, link.dropped_attributes_count);
  put_fixed32(out, field::kLinkFlags, link.flags);
  out.close(message);
}

void put_status(MessageWriter& out, const Span& span) {
  if (span.status_code == StatusCode::kUnset && span.status_message.empty()) return;
  const size_t message = out.open(field::kSpanStatus);
  put_string(out, field::kStatusMessage, span.status_message);
  put_varint(out, field::kStatusCode, static_cast<uint64_t>(span.status_code));
  out.close(message);
}

void put_span(MessageWriter& out, const Span& span) {
  const size_t message = out.open(field::kScopeSpansSpans);
  put_id(out, field::kSpanTraceId, span.trace_id);
  put_id(out, field::kSpanSpanId, span.span_id);
  put_string(out, field::kSpanTraceState, span.trace_state);
  put_id(out, field::kSpanParentSpanId, span.parent_span_id);
  put_string(out, field::kSpanName, span.name);
  put_varint(out, field::kSpanKind, static_cast<uint64_t>(span.kind));
  put_fixed64(out, field::kSpanStartTimeUnixNano, span.start_time_unix_nano);
  put_fixed64(out, field::kSpanEndTimeUnixNano, span.end_time_unix_nano);
  append_attributes(out, field::kSpanAttributes, span.attributes);
  put_varint(out, field::kSpanDroppedAttributesCount, span.dropped_attributes_count);
  for (const SpanEvent& event : span.events) put_event(out, event);
  put_varint(out, field::kSpanDroppedEventsCount, span.dropped_events_count);
  for (const SpanLink& link : span.links) put_link(out, link);
  put_varint(out, field::kSpanDroppedLinksCount, span.dropped_links_count);
  put_status(out, span);
  put_fixed32(out, field::kSpanFlags, span.flags);
  out.close(message);
}

void put_resource(MessageWriter& out, const Resource& resource) {
  const size_t message = out.open(field::kResourceSpansResource);
  append_attributes(out, field::kResourceAttributes, resource.attributes);
  put_varint(out, field::kResourceDroppedAttributesCount, resource.dropped_attributes_count);
  out.close(message);
}

void put_scope_spans(MessageWriter& out, const ScopeSpans& scope_spans) {
  const size_t message = out.open(field::kResourceSpansScopeSpans);
  const size_t scope = out.open(field::kScopeSpansScope);
  put_string(out, field::kScopeName, scope_spans.scope.name);
  put_string(out, field::kScopeVersion, scope_spans.scope.version);
  append_attributes(out, field::kScopeAttributes, scope_spans.scope.attributes);
  put_varint(out, field::kScopeDroppedAttributesCount, scope_spans.scope.dropped_attributes_count);
  out.close(scope);
  for (const Span& span : scope_spans.spans) put_span(out, span);
  put_string(out, field::kScopeSpansSchemaUrl, scope_spans.scope.schema_url);
  out.close(message);
}

}  // namespace

std::string encode_traces(const TracesData& data) {
  std::string protobuf;
  MessageWriter out(protobuf);
  for (const ResourceSpans& resource_spans : data.resource_spans) {
    const size_t message = out.open(field::kTracesResourceSpans);
    put_resource(out, resource_spans.resource);
    for (const ScopeSpans& scope_spans : resource_spans.scope_spans) put_scope_spans(out, scope_spans);
    put_string(out, field::kResourceSpansSchemaUrl, resource_spans.resource.schema_url);
    out.close(message);
  }
  return protobuf;
}

}  // namespace clew::otlp
