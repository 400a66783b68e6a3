#include "receive/otlp/otlp_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

#include "net/grpc_client.h"
#include "net/http_client.h"
#include "net/raw_client_for_test.h"
#include "otlp/traces_codec.h"
#include "receive/fake_log_for_test.h"
#include "wire/content_coding.h"

namespace clew::receive_otlp {
namespace {

using receive::FakeLog;
using receive::Protocol;
using receive::ProtocolCounters;
using stdx::ErrorCode;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kProtobuf = "application/x-protobuf";
constexpr const char* kJson = "application/json";
constexpr const char* kExport = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return 1'700'000'000'000'000'000; }
};

otlp::TracesData traces(size_t good, size_t without_id = 0) {
  otlp::TracesData data;
  auto& spans = data.resource_spans.emplace_back().scope_spans.emplace_back().spans;
  for (size_t index = 0; index < good + without_id; ++index) {
    otlp::Span span;
    span.trace_id = {index < good ? 7u : 0u, 0};
    span.span_id = index + 1;
    span.name = "GET /cart";
    span.start_time_unix_nano = 1'700'000'000'000'000'000;
    span.end_time_unix_nano = span.start_time_unix_nano + 1000;
    spans.push_back(span);
  }
  return data;
}
std::string request_of(size_t good, size_t without_id = 0) { return otlp::encode_traces(traces(good, without_id)); }

std::string header_of(const net::HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "(none)";
}

class OtlpReceiverTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }
  void TearDown() override { stop(); }

  void start(OtlpLimits limits, net::HttpLimits http_limits = {}, receive::IntakeLimits intake_limits = {}) {
    stop();
    intake_.emplace(log_, clock_, intake_limits);
    receiver_ = std::make_unique<OtlpReceiver>(*intake_, limits);
    auto http = net::HttpServer::start({.addresses = {{"127.0.0.1", 0}},
                                        .limits = http_limits,
                                        .format_error = OtlpReceiver::format_http_error},
                                       receiver_->http_routes());
    ASSERT_TRUE(http.has_value()) << http.error().message;
    http_server_ = std::move(*http);
    auto grpc = net::GrpcServer::start({.addresses = {{"127.0.0.1", 0}}}, receiver_->grpc_methods());
    ASSERT_TRUE(grpc.has_value()) << grpc.error().message;
    grpc_server_ = std::move(*grpc);
  }
  void stop() {
    http_server_.reset();
    grpc_server_.reset();
  }

  net::HttpResponse post(std::string_view path, std::string_view type, std::string_view body, net::Headers headers = {}) {
    net::HttpClient client({.host = "127.0.0.1", .port = http_server_->ports()[0]});
    auto response = client.post(path, type, body, headers);
    EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
    return response ? *response : net::HttpResponse{0, "", {}, ""};
  }
  net::GrpcAnswer call(std::string_view method, std::string_view message, bool gzip = false) {
    net::GrpcClient client({.target = "127.0.0.1:" + std::to_string(grpc_server_->ports()[0]), .gzip = gzip});
    return client.call(method, message);
  }
  const ProtocolCounters& counted(Protocol protocol) { return intake_->counters().of(protocol); }
  uint64_t failed(Protocol protocol, ErrorCode code) {
    return counted(protocol).requests_failed[static_cast<size_t>(code)];
  }

  FakeLog log_;
  FixedClock clock_;
  std::optional<receive::Intake> intake_;
  std::unique_ptr<OtlpReceiver> receiver_;
  std::unique_ptr<net::HttpServer> http_server_;
  std::unique_ptr<net::GrpcServer> grpc_server_;
};

