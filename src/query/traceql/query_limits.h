// Every limit of the query rooms in one place. It lives in the lowest of them because all of them need it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::query {

// ---- The text of a query ----
inline constexpr size_t kQueryBytesMax = 64 * 1024;
// Parentheses and `!` within each other; the parser recurses this deep at most.
inline constexpr int kExpressionDepthMax = 64;
// Comparisons in one query. It also bounds the depth of a chain that mixes && and ||, hence every later recursion.
inline constexpr size_t kConditionsMax = 256;
// Memory that RE2 may use for one compiled pattern.
inline constexpr int64_t kRegexBytesMax = 1 << 20;

// ---- Search ----
inline constexpr uint32_t kSearchLimitMax = 10'000;
inline constexpr uint32_t kSpansPerTraceMax = 10'000;
inline constexpr size_t kSelectMax = 64;
inline constexpr size_t kCursorBytesMax = 128;
// Traces that match and may still be part of the answer. A search by start drops what cannot be while it goes on.
inline constexpr size_t kCandidatesMax = 4'000'000;
// Matched spans remembered for the answer, over all candidates.
inline constexpr size_t kMatchesKeptMax = 8'000'000;
// Traces whose summaries are fetched in one step.
inline constexpr size_t kSummaryBatch = 4096;

// ---- Tags, aggregates, series ----
inline constexpr uint32_t kTagValuesMax = 10'000;  // Returned.
// Distinct values held while values are counted or grouped, and their bytes.
inline constexpr size_t kDistinctValuesMax = 1'000'000;
inline constexpr size_t kDistinctValueBytesMax = 128u << 20;
inline constexpr size_t kGroupKeysMax = 4;
inline constexpr size_t kGroupsMax = 1'000'000;
inline constexpr uint32_t kGroupLimitMax = 10'000;
inline constexpr size_t kQuantilesMax = 16;
// Durations kept for exact quantiles (8 bytes each); beyond it the aggregate goes on with histograms.
inline constexpr size_t kExactDurationsMax = 8'000'000;
inline constexpr int64_t kSeriesPointsMax = 11'000;
inline constexpr size_t kSeriesPointsTotalMax = 2'000'000;

// ---- Charts ----
inline constexpr unsigned kScanThreads = 2;         // Of one scan, the asking thread included.
inline constexpr int64_t kChartPointsMax = 2'000;
inline constexpr int64_t kHeatmapColumnsMax = 500;
inline constexpr int64_t kHeatmapRowsMax = 200;
// Traces told apart while they are counted by step (8 bytes each, and a half); beyond it they are not counted.
inline constexpr size_t kCountedTracesMax = 4'000'000;

// ---- Logs and metrics ----
inline constexpr uint32_t kLogsMax = 10'000;  // In one answer.
inline constexpr size_t kRecordAttributesMax = 16;  // Conditions on attributes.
inline constexpr size_t kMetricNamesMax = 20'000;
inline constexpr uint32_t kMetricSeriesMax = 1'000;  // In one answer …
inline constexpr uint32_t kMetricPointsMax = 10'000;  // … each with so many points.
// Held while one metric is asked for: 24 bytes a point; series whose newest point is read.
inline constexpr size_t kMetricPointsScannedMax = 4'000'000;
inline constexpr size_t kMetricSeriesScannedMax = 20'000;

// ---- One service ----
inline constexpr size_t kOperationsMax = 500;  // Listed; all are counted.
inline constexpr size_t kStatementsMax = 20'000;  // Told apart; further ones are counted as one.
inline constexpr size_t kInstancesMax = 10'000;

// ---- Errors ----
inline constexpr size_t kErrorGroupsMax = 20'000;  // Told apart; further ones are left out, and the answer is not exact.
inline constexpr size_t kErrorSamplesMax = 5;
inline constexpr size_t kFailuresRememberedMax = 2'000'000;  // To tell causes from echoes, 8 bytes each.
inline constexpr size_t kStacktraceBytesMax = 16 * 1024;

// ---- Comparing groups of traces ----
inline constexpr size_t kComparedTracesMax = 4'000'000;  // Told apart on a side.
inline constexpr size_t kComparedSpansPerTraceMax = 2'000;  // Whose attributes are read.
inline constexpr uint32_t kSampledTracesMax = 2'000;
inline constexpr int64_t kEvidenceTracesMin = 30;

// ---- One trace ----
// Spans of one trace that are returned; a larger one is refused, not cut.
inline constexpr size_t kTraceSpansMax = 500'000;

static_assert(kSummaryBatch <= kCandidatesMax);
static_assert(kSearchLimitMax <= kCandidatesMax);
static_assert(kConditionsMax <= 4096, "the recursions over an expression are not guarded beyond this");

}  // namespace clew::query
