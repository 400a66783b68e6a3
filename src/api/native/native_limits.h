// Every limit of the native API. The reference page and the OpenAPI description print them from here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "query/traceql/query_limits.h"

namespace clew::api_native {

inline constexpr int64_t kTracesDefault = 20;
inline constexpr int64_t kTracesMax = query::kSearchLimitMax;
inline constexpr int64_t kSpansPerTraceDefault = 3;
inline constexpr int64_t kSpansPerTraceMax = 1'000;
inline constexpr int64_t kTagValuesDefault = 100;
inline constexpr int64_t kTagValuesMax = query::kTagValuesMax;
inline constexpr int64_t kGroupsDefault = 100;
inline constexpr int64_t kGroupsMax = query::kGroupLimitMax;
inline constexpr int64_t kSelectedAttributesMax = query::kSelectMax;
inline constexpr int64_t kGroupKeysMax = query::kGroupKeysMax;
inline constexpr int64_t kQuantilesMax = query::kQuantilesMax;
inline constexpr size_t kTextBytesMax = 16 * 1024;  // Of one parameter's value.
inline constexpr size_t kBodyBytesMax = 64 << 20;  // Of a POST or PUT, decompressed.
inline constexpr int64_t kFoundRowsMax = 100'000;  // Rows that a search within a trace returns.
inline constexpr int64_t kTraceEventsMax = 100'000;
// What the server keeps for all viewers.
inline constexpr size_t kServiceColorsMax = 20'000;  // Services beyond share numbers.
inline constexpr size_t kOpenedMax = 8;  // Files.
inline constexpr size_t kWatchersMax = 16;  // Of the live tail.
inline constexpr int64_t kTailRateMax = 200;
inline constexpr size_t kLayoutNodesMax = 5'000;
inline constexpr size_t kLayoutTextMax = 512;  // Bytes of a node's id or lane.
inline constexpr int64_t kRedPointsMax = query::kSeriesPointsMax;  // (end - start) / step of a RED series.

static_assert(kTracesDefault <= kTracesMax && kTagValuesDefault <= kTagValuesMax && kGroupsDefault <= kGroupsMax);
static_assert(kSpansPerTraceDefault <= kSpansPerTraceMax && kSpansPerTraceMax <= query::kSpansPerTraceMax);
static_assert(kTextBytesMax <= query::kQueryBytesMax);

}  // namespace clew::api_native
