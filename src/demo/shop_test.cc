#include "demo/shop.h"

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "otlp/traces_codec.h"

namespace clew::demo {
namespace {

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return 1'700'000'000'000'000'000; }
};

// Refuses the first `refusals` requests with `code`, keeps the rest.
class RecordingSink final : public TraceSink {
 public:
  RecordingSink(std::vector<std::string>& requests, int refusals, stdx::ErrorCode code)
      : requests_(requests), refusals_(refusals), code_(code) {}
  stdx::Result<void> send(std::string request) override {
    if (refusals_-- > 0) return stdx::fail(code_, "not now");
    requests_.push_back(std::move(request));
    return {};
  }

 private:
  std::vector<std::string>& requests_;
  int refusals_;
  stdx::ErrorCode code_;
};

ShopOptions small_options(std::vector<std::string>& lines) {
  ShopOptions options;
  options.backfill = std::chrono::seconds(600);
  options.backfill_traces_per_second = 0.2;
  options.report = [&lines](const std::string& line) { lines.push_back(line); };
  return options;
}

TEST(Shop, BackfillSpreadsOverTheTimeBehind) {
  std::vector<std::string> requests;
  std::vector<std::string> lines;
  FixedClock clock;
  Shop shop(std::make_unique<RecordingSink>(requests, 0, stdx::ErrorCode::kUnavailable), clock, small_options(lines));
  ASSERT_TRUE(shop.backfill());
  EXPECT_EQ(shop.traces_sent(), 120u);
  ASSERT_FALSE(lines.empty());

  uint64_t earliest = UINT64_MAX;
  uint64_t latest = 0;
  uint64_t spans = 0;
  for (const std::string& request : requests) {
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
  const auto now = static_cast<uint64_t>(clock.now_ns());
  EXPECT_LE(latest, now);
  EXPECT_GE(latest, now - 30'000'000'000);
  EXPECT_LE(earliest, now - 580'000'000'000);
}

TEST(Shop, RetriesWhatMayBeRetried) {
  std::vector<std::string> requests;
  std::vector<std::string> lines;
  FixedClock clock;
  Shop shop(std::make_unique<RecordingSink>(requests, 2, stdx::ErrorCode::kUnavailable), clock, small_options(lines));
  EXPECT_TRUE(shop.backfill());
  EXPECT_EQ(shop.traces_dropped(), 0u);
}

TEST(Shop, DropsAndCountsWhatIsRefusedForGood) {
  std::vector<std::string> requests;
  std::vector<std::string> lines;
  FixedClock clock;
  Shop shop(std::make_unique<RecordingSink>(requests, 1, stdx::ErrorCode::kInvalidArgument), clock,
            small_options(lines));
  EXPECT_FALSE(shop.backfill());
  EXPECT_EQ(shop.traces_dropped(), 25u);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("not now"), std::string::npos);
}

TEST(Shop, StopEndsTheThreadAtOnce) {
  std::vector<std::string> requests;
  std::vector<std::string> lines;
  FixedClock clock;
  ShopOptions options = small_options(lines);
  options.traces_per_second = 0.001;
  Shop shop(std::make_unique<RecordingSink>(requests, 0, stdx::ErrorCode::kUnavailable), clock, options);
  shop.start();
  shop.stop();
  shop.stop();
}

}  // namespace
}  // namespace clew::demo
