#include "receive/skywalking/skywalking_v2_grpc.h"

#include <fmt/format.h>

#include "otlp/message_reader.h"
#include "otlp/message_writer.h"
#include "receive/skywalking/segment_v2.h"
#include "receive/skywalking/segment_v3.h"
#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {

using otlp::MessageReader;
using otlp::WireType;
using receive::Protocol;
using stdx::ErrorCode;

namespace {

using DoorPtr = std::shared_ptr<SkyWalkingDoor>;

constexpr uint32_t text(uint32_t field) { return otlp::wire_tag(field, WireType::kLength); }
constexpr uint32_t number(uint32_t field) { return otlp::wire_tag(field, WireType::kVarint); }

// One thing to be registered, as its message has it.
struct Registration {
  NameWish wish;
  uint64_t detect_point = 0;  // Of an endpoint: client or server; sent back.
};
using Registrations = std::vector<Registration>;
// Reads one element of a call's list; false: malformed.
using ReadOne = bool (*)(const SkyWalkingDoor& door, std::string_view message, Registration& into);

bool read_service(const SkyWalkingDoor&, std::string_view message, Registration& into) {
  into.wish.kind = NameKind::kService;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == text(1)) into.wish.name = reader.bytes();
  }
  return reader.ok();
}

bool read_instance(const SkyWalkingDoor& door, std::string_view message, Registration& into) {
  into.wish.kind = NameKind::kInstance;
  std::vector<TextPair> properties;
  uint32_t dropped = 0;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == number(1)) into.wish.owner = static_cast<int32_t>(reader.as_uint32());
    if (reader.tag() == text(2)) into.wish.name = reader.bytes();
    if (reader.tag() == text(5) && !append_pair(reader.bytes(), kPropertyCountMax, properties, dropped)) return false;
  }
  const auto service = door.names().find(NameKind::kService, into.wish.owner);
  const std::string unknown = fmt::format("sw6.service.{}", into.wish.owner);
  into.wish.resource = encode_resource(service ? service->text : unknown, into.wish.name, {}, {}, properties);
  return reader.ok();
}

bool read_endpoint(const SkyWalkingDoor&, std::string_view message, Registration& into) {
  into.wish.kind = NameKind::kEndpoint;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == number(1)) into.wish.owner = static_cast<int32_t>(reader.as_uint32());
    if (reader.tag() == text(2)) into.wish.name = reader.bytes();
    if (reader.tag() == number(5)) into.detect_point = reader.number();
  }
  return reader.ok();
}

bool read_address(const SkyWalkingDoor&, std::string_view message, Registration& into) {
  into.wish.kind = NameKind::kAddress;
  into.wish.name = message;
  return true;
}

// KeyIntValuePair, or EndpointMappingElement. What got no number is left out: the agent asks again, or does without.
std::string encode_mapping(const Registrations& registrations, const std::vector<int32_t>& numbers) {
  std::string answer;
  otlp::MessageWriter writer(answer);
  for (size_t index = 0; index < registrations.size(); ++index) {
    const Registration& one = registrations[index];
    if (numbers[index] == 0) continue;
    const size_t open = writer.open(1);
    if (one.wish.kind == NameKind::kEndpoint) {
      writer.add_varint(1, static_cast<uint32_t>(one.wish.owner));
      writer.add_bytes(2, one.wish.name);
      writer.add_varint(3, static_cast<uint32_t>(numbers[index]));
      writer.add_varint(4, one.detect_point);
    } else {
      writer.add_bytes(1, one.wish.name);
      writer.add_varint(2, static_cast<uint32_t>(numbers[index]));
    }
    writer.close(open);
  }
  return answer;
}

stdx::Result<Registrations> read_registrations(const SkyWalkingDoor& door, std::string_view message, ReadOne read_one) {
  Registrations registrations;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() != text(1)) continue;
    if (registrations.size() >= kWishesMax) {
      return stdx::fail(ErrorCode::kPayloadTooLarge, fmt::format("over {} names in one call", kWishesMax));
    }
    if (!read_one(door, reader.bytes(), registrations.emplace_back())) {
      return stdx::fail(ErrorCode::kInvalidArgument, "a registration is malformed");
    }
  }
  if (!reader.ok()) return stdx::fail(ErrorCode::kInvalidArgument, "not a registration of SkyWalking 6: malformed protobuf");
  return registrations;
}

net::GrpcMethod register_method(DoorPtr door, std::string_view name, ReadOne read_one) {
  const auto handler = [door, read_one](net::GrpcRequest& request, net::GrpcReplyPtr reply) {
    door->intake().count_request(Protocol::kSkyWalkingV2Grpc, request.message.size());
    auto registrations = read_registrations(*door, request.message.view, read_one);
    if (!registrations) {
      door->intake().count_failure(Protocol::kSkyWalkingV2Grpc, registrations.error(), request.message.view);
      return reply->fail(registrations.error());
    }
    std::vector<NameWish> wishes;
    for (const Registration& one : *registrations) wishes.push_back(one.wish);
    door->names().register_names(
        std::move(wishes), [registrations = std::move(*registrations), reply = std::move(reply)](
                               stdx::Result<std::vector<int32_t>> numbers) {
          numbers ? reply->send(encode_mapping(registrations, *numbers)) : reply->fail(numbers.error());
        });
  };
  return {.name = fmt::format("/Register/{}", name), .handler = handler, .is_rare = true};
}

// ServiceInstancePingPkg. An instance that we do not know got its number elsewhere: SkyWalking's server tells it to register
// anew by this command, and so do we.
std::string answer_ping(const SkyWalkingDoor& door, std::string_view message) {
  int32_t instance = 0;
  std::string_view uuid;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == number(1)) instance = static_cast<int32_t>(reader.as_uint32());
    if (reader.tag() == text(3)) uuid = reader.bytes();
  }
  std::string commands;
  if (instance == kBrowserInstance || door.names().find(NameKind::kInstance, instance)) return commands;
  otlp::MessageWriter writer(commands);
  const size_t command = writer.open(1);
  writer.add_bytes(1, "ServiceMetadataReset");
  const size_t argument = writer.open(2);
  writer.add_bytes(1, "SerialNumber");
  writer.add_bytes(2, uuid);
  writer.close(argument);
  writer.close(command);
  return commands;
}

}  // namespace

std::vector<net::GrpcMethod> v2_methods(const std::shared_ptr<SkyWalkingDoor>& door) {
  const auto answer_nothing = [door](net::GrpcRequest& request, net::GrpcReplyPtr reply) {
    door->intake().count_request(Protocol::kSkyWalkingV2Grpc, request.message.size());
    reply->send({});
  };
  const auto ping = [door](net::GrpcRequest& request, net::GrpcReplyPtr reply) {
    door->intake().count_request(Protocol::kSkyWalkingV2Grpc, request.message.size());
    reply->send(answer_ping(*door, request.message.view));
  };
  return {
      register_method(door, "doServiceRegister", read_service),
      register_method(door, "doServiceInstanceRegister", read_instance),
      register_method(door, "doEndpointRegister", read_endpoint),
      register_method(door, "doNetworkAddressRegister", read_address),
      {.name = "/Register/doServiceAndNetworkAddressMappingRegister", .handler = answer_nothing, .is_rare = true},
      {.name = "/ServiceInstancePing/doPing", .handler = ping, .is_rare = true},
  };
}

}  // namespace clew::receive_skywalking
