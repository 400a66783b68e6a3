#include "query/request_numbers.h"

#include <array>
#include <cmath>
#include <string_view>

namespace clew::query {

using otlp::SpanKind;

int64_t RequestNumbers::quantile_ns(double quantile) const {
  return static_cast<int64_t>(std::llround(table::histogram_quantile_ns(durations, quantile)));
}

std::optional<double> RequestNumbers::apdex(int64_t threshold_ns) const {
  if (count == 0) return std::nullopt;
  const auto threshold = static_cast<double>(threshold_ns);
  int64_t satisfied = 0, tolerated = 0;
  for (const table::BucketCount& entry : good_durations) {
    const double upper = table::duration_bucket_upper_ns(entry.bucket);
    // The bucket that holds the threshold counts as within it.
    const double lower = entry.bucket > 0 ? table::duration_bucket_upper_ns(entry.bucket - 1) : 0.0;
    if (upper <= threshold || lower < threshold) {
      satisfied += entry.count;
    } else if (lower < 4 * threshold) {
      tolerated += entry.count;
    }
  }
  return (static_cast<double>(satisfied) + static_cast<double>(tolerated) / 2) / static_cast<double>(count);
}

int64_t estimated_total_ns(const table::Histogram& durations) {
  double total = 0;
  for (const table::BucketCount& entry : durations) {
    const double upper = table::duration_bucket_upper_ns(entry.bucket);
    const double lower = entry.bucket > 0 ? table::duration_bucket_upper_ns(entry.bucket - 1) : 0.0;
    total += (lower + upper) / 2 * static_cast<double>(entry.count);
  }
  return total < 9.2e18 ? static_cast<int64_t>(total) : INT64_MAX;
}

std::string_view word(Basis basis) {
  constexpr std::array<std::string_view, 3> kWords = {"entry", "internal", "all"};
  return kWords[static_cast<size_t>(basis)];
}

Basis KindsSeen::basis() const {
  if (has(SpanKind::kServer) || has(SpanKind::kConsumer)) return Basis::kEntry;
  if (has(SpanKind::kInternal) || has(SpanKind::kUnspecified)) return Basis::kInternal;
  return Basis::kAll;
}

bool counts_as_request(Basis basis, SpanKind kind) {
  switch (basis) {
    case Basis::kEntry: return kind == SpanKind::kServer || kind == SpanKind::kConsumer;
    case Basis::kInternal: return kind == SpanKind::kInternal || kind == SpanKind::kUnspecified;
    case Basis::kAll: return true;
  }
  return true;
}

}  // namespace clew::query
