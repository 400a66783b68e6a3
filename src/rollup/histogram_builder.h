// A duration histogram while it is being filled.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "table/rollup_rows.h"

namespace clew::rollup {

// Counts live in lines of eight buckets (one doubling) that are made when first hit, so that a histogram of a rare
// operation costs 66 bytes plus its lines, and adding is two array look-ups. The pool is shared by many histograms of one
// owner. One thread.
class HistogramPool {
 public:
  using Line = std::array<uint32_t, 8>;
  std::vector<Line> lines;
};

class HistogramBuilder {
 public:
  void add(HistogramPool& pool, int64_t duration_ns) {
    const auto bucket = static_cast<uint32_t>(table::duration_bucket(duration_ns));
    uint32_t& line = line_of_[bucket / 8];
    if (line == 0) {
      pool.lines.emplace_back();
      line = static_cast<uint32_t>(pool.lines.size());
    }
    ++pool.lines[line - 1][bucket % 8];
  }
  table::Histogram build(const HistogramPool& pool) const {
    table::Histogram histogram;
    for (uint32_t group = 0; group < line_of_.size(); ++group) {
      if (line_of_[group] == 0) continue;
      const HistogramPool::Line& line = pool.lines[line_of_[group] - 1];
      for (uint32_t i = 0; i < line.size(); ++i) {
        if (line[i] != 0) histogram.push_back({static_cast<int32_t>(group * 8 + i), line[i]});
      }
    }
    return histogram;
  }

 private:
  std::array<uint32_t, (table::kDurationBucketCount + 7) / 8> line_of_{};  // Index into the pool plus one.
};

}  // namespace clew::rollup
