// SkyWalking's browser client and Grafana Faro: what their reports become, as text. testdata/skywalking/*.json are bodies that
// skywalking-client-js 1.1.0 sent in Chromium; testdata/faro holds a body written after the payloads of its web SDK.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "receive/rum/faro.h"
#include "receive/rum/rum_text_for_test.h"
#include "receive/rum/skywalking_browser.h"

namespace clew::receive_rum {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

const fs::path kFolder = CLEW_SOURCE_DIR "/src/receive/rum/testdata";

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

SkyWalkingReport report_of(const std::string& file) {
  if (file.find("errorLogs") != std::string::npos) return SkyWalkingReport::kErrors;
  if (file.find("resources") != std::string::npos) return SkyWalkingReport::kResources;
  if (file.find("webVitals") != std::string::npos) return SkyWalkingReport::kWebVitals;
  if (file.find("webInteractions") != std::string::npos) return SkyWalkingReport::kWebInteractions;
  return SkyWalkingReport::kPerf;
}

class BrowserClientsTest : public testing::Test {
 protected:
  void expect_golden(fs::path path, const stdx::Result<TranslatedBundle>& done) {
    ASSERT_TRUE(done) << done.error().message;
    const std::string text = "app " + done->app_id + ": " + std::to_string(done->event_count) + " events, " +
                             std::to_string(done->span_count) + " spans, " + std::to_string(done->malformed_count) +
                             " malformed\nevents:\n" + request_text(done->logs, record_text) + "spans:\n" +
                             request_text(done->traces, span_text);
    path.replace_extension(".golden");
    if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(path) << text;
    EXPECT_EQ(text, read_file(path));
  }

  const useragent::UserAgent agent_{"Chrome", "130.0", "Linux", "", "desktop", "", ""};
  BundleContext context_{.receive_time_ns = 1'795'219'300'000'000'000, .user_agent = "Mozilla/5.0 (test)",
                         .agent = &agent_, .client_address = "10.0.0.7", .service_id = {}};
  Scrubber scrubber_{default_secret_parameters()};
};

TEST_F(BrowserClientsTest, SkyWalkingReportsBecomeRecords) {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kFolder / "skywalking")) {
    if (entry.path().extension() != ".json") continue;
    ++count;
    SCOPED_TRACE(entry.path().filename());
    expect_golden(entry.path(), translate_skywalking(report_of(entry.path().filename()), read_file(entry.path()), context_,
                                                     scrubber_, {}));
  }
  EXPECT_GE(count, 6u);
}

TEST_F(BrowserClientsTest, TheBodyOfAFailedResponseIsNotKept) {
  const char* json = R"j([{"service":"a","category":"ajax","stack":"card 4111","message":"status: 500"},
                         {"service":"a","category":"js","stack":"at pay (app.js:1:2)"}])j";
  const auto done = translate_skywalking(SkyWalkingReport::kErrors, json, context_, scrubber_, {});
  ASSERT_TRUE(done);
  const std::string text = request_text(done->logs, record_text);
  EXPECT_THAT(text, Not(HasSubstr("4111")));
  EXPECT_THAT(text, HasSubstr("at pay (app.js:1:2)"));
}

TEST_F(BrowserClientsTest, FaroBodiesBecomeRecordsAndSpans) {
  expect_golden(kFolder / "faro/all_kinds.json",
                translate_faro(read_file(kFolder / "faro/all_kinds.json"), context_, scrubber_, {}));
}

TEST_F(BrowserClientsTest, OddBodiesAreRefusedOrHarmless) {
  for (const char* json : {"", "1", "[", "\"x\""}) {
    EXPECT_FALSE(translate_skywalking(SkyWalkingReport::kPerf, json, context_, scrubber_, {})) << json;
    EXPECT_FALSE(translate_faro(json, context_, scrubber_, {})) << json;
  }
  for (const char* json : {"{}", R"({"meta":1,"events":{},"logs":[1],"traces":[]})", R"({"traces":{"resourceSpans":7}})",
                           R"({"exceptions":[{"stacktrace":{"frames":[1,null]},"trace":{"trace_id":"zz"}}]})"}) {
    EXPECT_TRUE(translate_faro(json, context_, scrubber_, {})) << json;
    EXPECT_TRUE(translate_skywalking(SkyWalkingReport::kErrors, json, context_, scrubber_, {})) << json;
  }
}

}  // namespace
}  // namespace clew::receive_rum
