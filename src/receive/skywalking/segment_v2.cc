#include "receive/skywalking/segment_v2.h"

#include <fmt/format.h>

#include <array>
#include <deque>

#include "otlp/message_reader.h"
#include "receive/skywalking/instances.h"
#include "receive/skywalking/segment_v3.h"
#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {

using otlp::MessageReader;
using otlp::WireType;
using stdx::ErrorCode;

namespace {

constexpr uint32_t text(uint32_t field) { return otlp::wire_tag(field, WireType::kLength); }
constexpr uint32_t number(uint32_t field) { return otlp::wire_tag(field, WireType::kVarint); }

int32_t as_int32(const MessageReader& reader) { return static_cast<int32_t>(reader.as_uint32()); }

// UniqueId{1: three int64, packed or not}, in the form "a.b.c" that agents put into headers and people search for.
bool read_unique_id(std::string_view message, std::string& id) {
  std::array<int64_t, 3> parts{};
  size_t count = 0;
  const auto add = [&](uint64_t part) {
    if (count < parts.size()) parts[count] = static_cast<int64_t>(part);
    ++count;
  };
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == number(1)) {
      add(reader.number());
    } else if (reader.tag() == text(1)) {
      uint64_t part = 0;
      unsigned shift = 0;
      for (const char byte : reader.bytes()) {
        if (shift > 63) return false;
        part |= static_cast<uint64_t>(byte & 0x7F) << shift;
        shift += 7;
        if ((byte & 0x80) != 0) continue;
        add(part);
        part = 0;
        shift = 0;
      }
      if (shift != 0) return false;
    } else {
      return false;
    }
  }
  id = fmt::format("{}.{}.{}", parts[0], parts[1], parts[2]);
  return reader.ok() && count == parts.size();
}

// Texts that are in no message: ids in words, and names by number. They live while one span is translated.
using Hold = std::deque<std::string>;

class Reader {
 public:
  Reader(const NameBook& names, const std::vector<std::string>& trace_ids) : names_(names), trace_ids_(trace_ids) {}

  bool read_span(std::string_view message, SegmentSpan& span);

 private:
  bool read_ref(std::string_view message, SegmentReference& ref);
  // The name that the number stands for, where the text is absent.
  void resolve(NameKind kind, int32_t number, std::string_view& text);
  std::string_view hold(std::string text) { return hold_.emplace_back(std::move(text)); }

  const NameBook& names_;
  const std::vector<std::string>& trace_ids_;
  Hold hold_;
};

void Reader::resolve(NameKind kind, int32_t number, std::string_view& text) {
  if (!text.empty() || number == 0) return;
  const auto name = names_.find(kind, number);
  text = hold(name ? name->text : fmt::format("sw6.{}.{}", kind == NameKind::kEndpoint ? "endpoint" : "address", number));
}

bool Reader::read_ref(std::string_view message, SegmentReference& ref) {
  int32_t instance = 0;
  int32_t address = 0;
  int32_t endpoint = 0;
  std::string id;
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case number(1): ref.cross_thread = reader.number() == 1; break;
      case text(2):
        if (!read_unique_id(reader.bytes(), id)) return false;
        ref.parent_segment_id = hold(std::move(id));
        break;
      case number(3): ref.parent_span_id = as_int32(reader); break;
      case number(4): instance = as_int32(reader); break;
      case text(5): ref.address = reader.bytes(); break;
      case number(6): address = as_int32(reader); break;
      case text(10): ref.parent_endpoint = reader.bytes(); break;
      case number(11): endpoint = as_int32(reader); break;
    }
  }
  resolve(NameKind::kAddress, address, ref.address);
  resolve(NameKind::kEndpoint, endpoint, ref.parent_endpoint);
  if (instance == kBrowserInstance) {
    ref.parent_instance = "browser";
  } else if (instance != 0) {
    InstanceName parent = instance_of(names_, instance);
    ref.parent_instance = hold(std::move(parent.instance));
    if (parent.known) ref.parent_service = hold(std::move(parent.service));
  }
  return reader.ok();
}

bool Reader::read_span(std::string_view message, SegmentSpan& span) {
  span.clear();
  hold_.clear();
  int32_t name = 0;
  int32_t peer = 0;
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
      case number(6): name = as_int32(reader); break;
      case text(7): span.name = reader.bytes(); break;
      case number(8): peer = as_int32(reader); break;
      case text(9): span.peer = reader.bytes(); break;
      case number(10): span.type = reader.number() > 2 ? SpanType::kLocal : static_cast<SpanType>(reader.number()); break;
      case number(11): span.layer = reader.number() > 5 ? SpanLayer::kUnknown : static_cast<SpanLayer>(reader.number()); break;
      case number(12): span.component_id = as_int32(reader); break;
      case text(13): span.component = reader.bytes(); break;
      case number(14): span.is_error = reader.as_bool(); break;
      case text(15):
        if (!append_pair(reader.bytes(), kTagsMax, span.tags, span.dropped_tags)) return false;
        break;
      case text(16):
        if (span.logs.size() >= kLogsMax) ++span.dropped_logs;
        else if (!read_log(reader.bytes(), span.logs.emplace_back())) return false;
        break;
    }
  }
  resolve(NameKind::kEndpoint, name, span.name);
  resolve(NameKind::kAddress, peer, span.peer);
  // A segment of several traces (a consumer's of a batch) names them in the order of its references.
  if (trace_ids_.size() > 1 && trace_ids_.size() == span.refs.size()) {
    for (size_t index = 0; index < span.refs.size(); ++index) span.refs[index].trace_id = trace_ids_[index];
  }
  return reader.ok();
}

