#include <fmt/format.h>

#include "otlp/message_reader.h"
#include "receive/zipkin/zipkin_readers.h"

namespace clew::receive_zipkin {

namespace {

using otlp::MessageReader;
using otlp::SpanKind;
using otlp::wire_tag;
using enum otlp::WireType;

// Field numbers: zipkin-api's zipkin.proto, package zipkin.proto3.

SpanKind kind_of_number(uint64_t number) {
  switch (number) {
    case 1: return SpanKind::kClient;
    case 2: return SpanKind::kServer;
    case 3: return SpanKind::kProducer;
    case 4: return SpanKind::kConsumer;
    default: return SpanKind::kUnspecified;
  }
}

bool read_endpoint(std::string_view message, Endpoint& endpoint) {
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(1, kLength): endpoint.service_name = fields.bytes(); break;
      case wire_tag(2, kLength): endpoint.ipv4.assign_ipv4_bytes(fields.bytes()); break;
      case wire_tag(3, kLength): endpoint.ipv6.assign_ipv6_bytes(fields.bytes()); break;
      case wire_tag(4, kVarint): endpoint.port = static_cast<uint16_t>(fields.number()); break;
      default: break;
    }
  }
  return fields.ok();
}

bool read_annotation(std::string_view message, Annotation& annotation) {
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(1, kFixed64): annotation.timestamp_us = fields.number(); break;
      case wire_tag(2, kLength): annotation.value = fields.bytes(); break;
      default: break;
    }
  }
  return fields.ok();
}

bool read_tag(std::string_view message, Tag& tag) {
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(1, kLength): tag.key = fields.bytes(); break;
      case wire_tag(2, kLength): tag.value.text = fields.bytes(); break;
      default: break;
    }
  }
  return fields.ok();
}

bool read_span(std::string_view message, ZipkinSpan& span) {
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(1, kLength): span.ids.set_trace_id_bytes(fields.bytes()); break;
      case wire_tag(2, kLength): span.ids.set_parent_id_bytes(fields.bytes()); break;
      case wire_tag(3, kLength): span.ids.set_id_bytes(fields.bytes()); break;
      case wire_tag(4, kVarint): span.kind = kind_of_number(fields.number()); break;
      case wire_tag(5, kLength): span.name = fields.bytes(); break;
      case wire_tag(6, kFixed64): span.timestamp_us = fields.number(); break;
      case wire_tag(7, kVarint): span.duration_us = fields.number(); break;
      case wire_tag(8, kLength):
        if (!read_endpoint(fields.bytes(), span.local)) return false;
        break;
      case wire_tag(9, kLength):
        if (!read_endpoint(fields.bytes(), span.remote)) return false;
        break;
      case wire_tag(10, kLength):
        if (!read_annotation(fields.bytes(), span.annotations.emplace_back())) return false;
        break;
      case wire_tag(11, kLength):
        if (!read_tag(fields.bytes(), span.tags.emplace_back())) return false;
        break;
      case wire_tag(12, kVarint): span.debug = fields.as_bool(); break;
      case wire_tag(13, kVarint): span.shared = fields.as_bool(); break;
      default:
        // Another message: what is known to have one type and has another.
        if (fields.field() <= 13) return false;
    }
  }
  return fields.ok();
}

}  // namespace

stdx::Result<void> read_v2_proto(std::string_view body, OtlpBuilder& builder) {
  ZipkinSpan span;
  MessageReader fields(body);
  size_t index = 0;
  const auto malformed = [&] {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("Malformed reading List<Span> from proto3 at span {}", index));
  };
  while (fields.next()) {
    if (fields.tag() != wire_tag(1, kLength)) {
      if (fields.field() == 1) return malformed();
      continue;
    }
    span.clear();
    if (!read_span(fields.bytes(), span)) return malformed();
    builder.add(span);
    ++index;
  }
  if (!fields.ok()) return malformed();
  return {};
}

}  // namespace clew::receive_zipkin
