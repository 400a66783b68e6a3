#include "encoding.h"
#include "otlp/message_writer.h"
#include "span_walk.h"
#include "thrift_writer.h"
#include "wire/json_writer.h"

namespace clew::bench {
namespace {

void add_host(ThriftWriter& out, int16_t id, const std::string& service) {
  out.field(12, id);
  out.i32(1, 0x0a000001);
  out.field(6, 2);
  out.number(8080, 2);
  out.text(3, service);
  out.stop();
}

}  // namespace

std::string zipkin_v2_json(std::string_view request) {
  constexpr const char* kKinds[] = {"", "", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"};
  std::string text;
  wire::JsonWriter json(text);
  json.begin_array();
  each_span(request, [&](const otlp::Span& span, const std::string& service) {
    json.begin_object();
    json.member("traceId", otlp::to_hex(span.trace_id)).member("id", otlp::span_id_hex(span.span_id));
    if (span.parent_span_id != 0) json.member("parentId", otlp::span_id_hex(span.parent_span_id));
    if (const char* kind = kKinds[static_cast<size_t>(span.kind)]; *kind != '\0') json.member("kind", kind);
    json.member("name", span.name).member("timestamp", start_us(span)).member("duration", duration_us(span));
    json.key("localEndpoint").begin_object();
    json.member("serviceName", service).member("ipv4", "10.0.0.1").member("port", 8080).end_object();
    if (!span.events.empty()) {
      json.key("annotations").begin_array();
      for (const auto& event : span.events) {
        json.begin_object().member("timestamp", event.time_unix_nano / kNsPerUs).member("value", event_text(event)).end_object();
      }
      json.end_array();
    }
    json.key("tags").begin_object();
    for (const auto& attribute : span.attributes) json.member(attribute.key, text_of(attribute.value));
    if (failed(span)) json.member("error", span.status_message);
    json.end_object().end_object();
  });
  json.end_array();
  return text;
}

std::string zipkin_v2_proto(std::string_view request) {
  constexpr uint64_t kKinds[] = {0, 0, 2, 1, 3, 4};
  std::string bytes;
  otlp::MessageWriter out(bytes);
  const auto add_tag = [&](std::string_view key, std::string_view value) {
    const size_t tag = out.open(11);
    out.add_bytes(1, key);
    out.add_bytes(2, value);
    out.close(tag);
  };
  each_span(request, [&](const otlp::Span& span, const std::string& service) {
    const size_t content = out.open(1);
    out.add_bytes(1, otlp::to_bytes(span.trace_id));
    if (span.parent_span_id != 0) out.add_bytes(2, otlp::span_id_bytes(span.parent_span_id));
    out.add_bytes(3, otlp::span_id_bytes(span.span_id));
    out.add_varint(4, kKinds[static_cast<size_t>(span.kind)]);
    out.add_bytes(5, span.name);
    out.add_fixed64(6, start_us(span));
    out.add_varint(7, duration_us(span));
    const size_t endpoint = out.open(8);
    out.add_bytes(1, service);
    out.add_bytes(2, std::string_view("\x0a\0\0\1", 4));
    out.add_varint(4, 8080);
    out.close(endpoint);
    for (const auto& event : span.events) {
      const size_t annotation = out.open(10);
      out.add_fixed64(1, event.time_unix_nano / kNsPerUs);
      out.add_bytes(2, event_text(event));
      out.close(annotation);
    }
    for (const auto& attribute : span.attributes) add_tag(attribute.key, text_of(attribute.value));
    if (failed(span)) add_tag("error", span.status_message);
    out.close(content);
  });
  return bytes;
}

std::string zipkin_v1_thrift(std::string_view request) {
  std::string bytes(5, '\0');
  ThriftWriter out(bytes);
  uint32_t count = 0;
  const auto add_annotation = [&](uint64_t time_us, std::string_view value, const std::string& service) {
    out.i64(1, time_us);
    out.text(2, value);
    add_host(out, 3, service);
    out.stop();
  };
  const auto add_tag = [&](std::string_view key, std::string_view value, const std::string& service) {
    out.text(1, key);
    out.text(2, value);
    out.i32(3, 6);
    add_host(out, 4, service);
    out.stop();
  };
  each_span(request, [&](const otlp::Span& span, const std::string& service) {
    ++count;
    out.i64(1, span.trace_id.lo);
    out.text(3, span.name);
    out.i64(4, span.span_id);
    if (span.parent_span_id != 0) out.i64(5, span.parent_span_id);
    const bool server = span.kind == otlp::SpanKind::kServer;
    const bool remote = server || span.kind == otlp::SpanKind::kClient;
    out.list(6, span.events.size() + (remote ? 2 : 0));
    if (remote) {
      add_annotation(start_us(span), server ? "sr" : "cs", service);
      add_annotation(start_us(span) + duration_us(span), server ? "ss" : "cr", service);
    }
    for (const auto& event : span.events) add_annotation(event.time_unix_nano / kNsPerUs, event_text(event), service);
    out.list(8, span.attributes.size() + (failed(span) ? 1 : 0));
    for (const auto& attribute : span.attributes) add_tag(attribute.key, text_of(attribute.value), service);
    if (failed(span)) add_tag("error", span.status_message, service);
    out.i64(10, start_us(span));
    out.i64(11, duration_us(span));
    out.i64(12, span.trace_id.hi);
    out.stop();
  });
  std::string head;
  ThriftWriter(head).byte(12);
  ThriftWriter(head).number(count, 4);
  bytes.replace(0, 5, head);
  return bytes;
}

}  // namespace clew::bench