TEST_F(OtlpReceiverTest, ProtobufOverHttpIsLoggedUntouched) {
  const std::string request = request_of(3);
  const auto response = post("/v1/traces", kProtobuf, request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, kProtobuf);
  EXPECT_EQ(response.body, "") << "full success: an empty message, partial_success unset";
  ASSERT_EQ(log_.records.size(), 1u);
  EXPECT_EQ(log_.records[0].payload, request);
  EXPECT_EQ(log_.records[0].kind, log::RecordKind::kTraces);
  EXPECT_EQ(log_.records[0].receive_time_ns, clock_.now_ns());
  EXPECT_EQ(counted(Protocol::kOtlpHttpProtobuf).spans_accepted, 3u);
  EXPECT_EQ(intake_->counters().bytes_in_flight, 0u);
}

TEST_F(OtlpReceiverTest, EveryContentEncoding) {
  const std::string request = request_of(50);
  const std::string coded[] = {wire::encode_gzip(request), wire::encode_zstd(request), wire::encode_deflate(request), request};
  const char* names[] = {"gzip", "zstd", "deflate", "identity"};
  for (size_t index = 0; index < 4; ++index) {
    const auto response = post("/v1/traces", kProtobuf, coded[index], {{"Content-Encoding", names[index]}});
    EXPECT_EQ(response.status, 200) << names[index];
    ASSERT_EQ(log_.records.size(), index + 1);
    EXPECT_TRUE(log_.records[index].payload == request) << names[index];
  }
}

TEST_F(OtlpReceiverTest, JsonOverHttpIsLoggedAsProtobuf) {
  const auto response = post("/v1/traces", "application/json; charset=utf-8", otlp::traces_to_json(traces(2)));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, kJson);
  EXPECT_EQ(response.body, "{}");
  ASSERT_EQ(log_.records.size(), 1u);
  const auto logged = otlp::decode_traces(log_.records[0].payload);
  ASSERT_TRUE(logged.has_value());
  EXPECT_TRUE(otlp::same_span(logged->resource_spans[0].scope_spans[0].spans[1],
                              traces(2).resource_spans[0].scope_spans[0].spans[1]));
  EXPECT_EQ(counted(Protocol::kOtlpHttpJson).spans_accepted, 2u);
}

TEST_F(OtlpReceiverTest, JsonInBothCases) {
  const auto response = post("/v1/traces", kJson,
                             R"({"resource_spans":[{"scope_spans":[{"spans":[{"trace_id":"0102030405060708090a0b0c0d0e0f10",
                                "span_id":"0102030405060708","name":"x","start_time_unix_nano":"1700000000000000000",
                                "endTimeUnixNano":1700000000000000001,"unknown":{"x":[1]}}]}]}]})");
  EXPECT_EQ(response.status, 200) << response.body;
  ASSERT_EQ(log_.records.size(), 1u);
  const auto logged = otlp::decode_traces(log_.records[0].payload);
  ASSERT_TRUE(logged.has_value());
  EXPECT_EQ(logged->resource_spans[0].scope_spans[0].spans[0].end_time_unix_nano, 1700000000000000001u);
}

TEST_F(OtlpReceiverTest, GrpcPlainAndCompressed) {
  const std::string request = request_of(100);
  for (const bool gzip : {false, true}) {
    const auto answer = call(kExport, request, gzip);
    EXPECT_EQ(answer.code, 0) << answer.message;
    EXPECT_EQ(answer.message, "");
  }
  ASSERT_EQ(log_.records.size(), 2u);
  EXPECT_TRUE(log_.records[0].payload == request);
  EXPECT_TRUE(log_.records[1].payload == request);
  EXPECT_EQ(counted(Protocol::kOtlpGrpc).spans_accepted, 200u);
}

TEST_F(OtlpReceiverTest, EmptyRequestsSucceedAndAreNotLogged) {
  EXPECT_EQ(post("/v1/traces", kProtobuf, "").status, 200);
  EXPECT_EQ(post("/v1/traces", kJson, "{}").body, "{}");
  EXPECT_EQ(call(kExport, "").code, 0);
  EXPECT_EQ(log_.records.size(), 0u);
}

const char kTwoRefused[] =
    "2 of 5 spans were refused: trace_id_length 2; the first is span 3 of the request, counted from 0";

