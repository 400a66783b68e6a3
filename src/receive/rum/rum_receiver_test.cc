// The doors of RUM and OTLP together, as pages and collectors reach them; the log is in memory.
#include "receive/rum/rum_receiver.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_router.h"
#include "otlp/records_survey.h"
#include "otlp/traces_codec.h"
#include "receive/fake_log_for_test.h"

namespace clew::receive_rum {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int64_t kNowNs = 1'795'219'300'000'000'000;
constexpr const char* kPage = "https://shop.example";

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return kNowNs; }
};

class KeptReply final : public net::HttpReply {
 public:
  explicit KeptReply(net::HttpResponse& kept) : kept_(kept) {}
  void send(net::HttpResponse response) override { kept_ = std::move(response); }

 private:
  net::HttpResponse& kept_;
};

std::string header_of(const net::HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

class RumReceiverTest : public testing::Test {
 protected:
  RumReceiver& door() {
    if (!door_) door_.emplace(intake_, clock_, options_);
    return *door_;
  }

  net::HttpRequest request(std::string method, std::string path, std::string body, const char* origin = kPage) {
    net::HttpRequest made;
    made.method = std::move(method);
    made.path = made.raw_path = std::move(path);
    made.body = std::move(body);
    made.peer = peer_;
    made.headers = {{"User-Agent", "Mozilla/5.0 (test)"}, {"Content-Type", "text/plain;charset=UTF-8"}};
    if (origin != nullptr) made.headers.emplace_back("Origin", origin);
    return made;
  }

  // Through the routes of the main port.
  net::HttpResponse ask(net::HttpRequest made) {
    std::vector<net::HttpRoute> routes = door().http_routes();
    std::vector<net::HttpRoute> other = {{"POST", "/v1/logs", [](net::HttpRequest&, net::HttpReplyPtr reply) { reply->send({}); }}};
    for (net::HttpRoute& route : door().for_pages(std::move(other), [](const net::HttpRequest&, const stdx::Error& error) {
           net::HttpResponse refusal = net::error_response(error);
           refusal.body = "in the words of the other door: " + error.message;
           return refusal;
         })) {
      routes.push_back(std::move(route));
    }
    const net::HttpRouter router(std::move(routes), {});
    auto found = router.resolve(made);
    net::HttpResponse answer;
    answer.status = 0;
    if (const auto* route = std::get_if<const net::HttpRoute*>(&found)) (*route)->handler(made, std::make_shared<KeptReply>(answer));
    if (const auto* refusal = std::get_if<net::HttpRouter::Refusal>(&found)) answer.status = refusal->status;
    return answer;
  }
  net::HttpResponse post(std::string path, std::string body, const char* origin = kPage) {
    return ask(request("POST", std::move(path), std::move(body), origin));
  }

  // Records and spans that reached the log.
  size_t stored() const {
    size_t count = 0;
    for (const auto& record : log_.records) {
      count += record.kind == log::RecordKind::kTraces ? otlp::survey_traces(record.payload)->span_count
                                                       : otlp::survey_logs(record.payload)->span_count;
    }
    return count;
  }

  // As the OTLP door does with what a page sends.
  stdx::Result<size_t> send_logs(const std::string& json, bool succeeds = true) {
    const auto logs = otlp::logs_json_to_protobuf(json);
    EXPECT_TRUE(logs);
    const net::HttpRequest from = request("POST", "/v1/logs", {});
    auto instead = door().of_logs(*logs, &from);
    if (!instead) return std::unexpected(std::move(instead.error()));
    if (succeeds && instead->durable) instead->durable();
    return otlp::survey_logs(instead->request ? *instead->request : *logs)->span_count;
  }

  static std::string log_json(std::string_view session, std::string_view records) {
    return fmt::format(R"({{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"session.id","value":{{"stringValue":"{}"}}}},
      {{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},"scopeLogs":[{{"logRecords":[{}]}}]}}]}})", session, records);
  }
  static std::string record_json(int64_t time_ns, std::string_view text) {
    return fmt::format(R"({{"timeUnixNano":"{}","body":{{"stringValue":"{}"}}}})", time_ns, text);
  }

  FixedClock clock_;
  receive::FakeLog log_;
  receive::Intake intake_{log_, clock_};
  RumOptions options_;
  std::optional<RumReceiver> door_;
  std::string peer_ = "192.0.2.1:4711";
};

