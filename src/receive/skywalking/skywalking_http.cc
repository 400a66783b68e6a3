#include <fmt/format.h>

#include "otlp/message_reader.h"
#include "receive/skywalking/segment_json.h"
#include "receive/skywalking/skywalking_door.h"
#include "receive/skywalking/skywalking_limits.h"
#include "receive/skywalking/skywalking_receiver.h"
#include "receive/wrong_door.h"
#include "self/log_line.h"
#include "wire/content_coding.h"

namespace clew::receive_skywalking {

using receive::Protocol;
using stdx::ErrorCode;

namespace {

constexpr Protocol kProtocol = Protocol::kSkyWalkingHttp;

using DoorPtr = std::shared_ptr<SkyWalkingDoor>;
using TakeMessages = std::function<void(SkyWalkingDoor&, std::string_view messages, SkyWalkingDoor::Done)>;

// Commands in JSON: none.
net::HttpResponse good_answer() {
  net::HttpResponse response;
  response.body = "{}";
  return response;
}

stdx::Result<std::string> messages_of(net::HttpRequest& request, JsonMessageKind kind) {
  const std::string* encoding = request.header("Content-Encoding");
  auto body = wire::decode_content(encoding == nullptr ? std::string_view() : *encoding, std::move(request.body),
                                   kHttpBodyBytesMax);
  if (!body) return body;
  std::string messages;
  messages.reserve(body->size());
  if (auto read = json_to_messages(kind, *body, messages); !read) return std::unexpected(std::move(read.error()));
  return messages;
}

net::HttpRoute route(DoorPtr door, std::string path, JsonMessageKind kind, TakeMessages take) {
  const auto handler = [door, kind, take = std::move(take)](net::HttpRequest& request, net::HttpReplyPtr reply) {
    door->intake().count_request(kProtocol, request.body.size());
    const std::string begin = request.body.substr(0, 64);
    SkyWalkingDoor::Done done = [door, begin, reply = std::move(reply)](stdx::Result<receive::Outcome> outcome) {
      if (outcome) return reply->send(good_answer());
      door->intake().count_failure(kProtocol, outcome.error(), begin);
      reply->send(net::error_response(outcome.error()));
    };
    const auto messages = messages_of(request, kind);
    messages ? take(*door, *messages, std::move(done)) : done(std::unexpected(messages.error()));
  };
  return {"POST", std::move(path), handler, true};
}

void take_segments(SkyWalkingDoor& door, std::string_view messages, SkyWalkingDoor::Done done) {
  door.take_segments(kProtocol, messages, std::move(done));
}

void learn(SkyWalkingDoor& door, std::string_view messages, SkyWalkingDoor::Done done) {
  otlp::MessageReader reader(messages);
  while (reader.next()) {
    if (auto learnt = door.learn_instance(reader.bytes()); !learnt) return done(std::unexpected(std::move(learnt.error())));
  }
  done(receive::Outcome{});
}

void take_nothing(SkyWalkingDoor&, std::string_view, SkyWalkingDoor::Done done) { done(receive::Outcome{}); }

TakeMessages take_items(SkyWalkingDoor::Item item) {
  return [item](SkyWalkingDoor& door, std::string_view messages, SkyWalkingDoor::Done done) {
    door.take_items(kProtocol, item, messages, std::move(done));
  };
}

}  // namespace

std::vector<net::HttpRoute> SkyWalkingReceiver::http_routes() const {
  using Kind = JsonMessageKind;
  using Item = SkyWalkingDoor::Item;
  return {
      route(door_, "/v3/segment", Kind::kSegment, take_segments),
      route(door_, "/v3/segments", Kind::kSegment, take_segments),
      route(door_, "/v3/management/reportProperties", Kind::kInstanceProperties, learn),
      route(door_, "/v3/management/keepAlive", Kind::kInstancePing, take_nothing),
      route(door_, "/v3/logs", Kind::kLog, take_items(Item::kLog)),
      route(door_, "/v3/events", Kind::kEvent, take_items(Item::kEvent)),
      route(door_, "/v3/meters", Kind::kMeter, take_items(Item::kMeter)),
  };
}

net::HttpErrorFormat SkyWalkingReceiver::http_error_format() const {
  return [door = door_](const net::HttpRequest& request, const stdx::Error& error) {
    const std::string* type = request.header("Content-Type");
    const std::string_view probably =
        receive::protocol_by_request(request.raw_path, type == nullptr ? std::string_view() : *type);
    const bool ours = probably.empty() || probably.starts_with("SkyWalking over HTTP");
    if (ours) return net::error_response(error);
    self::log_warn("another protocol came to the SkyWalking port",
                   {{"path", std::string_view(request.raw_path).substr(0, 100)}, {"from", request.peer}, {"probably", probably}});
    const stdx::Error named{error.code,
                            fmt::format("{}. This port speaks SkyWalking; the request is probably {}", error.message, probably)};
    door->intake().count_failure(kProtocol, {ErrorCode::kUnimplemented, named.message});
    return net::error_response(named);
  };
}

}  // namespace clew::receive_skywalking
