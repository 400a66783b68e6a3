#include "receive/jaeger/jaeger_receiver.h"

#include <fmt/format.h>

#include <utility>

#include "receive/jaeger/jaeger_datagrams.h"
#include "receive/jaeger/jaeger_proto.h"
#include "receive/wrong_door.h"
#include "self/log_line.h"
#include "wire/ascii.h"
#include "wire/content_coding.h"

namespace clew::receive_jaeger {

namespace {

using receive::Protocol;
using stdx::ErrorCode;
using wire::ThriftEncoding;

constexpr int kAccepted = 202;

net::HttpResponse plain_text(int status, std::string text) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  if (!response.body.empty()) response.body += '\n';
  return response;
}

net::HttpResponse error_text(const stdx::Error& error) {
  net::HttpResponse response = net::error_response(error);
  net::HttpResponse text = plain_text(response.status, error.message);
  text.headers = std::move(response.headers);
  return text;
}

stdx::Error with_text(const stdx::Error& error, std::string_view before) {
  return {error.code, fmt::format("{}: {}", before, error.message)};
}

// By the Content-Type header, whose parameters do not matter.
stdx::Result<ThriftEncoding> encoding_of(const std::string* content_type) {
  if (content_type == nullptr || content_type->empty()) {
    return stdx::fail(ErrorCode::kInvalidArgument, "Cannot parse content type: there is none; use application/x-thrift");
  }
  std::string_view rest = *content_type;
  const std::string_view type = wire::take_until(rest, ';');
  for (const char* binary : {"application/x-thrift", "application/vnd.apache.thrift.binary"}) {
    if (wire::equal_ignoring_case(type, binary)) return ThriftEncoding::kBinary;
  }
  if (wire::equal_ignoring_case(type, "application/vnd.apache.thrift.compact")) return ThriftEncoding::kCompact;
  return stdx::fail(ErrorCode::kInvalidArgument,
                    fmt::format("Unsupported content type: {:.80}; use application/x-thrift", *content_type));
}

}  // namespace

class JaegerReceiver::Door : public std::enable_shared_from_this<Door> {
 public:
  Door(receive::Intake intake, JaegerLimits limits, ZipkinTranslation zipkin)
      : intake_(std::move(intake)), limits_(limits), zipkin_(std::move(zipkin)) {}

  void serve_http(net::HttpRequest& request, net::HttpReplyPtr reply);
  void serve_grpc(const net::GrpcRequest& request, net::GrpcReplyPtr reply);
  net::UdpHandler udp_handler(Protocol protocol);
  net::HttpResponse format_error(const net::HttpRequest& request, const stdx::Error& error) const;
  std::string explain_unknown(std::string_view method, const std::string& peer) const;

 private:
  // `done` is called once, from this thread or the log's.
  void take(Protocol protocol, OtlpWriter& writer, receive::Intake::Done done) const;
  stdx::Result<OtlpWriter> translate_http(net::HttpRequest& request) const;

  const receive::Intake intake_;
  const JaegerLimits limits_;
  const ZipkinTranslation zipkin_;
};

void JaegerReceiver::Door::take(Protocol protocol, OtlpWriter& writer, receive::Intake::Done done) const {
  intake_.take(protocol, log::RecordKind::kTraces, stdx::SharedBytes::from_string(writer.take()), std::move(done));
}

stdx::Result<OtlpWriter> JaegerReceiver::Door::translate_http(net::HttpRequest& request) const {
  const auto encoding = encoding_of(request.header("Content-Type"));
  if (!encoding) return std::unexpected(encoding.error());
  const std::string* coding = request.header("Content-Encoding");
  const auto body = wire::decode_content(coding == nullptr ? std::string_view() : *coding, std::move(request.body),
                                         limits_.decompressed_bytes_max);
  if (!body) return std::unexpected(with_text(body.error(), "Unable to process request body"));
  OtlpWriter writer;
  if (const auto done = ThriftTranslator(limits_).translate_batch(*body, *encoding, writer); !done) {
    return std::unexpected(with_text(done.error(), "Unable to process request body"));
  }
  return writer;
}

void JaegerReceiver::Door::serve_http(net::HttpRequest& request, net::HttpReplyPtr reply) {
  intake_.count_request(Protocol::kJaegerHttpThrift, request.body.size());
  receive::Intake::Done done = [door = shared_from_this(), reply = std::move(reply)](stdx::Result<receive::Outcome> outcome) {
    if (outcome) return reply->send(plain_text(kAccepted, {}));
    door->intake_.count_failure(Protocol::kJaegerHttpThrift, outcome.error());
    reply->send(error_text(outcome.error()));
  };
  auto writer = translate_http(request);
  if (!writer) return done(std::unexpected(std::move(writer.error())));
  take(Protocol::kJaegerHttpThrift, *writer, std::move(done));
}

