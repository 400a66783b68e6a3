#include "receive/skywalking/skywalking_door.h"

#include <fmt/format.h>

#include <optional>

#include "otlp/message_reader.h"
#include "receive/skywalking/runtime_translate.h"
#include "receive/skywalking/segment_v2.h"
#include "receive/skywalking/segment_v3.h"
#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {

using otlp::WireType;
using otlp::wire_tag;
using receive::Protocol;
using stdx::ErrorCode;

stdx::Result<void> SkyWalkingDoor::add_segment(Protocol protocol, std::string_view message,
                                                SegmentTranslator& translator) {
  if (protocol == Protocol::kSkyWalkingV2Grpc) return add_segment_v2(message, translator);
  const auto head = read_segment_head(message);
  if (!head) return std::unexpected(head.error());
  const auto resource = instances_.resource_of(head->service, head->instance, head->component_id);
  const auto translated = translate_segment_v3(message, *head, *resource, translator);
  if (!translated) return std::unexpected(translated.error());
  if (translated->malformed_spans > 0) {
    intake_.refuse(protocol, head->service, receive::Refusal::kMalformed, translated->malformed_spans,
                   fmt::format("{} of {} spans of segment {} are malformed", translated->malformed_spans, head->span_count,
                               head->segment_id));
  }
  return {};
}

void SkyWalkingDoor::take_segments(Protocol protocol, std::string_view message, Done done) {
  std::string request;
  SegmentTranslator translator(request);
  size_t bad_count = 0;
  stdx::Error first_error;
  otlp::MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() != wire_tag(1, WireType::kLength)) continue;
    if (request.size() > kOtlpBytesMax) {
      return done(stdx::fail(ErrorCode::kPayloadTooLarge, fmt::format("the segments become more than {} bytes", kOtlpBytesMax)));
    }
    auto added = add_segment(protocol, reader.bytes(), translator);
    if (added) continue;
    if (bad_count++ == 0) first_error = added.error();
    intake_.refuse(protocol, {}, receive::refusal_of(added.error().code), 1, added.error().message, reader.bytes());
  }
  translator.finish();
  if (!reader.ok() || (request.empty() && bad_count > 0)) {
    if (reader.ok()) return done(std::unexpected(std::move(first_error)));
    return done(stdx::fail(ErrorCode::kInvalidArgument, "not a SegmentCollection of SkyWalking: malformed protobuf"));
  }
  take(protocol, log::RecordKind::kTraces, std::move(request), std::move(done));
}

void SkyWalkingDoor::take(Protocol protocol, log::RecordKind kind, std::string request, Done done) {
  if (request.empty()) return done(receive::Outcome{});
  intake_.take(protocol, kind, stdx::SharedBytes::from_string(std::move(request)), std::move(done));
}

stdx::Result<void> SkyWalkingDoor::add_segment_v2(std::string_view message, SegmentTranslator& translator) {
  std::string service;
  const auto translated = translate_segment_v2(message, names_, translator, service);
  if (!translated) return std::unexpected(translated.error());
  if (translated->malformed_spans > 0) {
    intake_.refuse(Protocol::kSkyWalkingV2Grpc, service, receive::Refusal::kMalformed, translated->malformed_spans,
                   fmt::format("{} of {} spans of a segment are malformed", translated->malformed_spans, translated->span_count));
  }
  return {};
}

void SkyWalkingDoor::take_runtime(Runtime runtime, std::string_view message, Done done) {
  const auto source = read_runtime_source(message);
  if (!source) return done(std::unexpected(source.error()));
  std::string resource = source->is_v2 ? instance_of(names_, source->instance_number).resource
                                       : *instances_.resource_of(source->service, source->instance, 0);
  std::string request;
  const auto translated = runtime == Runtime::kJvm ? translate_jvm(message, resource, request)
                                                   : translate_clr(message, resource, request);
  if (!translated) return done(std::unexpected(translated.error()));
  take(source->is_v2 ? Protocol::kSkyWalkingV2Grpc : Protocol::kSkyWalkingGrpc, log::RecordKind::kMetrics, std::move(request),
       std::move(done));
}

stdx::Result<void> SkyWalkingDoor::add_item(Item item, std::string_view message, StreamSource& source,
                                            std::string& request) {
  const int64_t now_ms = clock_.now_ns() / 1'000'000;
  switch (item) {
    case Item::kMeter: return translate_meter(message, source, instances_, now_ms, request);
    case Item::kMeters: return translate_meters(message, source, instances_, now_ms, request);
    case Item::kLog: return translate_log(message, source, instances_, now_ms, request);
    case Item::kEvent: return translate_event(message, instances_, now_ms, request);
    case Item::kAttachedEvent: break;
  }
  return translate_attached_event(message, now_ms, request);
}

namespace {
log::RecordKind kind_of(SkyWalkingDoor::Item item) {
  const bool is_meter = item == SkyWalkingDoor::Item::kMeter || item == SkyWalkingDoor::Item::kMeters;
  return is_meter ? log::RecordKind::kMetrics : log::RecordKind::kLogs;
}
}  // namespace

void SkyWalkingDoor::take_item(Protocol protocol, Item item, std::string_view message, StreamSource& source, Done done) {
  std::string request;
  if (auto added = add_item(item, message, source, request); !added) return done(std::unexpected(std::move(added.error())));
  take(protocol, kind_of(item), std::move(request), std::move(done));
}

void SkyWalkingDoor::take_items(Protocol protocol, Item item, std::string_view messages, Done done) {
  std::string request;
  StreamSource source;
  std::optional<stdx::Error> first_error;
  otlp::MessageReader reader(messages);
  while (reader.next()) {
    if (request.size() > kOtlpBytesMax) return done(stdx::fail(ErrorCode::kPayloadTooLarge, "too many items in one request"));
    auto added = add_item(item, reader.bytes(), source, request);
    if (added) continue;
    intake_.refuse(protocol, source.service, receive::Refusal::kMalformed, 1, added.error().message, reader.bytes());
    if (!first_error) first_error = std::move(added.error());
  }
  if (request.empty() && first_error) return done(std::unexpected(std::move(*first_error)));
  take(protocol, kind_of(item), std::move(request), std::move(done));
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
