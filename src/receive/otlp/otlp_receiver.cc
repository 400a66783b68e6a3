#include "receive/otlp/otlp_receiver.h"

#include <fmt/format.h>

#include <iterator>

#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"
#include "receive/otlp/otlp_item_count.h"
#include "wire/content_coding.h"

namespace clew::receive_otlp {

namespace {

using stdx::ErrorCode;

// "2 of 10 spans were refused: trace_id_zero 1, span_id_length 1; the first is span 4"
std::string refusal_text(const otlp::TracesSurvey& survey) {
  std::string text = fmt::format("{} of {} spans were refused:", survey.refused_count, survey.span_count);
  const char* separator = " ";
  for (size_t reason = 0; reason < survey.refused_by.size(); ++reason) {
    if (survey.refused_by[reason] == 0) continue;
    fmt::format_to(std::back_inserter(text), "{}{} {}", separator,
                   otlp::refusal_name(static_cast<otlp::SpanRefusal>(reason)), survey.refused_by[reason]);
    separator = ", ";
  }
  fmt::format_to(std::back_inserter(text), "; the first is span {} of the request, counted from 0",
                 survey.first_refused_index);
  return text;
}

void add(std::atomic<uint64_t>& counter, uint64_t amount) { counter.fetch_add(amount, std::memory_order_relaxed); }

}  // namespace

class OtlpReceiver::Door : public std::enable_shared_from_this<Door> {
 public:
  using Done = std::move_only_function<void(stdx::Result<PartialSuccess>)>;

  Door(log::Log& log, const stdx::Clock& clock, OtlpLimits limits) : log_(log), clock_(clock), limits_(limits) {}

  void serve_http(Signal signal, net::HttpRequest& request, net::HttpReplyPtr reply);
  void serve_grpc(Signal signal, const net::GrpcRequest& request, net::GrpcReplyPtr reply);
  const OtlpCounters& counters() const { return counters_; }

 private:
  // `done` is called once, from this thread or the log's.
  void take_traces(Protocol protocol, stdx::SharedBytes request, Done done);
  void append(Protocol protocol, stdx::SharedBytes request, const otlp::TracesSurvey& survey, Done done);
  stdx::Result<PartialSuccess> refuse_items(Signal signal, Protocol protocol, stdx::Result<int64_t> count);
  void count_survey(Protocol protocol, const otlp::TracesSurvey& survey);
  stdx::Result<std::string> body_of(net::HttpRequest& request) const;

  log::Log& log_;
  const stdx::Clock& clock_;
  const OtlpLimits limits_;
  OtlpCounters counters_;
  std::atomic<uint32_t> next_partition_{0};
};

void OtlpReceiver::Door::take_traces(Protocol protocol, stdx::SharedBytes request, Done done) {
  const auto survey = otlp::survey_traces(request.view);
  if (!survey) return done(std::unexpected(survey.error()));
  if (survey->span_count == survey->refused_count) {
    // Nothing to keep: also the way of the empty request, which is a full success.
    count_survey(protocol, *survey);
    PartialSuccess success;
    if (survey->refused_count > 0) success = {survey->refused_count, refusal_text(*survey)};
    return done(std::move(success));
  }
  append(protocol, std::move(request), *survey, std::move(done));
}

void OtlpReceiver::Door::append(Protocol protocol, stdx::SharedBytes request, const otlp::TracesSurvey& survey,
                                Done done) {
  const uint64_t size = request.size();
  if (counters_.bytes_in_flight.fetch_add(size, std::memory_order_relaxed) + size > limits_.bytes_in_flight_max) {
    counters_.bytes_in_flight.fetch_sub(size, std::memory_order_relaxed);
    return done(stdx::fail(ErrorCode::kResourceExhausted, "too many bytes await the log; try again"));
  }
  // Requests are dealt out in turn; a trace's spans meet again in the query, and at home there is one partition.
  const uint32_t partition = next_partition_.fetch_add(1, std::memory_order_relaxed) % log_.partition_count();
  auto acknowledge = [door = shared_from_this(), protocol, survey, size,
                      done = std::move(done)](stdx::Result<uint64_t> offset) mutable {
    door->counters_.bytes_in_flight.fetch_sub(size, std::memory_order_relaxed);
    if (!offset) return done(std::unexpected(std::move(offset.error())));
    door->count_survey(protocol, survey);
    if (survey.refused_count == 0) return done(PartialSuccess{});
    done(PartialSuccess{survey.refused_count, refusal_text(survey)});
  };
  log_.append(partition, log::RecordKind::kTraces, clock_.now_ns(), std::move(request), std::move(acknowledge));
}

void OtlpReceiver::Door::count_survey(Protocol protocol, const otlp::TracesSurvey& survey) {
  ProtocolCounters& counters = counters_.of(protocol);
  add(counters.spans_accepted, survey.span_count - survey.refused_count);
  if (survey.refused_count == 0) return;
  for (size_t reason = 0; reason < survey.refused_by.size(); ++reason) {
    add(counters.spans_refused[reason], survey.refused_by[reason]);
  }
}

stdx::Result<PartialSuccess> OtlpReceiver::Door::refuse_items(Signal signal, Protocol protocol,
                                                              stdx::Result<int64_t> count) {
  if (!count) return std::unexpected(std::move(count.error()));
  if (*count == 0) return PartialSuccess{};
  ProtocolCounters& counters = counters_.of(protocol);
  add(signal == Signal::kLogs ? counters.log_records_refused : counters.data_points_refused,
      static_cast<uint64_t>(*count));
  const SignalNames& names = names_of(signal);
  return PartialSuccess{*count, fmt::format("Clew keeps traces only, so these {} were dropped; {}=none stops an SDK from "
                                            "sending them",
                                            names.items, names.exporter_variable)};
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
  const Protocol protocol = media == Media::kProtobuf ? Protocol::kHttpProtobuf : Protocol::kHttpJson;
  add(counters_.of(protocol).requests, 1);
  add(counters_.of(protocol).bytes, request.body.size());
  Done done = [door = shared_from_this(), signal, media, protocol,
               reply = std::move(reply)](stdx::Result<PartialSuccess> result) {
    if (result) return reply->send(http_answer(signal, media, *result));
    add(door->counters_.of(protocol).requests_failed[static_cast<size_t>(result.error().code)], 1);
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
  add(counters_.of(Protocol::kGrpc).requests, 1);
  add(counters_.of(Protocol::kGrpc).bytes, request.message.size());
  Done done = [door = shared_from_this(), reply = std::move(reply)](stdx::Result<PartialSuccess> result) {
    if (result) return reply->send(encode_answer(*result));
    add(door->counters_.of(Protocol::kGrpc).requests_failed[static_cast<size_t>(result.error().code)], 1);
    reply->fail(result.error());
  };
  if (signal == Signal::kTraces) return take_traces(Protocol::kGrpc, request.message, std::move(done));
  done(refuse_items(signal, Protocol::kGrpc, count_items(signal, request.message.view)));
}

OtlpReceiver::OtlpReceiver(log::Log& log, const stdx::Clock& clock, OtlpLimits limits)
    : door_(std::make_shared<Door>(log, clock, limits)) {}

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

const OtlpCounters& OtlpReceiver::counters() const { return door_->counters(); }

}  // namespace clew::receive_otlp
