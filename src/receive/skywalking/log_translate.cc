#include <fmt/format.h>

#include "otlp/foreign_ids.h"
#include "otlp/log_fields.h"
#include "otlp/message_reader.h"
#include "receive/skywalking/attributes.h"
#include "receive/skywalking/component_list.h"
#include "receive/skywalking/meter_translate.h"
#include "receive/skywalking/segment_v3.h"
#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {

using otlp::MessageReader;
using otlp::MessageWriter;
using otlp::WireType;
namespace field = otlp::field;

namespace {

constexpr uint32_t text(uint32_t field) { return otlp::wire_tag(field, WireType::kLength); }
constexpr uint32_t number(uint32_t field) { return otlp::wire_tag(field, WireType::kVarint); }

// One record of a request of its own. The envelope's numbers are those of traces.
class LogWriter {
 public:
  LogWriter(std::string& request, std::string_view resource) : writer(request), attributes(request, field::kLogAttributes) {
    resource_logs_ = writer.open(field::kTracesResourceSpans);
    const size_t open = writer.open(field::kResourceSpansResource);
    request += resource;
    writer.close(open);
    scope_logs_ = writer.open(field::kResourceSpansScopeSpans);
    record_ = writer.open(field::kScopeSpansSpans);
  }
  void body(std::string_view text) {
    if (text.empty()) return;
    const size_t open = writer.open(field::kLogBody);
    writer.add_bytes(field::kAnyValueString, text);
    writer.close(open);
  }
  void trace(std::string_view trace_id, std::string_view segment_id, int32_t span_id) {
    if (trace_id.empty()) return;
    writer.add_bytes(field::kLogTraceId, otlp::to_bytes(otlp::trace_id_of_text(trace_id)));
    if (!otlp::is_uuid_like(trace_id)) attributes.text("sw8.trace_id", trace_id);
    if (segment_id.empty() || span_id < 0) return;
    writer.add_bytes(field::kLogSpanId, otlp::span_id_bytes(otlp::span_id_of_segment(segment_id, span_id)));
    attributes.text("sw8.segment_id", segment_id);
  }
  void severity(uint64_t level) {
    if (level != 0) writer.add_varint(field::kLogSeverityNumber, level);
  }
  void end() {
    writer.close(record_);
    writer.close(scope_logs_);
    writer.close(resource_logs_);
  }

  MessageWriter writer;
  AttributeWriter attributes;

 private:
  size_t resource_logs_;
  size_t scope_logs_;
  size_t record_;
};

// OTLP's SeverityNumber; 0: not known.
uint64_t severity_of(std::string_view level) {
  const std::string lower = lower_case(level);
  if (lower == "trace") return 1;
  if (lower == "debug") return 5;
  if (lower == "info" || lower == "notice") return 9;
  if (lower == "warn" || lower == "warning") return 13;
  if (lower == "error") return 17;
  if (lower == "fatal" || lower == "critical" || lower == "panic") return 21;
  return 0;
}

stdx::Error malformed(std::string_view what) {
  return {stdx::ErrorCode::kInvalidArgument, fmt::format("not {} of SkyWalking: malformed protobuf", what)};
}

struct LogRecord {
  int64_t time_ms = 0;
  std::string_view endpoint;
  std::string_view type;  // TEXT, JSON, YAML.
  std::string_view body;
  std::string_view trace_id;
  std::string_view segment_id;
  int32_t span_id = 0;
  std::vector<TextPair> tags;
};

// LogDataBody{1: type, 2..4: a message whose only field is the text}.
bool read_body(std::string_view message, LogRecord& record) {
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == text(1)) record.type = reader.bytes();
    if (reader.tag() != text(2) && reader.tag() != text(3) && reader.tag() != text(4)) continue;
    MessageReader content(reader.bytes());
    while (content.next()) {
      if (content.tag() == text(1)) record.body = content.bytes();
    }
    if (!content.ok()) return false;
  }
  return reader.ok();
}

bool read_context(std::string_view message, LogRecord& record) {
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == text(1)) record.trace_id = reader.bytes();
    if (reader.tag() == text(2)) record.segment_id = reader.bytes();
    if (reader.tag() == number(3)) record.span_id = static_cast<int32_t>(reader.as_uint32());
  }
  return reader.ok() && record.trace_id.size() <= kIdBytesMax && record.segment_id.size() <= kIdBytesMax;
}

