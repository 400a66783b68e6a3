#include "receive/jaeger/jaeger_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/grpc_client.h"
#include "net/http_client.h"
#include "receive/fake_log_for_test.h"
#include "receive/jaeger/otlp_text_for_test.h"
#include "wire/content_coding.h"

namespace clew::receive_jaeger {
namespace {

using receive::FakeLog;
using receive::Protocol;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kThrift = "application/x-thrift";
constexpr const char* kPostSpans = "/jaeger.api_v2.CollectorService/PostSpans";

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return 1'800'000'000'000'000'000; }
};

std::string sample(const std::string& name) { return read_file(CLEW_SOURCE_DIR "/src/receive/jaeger/testdata/" + name); }
std::string http_sample() { return sample("jaeger-http-thrift/go-jaeger-http.01.POST-api-traces.thrift"); }
std::string grpc_sample() {
  return sample("jaeger-grpc/java-otel-manual-jaeger-grpc.01.jaeger.api-v2.CollectorService-PostSpans.pb");
}
std::string compact_sample() { return sample("jaeger-udp-compact/go-jaeger-udp.01.datagram.thrift"); }
std::string binary_sample() { return sample("jaeger-udp-binary/node-jaeger-udp.01.datagram.thrift"); }

class JaegerReceiverTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }
  void TearDown() override {
    http_server_.reset();
    grpc_server_.reset();
  }

  void start(JaegerLimits limits, ZipkinTranslation zipkin = {}) {
    TearDown();
    intake_.emplace(log_, clock_);
    receiver_.emplace(*intake_, limits, std::move(zipkin));
    auto http = net::HttpServer::start({.addresses = {{"127.0.0.1", 0}}, .format_error = receiver_->error_format()},
                                       receiver_->http_routes());
    ASSERT_TRUE(http) << http.error().message;
    http_server_ = std::move(*http);
    auto grpc = net::GrpcServer::start({.addresses = {{"127.0.0.1", 0}}, .explain_unknown = receiver_->unknown_method()},
                                       receiver_->grpc_methods());
    ASSERT_TRUE(grpc) << grpc.error().message;
    grpc_server_ = std::move(*grpc);
  }

  net::HttpResponse post(std::string_view type, std::string_view body, net::Headers headers = {},
                         std::string_view path = "/api/traces") {
    net::HttpClient client({.host = "127.0.0.1", .port = http_server_->ports()[0]});
    auto response = client.post(path, type, body, headers);
    EXPECT_TRUE(response) << (response ? "" : response.error().message);
    return response ? *response : net::HttpResponse{0, "", {}, ""};
  }
  net::GrpcAnswer call(std::string_view method, std::string_view message) {
    net::GrpcClient client({.target = "127.0.0.1:" + std::to_string(grpc_server_->ports()[0])});
    return client.call(method, message);
  }
  void arrive(Protocol protocol, std::vector<std::string> datagrams, uint64_t dropped = 0) {
    const std::vector<std::string_view> views(datagrams.begin(), datagrams.end());
    receiver_->udp_handler(protocol)({views, dropped});
  }
  const receive::ProtocolCounters& counters(Protocol protocol) const { return intake_->counters().of(protocol); }

  FakeLog log_;
  FixedClock clock_;
  std::optional<receive::Intake> intake_;
  std::optional<JaegerReceiver> receiver_;
  std::unique_ptr<net::HttpServer> http_server_;
  std::unique_ptr<net::GrpcServer> grpc_server_;
};

TEST_F(JaegerReceiverTest, HttpIsAcceptedOnceDurable) {
  for (const char* type : {kThrift, "application/vnd.apache.thrift.binary", "application/x-thrift; charset=utf-8", "APPLICATION/X-THRIFT"}) {
    const auto response = post(type, http_sample());
    EXPECT_EQ(response.status, 202) << type;
    EXPECT_EQ(response.body, "");
  }
  EXPECT_EQ(post(kThrift, wire::encode_gzip(http_sample()), {{"Content-Encoding", "gzip"}}).status, 202);
  ASSERT_EQ(log_.records.size(), 5u);
  EXPECT_THAT(otlp_text(log_.records[4].payload), HasSubstr("client \"HTTP GET\""));
  EXPECT_EQ(counters(Protocol::kJaegerHttpThrift).spans_accepted, 10u);
}

TEST_F(JaegerReceiverTest, HttpRefusesInJaegersWords) {
  const std::string good = http_sample();
  EXPECT_EQ(post("application/json", good).body, "Unsupported content type: application/json; use application/x-thrift\n");
  EXPECT_EQ(post("application/json", good).status, 400);
  EXPECT_EQ(post(kThrift, good.substr(0, 100)).status, 400);
  EXPECT_THAT(post(kThrift, good.substr(0, 100)).body, StartsWith("Unable to process request body: "));
  EXPECT_EQ(post(kThrift, "").status, 400);
  EXPECT_EQ(post(kThrift, good, {{"Content-Encoding", "gzip"}}).status, 400);
  EXPECT_EQ(post("application/vnd.apache.thrift.compact", good).status, 400);
  EXPECT_THAT(post("application/x-protobuf", good, {}, "/v1/traces").body, HasSubstr("OTLP over HTTP, which goes to port 4318"));
  EXPECT_TRUE(log_.records.empty());
  EXPECT_EQ(counters(Protocol::kJaegerHttpThrift).requests_failed[size_t(stdx::ErrorCode::kInvalidArgument)], 7u);
}

