#include "receive/rum/otlp_secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"
#include "receive/rum/otlp_device.h"

namespace clew::receive_rum {
namespace {

using testing::HasSubstr;
using testing::Not;

// A span with a secret wherever a text may stand.
constexpr const char* kSpan = R"j({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","kind":3,
  "name":"Navigation: /a?token=s3cret","startTimeUnixNano":"1","endTimeUnixNano":"2","traceState":"a=b?token=kept",
  "attributes":[{"key":"url.full","value":{"stringValue":"https://a/?id=7&token=s3cret#x"}},
    {"key":"http.target","value":{"stringValue":"/?password=s3cret"}},
    {"key":"url.query","value":{"stringValue":"token=s3cret&id=7"}},
    {"key":"plain","value":{"stringValue":"token=kept"}},
    {"key":"list","value":{"arrayValue":{"values":[{"stringValue":"/?sig=s3cret"},{"intValue":"7"}]}}},
    {"key":"map","value":{"kvlistValue":{"values":[{"key":"url.query","value":{"stringValue":"jwt=s3cret"}}]}}}],
  "events":[{"timeUnixNano":"1","name":"GET /?otp=s3cret","attributes":[
    {"key":"exception.message","value":{"stringValue":"failed https://a/?code=s3cret"}}]}],
  "links":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331",
    "attributes":[{"key":"http.url","value":{"stringValue":"/?pwd=s3cret"}}]}],
  "status":{"code":2,"message":"GET /?key=s3cret failed"}})j";

std::string resource_spans(std::string_view attributes) {
  return std::string(R"({"resource":{"attributes":[)") + std::string(attributes) + R"(]},"scopeSpans":[{"scope":{"name":"s","attributes":[
    {"key":"base","value":{"stringValue":"/?token=s3cret"}}]},"spans":[)" + kSpan + "]}]}";
}

std::string request(std::initializer_list<std::string> resources) {
  std::string json;
  for (const std::string& each : resources) json += (json.empty() ? "" : ",") + each;
  const auto protobuf = otlp::traces_json_to_protobuf(R"({"resourceSpans":[)" + json + "]}");
  EXPECT_TRUE(protobuf);
  return *protobuf;
}

const char* const kJava = R"({"key":"telemetry.sdk.language","value":{"stringValue":"java"}},
  {"key":"os.type","value":{"stringValue":"linux"}},{"key":"start","value":{"stringValue":"/?token=s3cret"}})";
const char* const kWeb = R"({"key":"telemetry.sdk.language","value":{"stringValue":"webjs"}},
  {"key":"start","value":{"stringValue":"/?token=s3cret"}})";

class OtlpSecretsTest : public testing::Test {
 protected:
  const Scrubber scrubber_{default_secret_parameters()};
};

TEST_F(OtlpSecretsTest, WhateverTextADeviceSendsHasNoSecrets) {
  const std::string sent = request({resource_spans(kWeb)});
  const auto kept = without_secrets(sent, OtlpItems::kSpans, false, scrubber_);
  ASSERT_TRUE(kept);
  EXPECT_THAT(*kept, Not(HasSubstr("s3cret")));
  for (const char* text : {"Navigation: /a?token=***", "https://a/?id=7&token=***#x", "token=***&id=7", "token=kept", "a=b?token=kept",
                           "failed https://a/?code=***", "GET /?key=*** failed", "jwt=***", "/?sig=***", "/?pwd=***", "/?otp=***"}) {
    EXPECT_THAT(*kept, HasSubstr(text));
  }
  const auto before = otlp::survey_traces(sent), after = otlp::survey_traces(*kept);
  EXPECT_EQ(before->span_count, after->span_count);
  EXPECT_EQ(after->refused_count, 0u);
  EXPECT_FALSE(without_secrets(*kept, OtlpItems::kSpans, false, scrubber_)) << "what was scrubbed stays as it is";
}

