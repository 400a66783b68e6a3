// A duration histogram while many are added to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "table/rollup_rows.h"

namespace clew::table {

// Merging sparse histograms pair by pair would move their buckets again and again. Buckets that no histogram has, as a file
// may claim, are left out. One thread.
class HistogramSum {
 public:
  void add(const Histogram& histogram) {
    if (histogram.empty()) return;
    if (counts_.empty()) counts_.resize(kDurationBucketCount);
    for (const auto& [bucket, count] : histogram) {
      if (bucket >= 0 && bucket < kDurationBucketCount) counts_[static_cast<size_t>(bucket)] += count;
    }
  }
  Histogram take() const {
    Histogram histogram;
    for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      if (counts_[bucket] != 0) histogram.push_back({static_cast<int32_t>(bucket), counts_[bucket]});
    }
    return histogram;
  }

 private:
  std::vector<int64_t> counts_;
};

}  // namespace clew::table
