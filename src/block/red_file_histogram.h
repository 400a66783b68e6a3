// Histograms and minutes as the red and edges files store them.
#pragma once

#include "block/trace_file_rows.h"
#include "table/rollup_rows.h"
#include "table/span_set.h"

namespace clew::block {

// A histogram is a list of two leaves: bucket at `leaf`, count at the next.
inline void add_histogram(RowsBuilder& rows, uint32_t leaf, const table::Histogram& histogram) {
  for (const table::BucketCount& bucket : histogram) {
    rows.add_number(leaf, bucket.bucket);
    rows.add_number(leaf + 1, bucket.count);
  }
}
inline table::Histogram histogram_at(const RowsPage& page, uint32_t leaf, uint32_t row) {
  table::Histogram histogram;
  for (const uint32_t at : page.elements(leaf, row)) {
    histogram.push_back({static_cast<int32_t>(page.number(leaf, at)), page.number(leaf + 1, at)});
  }
  return histogram;
}
inline std::vector<parquet::LeafSpec> histogram_leaves() {
  return {parquet::LeafSpec::int32("bucket"), parquet::LeafSpec::int64("count")};
}

inline bool minute_overlaps(int64_t minute_ns, table::TimeRange range) {
  constexpr int64_t kMinuteNs = 60'000'000'000;
  return minute_ns < range.end_ns && minute_ns > range.begin_ns - kMinuteNs;
}

}  // namespace clew::block
