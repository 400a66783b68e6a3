// Every limit of the room, and the thresholds from which a finding is worth a reader's time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::query_analyse {

// Statements and messages are normalised up to here; what is longer is cut and ends in "…".
inline constexpr size_t kNormalisedBytesMax = 4096;

// Depth is kept in 16 bits; deeper spans say 65 535.
inline constexpr uint32_t kDepthMax = 0xffff;

// Clients that measure in microseconds round down both start and duration, so a child may seem to end this much after its
// parent without being asynchronous.
inline constexpr int64_t kClockGrainNs = 2'000;

// ---- Findings ----
inline constexpr size_t kFindingRowsMax = 200;    // Rows listed with one finding; the total is stated.
inline constexpr size_t kFindingsPerCodeMax = 20;
inline constexpr uint32_t kRepeatedCallsMin = 10;  // From this many equal calls in series on it is an N+1.
inline constexpr int64_t kRepeatedTotalMinNs = 1'000'000;
inline constexpr uint32_t kRetryAttemptsMin = 3;
inline constexpr uint32_t kSerialCallsMin = 3;
inline constexpr int64_t kSerialSavedMinNs = 10'000'000;
inline constexpr double kSerialSavedShareMin = 0.1;  // Of the trace.
inline constexpr int64_t kGapMinNs = 100'000'000;
inline constexpr double kGapShareOfSpanMin = 0.4;
inline constexpr double kGapShareOfTraceMin = 0.3;
inline constexpr int64_t kSkewMinNs = 5'000'000;
inline constexpr double kSelfShareMin = 0.1;
inline constexpr int64_t kSelfMediumNs = 50'000'000;  // What is shorter is of low severity, whatever its share.
inline constexpr int64_t kSelfHighNs = 200'000'000;
inline constexpr double kHighShare = 0.3;  // Of the trace: what costs this much is of high severity.
inline constexpr double kMediumShare = 0.1;

// ---- Comparing groups of traces ----
inline constexpr size_t kPathNodesMax = 5'000;
inline constexpr uint32_t kPathDepthMax = 64;
inline constexpr size_t kPathDurationsMax = 100'000;  // Kept of one node for its median.
inline constexpr double kChanceFactor = 1.5;           // Differences up to this much above what chance would give count as none.
inline constexpr int64_t kUniqueValuesMin = 10;       // Fewer distinct values are never taken for ids.

}  // namespace clew::query_analyse
