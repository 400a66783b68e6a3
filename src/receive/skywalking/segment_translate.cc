#include "receive/skywalking/segment_translate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "otlp/foreign_ids.h"
#include "receive/skywalking/attributes.h"
#include "receive/skywalking/segment_v3.h"
#include "receive/skywalking/skywalking_limits.h"
#include "receive/skywalking/span_attributes.h"

namespace clew::receive_skywalking {

namespace field = otlp::field;

namespace {

// opentelemetry.proto.trace.v1.Span.SpanKind and Status.StatusCode.
enum class Kind : uint64_t { kInternal = 1, kServer = 2, kClient = 3, kProducer = 4, kConsumer = 5 };
constexpr uint64_t kStatusError = 2;

Kind kind_of(const SegmentSpan& span) {
  const bool is_messaging = span.layer == SpanLayer::kMq;
  switch (span.type) {
    case SpanType::kEntry: return is_messaging ? Kind::kConsumer : Kind::kServer;
    case SpanType::kExit: return is_messaging ? Kind::kProducer : Kind::kClient;
    case SpanType::kLocal: break;
  }
  return Kind::kInternal;
}

// What a log says about an error. Java's agent writes event=error, error.kind, message and stack, Node's Stack, Python's
// Traceback.
struct LogMeaning {
  std::string_view event;
  std::string_view type;
  std::string_view message;
  std::string_view stack;
  bool is_exception() const { return event == "error" || !type.empty() || !stack.empty(); }
};

bool is_stack(std::string_view key) { return key == "stack" || key == "Stack" || key == "Traceback"; }

std::string_view last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text.substr(text.rfind('\n') + 1);
}

// "java.lang.X: why" or "Error: why".
void split_headline(std::string_view line, LogMeaning& meaning) {
  const size_t colon = line.find(": ");
  const std::string_view type = line.substr(0, colon);
  if (type.find(' ') != std::string_view::npos || type.empty()) return;
  if (meaning.type.empty()) meaning.type = type;
  if (meaning.message.empty() && colon != std::string_view::npos) meaning.message = line.substr(colon + 2);
}

LogMeaning meaning_of(const SegmentLog& log) {
  LogMeaning meaning;
  for (const TextPair& pair : log.data) {
    if (pair.key == "event") meaning.event = pair.value;
    if (pair.key == "error.kind") meaning.type = pair.value;
    if (pair.key == "message") meaning.message = pair.value;
    if (!is_stack(pair.key)) continue;
    meaning.stack = pair.value;
    split_headline(pair.key == "Traceback" ? last_line(pair.value) : pair.value.substr(0, pair.value.find('\n')), meaning);
  }
  return meaning;
}

}  // namespace

void SegmentTranslator::begin(const SegmentHead& head, std::string_view resource) {
  head_ = head;
  trace_id_ = otlp::to_bytes(otlp::trace_id_of_text(head.trace_id));
  keeps_trace_id_ = otlp::is_uuid_like(head.trace_id);
  segment_opened_ = !is_open_ || resource_ != resource;
  if (segment_opened_) finish();
  segment_begin_ = request_.size();
  if (!segment_opened_) return;
  resource_ = resource;
  is_open_ = true;
  resource_spans_ = writer_.open(field::kTracesResourceSpans);
  const size_t open = writer_.open(field::kResourceSpansResource);
  request_ += resource;
  writer_.close(open);
  scope_spans_ = writer_.open(field::kResourceSpansScopeSpans);
}

void SegmentTranslator::cancel() {
  request_.resize(segment_begin_);
  if (segment_opened_) is_open_ = false;
}

void SegmentTranslator::finish() {
  if (!std::exchange(is_open_, false)) return;
  writer_.close(scope_spans_);
  writer_.close(resource_spans_);
}

stdx::Result<void> SegmentTranslator::add(const SegmentSpan& span) {
  if (request_.size() > kOtlpBytesMax) {
    return stdx::fail(stdx::ErrorCode::kPayloadTooLarge, fmt::format("the segment becomes more than {} bytes", kOtlpBytesMax));
  }
  const size_t open = writer_.open(field::kScopeSpansSpans);
  writer_.add_bytes(field::kSpanTraceId, trace_id_);
  writer_.add_bytes(field::kSpanSpanId, otlp::span_id_bytes(otlp::span_id_of_segment(head_.segment_id, span.span_id)));
  writer_.add_bytes(field::kSpanName, span.name);
  writer_.add_varint(field::kSpanKind, static_cast<uint64_t>(kind_of(span)));
  const uint64_t start = nanoseconds(span.start_ms);
  writer_.add_fixed64(field::kSpanStartTimeUnixNano, start);
  writer_.add_fixed64(field::kSpanEndTimeUnixNano, span.end_ms == 0 ? start : nanoseconds(span.end_ms));
  AttributeWriter attributes(request_, field::kSpanAttributes);
  if (!keeps_trace_id_) attributes.text("sw8.trace_id", head_.trace_id);
  attributes.text("sw8.segment_id", head_.segment_id);
  attributes.number("sw8.span_id", span.span_id);
  if (head_.size_limited) attributes.flag("sw8.size_limited", true);
  write_span_attributes(span, attributes);
  write_parents(span);
  write_logs(span);
  write_status(span);
  if (span.dropped_tags > 0) writer_.add_varint(field::kSpanDroppedAttributesCount, span.dropped_tags);
  if (span.dropped_logs > 0) writer_.add_varint(field::kSpanDroppedEventsCount, span.dropped_logs);
  if (span.dropped_refs > 0) writer_.add_varint(field::kSpanDroppedLinksCount, span.dropped_refs);
  writer_.close(open);
  return {};
}

