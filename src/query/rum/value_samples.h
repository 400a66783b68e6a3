// Values of which quantiles are asked.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "query/rum/rum_query_limits.h"

namespace clew::query_rum {

// Not negative, to a thousandth: milliseconds to the microsecond, scores to 0.001‰ of their unit by `add(score * 1000)`. Larger
// ones than 2^32 thousandths (71 minutes) count as that. Four bytes a value up to kExactSamplesMax, then 16 kB in all. One thread.
class Samples {
 public:
  void add(double value) {
    const double thousandths = value * 1000;
    add_raw(!(thousandths > 0) ? 0u : thousandths >= 4294967294.5 ? 4294967295u : rounded(thousandths));
  }
  void merge(const Samples& other) {
    if (other.buckets_.empty()) {
      for (const uint32_t raw : other.values_) add_raw(raw);
      return;
    }
    if (buckets_.empty()) spill();
    for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
  }
  int64_t count() const { return count_; }
  // Nearest rank; nullopt without values. Reorders what it keeps, not what it says.
  std::optional<double> quantile(double q) {
    if (count_ == 0) return std::nullopt;
    const auto rank = static_cast<int64_t>(std::ceil(q * static_cast<double>(count_)));
    int64_t at = std::clamp<int64_t>(rank - 1, 0, count_ - 1);
    if (buckets_.empty()) {
      std::ranges::nth_element(values_, values_.begin() + at);
      return values_[static_cast<size_t>(at)] / 1000.0;
    }
    for (size_t i = 0; i < kBuckets; ++i) {
      at -= buckets_[i];
      if (at < 0) return middle_of(static_cast<uint32_t>(i)) / 1000.0;
    }
    return std::nullopt;
  }

 private:
  static constexpr uint32_t kBits = 7;  // 128 buckets between a value and its double.
  static constexpr size_t kBuckets = (32 - kBits + 1) << kBits;

  // As std::round(), which is a call.
  static uint32_t rounded(double thousandths) {
    const auto floor = static_cast<uint32_t>(thousandths);
    return floor + (thousandths - floor >= 0.5 ? 1 : 0);
  }
  static uint32_t bucket_of(uint32_t raw) {
    const auto width = static_cast<uint32_t>(std::bit_width(raw));
    if (width <= kBits + 1) return raw;  // The first 256 are themselves.
    const uint32_t shift = width - kBits - 1;
    return (shift << kBits) + (raw >> shift);
  }
  static double middle_of(uint32_t bucket) {
    if (bucket < (2u << kBits)) return bucket;
    const uint32_t shift = (bucket >> kBits) - 1;
    const uint64_t low = uint64_t{bucket - (shift << kBits)} << shift;
    return static_cast<double>(low) + static_cast<double>((uint64_t{1} << shift) - 1) / 2;
  }
  void add_raw(uint32_t raw) {
    ++count_;
    if (!buckets_.empty()) {
      ++buckets_[bucket_of(raw)];
      return;
    }
    values_.push_back(raw);
    if (values_.size() > kExactSamplesMax) {
      --count_;
      values_.pop_back();
      spill();
      ++count_;
      ++buckets_[bucket_of(raw)];
    }
  }
  void spill() {
    buckets_.resize(kBuckets);
    for (const uint32_t value : values_) ++buckets_[bucket_of(value)];
    values_ = {};
  }

  int64_t count_ = 0;
  std::vector<uint32_t> values_;
  std::vector<int64_t> buckets_;
};

}  // namespace clew::query_rum
