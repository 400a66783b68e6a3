#include "self/metric_list.h"

namespace clew::self {
namespace {

using namespace metric;

constexpr const MetricDefinition* kMetrics[] = {
    &kReceiveRequests, &kReceiveSpans, &kReceiveBytes, &kReceiveRefusedSpans, &kReceiveLogRecords,
    &kReceiveDataPoints, &kRumEvents, &kRumRefusedBundles, &kRumDatabaseErrors, &kReceiveServiceItems, &kReceiveServiceRefused, &kReceiveRefusedRequests,
    &kReceiveSeconds, &kReceiveInFlightBytes, &kReceiveInFlightRequests, &kNetConnections, &kNetConnectionsRefused,
    &kNetRequests, &kNetStreams, &kNetStreamMessages, &kNetDatagrams, &kNetDatagramBytes, &kNetDatagramsDropped,
    &kNetDatagramQueueBytes, &kLogAppendedBytes, &kLogAppendedRecords, &kLogSyncs, &kLogSyncSeconds, &kLogErrors,
    &kLogBacklogBytes, &kLogSegments, &kLogTornTails, &kIngestSpans, &kIngestRecords, &kIngestRepairs, &kIngestRefusedSpans,
    &kIngestLagBytes, &kHeadSpans, &kHeadBytes, &kHeadGenerations, &kCuts, &kCutSeconds, &kCutSpans, &kCutDuplicates,
    &kCutBytes, &kBlocks, &kBlocksBytes, &kBlocksSpans, &kBlocksRecords, &kBlockErrors, &kCompactions, &kCompactionSeconds,
    &kBlocksDeleted, &kQueryRequests, &kQuerySeconds, &kQueryInFlight, &kQueryRowsScanned, &kQuerySegmentsPruned,
    &kQuerySegmentsRead, &kBuildInfo, &kUptimeSeconds, &kLogLinesSuppressed, &kProcessCpuSeconds,
    &kProcessResidentBytes, &kProcessPeakBytes, &kProcessVirtualBytes, &kProcessOpenFds, &kProcessMaxFds,
    &kProcessThreads, &kProcessStartSeconds,
};

}  // namespace

std::span<const MetricDefinition* const> metric_list() { return kMetrics; }

}  // namespace clew::self