struct Envelope {
  std::vector<std::string> trace_ids;
  std::string_view segment;
};

stdx::Result<Envelope> read_envelope(std::string_view message) {
  Envelope envelope;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == text(2)) envelope.segment = reader.bytes();
    if (reader.tag() != text(1) || envelope.trace_ids.size() >= kRefsMax) continue;
    if (!read_unique_id(reader.bytes(), envelope.trace_ids.emplace_back())) {
      return stdx::fail(ErrorCode::kInvalidArgument, "a trace id of the segment is malformed");
    }
  }
  if (!reader.ok()) return stdx::fail(ErrorCode::kInvalidArgument, "not an UpstreamSegment of SkyWalking: malformed protobuf");
  if (envelope.trace_ids.empty()) return stdx::fail(ErrorCode::kInvalidArgument, "the segment has no trace id");
  return envelope;
}

struct SegmentV2 {
  std::string id;
  int32_t service = 0;
  int32_t instance = 0;
  size_t span_count = 0;
  bool size_limited = false;
};

stdx::Result<SegmentV2> read_segment(std::string_view message) {
  SegmentV2 segment;
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case text(1):
        if (!read_unique_id(reader.bytes(), segment.id)) {
          return stdx::fail(ErrorCode::kInvalidArgument, "the segment's id is malformed");
        }
        break;
      case text(2): ++segment.span_count; break;
      case number(3): segment.service = as_int32(reader); break;
      case number(4): segment.instance = as_int32(reader); break;
      case number(5): segment.size_limited = reader.as_bool(); break;
    }
  }
  if (!reader.ok()) return stdx::fail(ErrorCode::kInvalidArgument, "not a SegmentObject of SkyWalking 6: malformed protobuf");
  if (segment.id.empty()) return stdx::fail(ErrorCode::kInvalidArgument, "the segment has no traceSegmentId");
  if (segment.span_count > kSpansMax) {
    return stdx::fail(ErrorCode::kPayloadTooLarge, fmt::format("the segment has over {} spans", kSpansMax));
  }
  return segment;
}

}  // namespace

bool is_segment_v2(std::string_view message) {
  bool has_id = false;
  std::string id;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == text(1)) {
      if (!read_unique_id(reader.bytes(), id)) return false;
      has_id = true;
    } else if (reader.tag() != text(2)) {
      return false;
    }
  }
  return reader.ok() && has_id;
}

InstanceName instance_of(const NameBook& names, int32_t instance, int32_t service) {
  InstanceName found;
  if (const auto name = names.find(NameKind::kInstance, instance)) {
    found.instance = name->text;
    found.resource = name->resource;
    found.known = true;
    service = name->owner;
  } else {
    found.instance = fmt::format("sw6.instance.{}", instance);
  }
  const auto owner = names.find(NameKind::kService, service);
  found.service = owner ? owner->text : fmt::format("sw6.service.{}", service);
  found.known = found.known && owner != nullptr;
  if (found.resource.empty()) found.resource = encode_resource(found.service, found.instance, {}, {}, {});
  return found;
}

stdx::Result<Translated> translate_segment_v2(std::string_view message, const NameBook& names, SegmentTranslator& translator,
                                              std::string& service) {
  const auto envelope = read_envelope(message);
  if (!envelope) return std::unexpected(envelope.error());
  const auto segment = read_segment(envelope->segment);
  if (!segment) return std::unexpected(segment.error());
  const InstanceName instance = instance_of(names, segment->instance, segment->service);
  service = instance.service;

  Translated translated{.malformed_spans = 0, .span_count = segment->span_count};
  stdx::Result<void> added;
  SegmentSpan span;
  Reader reader(names, envelope->trace_ids);
  SegmentHead head;
  head.trace_id = envelope->trace_ids.front();
  head.segment_id = segment->id;
  head.size_limited = segment->size_limited;
  translator.begin(head, instance.resource);
  MessageReader spans(envelope->segment);
  while (added && spans.next()) {
    if (spans.tag() != text(2)) continue;
    if (reader.read_span(spans.bytes(), span)) {
      added = translator.add(span);
    } else {
      ++translated.malformed_spans;
    }
  }
  if (added) return translated;
  translator.cancel();
  return std::unexpected(std::move(added.error()));
}

}  // namespace clew::receive_skywalking