TEST_F(OtlpSecretsTest, ABackendsSpansStayAsTheyAreAlsoBesideThoseOfADevice) {
  const std::string backend = request({resource_spans(kJava)}), both = request({resource_spans(kJava), resource_spans(kWeb)});
  EXPECT_FALSE(without_secrets(backend, OtlpItems::kSpans, false, scrubber_));
  const auto kept = without_secrets(both, OtlpItems::kSpans, false, scrubber_);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->substr(0, backend.size()), backend);
  EXPECT_THAT(kept->substr(backend.size()), Not(HasSubstr("s3cret")));
  // A browser that calls itself nothing in its resource is known by its User-Agent.
  EXPECT_THAT(without_secrets(backend, OtlpItems::kSpans, true, scrubber_).value_or("s3cret"), Not(HasSubstr("s3cret")));
}

TEST_F(OtlpSecretsTest, LogRecordsOfADeviceToo) {
  const auto logs = otlp::logs_json_to_protobuf(std::string(R"({"resourceLogs":[{"resource":{"attributes":[)") + kWeb +
      R"(]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","body":{"stringValue":"at https://a/?token=s3cret"},
      "attributes":[{"key":"url.query","value":{"stringValue":"token=s3cret"}}]},{"body":{"stringValue":"token=kept"}}]}]}]})");
  ASSERT_TRUE(logs);
  const auto kept = without_secrets(*logs, OtlpItems::kLogRecords, false, scrubber_);
  ASSERT_TRUE(kept);
  EXPECT_THAT(*kept, Not(HasSubstr("s3cret")));
  EXPECT_THAT(*kept, HasSubstr("at https://a/?token=***"));
  EXPECT_THAT(*kept, HasSubstr("token=kept"));
}

TEST_F(OtlpSecretsTest, WhatHasNoSecretOrIsMalformedStaysAsItIs) {
  const auto clean = otlp::traces_json_to_protobuf(std::string(R"({"resourceSpans":[{"resource":{"attributes":[
    {"key":"browser.language","value":{"stringValue":"?lang=de"}}]}}]})"));
  ASSERT_TRUE(clean);
  EXPECT_TRUE(has_device(*clean, false));
  EXPECT_FALSE(without_secrets(*clean, OtlpItems::kSpans, false, scrubber_));
  EXPECT_FALSE(without_secrets(request({resource_spans(kWeb)}) + "\x0a\x7f", OtlpItems::kSpans, true, scrubber_));
  EXPECT_FALSE(without_secrets("", OtlpItems::kSpans, true, scrubber_));
}

TEST(OtlpDeviceTest, AResourceTellsTheDevice) {
  const auto type = [](std::string_view key, std::string_view value) {
    const std::string attributes =
        R"({"key":"service.name","value":{"stringValue":"x"}},{"key":")" + std::string(key) + R"(","value":{"stringValue":")" + std::string(value) + R"("}})";
    const auto protobuf = otlp::traces_json_to_protobuf(R"({"resourceSpans":[{"resource":{"attributes":[)" + attributes + "]}}]}");
    return std::pair(has_device(*protobuf, false), value);
  };
  for (const auto& [key, value] : {std::pair("os.name", "Android"), {"os.type", "iOS"}, {"os.name", "iPadOS"}, {"browser.platform", "x"},
                                   {"android.os.api_level", "34"}, {"telemetry.sdk.language", "webjs"}, {"telemetry.sdk.language", "swift"},
                                   {"telemetry.sdk.language", "dart"}, {"user_agent.original", "Mozilla/5.0"}}) {
    EXPECT_TRUE(type(key, value).first) << key << " " << value;
  }
  for (const auto& [key, value] : {std::pair("os.name", "linux"), {"telemetry.sdk.language", "nodejs"}, {"user_agent.original", "curl/8"},
                                   {"session.id", "7"}, {"browser", "x"}}) {
    EXPECT_FALSE(type(key, value).first) << key << " " << value;
  }
}

}  // namespace
}  // namespace clew::receive_rum