TEST_F(OtlpReceiverTest, PartialSuccessKeepsTheGoodSpans) {
  const std::string request = request_of(3, 2);
  const PartialSuccess expected{2, kTwoRefused};
  const auto protobuf = post("/v1/traces", kProtobuf, request);
  EXPECT_EQ(protobuf.status, 200);
  EXPECT_EQ(protobuf.body, encode_answer(expected));
  EXPECT_EQ(call(kExport, request).message, encode_answer(expected));
  const auto json = post("/v1/traces", kJson, otlp::traces_to_json(traces(3, 2)));
  EXPECT_EQ(json.status, 200);
  EXPECT_EQ(json.body, std::string(R"({"partialSuccess":{"rejectedSpans":"2","errorMessage":")") + kTwoRefused + "\"}}");
  EXPECT_EQ(log_.records.size(), 3u);
  for (const Protocol protocol : {Protocol::kOtlpGrpc, Protocol::kOtlpHttpProtobuf, Protocol::kOtlpHttpJson}) {
    EXPECT_EQ(counted(protocol).spans_accepted, 3u);
    EXPECT_EQ(counted(protocol).items_refused[static_cast<size_t>(receive::Refusal::kTraceIdLength)], 2u);
  }
}

TEST_F(OtlpReceiverTest, NothingGoodIsNothingLogged) {
  const auto response = post("/v1/traces", kProtobuf, request_of(0, 2));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("2 of 2 spans were refused"));
  EXPECT_EQ(log_.records.size(), 0u);
}

TEST(OtlpAnswer, BytesOfPartialSuccess) {
  EXPECT_EQ(encode_answer({}), "");
  EXPECT_EQ(encode_answer({2, "no"}), std::string("\x0A\x06\x08\x02\x12\x02no", 8));
  EXPECT_EQ(encode_answer({0, "warn"}), std::string("\x0A\x06\x12\x04warn", 8));
  EXPECT_EQ(answer_json(Signal::kLogs, {2, "no"}), R"({"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}})");
  EXPECT_EQ(answer_json(Signal::kMetrics, {}), "{}");
}

