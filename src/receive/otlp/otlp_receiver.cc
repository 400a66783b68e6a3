#include "receive/otlp/otlp_receiver.h"

#include <fmt/format.h>

#include <mutex>
#include <optional>

#include "otlp/traces_codec.h"
#include "wire/content_coding.h"

namespace clew::receive_otlp {

namespace {

using receive::Protocol;
using stdx::ErrorCode;

log::RecordKind kind_of(Signal signal) {
  switch (signal) {
    case Signal::kTraces: return log::RecordKind::kTraces;
    case Signal::kLogs: return log::RecordKind::kLogs;
    case Signal::kMetrics: return log::RecordKind::kMetrics;
  }
  return log::RecordKind::kTraces;
}

Protocol protocol_of(Media media) {
  return media == Media::kProtobuf ? Protocol::kOtlpHttpProtobuf : Protocol::kOtlpHttpJson;
}

stdx::Result<std::string> json_to_protobuf(Signal signal, std::string_view json) {
  switch (signal) {
    case Signal::kTraces: return otlp::traces_json_to_protobuf(json);
    case Signal::kLogs: return otlp::logs_json_to_protobuf(json);
    case Signal::kMetrics: return otlp::metrics_json_to_protobuf(json);
  }
  return stdx::fail(ErrorCode::kInternal, "no such signal");
}

// A request and the events beside it, which fail together: the client sends both again, and the parts that are stored already
// are known as repeats. Any thread.
class BothDone {
 public:
  using Done = std::move_only_function<void(stdx::Result<receive::Outcome>)>;
  explicit BothDone(Done done) : done_(std::move(done)) {}

  void request_arrived(stdx::Result<receive::Outcome> outcome) {
    std::unique_lock lock(mutex_);
    request_ = std::move(outcome);
    finish(lock);
  }

  void events_arrived(stdx::Result<receive::Outcome> outcome) {
    std::unique_lock lock(mutex_);
    events_ = std::move(outcome);
    finish(lock);
  }

 private:
  void finish(std::unique_lock<std::mutex>& lock) {
    if (!request_ || !events_) return;
    lock.unlock();
    done_(std::move(*events_ ? *request_ : *events_));
  }

  std::mutex mutex_;
  std::optional<stdx::Result<receive::Outcome>> request_, events_;
  Done done_;
};

}  // namespace

class OtlpReceiver::Door : public std::enable_shared_from_this<Door> {
 public:
  using Done = std::move_only_function<void(stdx::Result<PartialSuccess>)>;

  Door(receive::Intake intake, OtlpLimits limits, SessionHooks sessions)
      : intake_(std::move(intake)), limits_(limits), sessions_(std::move(sessions)) {}

  void serve_http(Signal signal, net::HttpRequest& request, net::HttpReplyPtr reply);
  void serve_grpc(Signal signal, const net::GrpcRequest& request, net::GrpcReplyPtr reply);
  net::HttpResponse refuse(const net::HttpRequest& request, const stdx::Error& error) const;

 private:
  // `done` is called once, from this thread or the log's.
  void take(Signal signal, Protocol protocol, stdx::SharedBytes request, const net::HttpRequest* http, Done done);
  stdx::Result<receive::Replacement> replacement(Signal signal, std::string_view request, const net::HttpRequest* http) const;
  stdx::Result<std::string> body_of(net::HttpRequest& request) const;

  const receive::Intake intake_;
  const OtlpLimits limits_;
  const SessionHooks sessions_;
};

void OtlpReceiver::Door::take(Signal signal, Protocol protocol, stdx::SharedBytes request, const net::HttpRequest* http, Done done) {
  auto instead = replacement(signal, request.view, http);
  if (!instead) return done(std::unexpected(std::move(instead.error())));
  if (instead->request) request = stdx::SharedBytes::from_string(std::move(*instead->request));
  auto answer = [done = std::move(done), durable = std::move(instead->durable)](stdx::Result<receive::Outcome> outcome) mutable {
    if (!outcome) return done(std::unexpected(std::move(outcome.error())));
    if (durable) durable();
    done(PartialSuccess{static_cast<int64_t>(outcome->refused_count), std::move(outcome->message)});
  };
  if (instead->events.empty()) return intake_.take(protocol, kind_of(signal), std::move(request), std::move(answer));
  const auto both = std::make_shared<BothDone>(std::move(answer));
  intake_.take(protocol, log::RecordKind::kLogs, stdx::SharedBytes::from_string(std::move(instead->events)),
               [both](stdx::Result<receive::Outcome> outcome) { both->events_arrived(std::move(outcome)); });
  intake_.take(protocol, kind_of(signal), std::move(request),
               [both](stdx::Result<receive::Outcome> outcome) { both->request_arrived(std::move(outcome)); });
}

stdx::Result<receive::Replacement> OtlpReceiver::Door::replacement(Signal signal, std::string_view request,
                                                                   const net::HttpRequest* http) const {
  if (signal == Signal::kLogs && sessions_.of_logs) return sessions_.of_logs(request, http);
  if (signal == Signal::kTraces && sessions_.of_traces) return sessions_.of_traces(request, http);
  return receive::Replacement();
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
  const Protocol protocol = protocol_of(media);
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
  if (media == Media::kJson) {
    body = json_to_protobuf(signal, *body);
    if (!body) return done(std::unexpected(std::move(body.error())));
  }
  take(signal, protocol, stdx::SharedBytes::from_string(std::move(*body)), &request, std::move(done));
}

net::HttpResponse OtlpReceiver::Door::refuse(const net::HttpRequest& request, const stdx::Error& error) const {
  const Media media = media_of(request.header("Content-Type")).value_or(Media::kJson);
  intake_.count_request(protocol_of(media), request.body.size());
  intake_.count_failure(protocol_of(media), error);
  return http_error(media, error);
}

void OtlpReceiver::Door::serve_grpc(Signal signal, const net::GrpcRequest& request, net::GrpcReplyPtr reply) {
  intake_.count_request(Protocol::kOtlpGrpc, request.message.size());
  Done done = [door = shared_from_this(), reply = std::move(reply)](stdx::Result<PartialSuccess> result) {
    if (result) return reply->send(encode_answer(*result));
    door->intake_.count_failure(Protocol::kOtlpGrpc, result.error());
    reply->fail(result.error());
  };
  take(signal, Protocol::kOtlpGrpc, request.message, nullptr, std::move(done));
}

OtlpReceiver::OtlpReceiver(receive::Intake intake, OtlpLimits limits, SessionHooks sessions)
    : door_(std::make_shared<Door>(std::move(intake), limits, std::move(sessions))) {}

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

net::HttpResponse OtlpReceiver::refuse(const net::HttpRequest& request, const stdx::Error& error) const {
  return door_->refuse(request, error);
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
