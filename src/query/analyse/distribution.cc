#include "query/analyse/distribution.h"

#include <algorithm>
#include <cmath>

#include "query/analyse/analyse_limits.h"

namespace clew::query_analyse {

Distance distance_of(const std::vector<ValueCount>& counts, ValueCount with, ValueCount total) {
  Distance distance;
  if (total.a == 0 || total.b == 0) return distance;
  const auto a_total = static_cast<double>(total.a), b_total = static_cast<double>(total.b);
  const int64_t having = with.a + with.b;
  distance.unique = static_cast<int64_t>(counts.size()) > kUniqueValuesMin && static_cast<int64_t>(counts.size()) * 2 > having;
  double apart = 0, chance = 0, occurrences = 0;
  const auto add = [&](double a, double b) {
    const double share_a = a / a_total, share_b = b / b_total;
    const double share = (a + b) / (a_total + b_total);
    apart += std::abs(share_a - share_b);
    // Expected difference of two samples of one distribution.
    chance += std::sqrt(2.0 / 3.14159265358979323846 * share * (1 - share) * (1 / a_total + 1 / b_total));
    occurrences += a + b;
  };
  for (const ValueCount& count : counts) add(static_cast<double>(count.a), static_cast<double>(count.b));
  add(static_cast<double>(total.a - with.a), static_cast<double>(total.b - with.b));
  // Where traces have several values the shares add up to more than one.
  const double per_trace = std::max(1.0, occurrences / (a_total + b_total));
  distance.score = std::clamp((apart - kChanceFactor * chance) / 2 / per_trace, 0.0, 1.0);
  return distance;
}

}  // namespace clew::query_analyse
