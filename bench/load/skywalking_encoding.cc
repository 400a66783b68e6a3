#include "encoding.h"
#include "otlp/message_writer.h"
#include "span_walk.h"

namespace clew::bench {
namespace {

uint64_t ms(uint64_t time_ns) { return time_ns / 1'000'000; }

void add_pair(uint32_t field, std::string_view key, std::string_view value, otlp::MessageWriter& out) {
  const size_t pair = out.open(field);
  out.add_bytes(1, key);
  out.add_bytes(2, value);
  out.close(pair);
}

void add_events(const otlp::Span& span, otlp::MessageWriter& out) {
  for (const auto& event : span.events) {
    const size_t log = out.open(13);
    out.add_varint(1, ms(event.time_unix_nano));
    add_pair(2, "event", event.name, out);
    for (const auto& attribute : event.attributes) add_pair(2, attribute.key, text_of(attribute.value), out);
    out.close(log);
  }
}

// Spans are numbered in their segment; a parent elsewhere is a reference to another segment.
void add_span(const otlp::Span& span, const std::vector<otlp::SpanId>& before, otlp::MessageWriter& out) {
  constexpr uint64_t kTypes[] = {2, 2, 0, 1, 1, 0};
  const auto parent = std::ranges::find(before, span.parent_span_id);
  const bool is_inside = span.parent_span_id != 0 && parent != before.end();
  const size_t content = out.open(3);
  out.add_varint(1, before.size());
  out.add_varint(2, is_inside ? static_cast<uint64_t>(parent - before.begin()) : UINT64_MAX);
  out.add_varint(3, ms(span.start_time_unix_nano));
  out.add_varint(4, ms(span.end_time_unix_nano));
  if (!is_inside && span.parent_span_id != 0) {
    const size_t ref = out.open(5);
    out.add_bytes(2, otlp::to_hex(span.trace_id));
    out.add_bytes(3, otlp::span_id_hex(span.parent_span_id));
    out.add_bytes(5, "caller");
    out.close(ref);
  }
  out.add_bytes(6, span.name);
  out.add_varint(8, kTypes[static_cast<size_t>(span.kind)]);
  out.add_varint(9, 3);
  out.add_varint(10, 1);
  if (failed(span)) out.add_varint(11, 1);
  for (const auto& attribute : span.attributes) add_pair(12, attribute.key, text_of(attribute.value), out);
  add_events(span, out);
  out.close(content);
}

}  // namespace

std::string skywalking_segments(std::string_view request) {
  std::string bytes;
  otlp::MessageWriter out(bytes);
  std::string service;
  otlp::TraceId trace_id;
  std::vector<otlp::SpanId> ids;
  size_t segment = 0;
  const auto end_segment = [&] {
    if (ids.empty()) return;
    out.add_bytes(4, service);
    out.add_bytes(5, service + "-1");
    out.close(segment);
    ids.clear();
  };
  each_span(request, [&](const otlp::Span& span, const std::string& of) {
    if (ids.empty() || span.trace_id != trace_id || of != service) {
      end_segment();
      trace_id = span.trace_id;
      service = of;
      segment = out.open(1);
      out.add_bytes(1, otlp::to_hex(trace_id));
      out.add_bytes(2, otlp::span_id_hex(span.span_id));
    }
    add_span(span, ids, out);
    ids.push_back(span.span_id);
  });
  end_segment();
  return bytes;
}

}  // namespace clew::bench
