#include "receive/zipkin/zipkin_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "net/http_client.h"
#include "otlp/traces_codec.h"
#include "receive/fake_log_for_test.h"
#include "receive/zipkin/zipkin_dump_for_test.h"
#include "self/log_line.h"
#include "wire/content_coding.h"

namespace clew::receive_zipkin {
namespace {

using receive::Protocol;
using stdx::ErrorCode;
using testing::HasSubstr;

constexpr const char* kJson = "application/json";
constexpr const char* kSpans = R"([{"traceId":"1","id":"2","name":"get","timestamp":1700000000000000,"duration":5}])";

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return 1'700'000'000'000'000'000; }
};

class ZipkinReceiverTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(ZipkinLimits limits, net::CorsPolicy cors = {}) {
    server_.reset();
    intake_.emplace(log_, clock_);
    receiver_.emplace(*intake_, clock_, limits);
    auto server = net::HttpServer::start(
        {.addresses = {{"127.0.0.1", 0}}, .cors = std::move(cors), .format_error = receiver_->error_format()},
        receiver_->http_routes());
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = std::move(*server);
  }

  net::HttpResponse post(std::string_view path, std::string_view type, std::string_view body, net::Headers headers = {}) {
    net::HttpClient client({.host = "127.0.0.1", .port = server_->ports()[0]});
    auto response = client.post(path, type, body, headers);
    EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
    return response ? *response : net::HttpResponse{0, "", {}, ""};
  }
  const receive::ProtocolCounters& counted(Protocol protocol) { return intake_->counters().of(protocol); }

  FixedClock clock_;
  receive::FakeLog log_;
  std::optional<receive::Intake> intake_;
  std::optional<ZipkinReceiver> receiver_;
  std::unique_ptr<net::HttpServer> server_;
};

TEST_F(ZipkinReceiverTest, TheFourEncodingsAreAcceptedWhenDurable) {
  struct Sent {
    const char* path;
    const char* type;
    const char* file;
    Protocol protocol;
  };
  const Sent kSent[] = {
      {"/api/v1/spans", "application/json", "zipkin-v1-json/java-zipkin-v1-json.01.POST-api-v1-spans.json.gz",
       Protocol::kZipkinV1Json},
      {"/api/v1/spans", "application/x-thrift", "zipkin-v1-thrift/py-zipkin-v1-v1-thrift.01.POST-api-v1-spans.thrift",
       Protocol::kZipkinV1Thrift},
      {"/api/v2/spans", "application/json; charset=utf-8", "zipkin-v2-json/go-zipkin-json.01.POST-api-v2-spans.json",
       Protocol::kZipkinV2Json},
      {"/api/v2/spans", "application/x-protobuf", "zipkin-v2-proto/go-zipkin-proto.01.POST-api-v2-spans.pb",
       Protocol::kZipkinV2Proto},
  };
  for (const Sent& sent : kSent) {
    const std::string body = read_whole(testdata_folder() + sent.file);  // As it was sent: compressed or not.
    net::Headers headers;
    if (std::string_view(sent.file).ends_with(".gz")) headers.emplace_back("Content-Encoding", "gzip");
    const net::HttpResponse response = post(sent.path, sent.type, body, headers);
    EXPECT_EQ(response.status, 202) << sent.file << ": " << response.body;
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(counted(sent.protocol).requests, 1u);
    EXPECT_EQ(counted(sent.protocol).spans_accepted, 2u);
  }
  ASSERT_EQ(log_.records.size(), 4u);
  for (const auto& record : log_.records) EXPECT_TRUE(otlp::decode_traces(record.payload).has_value());
}

TEST_F(ZipkinReceiverTest, EmptyListsAreAcceptedAndNotLogged) {
  EXPECT_EQ(post("/api/v2/spans", kJson, "[]").status, 202);
  EXPECT_EQ(post("/api/v1/spans", kJson, "[]").status, 202);
  EXPECT_EQ(post("/api/v2/spans", "application/x-protobuf", "").status, 202);
  EXPECT_EQ(post("/api/v1/spans", "application/x-thrift", std::string_view("\x0c\0\0\0\0", 5)).status, 202);
  EXPECT_TRUE(log_.records.empty());
}

