// What real bundles become, as text. testdata/*.json are bodies that the SDK 0.0.37 sent in Chromium 156, electron-*.json those that
// @arms/rum-electron 0.0.9 (core 0.1.7) sent from Node.js 20 and windows of that Chromium.
#include "receive/rum/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "otlp/foreign_ids.h"
#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"
#include "receive/rum/rum_text_for_test.h"

namespace clew::receive_rum {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kFolder = CLEW_SOURCE_DIR "/src/receive/rum/testdata";
constexpr int64_t kReceived = 1'795'219'300'000'000'000;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class BundleTest : public testing::Test {
 protected:
  stdx::Result<TranslatedBundle> translate(std::string_view json) { return translate_bundle(json, context_, scrubber_, clocks_, {}); }

  const useragent::UserAgent agent_{"Chrome", "130.0", "Android", "14", "mobile", "Acme", "A1"};
  BundleContext context_{.receive_time_ns = kReceived, .user_agent = "Mozilla/5.0 (test)",
                         .agent = &agent_, .client_address = "10.0.0.7",
                         .place = nullptr,
                         .service_id = {}};
  Scrubber scrubber_{default_secret_parameters()};
  ClientClocks clocks_;
};

TEST_F(BundleTest, RealBundlesBecomeRecordsAndSpans) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  ASSERT_GT(paths.size(), 20u);
  for (const fs::path& path : paths) {
    SCOPED_TRACE(path.filename());
    const std::string json = read_file(path);
    const auto done = translate(json);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->malformed_count, 0u);
    const std::string text = "app " + done->app_id + ": " + std::to_string(done->event_count) + " events, " +
                             std::to_string(done->span_count) + " spans\nevents:\n" + request_text(done->logs, record_text) +
                             "spans:\n" + request_text(done->traces, span_text);
    fs::path golden = path;
    golden.replace_extension(".golden");
    if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(golden) << text;
    EXPECT_EQ(text, read_file(golden));
    if (!done->traces.empty()) {
      const auto survey = otlp::survey_traces(done->traces);
      ASSERT_TRUE(survey);
      EXPECT_EQ(survey->span_count, done->span_count);
      EXPECT_EQ(survey->refused_count, 0u);
    }
  }
}

TEST_F(BundleTest, WhatIsNoBundleIsRefused) {
  for (const char* json : {"", "   ", "[]", "1", "\"x\"", "{", "{\"events\":[}", "<html>"}) {
    const auto done = translate(json);
    ASSERT_FALSE(done) << json;
    EXPECT_EQ(done.error().code, stdx::ErrorCode::kInvalidArgument);
  }
}

TEST_F(BundleTest, EveryFieldMayBeMissingOrOfAnotherType) {
  for (const char* json : {
           "{}", R"({"events":null})", R"({"events":[]})", R"({"events":{}})",
           R"({"app":1,"user":[],"session":"x","view":null,"net":true,"events":[{}]})",
           R"({"app":{"id":7,"type":[],"version":{}},"events":[{"event_type":3,"timestamp":"x","duration":"y"}]})",
           R"({"events":[{"event_type":"resource","type":"fetch","trace_id":"zz","trace_data":"{"}]})",
           R"({"events":[{"event_type":"resource","type":"fetch","trace_id":1,"trace_data":"[]"}]})",
           R"({"events":[{"event_type":"resource","timestamp":-1e300,"duration":1e300,"view":[1]}]})",
           R"({"events":[{"event_type":"resource","timestamp":1e18,"timing_data":"{\"startTime\":\"x\"}"}]})",
       }) {
    const auto done = translate(json);
    ASSERT_TRUE(done) << json;
    EXPECT_EQ(done->span_count, 0u) << json;
    request_text(done->logs, record_text);
  }
}

// What core 0.1 would say of its own troubles, as its code has it: an array of lone events.
TEST_F(BundleTest, ComplaintsOfAnSdkAreEvents) {
  const auto done = translate(R"([
    {"app.type":"browser","_v":"0.1.7","endpoint":"https://clew.example/rum/web/v2","session.id":"s1","view.id":"v1","timestamp":1795219299000,
     "event_type":"log","log":{"level":"error","content":"evaluateApi failed","type":"xhr-collector"},"workspace":"default","service_id":"shop"},
    1,
    {"event_type":"log","service_id":"another","log":{}},
    {"session":{"id":"s1"},"service_id":"shop","events":[{"event_type":"custom","name":"beside"}]}])");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->app_id, "shop");
  EXPECT_EQ(done->event_count, 2u);
  EXPECT_EQ(done->malformed_count, 2u) << "one that is no object, one of another application";
  const std::string text = request_text(done->logs, record_text);
  for (const char* expected : {"1795219299000 rum.log \"evaluateApi failed\"", "session.id = \"s1\"", "view.id = \"v1\"",
                               "rum.app.type = \"browser\"", "rum.workspace = \"default\"", "rum.custom \"beside\""}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
}

