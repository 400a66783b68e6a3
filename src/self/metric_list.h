// Every metric that Clew has of itself, as data: /metrics and docs/reference/metrics.md come from this list.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace clew::self {

enum class MetricType : uint8_t { kCounter, kGauge, kHistogram };

// Upper bounds of a histogram's buckets.
inline constexpr double kSecondsBuckets[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};

struct MetricDefinition {
  std::string_view name;  // Ends in its unit; counters in _total.
  std::string_view help;
  MetricType type;
  std::array<std::string_view, 3> label_names{};  // Empty ones are not there.

  constexpr size_t label_count() const {
    size_t count = 0;
    while (count < label_names.size() && !label_names[count].empty()) ++count;
    return count;
  }
};

namespace metric {

using enum MetricType;

// Doors: `door` is otlp_grpc, otlp_http, …; reasons are refusal_name() and the like.
inline constexpr MetricDefinition kReceiveRequests{
    "clew_receive_requests_total", "Export requests by how they ended: ok, partial, refused, retry, failed.", kCounter,
    {"door", "outcome"}};
inline constexpr MetricDefinition kReceiveSpans{
    "clew_receive_spans_total", "Spans acknowledged as durable.", kCounter, {"door"}};
inline constexpr MetricDefinition kReceiveBytes{
    "clew_receive_bytes_total", "Bytes of requests as they came, still compressed.", kCounter, {"door"}};
inline constexpr MetricDefinition kReceiveRefusedSpans{
    "clew_receive_refused_spans_total", "Spans, log records and data points refused; the rest of their request was kept.",
    kCounter, {"door", "reason"}};
inline constexpr MetricDefinition kReceiveLogRecords{
    "clew_receive_log_records_total", "Log records acknowledged as durable.", kCounter, {"door"}};
inline constexpr MetricDefinition kReceiveDataPoints{
    "clew_receive_data_points_total", "Metric data points acknowledged as durable.", kCounter, {"door"}};
inline constexpr MetricDefinition kRumEvents{
    "clew_rum_events_total", "Events of users' browsers: stored; repeated, left out because they had come before; dropped, because "
    "they were malformed or too many for one bundle.", kCounter, {"result"}};
inline constexpr MetricDefinition kRumRefusedBundles{
    "clew_rum_refused_bundles_total", "Reports of browsers refused because of their page's origin or their rate.", kCounter,
    {"reason"}};
inline constexpr MetricDefinition kRumDatabaseErrors{
    "clew_rum_database_errors_total", "Changed databases of addresses that could not be used; the one before stayed in force.",
    kCounter, {}};
inline constexpr MetricDefinition kReceiveServiceItems{
    "clew_receive_service_items_total", "Items acknowledged as durable, by the service that they name as theirs.", kCounter,
    {"door", "service", "item"}};
inline constexpr MetricDefinition kReceiveServiceRefused{
    "clew_receive_service_refused_total",
    "Items refused by service and reason; a request that cannot be decoded counts as one, without a service.", kCounter,
    {"door", "service", "reason"}};
inline constexpr MetricDefinition kReceiveRefusedRequests{
    "clew_receive_refused_requests_total", "Requests of which nothing was kept.", kCounter, {"door", "reason"}};
inline constexpr MetricDefinition kReceiveSeconds{
    "clew_receive_request_seconds", "From the last byte of a request to its answer, the sync included.", kHistogram,
    {"door"}};
inline constexpr MetricDefinition kReceiveInFlightBytes{
    "clew_receive_in_flight_bytes", "Bytes of requests that are not answered yet.", kGauge};
inline constexpr MetricDefinition kReceiveInFlightRequests{
    "clew_receive_in_flight_requests", "Requests that are not answered yet.", kGauge, {"door"}};

inline constexpr MetricDefinition kNetConnections{
    "clew_net_connections", "Open connections.", kGauge, {"door"}};
inline constexpr MetricDefinition kNetConnectionsRefused{
    "clew_net_connections_refused_total", "Connections closed at once because there were too many.", kCounter, {"door"}};
inline constexpr MetricDefinition kNetRequests{
    "clew_net_http_requests_total", "HTTP requests by status class: 2xx, 4xx, 5xx.", kCounter, {"door", "status"}};
inline constexpr MetricDefinition kNetStreams{
    "clew_net_grpc_streams", "Open streams of gRPC requests, idle ones included.", kGauge, {"door"}};
inline constexpr MetricDefinition kNetStreamMessages{
    "clew_net_grpc_stream_messages_total", "Messages that came in such streams.", kCounter, {"door"}};

inline constexpr MetricDefinition kNetDatagrams{
    "clew_net_datagrams_total", "Datagrams read, dropped ones included.", kCounter, {"door"}};
inline constexpr MetricDefinition kNetDatagramBytes{
    "clew_net_datagram_bytes_total", "Bytes of these.", kCounter, {"door"}};
inline constexpr MetricDefinition kNetDatagramsDropped{
    "clew_net_datagrams_dropped_total",
    "Datagrams dropped because they came too fast: kernel, its buffer was full before they were read; queue, ours was.",
    kCounter, {"door", "where"}};
inline constexpr MetricDefinition kNetDatagramQueueBytes{
    "clew_net_datagram_queue_bytes", "Bytes of datagrams that wait to be translated.", kGauge, {"door"}};

inline constexpr MetricDefinition kLogAppendedBytes{
    "clew_log_appended_bytes_total", "Bytes appended to the log, headers included.", kCounter};
inline constexpr MetricDefinition kLogAppendedRecords{
    "clew_log_appended_records_total", "Records appended to the log.", kCounter};
inline constexpr MetricDefinition kLogSyncs{"clew_log_syncs_total", "Group commits.", kCounter};
inline constexpr MetricDefinition kLogSyncSeconds{
    "clew_log_sync_seconds", "Write and sync of a group.", kHistogram};
inline constexpr MetricDefinition kLogErrors{
    "clew_log_errors_total", "Failed log operations: append, sync, read, trim, full.", kCounter, {"operation"}};
inline constexpr MetricDefinition kLogBacklogBytes{
    "clew_log_backlog_bytes", "Bytes appended and not yet covered by a block.", kGauge};
inline constexpr MetricDefinition kLogSegments{"clew_log_segments", "Segment files, recycled ones included.", kGauge};
inline constexpr MetricDefinition kLogTornTails{
    "clew_log_torn_tails_total", "Torn tails cut off at start.", kCounter};

inline constexpr MetricDefinition kIngestSpans{
    "clew_ingest_spans_total", "Spans decoded into columns.", kCounter};
inline constexpr MetricDefinition kIngestRecords{
    "clew_ingest_records_total", "Log records, events and metric points decoded into columns.", kCounter, {"table"}};
inline constexpr MetricDefinition kIngestRepairs{
    "clew_ingest_repairs_total", "Repairs while decoding: invalid_utf8, end_before_start, attribute_malformed and so on.",
    kCounter, {"reason"}};
inline constexpr MetricDefinition kIngestRefusedSpans{
    "clew_ingest_refused_spans_total", "Spans of the log that could not be decoded.", kCounter, {"reason"}};
inline constexpr MetricDefinition kIngestLagBytes{
    "clew_ingest_lag_bytes", "Bytes of the log not yet decoded.", kGauge};

inline constexpr MetricDefinition kHeadSpans{"clew_head_spans", "Spans in the head.", kGauge};
inline constexpr MetricDefinition kHeadBytes{"clew_head_bytes", "Memory of the head's columns.", kGauge};
inline constexpr MetricDefinition kHeadGenerations{
    "clew_head_generations", "Generations in memory; more than two means that cutting is behind.", kGauge};

inline constexpr MetricDefinition kCuts{
    "clew_cuts_total", "Blocks cut from the head: ok, failed.", kCounter, {"outcome"}};
inline constexpr MetricDefinition kCutSeconds{"clew_cut_seconds", "Cutting a block.", kHistogram};
inline constexpr MetricDefinition kCutSpans{"clew_cut_spans_total", "Spans written to blocks by cuts.", kCounter};
inline constexpr MetricDefinition kCutDuplicates{
    "clew_cut_duplicate_spans_total", "Repeated spans of client retries that a cut dropped.", kCounter};
inline constexpr MetricDefinition kCutBytes{"clew_cut_bytes_total", "Bytes of block files written by cuts.", kCounter};
inline constexpr MetricDefinition kBlocks{"clew_blocks", "Blocks that queries see.", kGauge};
inline constexpr MetricDefinition kBlocksBytes{"clew_blocks_bytes", "Bytes of the files of these blocks.", kGauge};
inline constexpr MetricDefinition kBlocksSpans{"clew_blocks_spans", "Spans in these blocks.", kGauge};
inline constexpr MetricDefinition kBlocksRecords{
    "clew_blocks_records", "Log records, events and metric points in these blocks.", kGauge, {"table"}};
inline constexpr MetricDefinition kBlockErrors{
    "clew_block_errors_total", "Damaged or unreadable parts of blocks: open, page, footer, manifest.", kCounter,
    {"part"}};
inline constexpr MetricDefinition kCompactions{
    "clew_compactions_total", "Compactions: ok, failed.", kCounter, {"outcome"}};
inline constexpr MetricDefinition kCompactionSeconds{"clew_compaction_seconds", "Compacting one group of blocks.",
                                                     kHistogram};
inline constexpr MetricDefinition kBlocksDeleted{
    "clew_blocks_deleted_total", "Blocks deleted: retention, compacted.", kCounter, {"reason"}};

inline constexpr MetricDefinition kQueryRequests{
    "clew_query_requests_total", "Questions by how they ended: ok, invalid, timeout, cancelled, failed.", kCounter,
    {"surface", "endpoint", "outcome"}};
inline constexpr MetricDefinition kQuerySeconds{
    "clew_query_seconds", "Time to answer.", kHistogram, {"surface", "endpoint"}};
inline constexpr MetricDefinition kQueryInFlight{"clew_query_in_flight", "Questions being answered.", kGauge};
inline constexpr MetricDefinition kQueryRowsScanned{
    "clew_query_rows_scanned_total", "Rows looked at by queries.", kCounter};
inline constexpr MetricDefinition kQuerySegmentsPruned{
    "clew_query_segments_pruned_total", "Segments skipped: time, statistics, dictionary, bloom.", kCounter, {"by"}};
inline constexpr MetricDefinition kQuerySegmentsRead{
    "clew_query_segments_read_total", "Segments read by queries.", kCounter};

inline constexpr MetricDefinition kBuildInfo{
    "clew_build_info", "Always 1; the labels say what runs.", kGauge, {"version", "compiler"}};
inline constexpr MetricDefinition kUptimeSeconds{"clew_uptime_seconds", "Since the process started.", kGauge};
inline constexpr MetricDefinition kLogLinesSuppressed{
    "clew_log_lines_suppressed_total", "Repeated lines of Clew's own log that were not printed.", kCounter};
inline constexpr MetricDefinition kProcessCpuSeconds{
    "process_cpu_seconds_total", "User and system CPU time.", kCounter};
inline constexpr MetricDefinition kProcessResidentBytes{
    "process_resident_memory_bytes", "Resident memory.", kGauge};
inline constexpr MetricDefinition kProcessPeakBytes{
    "process_peak_resident_memory_bytes", "Largest resident memory since start.", kGauge};
inline constexpr MetricDefinition kProcessVirtualBytes{"process_virtual_memory_bytes", "Virtual memory.", kGauge};
inline constexpr MetricDefinition kProcessOpenFds{"process_open_fds", "Open file descriptors.", kGauge};
inline constexpr MetricDefinition kProcessMaxFds{"process_max_fds", "Limit of open file descriptors.", kGauge};
inline constexpr MetricDefinition kProcessThreads{"process_threads", "Threads.", kGauge};
inline constexpr MetricDefinition kProcessStartSeconds{
    "process_start_time_seconds", "Unix time of the start.", kGauge};

}  // namespace metric

// All of the above, in this order. A metric that is missing here is a compile-time or test failure, not a silent gap.
std::span<const MetricDefinition* const> metric_list();

}  // namespace clew::self