// The parent is the span before it in the segment; of a segment's first span, the one that it refers to. References beyond
// the first, as a consumer of a batch has, and those into other traces are links.
void SegmentTranslator::write_parents(const SegmentSpan& span) {
  const auto ours = [&](const SegmentReference& ref) { return ref.trace_id.empty() || ref.trace_id == head_.trace_id; };
  auto parent = span.refs.end();
  if (span.parent_span_id >= 0) {
    if (span.parent_span_id != span.span_id) {
      const auto id = otlp::span_id_of_segment(head_.segment_id, span.parent_span_id);
      writer_.add_bytes(field::kSpanParentSpanId, otlp::span_id_bytes(id));
    }
  } else {
    parent = std::ranges::find_if(span.refs, ours);
  }
  if (parent != span.refs.end()) {
    const auto id = otlp::span_id_of_segment(parent->parent_segment_id, parent->parent_span_id);
    writer_.add_bytes(field::kSpanParentSpanId, otlp::span_id_bytes(id));
    AttributeWriter attributes(request_, field::kSpanAttributes);
    attributes.text("sw8.parent.service", parent->parent_service);
    attributes.text("sw8.parent.instance", parent->parent_instance);
    attributes.text("sw8.parent.endpoint", parent->parent_endpoint);
    attributes.text("sw8.parent.address", parent->address);
    if (parent->cross_thread) attributes.flag("sw8.parent.cross_thread", true);
  }
  for (auto ref = span.refs.begin(); ref != span.refs.end(); ++ref) {
    if (ref != parent && !ref->parent_segment_id.empty()) write_reference(*ref);
  }
}

void SegmentTranslator::write_reference(const SegmentReference& ref) {
  const size_t open = writer_.open(field::kSpanLinks);
  const bool ours = ref.trace_id.empty();
  writer_.add_bytes(field::kLinkTraceId, ours ? trace_id_ : otlp::to_bytes(otlp::trace_id_of_text(ref.trace_id)));
  const auto id = otlp::span_id_of_segment(ref.parent_segment_id, ref.parent_span_id);
  writer_.add_bytes(field::kLinkSpanId, otlp::span_id_bytes(id));
  AttributeWriter attributes(request_, field::kLinkAttributes);
  if (!ours && !otlp::is_uuid_like(ref.trace_id)) attributes.text("sw8.trace_id", ref.trace_id);
  attributes.text("sw8.parent.service", ref.parent_service);
  attributes.text("sw8.parent.instance", ref.parent_instance);
  attributes.text("sw8.parent.endpoint", ref.parent_endpoint);
  attributes.text("sw8.parent.address", ref.address);
  writer_.close(open);
}

void SegmentTranslator::write_logs(const SegmentSpan& span) {
  for (const SegmentLog& log : span.logs) {
    const LogMeaning meaning = meaning_of(log);
    const size_t open = writer_.open(field::kSpanEvents);
    writer_.add_fixed64(field::kEventTimeUnixNano, nanoseconds(log.time_ms > 0 ? log.time_ms : span.end_ms));
    AttributeWriter attributes(request_, field::kEventAttributes);
    if (meaning.is_exception()) {
      writer_.add_bytes(field::kEventName, "exception");
      attributes.text("exception.type", meaning.type);
      attributes.text("exception.message", meaning.message);
      attributes.text("exception.stacktrace", meaning.stack);
    } else {
      writer_.add_bytes(field::kEventName, meaning.event.empty() ? "log" : meaning.event);
    }
    for (const TextPair& pair : log.data) {
      const bool said = pair.key == "event" ||
                        (meaning.is_exception() && (pair.key == "error.kind" || pair.key == "message" || is_stack(pair.key)));
      if (!said) attributes.text_even_empty(pair.key, pair.value);
    }
    writer_.close(open);
  }
}

void SegmentTranslator::write_status(const SegmentSpan& span) {
  if (!span.is_error) return;
  const size_t open = writer_.open(field::kSpanStatus);
  for (const SegmentLog& log : span.logs) {
    const LogMeaning meaning = meaning_of(log);
    if (!meaning.is_exception() || (meaning.message.empty() && meaning.type.empty())) continue;
    writer_.add_bytes(field::kStatusMessage, meaning.message.empty() ? meaning.type : meaning.message);
    break;
  }
  writer_.add_varint(field::kStatusCode, kStatusError);
  writer_.close(open);
}

stdx::Result<Translated> translate_segment_v3(std::string_view segment, const SegmentHead& head, std::string_view resource,
                                              SegmentTranslator& translator) {
  Translated translated{.malformed_spans = 0, .span_count = head.span_count};
  stdx::Result<void> added;
  SegmentSpan span;
  translator.begin(head, resource);
  for_each_span(segment, [&](std::string_view message) {
    if (!read_span(message, span)) {
      ++translated.malformed_spans;
      return true;
    }
    added = translator.add(span);
    return added.has_value();
  });
  if (added) return translated;
  translator.cancel();
  return std::unexpected(std::move(added.error()));
}

}  // namespace clew::receive_skywalking