TEST_F(BundleTest, EventsThatAreNoObjectsAreCounted) {
  const auto done = translate(R"({"events":[1,"x",null,[],{"event_type":"custom","name":"ok"}]})");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->malformed_count, 4u);
  EXPECT_EQ(done->event_count, 1u);
  EXPECT_THAT(request_text(done->logs, record_text), HasSubstr("rum.custom \"ok\""));
}

TEST_F(BundleTest, EventsBeyondTheLimitAreCounted) {
  std::string json = R"({"events":[)";
  for (int i = 0; i < 1003; ++i) json += i == 0 ? "{}" : ",{}";
  const auto done = translate(json + "]}");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->event_count, 1000u);
  EXPECT_EQ(done->excess_count, 3u);
}

std::string bundle_at(int64_t timestamp_ms, const char* session) {
  return R"({"session":{"id":")" + std::string(session) + R"("},"events":[{"event_type":"view","timestamp":)" +
         std::to_string(timestamp_ms) + "}]}";
}

TEST_F(BundleTest, WrongClocksAreCorrectedAndWaitingIsNot) {
  const int64_t now = kReceived / 1'000'000;
  struct Case {
    int64_t behind_ms;
    int64_t expected_shift_ms;
    const char* session;
  };
  for (const Case& c : {Case{0, 0, "a"}, Case{10'000, 0, "b"}, Case{500'000, 0, "c"}, Case{7'200'000, 7'200'000, "d"},
                        Case{-500, 0, "e"}, Case{-3'600'000, -3'600'000, "f"},
                        // Once its clock is known a session keeps it: the second bundle waited three seconds longer.
                        Case{7'203'000, 7'200'000, "d"}}) {
    const auto done = translate(bundle_at(now - c.behind_ms, c.session));
    ASSERT_TRUE(done);
    EXPECT_THAT(request_text(done->logs, record_text),
                HasSubstr(std::to_string(now - c.behind_ms + c.expected_shift_ms) + " rum.view"))
        << c.behind_ms;
  }
}

// Electron's SDK stores what it could not send, for a month: only a clock that is ahead is wrong for sure.
TEST_F(BundleTest, ElectronsBundlesMayBeOldButNotOfTheFuture) {
  const int64_t now = kReceived / 1'000'000;
  for (const auto& [behind_ms, shift_ms] : {std::pair<int64_t, int64_t>{7 * 24 * 3'600'000LL, 0}, {-3'600'000, -3'600'000}}) {
    const std::string session = std::to_string(behind_ms);
    const auto done = translate(R"({"app":{"type":"electron"},)" + bundle_at(now - behind_ms, session.c_str()).substr(1));
    ASSERT_TRUE(done);
    EXPECT_THAT(request_text(done->logs, record_text), HasSubstr(std::to_string(now - behind_ms + shift_ms) + " rum.view"));
  }
}

TEST_F(BundleTest, ElectronsEventsBeganBeforeTheirTimes) {
  const auto done = translate(R"({"app":{"type":"electron"},"view":{"id":"__default__","name":"__default__"},"service_id":"shop@7","events":[
    {"event_type":"application","scene":"app_ready","timestamp":1795219299000,"duration":400},
    {"event_type":"application","scene":"memory","timestamp":1795219299000,"duration":123456789},
    {"event_type":"resource","type":"fetch","timestamp":1795219299000,"duration":100,"os":{"container":"chromium"},"view":{"id":"v"},
     "timing_data":"{\"startTime\":5000}"},
    {"event_type":"resource","type":"api","timestamp":1795219299000,"duration":100,"timing_data":"{\"startTime\":9000}"},
    {"event_type":"resource","type":"js","timestamp":1795219299999,"duration":5,"os":{"container":"chromium"},"view":{"id":"v"},
     "timing_data":"{\"startTime\":4000}"},
    {"event_type":"resource","type":"js","timestamp":1795219299999,"duration":5,"os":{"container":"chromium"},"view":{"id":"other"},
     "timing_data":"{\"startTime\":4000}"}]})");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->app_id, "shop@7");
  const std::string text = request_text(done->logs, record_text);
  for (const char* expected : {"1795219298600 rum.application", "1795219299000 rum.application", "rum.working_set = 123456789",
                               "1795219298700 rum.resource", "1795219299000 rum.resource",
                               // By the clock of the page of the window's request, and of no other page.
                               "1795219297700 rum.resource", "1795219299999 rum.resource"}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
  EXPECT_THAT(text, testing::Not(HasSubstr("__default__")));
}

