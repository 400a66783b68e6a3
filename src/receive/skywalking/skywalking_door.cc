#include "receive/skywalking/skywalking_door.h"

#include <fmt/format.h>

#include "otlp/message_reader.h"
#include "receive/skywalking/segment_translate.h"
#include "receive/skywalking/segment_v3.h"
#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {

using otlp::WireType;
using otlp::wire_tag;
using receive::Protocol;
using stdx::ErrorCode;

stdx::Result<void> SkyWalkingDoor::add_segment(Protocol protocol, std::string_view message, std::string& request) {
  const auto head = read_segment_head(message);
  if (!head) return std::unexpected(head.error());
  const auto resource = instances_.resource_of(head->service, head->instance, head->component_id);
  const auto translated = translate_segment_v3(message, *head, *resource, request);
  if (!translated) return std::unexpected(translated.error());
  if (translated->malformed_spans > 0) {
    intake_.refuse(protocol, head->service, receive::Refusal::kMalformed, translated->malformed_spans,
                   fmt::format("{} of {} spans of segment {} are malformed", translated->malformed_spans, head->span_count,
                               head->segment_id));
  }
  return {};
}

void SkyWalkingDoor::take_segment(Protocol protocol, std::string_view message, Done done) {
  std::string request;
  request.reserve(message.size() * 2);
  if (auto added = add_segment(protocol, message, request); !added) return done(std::unexpected(std::move(added.error())));
  intake_.take(protocol, log::RecordKind::kTraces, stdx::SharedBytes::from_string(std::move(request)), std::move(done));
}

void SkyWalkingDoor::take_segments(Protocol protocol, std::string_view message, Done done) {
  std::string request;
  size_t bad_count = 0;
  stdx::Error first_error;
  otlp::MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() != wire_tag(1, WireType::kLength)) continue;
    if (request.size() > kOtlpBytesMax) {
      return done(stdx::fail(ErrorCode::kPayloadTooLarge, fmt::format("the segments become more than {} bytes", kOtlpBytesMax)));
    }
    auto added = add_segment(protocol, reader.bytes(), request);
    if (added) continue;
    if (bad_count++ == 0) first_error = added.error();
    intake_.refuse(protocol, {}, receive::refusal_of(added.error().code), 1, added.error().message, reader.bytes());
  }
  if (!reader.ok() || (request.empty() && bad_count > 0)) {
    if (reader.ok()) return done(std::unexpected(std::move(first_error)));
    return done(stdx::fail(ErrorCode::kInvalidArgument, "not a SegmentCollection of SkyWalking: malformed protobuf"));
  }
  intake_.take(protocol, log::RecordKind::kTraces, stdx::SharedBytes::from_string(std::move(request)), std::move(done));
}

stdx::Result<void> SkyWalkingDoor::learn_instance(std::string_view message) {
  std::string_view service;
  std::string_view instance;
  std::string_view layer;
  std::vector<TextPair> properties;
  uint32_t dropped = 0;
  otlp::MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case wire_tag(1, WireType::kLength): service = reader.bytes(); break;
      case wire_tag(2, WireType::kLength): instance = reader.bytes(); break;
      case wire_tag(3, WireType::kLength):
        if (!append_pair(reader.bytes(), kPropertyCountMax, properties, dropped)) {
          return stdx::fail(ErrorCode::kInvalidArgument, "a property of the instance is malformed");
        }
        break;
      case wire_tag(4, WireType::kLength): layer = reader.bytes(); break;
    }
  }
  if (!reader.ok()) return stdx::fail(ErrorCode::kInvalidArgument, "not an InstanceProperties of SkyWalking");
  if (service.size() > kNameBytesMax || instance.size() > kNameBytesMax || layer.size() > kNameBytesMax) {
    return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("a name is over {} bytes", kNameBytesMax));
  }
  instances_.learn(service, instance, layer, properties);
  return {};
}

}  // namespace clew::receive_skywalking
