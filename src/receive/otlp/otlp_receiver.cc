#include "receive/otlp/otlp_receiver.h"

#include <fmt/format.h>

#include "otlp/traces_codec.h"
#include "receive/otlp/otlp_item_count.h"
#include "wire/content_coding.h"

namespace clew::receive_otlp {

namespace {

using receive::Protocol;
using stdx::ErrorCode;

}  // namespace

class OtlpReceiver::Door : public std::enable_shared_from_this<Door> {
 public:
  using Done = std::move_only_function<void(stdx::Result<PartialSuccess>)>;

  Door(receive::Intake intake, OtlpLimits limits) : intake_(std::move(intake)), limits_(limits) {}

  void serve_http(Signal signal, net::HttpRequest& request, net::HttpReplyPtr reply);
  void serve_grpc(Signal signal, const net::GrpcRequest& request, net::GrpcReplyPtr reply);

 private:
  // `done` is called once, from this thread or the log's.
  void take_traces(Protocol protocol, stdx::SharedBytes request, Done done);
  stdx::Result<PartialSuccess> refuse_items(Signal signal, Protocol protocol, stdx::Result<int64_t> count);
  stdx::Result<std::string> body_of(net::HttpRequest& request) const;

  const receive::Intake intake_;
  const OtlpLimits limits_;
};

void OtlpReceiver::Door::take_traces(Protocol protocol, stdx::SharedBytes request, Done done) {
  intake_.take(protocol, log::RecordKind::kTraces, std::move(request),
               [done = std::move(done)](stdx::Result<receive::Outcome> outcome) mutable {
                 if (!outcome) return done(std::unexpected(std::move(outcome.error())));
                 done(PartialSuccess{static_cast<int64_t>(outcome->refused_count), std::move(outcome->message)});
               });
}

stdx::Result<PartialSuccess> OtlpReceiver::Door::refuse_items(Signal signal, Protocol protocol,
                                                              stdx::Result<int64_t> count) {
  if (!count) return std::unexpected(std::move(count.error()));
  if (*count == 0) return PartialSuccess{};
  const SignalNames& names = names_of(signal);
  std::string why = fmt::format("Clew keeps traces only, so these {} were dropped; {}=none stops an SDK from sending them",
                                names.items, names.exporter_variable);
  intake_.refuse(protocol, {}, receive::Refusal::kUnsupported, static_cast<uint64_t>(*count), why);
  return PartialSuccess{*count, std::move(why)};
}

stdx::Result<std::string> OtlpReceiver::Door::body_of(net::HttpRequest& request) const {
  const std::string* encoding = request.header("Content-Encoding");
  return wire::decode_content(encoding == nullptr ? std::string_view() : *encoding, std::move(request.body),
                              limits_.decompressed_bytes_max);
}

void OtlpReceiver::Door::serve_http(Signal signal, net::HttpRequest& request, net::HttpReplyPtr reply) {
  const std::string* type = request.header("Content-Type");
  const std::optional<Media> known = media_of(type);
  const Media media = known.value_or(Media::kJson);
  const Protocol protocol = media == Media::kProtobuf ? Protocol::kOtlpHttpProtobuf : Protocol::kOtlpHttpJson;
  intake_.count_request(protocol, request.body.size());
  Done done = [door = shared_from_this(), signal, media, protocol,
               reply = std::move(reply)](stdx::Result<PartialSuccess> result) {
    if (result) return reply->send(http_answer(signal, media, *result));
    door->intake_.count_failure(protocol, result.error());
    reply->send(http_error(media, result.error()));
  };
  if (!known) {
    return done(stdx::fail(ErrorCode::kUnsupportedMediaType,
                           fmt::format("content type \"{:.80}\" is not supported; use application/x-protobuf or "
                                       "application/json",
                                       type == nullptr ? "" : *type)));
  }
  auto body = body_of(request);
  if (!body) return done(std::unexpected(std::move(body.error())));
  if (signal != Signal::kTraces) {
    return done(refuse_items(signal, protocol, media == Media::kJson ? count_items_json(signal, *body)
                                                                     : count_items(signal, *body)));
  }
  if (media == Media::kJson) {
    body = otlp::traces_json_to_protobuf(*body);
    if (!body) return done(std::unexpected(std::move(body.error())));
  }
  take_traces(protocol, stdx::SharedBytes::from_string(std::move(*body)), std::move(done));
}

void OtlpReceiver::Door::serve_grpc(Signal signal, const net::GrpcRequest& request, net::GrpcReplyPtr reply) {
  intake_.count_request(Protocol::kOtlpGrpc, request.message.size());
  Done done = [door = shared_from_this(), reply = std::move(reply)](stdx::Result<PartialSuccess> result) {
    if (result) return reply->send(encode_answer(*result));
    door->intake_.count_failure(Protocol::kOtlpGrpc, result.error());
    reply->fail(result.error());
  };
  if (signal == Signal::kTraces) return take_traces(Protocol::kOtlpGrpc, request.message, std::move(done));
  done(refuse_items(signal, Protocol::kOtlpGrpc, count_items(signal, request.message.view)));
}

OtlpReceiver::OtlpReceiver(receive::Intake intake, OtlpLimits limits)
    : door_(std::make_shared<Door>(std::move(intake), limits)) {}

std::vector<net::HttpRoute> OtlpReceiver::http_routes() const {
  std::vector<net::HttpRoute> routes;
  for (const Signal signal : {Signal::kTraces, Signal::kLogs, Signal::kMetrics}) {
    routes.push_back({"POST", std::string(names_of(signal).http_path),
                      [door = door_, signal](net::HttpRequest& request, net::HttpReplyPtr reply) {
                        door->serve_http(signal, request, std::move(reply));
                      },
                      true});
  }
  return routes;
}

net::HttpResponse OtlpReceiver::format_http_error(const net::HttpRequest& request, const stdx::Error& error) {
  return http_error(media_of(request.header("Content-Type")).value_or(Media::kJson), error);
}

std::vector<net::GrpcMethod> OtlpReceiver::grpc_methods() const {
  std::vector<net::GrpcMethod> methods;
  for (const Signal signal : {Signal::kTraces, Signal::kLogs, Signal::kMetrics}) {
    methods.push_back({std::string(names_of(signal).grpc_method),
                       [door = door_, signal](net::GrpcRequest& request, net::GrpcReplyPtr reply) {
                         door->serve_grpc(signal, request, std::move(reply));
                       }});
  }
  return methods;
}

}  // namespace clew::receive_otlp