TEST_F(RumReceiverTest, ARetryOfOtlpEventsIsDroppedAndCounted) {
  const std::string json = log_json("a", record_json(kNowNs, "x") + "," + record_json(kNowNs + 1, "x"));
  EXPECT_EQ(send_logs(json), 2u);
  EXPECT_EQ(send_logs(json), 0u);
  EXPECT_EQ(door().counters().events_repeated.load(), 2u);
  EXPECT_EQ(door().counters().events.load(), 2u);
}

TEST_F(RumReceiverTest, WhatFailedIsTakenAtTheSecondTry) {
  const std::string json = log_json("a", record_json(kNowNs, "x"));
  EXPECT_EQ(send_logs(json, false), 1u);
  EXPECT_EQ(send_logs(json), 1u);
  EXPECT_EQ(send_logs(json), 0u);
}

TEST_F(RumReceiverTest, EqualEventsAreNoRepeats) {
  // Twice in one request, in another session, at another time, without any time, and without a session.
  const std::string twice = log_json("a", record_json(kNowNs, "x") + "," + record_json(kNowNs, "x"));
  EXPECT_EQ(send_logs(twice), 2u);
  EXPECT_EQ(send_logs(twice), 0u) << "its retry has as many";
  EXPECT_EQ(send_logs(log_json("b", record_json(kNowNs, "x"))), 1u);
  EXPECT_EQ(send_logs(log_json("a", record_json(kNowNs + 1, "x"))), 1u);
  for (const std::string& json : {log_json("a", R"({"body":{"stringValue":"x"}})"), log_json("", record_json(kNowNs, "x"))}) {
    EXPECT_EQ(send_logs(json), 1u);
    EXPECT_EQ(send_logs(json), 1u) << json;
  }
}

TEST_F(RumReceiverTest, RetriesOfFaroAndSkyWalkingAreDroppedWhereTheyCanBeTold) {
  const char* faro = R"({"meta":{"session":{"id":"s"}},"events":[{"name":"click","timestamp":"2026-11-21T00:00:00Z"},{"name":"click"}]})";
  EXPECT_EQ(post("/collect", faro).status, 204);
  EXPECT_EQ(stored(), 2u);
  EXPECT_EQ(post("/collect", faro).status, 204);
  EXPECT_EQ(stored(), 3u) << "the one without a time came twice";
  const char* error = R"([{"service":"a","uniqueId":"u1","message":"m"}])";
  EXPECT_EQ(post("/browser/errorLogs", error).status, 204);
  EXPECT_EQ(post("/browser/errorLogs", error).status, 204);
  EXPECT_EQ(stored(), 4u);
  const char* vitals = R"({"service":"a","pagePath":"/","lcpTime":7})";
  EXPECT_EQ(post("/browser/perfData/webVitals", vitals).status, 204);
  EXPECT_EQ(post("/browser/perfData/webVitals", vitals).status, 204);
  EXPECT_EQ(stored(), 6u) << "nobody can tell these from two visits";
  const char* segment = R"([{"traceId":"t","traceSegmentId":"g","service":"a","spans":[{"spanId":0,"startTime":1795219300000,"endTime":1795219300001}]}])";
  EXPECT_EQ(post("/v3/segments", segment).status, 204);
  EXPECT_EQ(post("/v3/segments", segment).status, 204);
  EXPECT_EQ(stored(), 8u);
  EXPECT_EQ(door().counters().events_repeated.load(), 3u);
}

