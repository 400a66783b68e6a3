#include <vector>

#include "encoding.h"
#include "otlp/message_writer.h"
#include "span_walk.h"
#include "thrift_writer.h"

namespace clew::bench {
namespace {

constexpr const char* kKinds[] = {"", "internal", "server", "client", "producer", "consumer"};

// All spans of the request, which become one process's: the first resource's.
std::vector<const otlp::Span*> spans_of(const otlp::TracesData& data) {
  std::vector<const otlp::Span*> spans;
  for (const auto& resource : data.resource_spans) {
    for (const auto& scope : resource.scope_spans) {
      for (const auto& span : scope.spans) spans.push_back(&span);
    }
  }
  return spans;
}
std::string service_of(const otlp::ResourceSpans& resource) {
  const std::string* service = otlp::find_string(resource.resource.attributes, "service.name");
  return service == nullptr ? "" : *service;
}

// The span's attributes and what Jaeger's clients say by tags.
otlp::Attributes tags_of(const otlp::Span& span) {
  otlp::Attributes tags = span.attributes;
  tags.push_back({"span.kind", {std::string(kKinds[static_cast<size_t>(span.kind)])}});
  if (failed(span)) tags.push_back({"error", {true}});
  return tags;
}

void thrift_tags(ThriftWriter& out, int16_t id, const otlp::Attributes& tags) {
  out.list(id, tags.size());
  for (const auto& tag : tags) {
    out.text(1, tag.key);
    if (const auto* number = std::get_if<int64_t>(&tag.value.value)) {
      out.i32(2, 3);
      out.i64(6, static_cast<uint64_t>(*number));
    } else if (const auto* truth = std::get_if<bool>(&tag.value.value)) {
      out.i32(2, 2);
      out.field(2, 5);
      out.byte(*truth ? 1 : 0);
    } else {
      out.i32(2, 0);
      out.text(3, text_of(tag.value));
    }
    out.stop();
  }
}

void proto_tags(otlp::MessageWriter& out, uint32_t field, const otlp::Attributes& tags) {
  for (const auto& tag : tags) {
    const size_t content = out.open(field);
    out.add_bytes(1, tag.key);
    if (const auto* number = std::get_if<int64_t>(&tag.value.value)) {
      out.add_varint(2, 2);
      out.add_varint(5, static_cast<uint64_t>(*number));
    } else if (const auto* truth = std::get_if<bool>(&tag.value.value)) {
      out.add_varint(2, 1);
      out.add_varint(4, *truth ? 1 : 0);
    } else {
      out.add_bytes(3, text_of(tag.value));
    }
    out.close(content);
  }
}
void proto_time(otlp::MessageWriter& out, uint32_t field, uint64_t ns) {
  const size_t content = out.open(field);
  out.add_varint(1, ns / 1'000'000'000);
  out.add_varint(2, ns % 1'000'000'000);
  out.close(content);
}

}  // namespace

std::string jaeger_thrift(std::string_view request) {
  const otlp::TracesData data = decoded(request);
  const otlp::ResourceSpans& resource = data.resource_spans.front();
  const std::vector<const otlp::Span*> spans = spans_of(data);
  std::string bytes;
  ThriftWriter out(bytes);
  out.field(12, 1);
  out.text(1, service_of(resource));
  thrift_tags(out, 2, resource.resource.attributes);
  out.stop();
  out.list(2, spans.size());
  for (const otlp::Span* one : spans) {
    const otlp::Span& span = *one;
    out.i64(1, span.trace_id.lo);
    out.i64(2, span.trace_id.hi);
    out.i64(3, span.span_id);
    out.i64(4, span.parent_span_id);
    out.text(5, span.name);
    out.i32(7, 1);
    out.i64(8, start_us(span));
    out.i64(9, duration_us(span));
    thrift_tags(out, 10, tags_of(span));
    out.list(11, span.events.size());
    for (const auto& event : span.events) {
      out.i64(1, event.time_unix_nano / kNsPerUs);
      otlp::Attributes fields = event.attributes;
      fields.push_back({"event", {event.name}});
      thrift_tags(out, 2, fields);
      out.stop();
    }
    out.stop();
  }
  out.stop();
  return bytes;
}

std::string jaeger_proto(std::string_view request) {
  const otlp::TracesData data = decoded(request);
  const otlp::ResourceSpans& resource = data.resource_spans.front();
  const std::vector<const otlp::Span*> spans = spans_of(data);
  std::string bytes;
  otlp::MessageWriter out(bytes);
  const size_t batch = out.open(1);
  for (const otlp::Span* one : spans) {
    const otlp::Span& span = *one;
    const size_t content = out.open(1);
    out.add_bytes(1, otlp::to_bytes(span.trace_id));
    out.add_bytes(2, otlp::span_id_bytes(span.span_id));
    out.add_bytes(3, span.name);
    if (span.parent_span_id != 0) {
      const size_t reference = out.open(4);
      out.add_bytes(1, otlp::to_bytes(span.trace_id));
      out.add_bytes(2, otlp::span_id_bytes(span.parent_span_id));
      out.close(reference);
    }
    out.add_varint(5, 1);
    proto_time(out, 6, span.start_time_unix_nano);
    proto_time(out, 7, span.end_time_unix_nano - span.start_time_unix_nano);
    proto_tags(out, 8, tags_of(span));
    for (const auto& event : span.events) {
      const size_t log = out.open(9);
      proto_time(out, 1, event.time_unix_nano);
      otlp::Attributes fields = event.attributes;
      fields.push_back({"event", {event.name}});
      proto_tags(out, 2, fields);
      out.close(log);
    }
    out.close(content);
  }
  const size_t process = out.open(2);
  out.add_bytes(1, service_of(resource));
  proto_tags(out, 2, resource.resource.attributes);
  out.close(process);
  out.close(batch);
  return bytes;
}

}  // namespace clew::bench
