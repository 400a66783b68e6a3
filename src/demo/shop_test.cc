#include "demo/shop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "otlp/records_survey.h"
#include "otlp/traces_codec.h"

namespace clew::demo {
namespace {

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return 1'700'000'000'000'000'000; }
};

// Refuses the first `refusals` requests with `code`, keeps the rest.
struct Received {
  std::vector<std::string> traces, logs;
  std::vector<Bundle> bundles;
};
class RecordingSink final : public TraceSink {
 public:
  RecordingSink(Received& received, int refusals, stdx::ErrorCode code)
      : received_(received), refusals_(refusals), code_(code) {}
  stdx::Result<void> send(std::string request) override { return take(received_.traces, std::move(request)); }
  stdx::Result<void> send_logs(std::string request) override { return take(received_.logs, std::move(request)); }
  stdx::Result<void> send_bundle(const Bundle& bundle) override { return take(received_.bundles, bundle); }

 private:
  template <class T>
  stdx::Result<void> take(std::vector<T>& list, T item) {
    if (refusals_-- > 0) return stdx::fail(code_, "not now");
    list.push_back(std::move(item));
    return {};
  }
  Received& received_;
  int refusals_;
  stdx::ErrorCode code_;
};

ShopOptions small_options(std::vector<std::string>& lines) {
  ShopOptions options;
  options.seed = 20;
  options.backfill = std::chrono::seconds(600);
  options.backfill_traces_per_second = 0.2;
  options.report = [&lines](const std::string& line) { lines.push_back(line); };
  return options;
}

TEST(Shop, BackfillSpreadsOverTheTimeBehind) {
  Received received;
  std::vector<std::string> lines;
  FixedClock clock;
  Shop shop(std::make_unique<RecordingSink>(received, 0, stdx::ErrorCode::kUnavailable), clock, small_options(lines));
  ASSERT_TRUE(shop.backfill());
  EXPECT_GT(shop.traces_sent(), 60u);
  EXPECT_LT(shop.traces_sent(), 240u);
  EXPECT_TRUE(received.bundles.empty()) << "the door would take them for bundles of now";
  ASSERT_FALSE(lines.empty());

  uint64_t earliest = UINT64_MAX;
  uint64_t latest = 0;
  uint64_t spans = 0;
  for (const std::string& request : received.traces) {
    auto data = otlp::decode_traces(request);
    ASSERT_TRUE(data) << data.error().message;
    for (const auto& resource_spans : data->resource_spans) {
      for (const auto& span : resource_spans.scope_spans.at(0).spans) {
        earliest = std::min(earliest, span.start_time_unix_nano);
        latest = std::max(latest, span.end_time_unix_nano);
        ++spans;
      }
    }
  }
  EXPECT_EQ(spans, shop.spans_sent());
  uint64_t events = 0;
  for (const std::string& request : received.logs) {
    const auto survey = otlp::survey_logs(request);
    ASSERT_TRUE(survey) << survey.error().message;
    EXPECT_EQ(survey->refused_count, 0u);
    events += survey->span_count;
  }
  EXPECT_EQ(events, shop.events_sent());
  EXPECT_GT(events, 100u);
  const auto now = static_cast<uint64_t>(clock.now_ns());
  EXPECT_LE(latest, now);
  EXPECT_GE(latest, now - 30'000'000'000);
  EXPECT_LE(earliest, now - 540'000'000'000);
}

TEST(Shop, RetriesWhatMayBeRetried) {
  Received received;
  std::vector<std::string> lines;
  FixedClock clock;
  Shop shop(std::make_unique<RecordingSink>(received, 2, stdx::ErrorCode::kUnavailable), clock, small_options(lines));
  EXPECT_TRUE(shop.backfill());
  EXPECT_EQ(shop.traces_dropped(), 0u);
}

TEST(Shop, DropsAndCountsWhatIsRefusedForGood) {
  Received received;
  std::vector<std::string> lines;
  FixedClock clock;
  Shop shop(std::make_unique<RecordingSink>(received, 1, stdx::ErrorCode::kInvalidArgument), clock,
            small_options(lines));
  EXPECT_FALSE(shop.backfill());
  EXPECT_GT(shop.traces_dropped(), 10u);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("not now"), std::string::npos);
}

class CountingSink final : public TraceSink {
 public:
  explicit CountingSink(std::atomic<int>& bundles) : bundles_(bundles) {}
  stdx::Result<void> send(std::string) override { return {}; }
  stdx::Result<void> send_logs(std::string) override { return {}; }
  stdx::Result<void> send_bundle(const Bundle& bundle) override {
    EXPECT_FALSE(bundle.user_agent.empty());
    if (++bundles_ == 20) bundles_.notify_all();
    // The SDK does not repeat what was refused.
    return stdx::fail(stdx::ErrorCode::kUnavailable, "no room");
  }

 private:
  std::atomic<int>& bundles_;
};

TEST(Shop, BundlesOfNowGoToTheDoorOnce) {
  std::vector<std::string> lines;
  std::atomic<int> bundles{0};
  const stdx::SystemClock clock;
  ShopOptions options = small_options(lines);
  options.backfill = std::chrono::seconds(20);  // So that pages are open when the live part begins.
  options.backfill_traces_per_second = 200;
  Shop shop(std::make_unique<CountingSink>(bundles), clock, options);
  shop.start();
  for (int seen = bundles; seen < 20; seen = bundles) bundles.wait(seen);
  shop.stop();
  EXPECT_GT(shop.events_dropped(), 20u);
  EXPECT_EQ(std::ranges::count_if(lines, [](const std::string& line) { return line.contains("no room"); }), 1);
}

TEST(Shop, StopEndsTheThreadAtOnce) {
  Received received;
  std::vector<std::string> lines;
  FixedClock clock;
  ShopOptions options = small_options(lines);
  options.traces_per_second = 0.001;
  Shop shop(std::make_unique<RecordingSink>(received, 0, stdx::ErrorCode::kUnavailable), clock, options);
  shop.start();
  shop.stop();
  shop.stop();
}

}  // namespace
}  // namespace clew::demo
