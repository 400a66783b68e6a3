#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "table/rollup_rows.h"

namespace clew::table {
namespace {

TEST(Histogram, EveryDurationLiesInItsBucket) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const auto duration = static_cast<int64_t>(random() >> (1 + random() % 62));
    const int bucket = duration_bucket(duration);
    ASSERT_GE(bucket, 0);
    ASSERT_LT(bucket, kDurationBucketCount);
    const auto value = static_cast<double>(duration);
    ASSERT_LE(value, duration_bucket_upper_ns(bucket) * (1 + 1e-12)) << duration;
    if (bucket > 0) {
      ASSERT_GT(value, duration_bucket_upper_ns(bucket - 1) * (1 - 1e-12)) << duration;
    }
  }
}

TEST(Histogram, BoundsAreInclusiveAbove) {
  EXPECT_EQ(duration_bucket(0), 0);
  EXPECT_EQ(duration_bucket(1), 0);
  EXPECT_EQ(duration_bucket(2), 8);
  EXPECT_EQ(duration_bucket(1024), 80);
  EXPECT_EQ(duration_bucket(1025), 81);
  EXPECT_LT(duration_bucket(INT64_MAX), kDurationBucketCount);
}

TEST(Histogram, QuantileIsWithinABucketOfTheTruth) {
  Histogram histogram;
  for (int64_t duration = 1; duration <= 1000; ++duration) {
    merge_into(histogram, {{duration_bucket(duration * 1000), 1}});
  }
  const double p95 = histogram_quantile_ns(histogram, 0.95);
  EXPECT_GE(p95, 950'000);
  EXPECT_LE(p95, 950'000 * std::exp2(1 / 8.0));
  EXPECT_EQ(histogram_quantile_ns({}, 0.5), 0);
}

TEST(Histogram, MergeAddsCountsBucketByBucket) {
  Histogram target = {{1, 2}, {5, 1}};
  merge_into(target, {{0, 4}, {5, 3}, {9, 1}});
  EXPECT_EQ(target, (Histogram{{0, 4}, {1, 2}, {5, 4}, {9, 1}}));
}

}  // namespace
}  // namespace clew::table