TEST_F(OtlpReceiverTest, MalformedIs400WithAStatusInTheRequestsMedia) {
  const std::string good = request_of(3);
  const std::string bad[] = {
      good.substr(0, good.size() - 1),                          // Truncated.
      "\x08\x01",                                               // Wrong wire type.
      std::string("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"),  // Absurd length.
      std::string(11, '\xFF'),                                  // A varint without end.
      "\x0F",                                                   // No such wire type.
      "{}",                                                     // JSON, but called protobuf.
  };
  for (const std::string& body : bad) {
    const auto response = post("/v1/traces", kProtobuf, body);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.content_type, kProtobuf);
    EXPECT_EQ(header_of(response, "Retry-After"), "(none)");
    const auto status = net::decode_rpc_status(response.body);
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(status->code, 3);
    EXPECT_NE(status->message, "");
    EXPECT_EQ(status->retry_after, std::nullopt);
    EXPECT_EQ(call(kExport, body).code, 3);
  }
  for (const char* body : {"", "{", "[]", "nonsense", R"({"resourceSpans":7})", R"({"resourceSpans":[]}})", "\xFF"}) {
    const auto response = post("/v1/traces", kJson, body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(response.content_type, kJson);
    EXPECT_THAT(response.body, StartsWith(R"({"code":3,"message":")")) << body;
  }
  EXPECT_EQ(log_.records.size(), 0u);
  EXPECT_EQ(failed(Protocol::kOtlpHttpProtobuf, ErrorCode::kInvalidArgument), 6u);
  EXPECT_EQ(failed(Protocol::kOtlpGrpc, ErrorCode::kInvalidArgument), 6u);
  EXPECT_EQ(failed(Protocol::kOtlpHttpJson, ErrorCode::kInvalidArgument), 7u);
}

TEST_F(OtlpReceiverTest, MediaTypesAndEncodingsThatNobodyDecodes) {
  const auto type = post("/v1/traces", "text/plain", "x");
  EXPECT_EQ(type.status, 415);
  EXPECT_THAT(type.body, HasSubstr(R"(content type \"text/plain\" is not supported; use application/x-protobuf)"));
  EXPECT_EQ(post("/v1/traces", "", "x").status, 415);
  const auto encoding = post("/v1/traces", kProtobuf, "x", {{"Content-Encoding", "br"}});
  EXPECT_EQ(encoding.status, 415);
  EXPECT_EQ(encoding.content_type, kProtobuf);
  EXPECT_THAT(net::decode_rpc_status(encoding.body)->message, HasSubstr("content encoding \"br\""));
  const auto damaged = post("/v1/traces", kProtobuf, "not gzip", {{"Content-Encoding", "gzip"}});
  EXPECT_EQ(damaged.status, 400);
}

TEST_F(OtlpReceiverTest, WrongPathsAndMethods) {
  const auto path = post("/v1/profiles", kProtobuf, "x");
  EXPECT_EQ(path.status, 404);
  EXPECT_EQ(net::decode_rpc_status(path.body)->message, "nothing at /v1/profiles");
  net::HttpClient client({.host = "127.0.0.1", .port = http_server_->ports()[0]});
  const auto method = client.get("/v1/traces");
  EXPECT_EQ(method->status, 405);
  EXPECT_EQ(method->body, R"({"code":12,"message":"/v1/traces takes POST, OPTIONS, not GET"})");
  EXPECT_EQ(call("/opentelemetry.proto.collector.trace.v1.TraceService/Other", "").code, 12);
}

TEST_F(OtlpReceiverTest, TooLargeBeforeAndAfterDecompression) {
  net::HttpLimits http;
  http.body_bytes_max = 100000;
  start({.decompressed_bytes_max = 1000000}, http, {.bytes_in_flight_max = 1000000});
  const auto sent = post("/v1/traces", kProtobuf, std::string(100001, 'x'));
  EXPECT_EQ(sent.status, 413);
  EXPECT_EQ(net::decode_rpc_status(sent.body)->code, 8);
  EXPECT_EQ(net::decode_rpc_status(sent.body)->retry_after, std::nullopt);
  for (const std::string& bomb : {wire::encode_gzip(std::string(50'000'000, '\0'))}) {
    const auto response = post("/v1/traces", kProtobuf, bomb, {{"Content-Encoding", "gzip"}});
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(header_of(response, "Retry-After"), "(none)");
  }
  EXPECT_EQ(failed(Protocol::kOtlpHttpProtobuf, ErrorCode::kPayloadTooLarge), 1u);
}

TEST_F(OtlpReceiverTest, BackPressureSaysWhenToTryAgain) {
  const std::string request = request_of(1);
  struct Case {
    ErrorCode code;
    int http;
    int grpc;
  };
  for (const Case& test : {Case{ErrorCode::kResourceExhausted, 429, 8}, Case{ErrorCode::kUnavailable, 503, 14}}) {
    log_.refusal = stdx::Error{test.code, "the disk is full"};
    const auto http = post("/v1/traces", kProtobuf, request);
    EXPECT_EQ(http.status, test.http);
    EXPECT_EQ(header_of(http, "Retry-After"), "1");
    const auto status = net::decode_rpc_status(http.body);
    EXPECT_EQ(status->code, test.grpc);
    EXPECT_EQ(status->message, "the disk is full");
    EXPECT_EQ(status->retry_after, std::chrono::seconds(1));
    const auto json = post("/v1/traces", kJson, otlp::traces_to_json(traces(1)));
    EXPECT_EQ(json.status, test.http);
    EXPECT_THAT(json.body, HasSubstr(R"("@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1s")"));
    const auto grpc = call(kExport, request);
    EXPECT_EQ(grpc.code, test.grpc);
    EXPECT_EQ(grpc.details.code, test.grpc);
    EXPECT_EQ(grpc.details.retry_after, std::chrono::seconds(1));
  }
  EXPECT_EQ(counted(Protocol::kOtlpGrpc).spans_accepted, 0u);
  EXPECT_EQ(intake_->counters().bytes_in_flight, 0u);
}

TEST_F(OtlpReceiverTest, NobodyIsAnsweredBeforeTheLog) {
  log_.mood = FakeLog::Mood::kHold;
  const std::string request = request_of(2, 1);
  auto http = std::async(std::launch::async, [&] { return post("/v1/traces", kProtobuf, request); });
  auto grpc = std::async(std::launch::async, [&] { return call(kExport, request); });
  while (intake_->counters().bytes_in_flight != 2 * request.size()) std::this_thread::yield();
  EXPECT_EQ(counted(Protocol::kOtlpGrpc).spans_accepted, 0u);
  EXPECT_EQ(http.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(grpc.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  ASSERT_TRUE(log_.release(2));
  EXPECT_THAT(http.get().body, HasSubstr("1 of 3 spans were refused"));
  EXPECT_THAT(grpc.get().message, HasSubstr("1 of 3 spans were refused"));
  EXPECT_EQ(intake_->counters().bytes_in_flight, 0u);
}

TEST_F(OtlpReceiverTest, LateRefusal) {
  log_.mood = FakeLog::Mood::kHold;
  auto http = std::async(std::launch::async, [&] { return post("/v1/traces", kProtobuf, request_of(1)); });
  ASSERT_TRUE(log_.release(1, stdx::Error{ErrorCode::kUnavailable, "fdatasync failed"}));
  EXPECT_EQ(http.get().status, 503);
}

TEST_F(OtlpReceiverTest, BytesAwaitingTheLogAreBounded) {
  const std::string request = request_of(10);
  start({.decompressed_bytes_max = request.size()}, {}, {.bytes_in_flight_max = request.size()});
  log_.mood = FakeLog::Mood::kHold;
  auto first = std::async(std::launch::async, [&] { return post("/v1/traces", kProtobuf, request); });
  while (intake_->counters().bytes_in_flight == 0) std::this_thread::yield();
  const auto second = post("/v1/traces", kProtobuf, request);
  EXPECT_EQ(second.status, 429);
  EXPECT_EQ(header_of(second, "Retry-After"), "1");
  EXPECT_EQ(call(kExport, request).code, 8);
  ASSERT_TRUE(log_.release(1));
  EXPECT_EQ(first.get().status, 200);
}

TEST_F(OtlpReceiverTest, AcknowledgementsAfterTheServersEnd) {
  log_.mood = FakeLog::Mood::kHold;
  auto http = std::async(std::launch::async, [&] {
    net::HttpClient client({.host = "127.0.0.1", .port = http_server_->ports()[0]});
    return client.post("/v1/traces", kProtobuf, request_of(1)).has_value();
  });
  auto grpc = std::async(std::launch::async, [&] { return call(kExport, request_of(1)).code; });
  while (intake_->counters().bytes_in_flight != 2 * request_of(1).size()) std::this_thread::yield();
  http_server_->stop(std::chrono::milliseconds(0));
  grpc_server_->stop(std::chrono::milliseconds(0));
  EXPECT_FALSE(http.get());
  EXPECT_EQ(grpc.get(), 14);
  stop();
  receiver_.reset();
  ASSERT_TRUE(log_.release(2));
}

TEST_F(OtlpReceiverTest, PipelinedExports) {
  const std::string request = request_of(2);
  net::RawClient raw(http_server_->ports()[0]);
  const std::string head = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ";
  std::string all;
  for (int round = 0; round < 20; ++round) all += head + std::to_string(request.size()) + "\r\n\r\n" + request;
  raw.send(all);
  for (int round = 0; round < 20; ++round) EXPECT_THAT(raw.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(log_.records.size(), 20u);
}

TEST_F(OtlpReceiverTest, PartitionsInTurn) {
  log_.partitions = 3;
  for (int round = 0; round < 6; ++round) post("/v1/traces", kProtobuf, request_of(1));
  std::vector<uint32_t> partitions;
  for (const auto& record : log_.records) partitions.push_back(record.partition);
  EXPECT_THAT(partitions, testing::ElementsAre(0, 1, 2, 0, 1, 2));
}

// ResourceLogs{2: ScopeLogs{2: LogRecord, 2: LogRecord}}
const std::string kTwoLogRecords("\x0A\x06\x12\x04\x12\x00\x12\x00", 8);
// ResourceMetrics{2: ScopeMetrics{2: Metric{7: Sum{1: point, 1: point}}, 2: Metric{5: Gauge{1: point}}}}
const std::string kThreePoints("\x0A\x10\x12\x0E\x12\x06\x3A\x04\x0A\x00\x0A\x00\x12\x04\x2A\x02\x0A\x00", 18);

TEST_F(OtlpReceiverTest, LogsAndMetricsAreLoggedAsTheyCome) {
  EXPECT_EQ(post("/v1/logs", kProtobuf, kTwoLogRecords).body, "");
  const auto json = post("/v1/logs", kJson, R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{"x":[{}]}]},{}]},{}]})");
  EXPECT_EQ(json.body, "{}");
  const auto metrics = call("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", kThreePoints);
  EXPECT_EQ(metrics.code, 0);
  EXPECT_EQ(metrics.message, "");
  const auto points = post("/v1/metrics", kJson,
                           R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{"dataPoints":[{},{}]}},
                              {"gauge":{"dataPoints":[{}]}},{"exponential_histogram":{"data_points":[{}]}}]}]}]})");
  EXPECT_EQ(points.body, "{}");
  ASSERT_EQ(log_.records.size(), 4u);
  EXPECT_EQ(log_.records[0].kind, log::RecordKind::kLogs);
  EXPECT_EQ(log_.records[0].payload, kTwoLogRecords);
  EXPECT_EQ(log_.records[1].kind, log::RecordKind::kLogs);
  EXPECT_EQ(log_.records[2].kind, log::RecordKind::kMetrics);
  EXPECT_EQ(log_.records[3].kind, log::RecordKind::kMetrics);
  EXPECT_EQ(counted(Protocol::kOtlpHttpProtobuf).log_records_accepted, 2u);
  EXPECT_EQ(counted(Protocol::kOtlpGrpc).data_points_accepted, 3u);
  EXPECT_EQ(counted(Protocol::kOtlpHttpJson).data_points_accepted, 4u);
}

