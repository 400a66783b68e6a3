// What OpenTelemetry's SDKs send from devices, as text. testdata/otel/web_*.json are bodies that the web SDKs sent in Chromium
// (browser-instrumentation 0.6, instrumentation-fetch 0.220); android_logs.json is written after the conventions.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "otlp/records_survey.h"
#include "receive/rum/otlp_device.h"
#include "receive/rum/otlp_sessions.h"
#include "receive/rum/remote_config.h"
#include "receive/rum/rum_text_for_test.h"
#include "receive/rum/skywalking_segments.h"

namespace clew::receive_rum {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = CLEW_SOURCE_DIR "/src/receive/rum/testdata";

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void expect_golden(fs::path path, const std::string& text) {
  path.replace_extension(".golden");
  if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, read_file(path));
}

class OtlpSessionsTest : public testing::Test {
 protected:
  std::string split(const std::string& file) {
    const auto logs = otlp::logs_json_to_protobuf(read_file(kFolder / "otel" / file));
    EXPECT_TRUE(logs);
    EXPECT_TRUE(has_device(*logs, is_browser(context_.user_agent)));
    std::string split = with_session_events(*logs, context_, scrubber_, views_, {}).logs;
    EXPECT_EQ(otlp::survey_logs(split)->span_count, otlp::survey_logs(*logs)->span_count) << "every record is somewhere";
    return split;
  }

  const useragent::UserAgent agent_{"Chrome", "130.0", "Linux", "", "desktop", "", ""};
  BundleContext context_{.receive_time_ns = 1'795'219'300'000'000'000, .user_agent = "Mozilla/5.0 (test)",
                         .agent = &agent_, .client_address = "10.0.0.7", .place = nullptr, .service_id = {}};
  Scrubber scrubber_{default_secret_parameters()};
  SessionViews views_;
};

TEST_F(OtlpSessionsTest, EventsOfTheWebSdkStandOnThePageThatOneOfThemNames) {
  for (const char* file : {"web_logs_1.json", "web_logs_2.json"}) {
    expect_golden(kFolder / "otel" / file, request_text(split(file), record_text));
  }
}

TEST_F(OtlpSessionsTest, RequestsOfSpansAreEventsBesideThem) {
  split("web_logs_1.json");
  const auto spans = otlp::traces_json_to_protobuf(read_file(kFolder / "otel" / "web_traces_1.json"));
  ASSERT_TRUE(spans);
  ASSERT_TRUE(has_device(*spans, true));
  expect_golden(kFolder / "otel" / "web_traces_1.json",
                request_text(requests_of_spans(*spans, context_, scrubber_, views_, {}).logs, record_text));
  // The same from a backend, whose spans have a session by chance.
  EXPECT_FALSE(has_device(*spans, false));
}

TEST_F(OtlpSessionsTest, AppsTellTheirDeviceByTheResourceAndBackendsKeepTheirLogs) {
  context_.user_agent = {};
  context_.agent = nullptr;
  expect_golden(kFolder / "otel" / "android_logs.json", request_text(split("android_logs.json"), record_text));
}

TEST_F(OtlpSessionsTest, WhatIsMalformedOrOfNoSessionIsLeftAlone) {
  EXPECT_FALSE(with_session_events("\x0a\x7fsession.id", context_, scrubber_, views_, {}).any());
  EXPECT_FALSE(requests_of_spans("\x0a\x7fsession.id", context_, scrubber_, views_, {}).any());
  const auto logs = otlp::logs_json_to_protobuf(R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]})");
  EXPECT_FALSE(has_sessions_without_device(*logs));
  EXPECT_FALSE(with_session_events(*logs, context_, scrubber_, views_, {}).any());
}

TEST_F(OtlpSessionsTest, SegmentsOfAPageAreItsRequests) {
  ClientClocks clocks;
  const fs::path path = kFolder / "skywalking_segments" / "segments_1.json";
  const auto done = translate_browser_segments(read_file(path), context_, scrubber_, clocks, {});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->app_id, "shop-web");
  expect_golden(path, "events:\n" + request_text(done->logs, record_text) + "spans:\n" + request_text(done->traces, span_text));
  const auto odd = translate_browser_segments(R"([{"traceId":"a"},7,{"traceId":"a","traceSegmentId":"b","spans":[{"spanId":1e99}]}])",
                                              context_, scrubber_, clocks, {});
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->malformed_count, 3u);
  EXPECT_EQ(odd->traces, "");
  EXPECT_FALSE(translate_browser_segments("7", context_, scrubber_, clocks, {}));
}

TEST(RemoteConfigTest, AnApplicationIsNamedWholeOrByWhatStandsBehindAt) {
  const std::string file = R"({"*": {"env": "prod"}, "ws01@01ab": {"env": "gray"}, "odd": 7})";
  EXPECT_EQ(remote_config_of(file, "01ab"), R"({"env":"gray"})");
  EXPECT_EQ(remote_config_of(file, "ws01@01ab"), R"({"env":"gray"})");
  EXPECT_EQ(remote_config_of(file, "else"), R"({"env":"prod"})");
  EXPECT_EQ(remote_config_of(file, "odd"), "{}");
  EXPECT_EQ(remote_config_of("", "01ab"), "{}");
  EXPECT_EQ(remote_config_of("{broken", "01ab"), "{}");
}

}  // namespace
}  // namespace clew::receive_rum