TEST_F(ZipkinReceiverTest, WhatIsNoListIsRefusedInZipkinsWords) {
  const net::HttpResponse response = post("/api/v2/spans", kJson, R"([{"traceId":"1","binaryAnnotations":[]}])");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "Expected a JSON_V2 encoded list, but received: JSON_V1\n");
  EXPECT_EQ(counted(Protocol::kZipkinV2Json).requests_failed[static_cast<size_t>(ErrorCode::kInvalidArgument)], 1u);
  EXPECT_EQ(post("/api/v2/spans", kJson, "nonsense").status, 400);
  EXPECT_EQ(post("/api/v2/spans", kJson, "\x1f\x8b", {{"Content-Encoding", "gzip"}}).status, 400);
  EXPECT_EQ(post("/api/v2/spans", kJson, kSpans, {{"Content-Encoding", "snappy"}}).status, 415);
}

TEST_F(ZipkinReceiverTest, AListWithOneGoodSpanIsAcceptedAndOneWithoutIsNot) {
  const net::HttpResponse some = post("/api/v2/spans", kJson, R"([{"traceId":"1","id":"2"},{"traceId":"x","id":"2"}])");
  EXPECT_EQ(some.status, 202);
  EXPECT_THAT(some.body, HasSubstr("1 of 2 spans were refused: trace_id_length 1"));
  EXPECT_EQ(post("/api/v2/spans", kJson, R"([{"traceId":"x","id":"2"}])").status, 400);
  EXPECT_EQ(log_.records.size(), 1u);
}

TEST_F(ZipkinReceiverTest, ACompressedBombIsTooLarge) {
  start({.decompressed_bytes_max = 1000});
  const std::string bomb = wire::encode_gzip(std::string(100'000, ' '));
  EXPECT_EQ(post("/api/v2/spans", kJson, bomb, {{"Content-Encoding", "gzip"}}).status, 413);
}

TEST_F(ZipkinReceiverTest, BackPressureTellsTheClientToComeBack) {
  log_.refusal = stdx::Error{ErrorCode::kResourceExhausted, "the log is full"};
  const net::HttpResponse response = post("/api/v2/spans", kJson, kSpans);
  EXPECT_EQ(response.status, 429);
  EXPECT_THAT(response.headers, testing::Contains(testing::Key("Retry-After")));
}

TEST_F(ZipkinReceiverTest, HealthAndInfoAsCheckersAskForThem) {
  net::HttpClient client({.host = "127.0.0.1", .port = server_->ports()[0]});
  const auto health = client.get("/health");
  ASSERT_TRUE(health.has_value());
  EXPECT_EQ(health->status, 200);
  EXPECT_EQ(health->body, R"({"status":"UP","zipkin":{"status":"UP"}})");
  EXPECT_EQ(client.get("/info")->status, 200);
}

TEST_F(ZipkinReceiverTest, PagesOfAllowedOriginsMaySend) {
  start({}, {.allowed_origins = {"https://shop.example"}});
  const net::HttpResponse response = post("/api/v2/spans", kJson, kSpans, {{"Origin", "https://shop.example"}});
  EXPECT_EQ(response.status, 202);
  EXPECT_THAT(response.headers, testing::Contains(testing::Pair("Access-Control-Allow-Origin", "https://shop.example")));
}

TEST_F(ZipkinReceiverTest, AnotherProtocolIsToldWhereItBelongs) {
  std::mutex mutex;
  std::string lines;
  self::redirect_log([&](std::string_view line) {
    const std::scoped_lock lock(mutex);
    lines += std::string(line) + "\n";
  });
  const net::HttpResponse response = post("/v1/traces", "application/x-protobuf", "\x0a\x00");
  self::redirect_log({});
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("OTLP over HTTP, which goes to port 4318"));
  const std::scoped_lock lock(mutex);
  EXPECT_THAT(lines, HasSubstr("another protocol came to the Zipkin port"));
  EXPECT_THAT(lines, HasSubstr("OTLP over HTTP"));
}

}  // namespace
}  // namespace clew::receive_zipkin