TEST_F(OtlpReceiverTest, LogsAndMetricsAreRefusedAsSpansAre) {
  EXPECT_EQ(post("/v1/logs", kJson, "{}").body, "{}");
  EXPECT_EQ(call("/opentelemetry.proto.collector.logs.v1.LogsService/Export", "").message, "");
  EXPECT_EQ(post("/v1/logs", kProtobuf, "\x08\x01").status, 400);
  EXPECT_EQ(post("/v1/metrics", kJson, "{} {}").status, 400);
  EXPECT_EQ(post("/v1/metrics", kJson, R"({"resourceMetrics":7})").status, 400);
  // A time that 64-bit nanoseconds do not hold; a record whose time is a varint.
  const auto late = post("/v1/logs", kJson,
                         R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"18446744073709551615"}]}]}]})");
  EXPECT_THAT(late.body, HasSubstr("1 of 1 log records were refused: time_out_of_range 1; the first is log record 0"));
  const auto malformed = post("/v1/logs", kProtobuf, std::string("\x0A\x06\x12\x04\x12\x02\x08\x01", 8));
  EXPECT_THAT(malformed.body, HasSubstr("1 of 1 log records were refused: malformed 1"));
  EXPECT_EQ(log_.records.size(), 0u);
}

}  // namespace
}  // namespace clew::receive_otlp