TEST_F(BundleTest, WordsForOutcomesAreNoStatusCodes) {
  const auto done = translate(R"({"events":[
    {"event_type":"resource","type":"rpc","method":"greeting","status_code":"OK","url":"ipc://arms-trpc/cart.greeting"},
    {"event_type":"resource","type":"fetch","method":"GET","status_code":"404"},
    {"event_type":"exception","type":"crash","name":"NonFatalCrash"}]})");
  ASSERT_TRUE(done);
  const std::string text = request_text(done->logs, record_text);
  for (const char* expected : {"rpc.method = \"greeting\"", "rum.status_code = \"OK\"", "http.response.status_code = \"404\"",
                               "rum.type = \"non_fatal_crash\""}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
}

TEST_F(BundleTest, RepeatedEventsAreLeftOut) {
  const char* json = R"({"events":[{"event_id":"a"},{"event_id":"b"},{}]})";
  const auto first = translate(json);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->event_keys.size(), 2u);
  const uint64_t known = first->event_keys[0];
  const auto second = translate_bundle(json, context_, scrubber_, clocks_, [&](uint64_t key) { return key == known; });
  ASSERT_TRUE(second);
  EXPECT_EQ(second->repeated_count, 1u);
  EXPECT_EQ(second->event_count, 2u);
}

TEST_F(BundleTest, SkyWalkingRequestsAreTheSpanThatTheBackendRefersTo) {
  const auto done = translate(read_file(kFolder / "05-sw8.json"));
  ASSERT_TRUE(done);
  const auto traces = otlp::decode_traces(done->traces);
  ASSERT_TRUE(traces);
  const auto& span = traces->resource_spans[0].scope_spans[0].spans[0];
  EXPECT_EQ(otlp::to_hex(span.trace_id), "58f80aac82074481b065c27b5ed5d309");
  EXPECT_EQ(span.span_id, otlp::span_id_of_segment("9c761535-e901-4817-ae09-007c8702c42a", 0));
}

TEST_F(BundleTest, WhereTheClientIsStandsOnEveryRecordUnlessTheBundleSaysSo) {
  const Place munich{"Germany", "DE", "Bavaria", "DE-BY", "Munich", "Deutsche Telekom AG", "AS3320"};
  context_.place = &munich;
  const auto text_with = [&](std::string groups) {
    const auto done = translate(R"({"events":[{"event_type":"custom","name":"n"}])" + groups + "}");
    return done ? request_text(done->logs, record_text) : done.error().message;
  };
  const std::string told = text_with("");
  for (const char* line : {"geo.country = \"Germany\"", "geo.country.iso_code = \"DE\"", "geo.province = \"Bavaria\"",
                           "geo.region.iso_code = \"DE-BY\"", "geo.city = \"Munich\"", "isp.name = \"Deutsche Telekom AG\"",
                           "isp.id = \"AS3320\""}) {
    EXPECT_NE(told.find(line), std::string::npos) << line << " in\n" << told;
  }
  const std::string own_place = text_with(R"(,"geo":{"city":"Paris"})");
  EXPECT_EQ(own_place.find("Munich"), std::string::npos) << own_place;
  EXPECT_EQ(own_place.find("Germany"), std::string::npos) << "half from here and half from there is no place";
  EXPECT_NE(own_place.find("Telekom"), std::string::npos);
  const std::string own_provider = text_with(R"(,"isp":{"name":"Orange"})");
  EXPECT_EQ(own_provider.find("AS3320"), std::string::npos) << own_provider;
  EXPECT_NE(own_provider.find("Munich"), std::string::npos);
}

TEST_F(BundleTest, SecretsInQueryStringsAreScrubbedWhereverTheyStand) {
  const auto done = translate(R"({"events":[{"event_type":"resource","type":"fetch","timestamp":1795219300000,
    "url":"https://a/b?Token=abc&x=1&password=p%20q#access_token=zz","trace_id":"fc403b78b8b14625817d8114e3b075b2",
    "trace_data":"{\"spanId\":\"d41f8acaf3914d78\"}","message":"failed https://a?api_key=1234 at","success":0,
    "timing_data":"{\"name\":\"https://a/b?token=abc&y=2\",\"startTime\":1}"}]})");
  ASSERT_TRUE(done);
  for (const std::string& text : {request_text(done->logs, record_text), request_text(done->traces, span_text)}) {
    for (const char* secret : {"abc", "p%20q", "zz\"", "1234"}) EXPECT_THAT(text, testing::Not(HasSubstr(secret)));
    EXPECT_THAT(text, HasSubstr("https://a/b?Token=***&x=1&password=***#access_token=***"));
    EXPECT_THAT(text, HasSubstr("failed https://a?api_key=*** at"));
  }
}

}  // namespace
}  // namespace clew::receive_rum
