// How different an attribute is between two groups of traces.
#pragma once

#include <cstdint>
#include <vector>

namespace clew::query_analyse {

// Traces of each group in which a value occurs.
struct ValueCount {
  int64_t a = 0;
  int64_t b = 0;
};

struct Distance {
  double score = 0;   // 0 (alike) to 1 (nothing in common), less what chance would give.
  bool unique = false;  // Values are mostly different in each trace: an id or a measurement.
};

// `counts` by value, `with` the traces that have the attribute at all, `total` all traces of a group. A trace may have several
// values. The distance is half the sum of the differences of shares (total variation); not having the attribute is a value, too.
Distance distance_of(const std::vector<ValueCount>& counts, ValueCount with, ValueCount total);

}  // namespace clew::query_analyse