TEST_F(RumReceiverTest, SecretsOfPagesReachTheLogByNoWay) {
  const std::string url = R"(https://a/?token=s3cret)";
  const std::string span = R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"GET","kind":3,
    "startTimeUnixNano":"1795219300000000000","endTimeUnixNano":"1795219300000000001",
    "attributes":[{"key":"http.url","value":{"stringValue":")" + url + R"("}}]})";
  const std::string spans = R"({"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[)" + span + "]}]}]}";
  EXPECT_EQ(post("/collect", R"({"meta":{"page":{"url":")" + url + R"("}},"traces":)" + spans +
                             R"(,"exceptions":[{"type":"E","value":"at )" + url + R"("}]})").status, 204);
  EXPECT_EQ(post("/v3/segments", R"([{"traceId":"t","traceSegmentId":"g","service":"a","spans":[{"spanId":0,"startTime":1795219300000,
    "endTime":1795219300001,"operationName":"/p?token=s3cret","tags":[{"key":"http.method","value":"GET"}]}]}])").status, 204);
  EXPECT_EQ(post("/rum/web/v2", R"({"events":[{"event_type":"resource","type":"fetch","name":"/b?token=s3cret","timestamp":1795219300000,
    "trace_id":"fc403b78b8b14625817d8114e3b075b2","trace_data":"{\"spanId\":\"d41f8acaf3914d78\"}"}]})").status, 204);
  const net::HttpRequest from = request("POST", "/v1/traces", {});
  const auto traces = door().of_traces(*otlp::traces_json_to_protobuf(spans), &from);
  ASSERT_TRUE(traces && traces->request);
  EXPECT_THAT(*traces->request, Not(HasSubstr("s3cret")));
  ASSERT_EQ(log_.records.size(), 6u);
  for (const auto& record : log_.records) EXPECT_THAT(record.payload, Not(HasSubstr("s3cret")));
}

TEST_F(RumReceiverTest, ASmallReportCannotAskForGigabytes) {
  options_.limits.events_per_second_of_address_max = options_.limits.events_per_second_max = 1'000'000;
  std::string bundle = R"({"properties":{)";
  for (int i = 0; i < 30; ++i) bundle += fmt::format("{}\"p{}\":\"{}\"", i == 0 ? "" : ",", i, std::string(30'000, 'x'));
  bundle += R"(},"events":[{})";
  for (int i = 1; i < 1000; ++i) bundle += ",{}";
  EXPECT_EQ(post("/rum/web/v2", bundle + "]}").status, 204);
  ASSERT_EQ(log_.records.size(), 1u);
  EXPECT_LT(log_.records[0].payload.size(), 2 * kTranslatedBytesMax);
  EXPECT_GT(door().counters().events_dropped.load(), 900u);

  // The same by OTLP: a large resource of many scopes is written once, and so is the name of a scope.
  std::string scopes;
  for (int i = 0; i < 500; ++i) scopes += (i == 0 ? "" : ",") + std::string(R"({"scope":{"name":"s"},"logRecords":[{"timeUnixNano":"1"}]})");
  const auto logs = otlp::logs_json_to_protobuf(
      R"({"resourceLogs":[{"resource":{"attributes":[{"key":"session.id","value":{"stringValue":"s"}},{"key":"big","value":{"stringValue":")" +
      std::string(1'000'000, 'x') + R"("}}]},"scopeLogs":[)" + scopes + "]}]}");
  const net::HttpRequest from = request("POST", "/v1/logs", {});
  const auto instead = door().of_logs(*logs, &from);
  ASSERT_TRUE(instead && instead->request);
  EXPECT_EQ(otlp::survey_logs(*instead->request)->span_count, 500u);
  EXPECT_LT(instead->request->size(), 2'000'000u);
}

