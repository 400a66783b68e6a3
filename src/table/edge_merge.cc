#include <algorithm>
#include <array>
#include <tuple>

#include "table/rollup_rows.h"

namespace clew::table {
namespace {

auto service_key(const EdgeRow& row) {
  return std::tie(row.caller_service, row.minute_ns, row.callee_service, row.type, row.callee_virtual);
}

// Sums many sparse histograms without moving their buckets again and again.
class BucketSum {
 public:
  void add(const Histogram& histogram) {
    for (const BucketCount& entry : histogram) counts_[static_cast<size_t>(entry.bucket)] += entry.count;
  }
  Histogram take() {
    Histogram histogram;
    for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      if (counts_[bucket] != 0) histogram.push_back({static_cast<int32_t>(bucket), counts_[bucket]});
    }
    counts_.fill(0);
    return histogram;
  }

 private:
  std::array<int64_t, kDurationBucketCount> counts_{};
};

}  // namespace

std::vector<EdgeRow> merge_operations(std::vector<EdgeRow> rows) {
  std::ranges::sort(rows, {}, service_key);
  std::vector<EdgeRow> merged;
  BucketSum callers, callees;
  for (size_t begin = 0; begin < rows.size();) {
    size_t end = begin;
    EdgeRow sum = rows[begin];
    sum.count = sum.error_count = 0;
    sum.caller_operation.clear();
    sum.callee_operation.clear();
    for (; end < rows.size() && service_key(rows[end]) == service_key(rows[begin]); ++end) {
      sum.count += rows[end].count;
      sum.error_count += rows[end].error_count;
      callers.add(rows[end].caller_durations);
      callees.add(rows[end].callee_durations);
    }
    sum.caller_durations = callers.take();
    sum.callee_durations = callees.take();
    merged.push_back(std::move(sum));
    begin = end;
  }
  return merged;
}

}  // namespace clew::table
