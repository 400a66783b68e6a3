// Durations counted into buckets: a histogram while it is filled span by span. Internal to query/.
#pragma once

#include <cstdint>
#include <vector>

#include "table/rollup_rows.h"

namespace clew::query {

// Buckets in a plain array from the first duration on.
class DurationCounts {
 public:
  void add(int64_t duration_ns) {
    if (counts_.empty()) counts_.resize(static_cast<size_t>(table::kDurationBucketCount));
    ++counts_[static_cast<size_t>(table::duration_bucket(duration_ns))];
  }
  table::Histogram histogram() const {
    table::Histogram histogram;
    for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      if (counts_[bucket] != 0) histogram.push_back({static_cast<int32_t>(bucket), counts_[bucket]});
    }
    return histogram;
  }

 private:
  std::vector<uint32_t> counts_;
};

}  // namespace clew::query
