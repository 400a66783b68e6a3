// Every limit of the Jaeger API. Jaeger itself has none of them; beyond one of them we say so instead of cutting silently.
#pragma once

#include <cstddef>
#include <cstdint>

#include "query/traceql/query_limits.h"

namespace clew::api_jaeger {

inline constexpr int64_t kTracesDefault = 100;
inline constexpr int64_t kTracesMax = query::kSearchLimitMax;
inline constexpr uint64_t kAnswerSpansMax = 1'000'000;  // Of all traces in one answer.
inline constexpr size_t kTraceIdsMax = 1'000;           // Repeated `traceID` of one search.
inline constexpr size_t kTagsMax = 16;
inline constexpr size_t kTransformBytesMax = 64u << 20;
inline constexpr size_t kServicesMax = 100;  // Repeated `service` of one metrics question.
inline constexpr int64_t kMetricPointsMax = query::kSeriesPointsMax;

// A tag becomes at most this many comparisons: four scopes times string, number, and for well-known names one intrinsic more.
inline constexpr size_t kConditionsPerTag = 4 * 2 + 2;
static_assert(kTagsMax * kConditionsPerTag + 4 <= query::kConditionsMax, "tags, service, operation, two durations");

}  // namespace clew::api_jaeger