bool read_log_data(std::string_view message, LogRecord& record, StreamSource& source) {
  uint32_t dropped = 0;
  const auto name = [](std::string_view bytes, std::string& into) {
    if (!bytes.empty()) into = bytes.substr(0, kNameBytesMax);
  };
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case number(1): record.time_ms = reader.as_int64(); break;
      case text(2): name(reader.bytes(), source.service); break;
      case text(3): name(reader.bytes(), source.instance); break;
      case text(4): record.endpoint = reader.bytes(); break;
      case text(5):
        if (!read_body(reader.bytes(), record)) return false;
        break;
      case text(6):
        if (!read_context(reader.bytes(), record)) return false;
        break;
      case text(7): {
        MessageReader tags(reader.bytes());
        while (tags.next()) {
          if (tags.tag() == text(1) && !append_pair(tags.bytes(), kTagsMax, record.tags, dropped)) return false;
        }
        if (!tags.ok()) return false;
        break;
      }
      case text(8): name(reader.bytes(), source.layer); break;
    }
  }
  return reader.ok();
}

// Event.parameters is a map: entries {1: key, 2: value}, as pairs are.
struct Event {
  std::string_view uuid;
  std::string_view service;
  std::string_view instance;
  std::string_view endpoint;
  std::string_view name;
  bool is_error = false;
  std::string_view message;
  std::vector<TextPair> parameters;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

bool read_source(std::string_view message, Event& event) {
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == text(1)) event.service = reader.bytes().substr(0, kNameBytesMax);
    if (reader.tag() == text(2)) event.instance = reader.bytes().substr(0, kNameBytesMax);
    if (reader.tag() == text(3)) event.endpoint = reader.bytes();
  }
  return reader.ok();
}

bool read_event(std::string_view message, Event& event) {
  uint32_t dropped = 0;
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case text(1): event.uuid = reader.bytes(); break;
      case text(2):
        if (!read_source(reader.bytes(), event)) return false;
        break;
      case text(3): event.name = reader.bytes(); break;
      case number(4): event.is_error = reader.number() == 1; break;
      case text(5): event.message = reader.bytes(); break;
      case text(6):
        if (!append_pair(reader.bytes(), kTagsMax, event.parameters, dropped)) return false;
        break;
      case number(7): event.start_ms = reader.as_int64(); break;
      case number(8): event.end_ms = reader.as_int64(); break;
    }
  }
  return reader.ok();
}

// What eBPF agents saw happen within a span of somebody else's.
struct AttachedEvent {
  uint64_t start_ns = 0;
  uint64_t end_ns = 0;
  std::string_view name;
  std::vector<TextPair> tags;
  std::vector<std::pair<std::string_view, int64_t>> summary;
  bool is_zipkin = false;
  std::string_view trace_id;
  std::string_view segment_id;
  std::string_view span_id;
};

// Instant{1: seconds, 2: nanos}.
bool read_instant(std::string_view message, uint64_t& time_ns) {
  int64_t seconds = 0;
  int64_t nanos = 0;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == number(1)) seconds = reader.as_int64();
    if (reader.tag() == number(2)) nanos = reader.as_int64();
  }
  const bool fits = seconds >= 0 && seconds < 9'000'000'000 && nanos >= 0 && nanos < 1'000'000'000;
  time_ns = fits ? static_cast<uint64_t>(seconds) * 1'000'000'000 + static_cast<uint64_t>(nanos) : UINT64_MAX;
  return reader.ok();
}

bool read_attached_event(std::string_view message, AttachedEvent& event) {
  uint32_t dropped = 0;
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case text(1):
        if (!read_instant(reader.bytes(), event.start_ns)) return false;
        break;
      case text(2): event.name = reader.bytes(); break;
      case text(3):
        if (!read_instant(reader.bytes(), event.end_ns)) return false;
        break;
      case text(4):
        if (!append_pair(reader.bytes(), kTagsMax, event.tags, dropped)) return false;
        break;
      case text(5): {
        if (event.summary.size() >= kTagsMax) break;
        auto& [key, value] = event.summary.emplace_back();
        MessageReader pair(reader.bytes());
        while (pair.next()) {
          if (pair.tag() == text(1)) key = pair.bytes();
          if (pair.tag() == number(2)) value = pair.as_int64();
        }
        if (!pair.ok()) return false;
        break;
      }
      case text(6): {
        MessageReader context(reader.bytes());
        while (context.next()) {
          if (context.tag() == number(1)) event.is_zipkin = context.number() == 1;
          if (context.tag() == text(2)) event.trace_id = context.bytes().substr(0, kIdBytesMax);
          if (context.tag() == text(3)) event.segment_id = context.bytes().substr(0, kIdBytesMax);
          if (context.tag() == text(4)) event.span_id = context.bytes();
        }
        if (!context.ok()) return false;
        break;
      }
    }
  }
  return reader.ok();
}

}  // namespace