TEST_F(RumReceiverTest, PagesOfOtherOriginsAreToldSoBeforeAndAfterAsking) {
  options_.allowed_origins = {"https://shop.example", "only@|https://else.example"};
  for (const char* path : {"/rum/web/v2", "/", "/RUM/x/y", "/collect", "/browser/perfData", "/v3/segments", "/v1/logs", "/rum/config/a"}) {
    SCOPED_TRACE(path);
    const net::HttpResponse mine = ask(request("OPTIONS", path, {})), foreign = ask(request("OPTIONS", path, {}, "https://evil.example"));
    EXPECT_EQ(mine.status, 204);
    EXPECT_EQ(header_of(mine, "Access-Control-Allow-Origin"), kPage);
    EXPECT_EQ(foreign.status, 403);
    EXPECT_EQ(header_of(foreign, "Access-Control-Allow-Origin"), "");
  }
  const net::HttpResponse refused = post("/rum/web/v2", R"({"app":{"id":"<script>"},"events":[]})", "https://evil.example");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, Not(HasSubstr("script")));
  EXPECT_THAT(refused.body, Not(HasSubstr("evil")));
  EXPECT_EQ(header_of(refused, "X-Content-Type-Options"), "nosniff");
  const net::HttpResponse other = post("/v1/logs", "", "https://evil.example");
  EXPECT_EQ(other.status, 403);
  EXPECT_THAT(other.body, HasSubstr("in the words of the other door"));
  EXPECT_EQ(post("/v1/logs", "").status, 200);
}

TEST_F(RumReceiverTest, OneSubscriberHasOneShareAndIsNotReadBeyondIt) {
  options_.limits.events_per_second_of_address_max = 1;
  peer_ = "[2001:db8:1:2::1]:99";
  EXPECT_EQ(post("/rum/web/v2", R"({"events":[{},{},{},{},{},{},{},{},{},{}]})").status, 204);
  peer_ = "[2001:db8:1:2:ffff::2]:99";
  EXPECT_EQ(post("/rum/web/v2", "no JSON, which nobody finds out").status, 429);
  EXPECT_EQ(post("/v1/logs", "").status, 429);
  peer_ = "[2001:db8:1:3::1]:99";
  EXPECT_EQ(post("/rum/web/v2", "no JSON").status, 400);
}

TEST_F(RumReceiverTest, AnApplicationsShareHoldsForOtlpOfItsPages) {
  options_.limits.events_per_second_max = 1;
  std::string records = record_json(kNowNs, "0");
  for (int i = 1; i < 10; ++i) records += "," + record_json(kNowNs, fmt::format("{}", i));
  EXPECT_EQ(send_logs(log_json("a", records)), 10u);
  const auto refused = send_logs(log_json("b", records));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, stdx::ErrorCode::kResourceExhausted);
  // A collector speaks for many.
  net::HttpRequest collector = request("POST", "/v1/logs", {}, nullptr);
  EXPECT_TRUE(door().of_logs(*otlp::logs_json_to_protobuf(log_json("c", records)), &collector));
}

TEST_F(RumReceiverTest, AbsurdTimesAreThoseOfTheArrival) {
  EXPECT_EQ(post("/collect", R"({"meta":{"session":{"id":"s"}},"events":[{"name":"a","timestamp":"1971-01-01T00:00:00Z"},
    {"name":"b","timestamp":"2200-01-01T00:00:00Z"}]})").status, 204);
  EXPECT_EQ(post("/v3/segments", R"([{"traceId":"t","traceSegmentId":"g","spans":[
    {"spanId":0,"startTime":9000000000000,"endTime":1},{"spanId":1,"startTime":0,"endTime":9000000000000}]}])").status, 204);
  EXPECT_EQ(post("/rum/web/v2", R"({"events":[{"timestamp":1},{"timestamp":9e12},{"timestamp":-1},{"timestamp":1e300},
    {"timestamp":18446744073709551615}]})").status, 204);
  for (const auto& record : log_.records) {
    std::vector<otlp::ResourceSurvey> resources;
    const auto survey = record.kind == log::RecordKind::kTraces ? otlp::survey_traces(record.payload, &resources)
                                                                : otlp::survey_logs(record.payload, &resources);
    EXPECT_EQ(survey->refused_count, 0u);
    for (const auto& resource : resources) EXPECT_LE(resource.end_time_max, kNowNs + kDurationMsMax * 1'000'000);
  }
}

}  // namespace
}  // namespace clew::receive_rum