net::HttpResponse JaegerReceiver::Door::format_error(const net::HttpRequest& request, const stdx::Error& error) const {
  const std::string* type = request.header("Content-Type");
  const std::string_view probably =
      receive::protocol_by_request(request.raw_path, type == nullptr ? std::string_view() : *type);
  if (probably.empty() || request.raw_path == "/api/traces") return error_text(error);
  self::log_warn("another protocol came to Jaeger's collector port",
                 {{"path", std::string_view(request.raw_path).substr(0, 100)}, {"from", request.peer}, {"probably", probably}});
  const stdx::Error named{error.code, fmt::format("{}. This port takes Jaeger's Thrift over HTTP; the request is probably {}",
                                                  error.message, probably)};
  intake_.count_failure(Protocol::kJaegerHttpThrift, {ErrorCode::kUnimplemented, named.message});
  return error_text(named);
}

std::string JaegerReceiver::Door::explain_unknown(std::string_view method, const std::string& peer) const {
  const std::string_view shown = method.substr(0, 100);
  std::string text = fmt::format("nothing at {}; this port has jaeger.api_v2's CollectorService and SamplingManager", shown);
  const std::string_view probably = receive::protocol_by_request(method, {});
  if (!probably.empty()) {
    self::log_warn("another protocol came to Jaeger's gRPC port", {{"method", shown}, {"from", peer}, {"probably", probably}});
    text += fmt::format(". The call is probably {}", probably);
  }
  intake_.count_failure(Protocol::kJaegerGrpc, {ErrorCode::kUnimplemented, text});
  return text;
}

void JaegerReceiver::Door::serve_grpc(const net::GrpcRequest& request, net::GrpcReplyPtr reply) {
  intake_.count_request(Protocol::kJaegerGrpc, request.message.size());
  receive::Intake::Done done = [door = shared_from_this(), reply = std::move(reply)](stdx::Result<receive::Outcome> outcome) {
    if (outcome) return reply->send({});  // PostSpansResponse has no fields.
    door->intake_.count_failure(Protocol::kJaegerGrpc, outcome.error());
    reply->fail(outcome.error());
  };
  OtlpWriter writer;
  if (auto translated = ProtoTranslator(limits_).translate_post_spans(request.message.view, writer); !translated) {
    return done(std::unexpected(std::move(translated.error())));
  }
  take(Protocol::kJaegerGrpc, writer, std::move(done));
}

net::UdpHandler JaegerReceiver::Door::udp_handler(Protocol protocol) {
  // Shared because std::function wants to be copied; there is one copy in use.
  auto datagrams = std::make_shared<DatagramTranslator>(intake_, limits_, zipkin_, protocol);
  return [datagrams](const net::UdpArrival& arrival) { datagrams->handle(arrival); };
}

JaegerReceiver::JaegerReceiver(receive::Intake intake, JaegerLimits limits, ZipkinTranslation zipkin)
    : door_(std::make_shared<Door>(std::move(intake), limits, std::move(zipkin))) {}

std::vector<net::HttpRoute> JaegerReceiver::http_routes() const {
  return {{"POST", "/api/traces",
           [door = door_](net::HttpRequest& request, net::HttpReplyPtr reply) {
             door->serve_http(request, std::move(reply));
           },
           true}};
}

net::HttpErrorFormat JaegerReceiver::error_format() const {
  return [door = door_](const net::HttpRequest& request, const stdx::Error& error) {
    return door->format_error(request, error);
  };
}

std::vector<net::GrpcMethod> JaegerReceiver::grpc_methods() const {
  return {{"/jaeger.api_v2.CollectorService/PostSpans",
           [door = door_](net::GrpcRequest& request, net::GrpcReplyPtr reply) {
             door->serve_grpc(request, std::move(reply));
           }}};
}

std::function<std::string(std::string_view, const std::string&)> JaegerReceiver::unknown_method() const {
  return [door = door_](std::string_view method, const std::string& peer) { return door->explain_unknown(method, peer); };
}

net::UdpHandler JaegerReceiver::udp_handler(Protocol protocol) const { return door_->udp_handler(protocol); }

}  // namespace clew::receive_jaeger