stdx::Result<void> translate_log(std::string_view message, StreamSource& source, Instances& instances, int64_t now_ms,
                                 std::string& request) {
  LogRecord record;
  if (!read_log_data(message, record, source)) return std::unexpected(malformed("LogData"));
  LogWriter out(request, *instances.resource_of(source.service, source.instance, 0));
  out.writer.add_fixed64(field::kLogTimeUnixNano, nanoseconds(record.time_ms > 0 ? record.time_ms : now_ms));
  out.writer.add_fixed64(field::kLogObservedTimeUnixNano, nanoseconds(now_ms));
  out.body(record.body);
  out.trace(record.trace_id, record.segment_id, record.span_id);
  for (const TextPair& tag : record.tags) {
    if (tag.key == "level") {
      out.severity(severity_of(tag.value));
      out.writer.add_bytes(field::kLogSeverityText, tag.value);
    } else {
      out.attributes.text_even_empty(tag.key == "thread" ? "thread.name" : tag.key, tag.value);
    }
  }
  out.attributes.text("sw8.endpoint", record.endpoint);
  if (record.type != "text" && record.type != "TEXT") out.attributes.text("sw8.log.type", record.type);
  out.end();
  return {};
}

stdx::Result<void> translate_event(std::string_view message, Instances& instances, int64_t now_ms, std::string& request) {
  Event event;
  if (!read_event(message, event)) return std::unexpected(malformed("Event"));
  LogWriter out(request, *instances.resource_of(event.service, event.instance, 0));
  // An event that lasts comes twice, under one uuid: when it begins, and with its end.
  const int64_t time_ms = event.end_ms > 0 ? event.end_ms : event.start_ms > 0 ? event.start_ms : now_ms;
  out.writer.add_fixed64(field::kLogTimeUnixNano, nanoseconds(time_ms));
  out.writer.add_fixed64(field::kLogObservedTimeUnixNano, nanoseconds(now_ms));
  out.severity(event.is_error ? 17 : 9);
  out.writer.add_bytes(field::kLogSeverityText, event.is_error ? "Error" : "Normal");
  if (!event.name.empty()) out.writer.add_bytes(field::kLogEventName, event.name);
  out.body(event.message);
  for (const TextPair& parameter : event.parameters) out.attributes.text_even_empty(parameter.key, parameter.value);
  out.attributes.text("sw8.event.uuid", event.uuid);
  out.attributes.text("sw8.endpoint", event.endpoint);
  if (event.start_ms > 0) out.attributes.number("sw8.event.start_ms", event.start_ms);
  if (event.end_ms > 0) out.attributes.number("sw8.event.end_ms", event.end_ms);
  out.end();
  return {};
}

stdx::Result<void> translate_attached_event(std::string_view message, int64_t now_ms, std::string& request) {
  AttachedEvent event;
  if (!read_attached_event(message, event)) return std::unexpected(malformed("SpanAttachedEvent"));
  LogWriter out(request, {});
  out.writer.add_fixed64(field::kLogTimeUnixNano, event.start_ns == 0 ? nanoseconds(now_ms) : event.start_ns);
  out.writer.add_fixed64(field::kLogObservedTimeUnixNano, nanoseconds(now_ms));
  out.severity(9);
  if (!event.name.empty()) out.writer.add_bytes(field::kLogEventName, event.name);
  int64_t span_number = 0;
  if (event.is_zipkin) {
    const auto trace = otlp::parse_trace_id(event.trace_id);
    const auto span = otlp::parse_span_id(event.span_id);
    if (trace) out.writer.add_bytes(field::kLogTraceId, otlp::to_bytes(*trace));
    if (span) out.writer.add_bytes(field::kLogSpanId, otlp::span_id_bytes(*span));
  } else {
    const bool has_span = parse_number(event.span_id, span_number) && span_number >= 0 && span_number <= INT32_MAX;
    out.trace(event.trace_id, event.segment_id, has_span ? static_cast<int32_t>(span_number) : -1);
  }
  for (const TextPair& tag : event.tags) out.attributes.text_even_empty(tag.key, tag.value);
  for (const auto& [key, value] : event.summary) out.attributes.number(key, value);
  if (event.end_ns > event.start_ns && event.end_ns != UINT64_MAX) {
    out.attributes.number("sw8.event.duration_ns", static_cast<int64_t>(event.end_ns - event.start_ns));
  }
  out.end();
  return {};
}

}  // namespace clew::receive_skywalking
