#include "receive/zipkin/zipkin_receiver.h"

#include <fmt/format.h>

#include <string>

#include "receive/wrong_door.h"
#include "receive/zipkin/zipkin_translate.h"
#include "self/log_line.h"
#include "self/version.h"
#include "wire/ascii.h"
#include "wire/content_coding.h"
#include "wire/json_writer.h"

namespace clew::receive_zipkin {

namespace {

using receive::Protocol;
using stdx::ErrorCode;

constexpr std::string_view kTextType = "text/plain; charset=utf-8";

enum class Version : uint8_t { kV1, kV2 };

// The content type decides between the binary encoding and JSON; whatever else it says, Zipkin reads JSON.
Format format_of(Version version, const std::string* content_type) {
  std::string_view rest = content_type == nullptr ? std::string_view() : *content_type;
  const std::string_view type = wire::take_until(rest, ';');
  if (version == Version::kV1) {
    return wire::equal_ignoring_case(type, "application/x-thrift") ? Format::kV1Thrift : Format::kV1Json;
  }
  const bool is_proto = wire::equal_ignoring_case(type, "application/x-protobuf") ||
                        wire::equal_ignoring_case(type, "application/protobuf");
  return is_proto ? Format::kV2Proto : Format::kV2Json;
}

Protocol protocol_of(Format format) {
  switch (format) {
    case Format::kV1Json: return Protocol::kZipkinV1Json;
    case Format::kV1Thrift: return Protocol::kZipkinV1Thrift;
    case Format::kV2Json: return Protocol::kZipkinV2Json;
    case Format::kV2Proto: return Protocol::kZipkinV2Proto;
  }
  return Protocol::kZipkinV2Json;
}

net::HttpResponse error_text(const stdx::Error& error) {
  net::HttpResponse response = net::error_response(error);
  response.content_type = kTextType;
  response.body = error.message + "\n";
  return response;
}

// Zipkin knows no partial success: a list of which something was kept is accepted, and says what was not.
net::HttpResponse answer_of(const receive::Outcome& outcome, size_t span_count) {
  if (outcome.refused_count != 0 && outcome.refused_count == span_count) {
    return error_text({ErrorCode::kInvalidArgument, outcome.message});
  }
  net::HttpResponse response;
  response.status = 202;
  response.content_type = kTextType;
  if (outcome.refused_count != 0) response.body = outcome.message + "\n";
  return response;
}

void answer_health(net::HttpRequest&, net::HttpReplyPtr reply) {
  net::HttpResponse response;
  wire::JsonWriter json(response.body);
  json.begin_object().member("status", "UP");
  json.key("zipkin").begin_object().member("status", "UP").end_object();
  json.end_object();
  reply->send(std::move(response));
}

void answer_info(net::HttpRequest&, net::HttpReplyPtr reply) {
  net::HttpResponse response;
  wire::JsonWriter json(response.body);
  json.begin_object();
  json.key("clew").begin_object().member("version", std::string_view(self::kVersion)).end_object();
  json.end_object();
  reply->send(std::move(response));
}

}  // namespace

class ZipkinReceiver::Door : public std::enable_shared_from_this<Door> {
 public:
  Door(receive::Intake intake, const stdx::Clock& clock, ZipkinLimits limits)
      : intake_(std::move(intake)), clock_(clock), limits_(limits) {}

  void serve(Version version, net::HttpRequest& request, net::HttpReplyPtr reply) const;
  net::HttpResponse format_error(const net::HttpRequest& request, const stdx::Error& error) const;

 private:
  stdx::Result<Translated> translated(Format format, net::HttpRequest& request) const;
  void fail(Protocol protocol, const stdx::Error& error, net::HttpReply& reply) const;

  const receive::Intake intake_;
  const stdx::Clock& clock_;
  const ZipkinLimits limits_;
};

stdx::Result<Translated> ZipkinReceiver::Door::translated(Format format, net::HttpRequest& request) const {
  const std::string* encoding = request.header("Content-Encoding");
  auto body = wire::decode_content(encoding == nullptr ? std::string_view() : *encoding, std::move(request.body),
                                   limits_.decompressed_bytes_max);
  if (!body) return std::unexpected(std::move(body.error()));
  return translate(format, std::move(*body), clock_.now_ns());
}

void ZipkinReceiver::Door::fail(Protocol protocol, const stdx::Error& error, net::HttpReply& reply) const {
  intake_.count_failure(protocol, error);
  reply.send(error_text(error));
}

void ZipkinReceiver::Door::serve(Version version, net::HttpRequest& request, net::HttpReplyPtr reply) const {
  const Format format = format_of(version, request.header("Content-Type"));
  const Protocol protocol = protocol_of(format);
  intake_.count_request(protocol, request.body.size());
  auto spans = translated(format, request);
  if (!spans) return fail(protocol, spans.error(), *reply);
  intake_.take(protocol, log::RecordKind::kTraces, stdx::SharedBytes::from_string(std::move(spans->request)),
               [door = shared_from_this(), protocol, count = spans->span_count,
                reply = std::move(reply)](stdx::Result<receive::Outcome> outcome) {
                 if (!outcome) return door->fail(protocol, outcome.error(), *reply);
                 reply->send(answer_of(*outcome, count));
               });
}

net::HttpResponse ZipkinReceiver::Door::format_error(const net::HttpRequest& request, const stdx::Error& error) const {
  const std::string* type = request.header("Content-Type");
  const std::string_view probably =
      receive::protocol_by_request(request.raw_path, type == nullptr ? std::string_view() : *type);
  if (probably.empty()) return error_text(error);
  self::log_warn("another protocol came to the Zipkin port",
                 {{"path", std::string_view(request.raw_path).substr(0, 100)}, {"from", request.peer}, {"probably", probably}});
  const stdx::Error named{error.code, fmt::format("{}. This port speaks Zipkin; the request is probably {}", error.message, probably)};
  intake_.count_failure(Protocol::kZipkinV2Json, {ErrorCode::kUnimplemented, named.message});
  return error_text(named);
}

ZipkinReceiver::ZipkinReceiver(receive::Intake intake, const stdx::Clock& clock, ZipkinLimits limits)
    : door_(std::make_shared<Door>(std::move(intake), clock, limits)) {}

std::vector<net::HttpRoute> ZipkinReceiver::http_routes() const {
  const auto spans = [this](std::string path, Version version) {
    return net::HttpRoute{"POST", std::move(path),
                          [door = door_, version](net::HttpRequest& request, net::HttpReplyPtr reply) {
                            door->serve(version, request, std::move(reply));
                          },
                          true};
  };
  return {spans("/api/v1/spans", Version::kV1), spans("/api/v2/spans", Version::kV2),
          {"GET", "/health", answer_health, true}, {"GET", "/info", answer_info, true}};
}

net::HttpErrorFormat ZipkinReceiver::error_format() const {
  return [door = door_](const net::HttpRequest& request, const stdx::Error& error) {
    return door->format_error(request, error);
  };
}

}  // namespace clew::receive_zipkin