TEST_F(JaegerReceiverTest, HttpTellsToComeBackWhenTheLogIsFull) {
  log_.refusal = stdx::Error{stdx::ErrorCode::kResourceExhausted, "full"};
  const auto response = post(kThrift, http_sample());
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.body, "full\n");
}

TEST_F(JaegerReceiverTest, LimitsHold) {
  JaegerLimits limits;
  limits.decompressed_bytes_max = 100;
  start(limits);
  EXPECT_EQ(post(kThrift, wire::encode_gzip(http_sample()), {{"Content-Encoding", "gzip"}}).status, 413);
  limits = {};
  limits.translated_bytes_max = 300;
  start(limits);
  EXPECT_EQ(post(kThrift, http_sample()).status, 413);
  EXPECT_EQ(call(kPostSpans, grpc_sample()).code, 8);  // RESOURCE_EXHAUSTED
  EXPECT_TRUE(log_.records.empty());
}

TEST_F(JaegerReceiverTest, GrpcIsAnsweredOnceDurable) {
  const auto answer = call(kPostSpans, grpc_sample());
  EXPECT_EQ(answer.code, 0) << answer.message;
  EXPECT_EQ(answer.message, "");
  ASSERT_EQ(log_.records.size(), 1u);
  EXPECT_EQ(call(kPostSpans, "").code, 0);  // Nothing to keep.
  EXPECT_EQ(call(kPostSpans, grpc_sample().substr(0, 300)).code, 3);  // INVALID_ARGUMENT
  EXPECT_EQ(log_.records.size(), 1u);
  const auto wrong = call("/opentelemetry.proto.collector.trace.v1.TraceService/Export", "");
  EXPECT_EQ(wrong.code, 12);  // UNIMPLEMENTED
  EXPECT_THAT(wrong.message, HasSubstr("4317"));
}

TEST_F(JaegerReceiverTest, DatagramsOfBothEncodingsBecomeOneRecord) {
  arrive(Protocol::kJaegerUdpCompact, {compact_sample(), binary_sample(), compact_sample()});
  ASSERT_EQ(log_.records.size(), 1u);
  EXPECT_EQ(otlp::decode_traces(log_.records[0].payload)->resource_spans.size(), 3u);
  EXPECT_EQ(counters(Protocol::kJaegerUdpCompact).requests, 3u);
  EXPECT_EQ(counters(Protocol::kJaegerUdpCompact).spans_accepted, 6u);
}

TEST_F(JaegerReceiverTest, ABadDatagramCostsOnlyItself) {
  arrive(Protocol::kJaegerUdpCompact, {compact_sample(), compact_sample().substr(0, 200), "GET / HTTP/1.1", "", compact_sample()});
  ASSERT_EQ(log_.records.size(), 1u);
  EXPECT_EQ(counters(Protocol::kJaegerUdpCompact).spans_accepted, 4u);
  EXPECT_EQ(counters(Protocol::kJaegerUdpCompact).requests_failed[size_t(stdx::ErrorCode::kInvalidArgument)], 1u);
  EXPECT_EQ(counters(Protocol::kJaegerUdpCompact).requests_failed[size_t(stdx::ErrorCode::kUnimplemented)], 2u);
  EXPECT_THAT(intake_->arrivals().refusals()[1].why, HasSubstr("it looks like HTTP/1"));
}

TEST_F(JaegerReceiverTest, WhatTheServerAndTheLogDropIsCounted) {
  arrive(Protocol::kJaegerUdpBinary, {}, 7);
  log_.refusal = stdx::Error{stdx::ErrorCode::kResourceExhausted, "full"};
  arrive(Protocol::kJaegerUdpBinary, {binary_sample(), binary_sample()});
  EXPECT_EQ(counters(Protocol::kJaegerUdpBinary).items_refused[size_t(receive::Refusal::kOverloaded)], 9u);
}

TEST_F(JaegerReceiverTest, ManyDatagramsBecomeSeveralRecords) {
  JaegerLimits limits;
  limits.gather_bytes_max = 2000;
  start(limits);
  arrive(Protocol::kJaegerUdpCompact, std::vector<std::string>(10, compact_sample()));
  EXPECT_GT(log_.records.size(), 1u);
  EXPECT_EQ(counters(Protocol::kJaegerUdpCompact).spans_accepted, 20u);
}

// emitZipkinBatch hands on its list as it is; what comes back is appended.
TEST_F(JaegerReceiverTest, ZipkinSpansAreHandedOn) {
  std::string seen;
  const std::string translated = [] {
    OtlpWriter writer;
    ThriftTranslator translator{JaegerLimits{}};
    EXPECT_TRUE(translator.translate_batch(http_sample(), wire::ThriftEncoding::kBinary, writer));
    return writer.take();
  }();
  start({}, [&](std::string_view list, wire::ThriftEncoding encoding) -> stdx::Result<std::string> {
    EXPECT_EQ(encoding, wire::ThriftEncoding::kBinary);
    seen = list;
    return translated;
  });
  const std::string list("\x0c\x00\x00\x00\x00", 5);
  const std::string call = std::string("\x80\x01\x00\x04\x00\x00\x00\x0f" "emitZipkinBatch\x00\x00\x00\x00\x0f\x00\x01", 30) + list + '\0';
  arrive(Protocol::kJaegerUdpBinary, {call});
  EXPECT_EQ(seen, list + '\0');
  EXPECT_EQ(counters(Protocol::kJaegerUdpBinary).spans_accepted, 2u);
}

}  // namespace
}  // namespace clew::receive_jaeger
