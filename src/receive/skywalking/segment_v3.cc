#include "receive/skywalking/segment_v3.h"

#include <fmt/format.h>

#include <algorithm>

#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {

using otlp::MessageReader;
using otlp::WireType;
using stdx::ErrorCode;

namespace {

constexpr uint32_t text(uint32_t field) { return otlp::wire_tag(field, WireType::kLength); }
constexpr uint32_t number(uint32_t field) { return otlp::wire_tag(field, WireType::kVarint); }

int32_t as_int32(const MessageReader& reader) { return static_cast<int32_t>(reader.as_uint32()); }

bool read_ref(std::string_view message, SegmentReference& ref) {
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case number(1): ref.cross_thread = reader.number() == 1; break;
      case text(2): ref.trace_id = reader.bytes(); break;
      case text(3): ref.parent_segment_id = reader.bytes(); break;
      case number(4): ref.parent_span_id = as_int32(reader); break;
      case text(5): ref.parent_service = reader.bytes(); break;
      case text(6): ref.parent_instance = reader.bytes(); break;
      case text(7): ref.parent_endpoint = reader.bytes(); break;
      case text(8): ref.address = reader.bytes(); break;
    }
  }
  return reader.ok();
}

// Of a span, only the number of its component, which stands before its tags.
int32_t component_of(std::string_view span) {
  MessageReader reader(span);
  while (reader.next()) {
    if (reader.tag() == number(10)) return as_int32(reader);
  }
  return 0;
}

stdx::Result<void> check_head(const SegmentHead& head) {
  if (head.segment_id.empty() || head.trace_id.empty()) {
    return stdx::fail(ErrorCode::kInvalidArgument, "the segment has no traceId or no traceSegmentId");
  }
  if (head.segment_id.size() > kIdBytesMax || head.trace_id.size() > kIdBytesMax) {
    return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("an id of the segment is over {} bytes", kIdBytesMax));
  }
  if (head.service.size() > kNameBytesMax || head.instance.size() > kNameBytesMax) {
    return stdx::fail(ErrorCode::kInvalidArgument,
                      fmt::format("the name of service or instance is over {} bytes", kNameBytesMax));
  }
  if (head.span_count > kSpansMax) {
    return stdx::fail(ErrorCode::kPayloadTooLarge, fmt::format("the segment has over {} spans", kSpansMax));
  }
  return {};
}

}  // namespace

stdx::Result<SegmentHead> read_segment_head(std::string_view segment) {
  SegmentHead head;
  MessageReader reader(segment);
  while (reader.next()) {
    switch (reader.tag()) {
      case text(1): head.trace_id = reader.bytes(); break;
      case text(2): head.segment_id = reader.bytes(); break;
      case text(kSegmentSpans):
        ++head.span_count;
        head.component_id = std::max(head.component_id, component_of(reader.bytes()));
        break;
      case text(4): head.service = reader.bytes(); break;
      case text(5): head.instance = reader.bytes(); break;
      case number(6): head.size_limited = reader.as_bool(); break;
    }
  }
  if (!reader.ok()) return stdx::fail(ErrorCode::kInvalidArgument, "not a SegmentObject of SkyWalking: malformed protobuf");
  if (auto good = check_head(head); !good) return std::unexpected(std::move(good.error()));
  return head;
}

bool read_pair(std::string_view message, TextPair& pair) {
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == text(1)) pair.key = reader.bytes();
    if (reader.tag() == text(2)) pair.value = reader.bytes();
  }
  return reader.ok();
}

bool append_pair(std::string_view message, size_t count_max, std::vector<TextPair>& pairs, uint32_t& dropped) {
  if (pairs.size() >= count_max) {
    ++dropped;
    return true;
  }
  return read_pair(message, pairs.emplace_back());
}

bool read_log(std::string_view message, SegmentLog& log) {
  uint32_t dropped = 0;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == number(1)) log.time_ms = reader.as_int64();
    if (reader.tag() == text(2) && !append_pair(reader.bytes(), kPairsMax, log.data, dropped)) return false;
  }
  return reader.ok();
}

bool read_span(std::string_view message, SegmentSpan& span) {
  span.clear();
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case number(1): span.span_id = as_int32(reader); break;
      case number(2): span.parent_span_id = as_int32(reader); break;
      case number(3): span.start_ms = reader.as_int64(); break;
      case number(4): span.end_ms = reader.as_int64(); break;
      case text(5):
        if (span.refs.size() >= kRefsMax) ++span.dropped_refs;
        else if (!read_ref(reader.bytes(), span.refs.emplace_back())) return false;
        break;
      case text(6): span.name = reader.bytes(); break;
      case text(7): span.peer = reader.bytes(); break;
      case number(8): span.type = reader.number() > 2 ? SpanType::kLocal : static_cast<SpanType>(reader.number()); break;
      case number(9): span.layer = reader.number() > 6 ? SpanLayer::kUnknown : static_cast<SpanLayer>(reader.number()); break;
      case number(10): span.component_id = as_int32(reader); break;
      case number(11): span.is_error = reader.as_bool(); break;
      case text(12):
        if (!append_pair(reader.bytes(), kTagsMax, span.tags, span.dropped_tags)) return false;
        break;
      case text(13):
        if (span.logs.size() >= kLogsMax) ++span.dropped_logs;
        else if (!read_log(reader.bytes(), span.logs.emplace_back())) return false;
        break;
      case number(14): span.skip_analysis = reader.as_bool(); break;
    }
  }
  return reader.ok();
}

}  // namespace clew::receive_skywalking
