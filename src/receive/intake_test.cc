#include "receive/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "otlp/traces_codec.h"
#include "receive/fake_log_for_test.h"

namespace clew::receive {
namespace {

using testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000'000'000'000;

class TestClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return now; }
  int64_t now = kNow;
};

otlp::KeyValue text(std::string key, std::string value) {
  otlp::KeyValue pair;
  pair.key = std::move(key);
  pair.value.value = std::move(value);
  return pair;
}

// One resource of `service` with `good` spans and `bad` ones without a trace id.
void add_resource(otlp::TracesData& data, const std::string& service, size_t good, size_t bad = 0,
                  int64_t end_ns = kNow) {
  auto& resource = data.resource_spans.emplace_back();
  resource.resource.attributes = {text("host.name", "a"), text("service.name", service),
                                  text("telemetry.sdk.name", "opentelemetry"), text("telemetry.sdk.version", "1.2.3"),
                                  text("telemetry.sdk.language", "go")};
  auto& spans = resource.scope_spans.emplace_back().spans;
  for (size_t index = 0; index < good + bad; ++index) {
    otlp::Span span;
    span.trace_id = {index < good ? 7u : 0u, 0};
    span.span_id = index + 1;
    span.start_time_unix_nano = static_cast<uint64_t>(end_ns - 1000);
    span.end_time_unix_nano = static_cast<uint64_t>(end_ns);
    spans.push_back(span);
  }
}

class IntakeTest : public testing::Test {
 protected:
  stdx::Result<Outcome> take(const std::string& request, log::RecordKind kind = log::RecordKind::kTraces) {
    std::optional<stdx::Result<Outcome>> answer;
    intake_.take(Protocol::kJaegerGrpc, kind, stdx::SharedBytes::from_string(request),
                 [&](stdx::Result<Outcome> outcome) { answer = std::move(outcome); });
    return answer.value();
  }
  std::shared_ptr<const Sender> sender(std::string_view service) {
    for (const auto& row : intake_.arrivals().senders()) {
      if (row->service == service) return row;
    }
    return nullptr;
  }

  FakeLog log_;
  TestClock clock_;
  Intake intake_{log_, clock_, {.bytes_in_flight_max = 100'000}};
};

TEST_F(IntakeTest, CountsBySenderOnceDurable) {
  otlp::TracesData data;
  add_resource(data, "cart", 3);
  add_resource(data, "stock", 2, 1, kNow + 5'000'000'000);
  const auto outcome = take(otlp::encode_traces(data));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->refused_count, 1u);
  EXPECT_THAT(outcome->message, HasSubstr("trace_id_length 1"));
  ASSERT_EQ(log_.records.size(), 1u);
  EXPECT_EQ(intake_.counters().of(Protocol::kJaegerGrpc).spans_accepted, 5u);
  EXPECT_EQ(intake_.counters().bytes_in_flight, 0u);

  const auto cart = sender("cart"), stock = sender("stock");
  ASSERT_TRUE(cart && stock);
  EXPECT_EQ(cart->spans, 3u);
  EXPECT_EQ(cart->refused_count(), 0u);
  EXPECT_EQ(cart->library, "opentelemetry");
  EXPECT_EQ(cart->library_version, "1.2.3");
  EXPECT_EQ(cart->language, "go");
  EXPECT_EQ(cart->clock_ahead_ns, 0);
  EXPECT_EQ(stock->spans, 2u);
  EXPECT_EQ(stock->refused[static_cast<size_t>(Refusal::kTraceIdLength)], 1u);
  EXPECT_EQ(stock->clock_ahead_ns, 5'000'000'000);
  const auto refusals = intake_.arrivals().refusals();
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refusals[0].service, "stock");
}

TEST_F(IntakeTest, NothingIsCountedThatTheLogRefused) {
  log_.refusal = stdx::Error{stdx::ErrorCode::kUnavailable, "the disk is full"};
  otlp::TracesData data;
  add_resource(data, "cart", 3);
  const auto outcome = take(otlp::encode_traces(data));
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, stdx::ErrorCode::kUnavailable);
  EXPECT_EQ(sender("cart")->spans, 0u);
  EXPECT_EQ(intake_.counters().bytes_in_flight, 0u);
}

TEST_F(IntakeTest, BytesInFlightAreBounded) {
  otlp::TracesData data;
  add_resource(data, std::string(100'000, 'x'), 1);
  const auto outcome = take(otlp::encode_traces(data));
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, stdx::ErrorCode::kResourceExhausted);
  EXPECT_TRUE(log_.records.empty());
  EXPECT_EQ(intake_.counters().bytes_in_flight, 0u);
}

TEST_F(IntakeTest, FailuresAreRememberedWithTheirFirstBytes) {
  intake_.count_failure(Protocol::kZipkinV2Json, {stdx::ErrorCode::kInvalidArgument, "no list at byte 0"},
                        std::string(1000, 'y'));
  const auto refusals = intake_.arrivals().refusals();
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refusals[0].reason, Refusal::kUndecodable);
  EXPECT_EQ(refusals[0].why, "no list at byte 0");
  EXPECT_EQ(refusals[0].payload_begin, std::string(64, 'y'));
  EXPECT_EQ(sender("")->refused[static_cast<size_t>(Refusal::kUndecodable)], 1u);
}

TEST(ArrivalsTest, AFloodOfNamesIsCountedTogetherAndTheSilentMakeRoom) {
  TestClock clock;
  Arrivals arrivals(clock, {.senders_max = 3, .forget_after_ns = 100, .name_bytes_max = 4});
  for (const char* name : {"a", "b", "c", "d", "e"}) arrivals.sender(Protocol::kOtlpGrpc, {name, {}, {}, {}});
  EXPECT_EQ(arrivals.senders().size(), 4u);
  EXPECT_EQ(arrivals.sender(Protocol::kOtlpGrpc, {"f", {}, {}, {}})->service, "(oth");
  clock.now += 3600'000'000'000;
  EXPECT_EQ(arrivals.sender(Protocol::kOtlpGrpc, {"g", {}, {}, {}})->service, "g");
  EXPECT_EQ(arrivals.senders().size(), 1u);
}

TEST(ArrivalsTest, NamesAreCutAndMadeUtf8) {
  TestClock clock;
  Arrivals arrivals(clock, {.name_bytes_max = 4});
  EXPECT_EQ(arrivals.sender(Protocol::kOtlpGrpc, {"abc\xff" "defg", {}, {}, {}})->service, "abc\xEF\xBF\xBD");
  EXPECT_EQ(arrivals.senders().size(), 1u);
  arrivals.sender(Protocol::kOtlpGrpc, {"abc\xff" "hijk", {}, {}, {}});
  EXPECT_EQ(arrivals.senders().size(), 1u);
}

TEST(ProtocolTest, NamesOfRefusalsAreThoseOfTheSurvey) {
  for (size_t i = 0; i < static_cast<size_t>(otlp::SpanRefusal::kCount); ++i) {
    EXPECT_EQ(refusal_name(static_cast<Refusal>(i)), otlp::refusal_name(static_cast<otlp::SpanRefusal>(i)));
  }
}

}  // namespace
}  // namespace clew::receive
