#include <algorithm>
#include <cmath>

#include "table/rollup_rows.h"

namespace clew::table {
namespace {

constexpr int kSubBuckets = 8;

// Upper bounds of the eight sub-buckets of [1, 2), as fractions of 2^52: where a double's mantissa is compared.
const std::array<uint64_t, kSubBuckets> kMantissaUppers = [] {
  std::array<uint64_t, kSubBuckets> uppers{};
  for (int i = 0; i < kSubBuckets; ++i) {
    uppers[i] = static_cast<uint64_t>((std::exp2((i + 1) / 8.0) - 1.0) * 0x1p52);
  }
  return uppers;
}();

}  // namespace

int duration_bucket(int64_t duration_ns) {
  if (duration_ns <= 1) return 0;
  // Buckets are (lower, upper]: looking at duration - 1 in whole nanoseconds would shift short ones, so compare mantissas.
  const auto bits = std::bit_cast<uint64_t>(static_cast<double>(duration_ns));
  const int exponent = static_cast<int>(bits >> 52) - 1023;
  const uint64_t mantissa = bits & 0xfffffffffffffull;
  if (mantissa == 0) return exponent * kSubBuckets;  // A power of two closes the bucket below.
  int sub = 0;
  while (mantissa > kMantissaUppers[sub]) ++sub;
  return std::min(exponent * kSubBuckets + sub + 1, kDurationBucketCount - 1);
}

double duration_bucket_upper_ns(int bucket) { return std::exp2(bucket / 8.0); }

double histogram_quantile_ns(const Histogram& histogram, double quantile) {
  int64_t total = 0;
  for (const BucketCount& entry : histogram) total += entry.count;
  if (total == 0) return 0;
  const auto rank = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(quantile * static_cast<double>(total))));
  int64_t seen = 0;
  for (const BucketCount& entry : histogram) {
    seen += entry.count;
    if (seen >= rank) return duration_bucket_upper_ns(entry.bucket);
  }
  return duration_bucket_upper_ns(histogram.back().bucket);
}

void merge_into(Histogram& target, const Histogram& source) {
  Histogram merged;
  merged.reserve(target.size() + source.size());
  auto a = target.begin();
  auto b = source.begin();
  while (a != target.end() || b != source.end()) {
    if (b == source.end() || (a != target.end() && a->bucket < b->bucket)) {
      merged.push_back(*a++);
    } else if (a == target.end() || b->bucket < a->bucket) {
      merged.push_back(*b++);
    } else {
      merged.push_back({a->bucket, a->count + b->count});
      ++a;
      ++b;
    }
  }
  target = std::move(merged);
}

}  // namespace clew::table
