// Rows of the rollup tables (traces, red, edges) as plain structs, and the histogram they share.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "otlp/ids.h"
#include "otlp/model.h"

namespace clew::table {

// Buckets of a duration histogram: eight per doubling, the exponential histogram of OpenTelemetry at scale 3 but with
// upper bound inclusive as there. Bucket 0 holds durations of 0 and 1 ns; the error of a quantile is at most 4.4 %.
inline constexpr int kDurationBucketCount = 8 * 63 + 2;
int duration_bucket(int64_t duration_ns);
// Largest duration that falls into the bucket, in ns.
double duration_bucket_upper_ns(int bucket);

struct BucketCount {
  int32_t bucket = 0;
  int64_t count = 0;
  bool operator==(const BucketCount&) const = default;
};
// Ascending by bucket, no zero counts.
using Histogram = std::vector<BucketCount>;
// The `quantile` (0..1) in ns by the upper bound of the bucket it falls into; 0 for an empty histogram.
double histogram_quantile_ns(const Histogram& histogram, double quantile);
void merge_into(Histogram& target, const Histogram& source);

struct ServiceCount {
  std::string name;
  uint32_t span_count = 0;
  uint32_t error_count = 0;
  bool operator==(const ServiceCount&) const = default;
};

// One trace's part in a span set.
struct TracePart {
  otlp::TraceId trace_id;
  uint32_t first_row = 0;  // In the block's spans file; 0 for the head, whose rows are not in trace order.
  uint32_t span_count = 0;
  uint32_t error_count = 0;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  bool has_root = false;  // A span without a parent is here; of several, the earliest names the trace.
  std::string root_service;
  std::string root_name;
  std::string session_id;              // Attribute session.id of the root, if any.
  std::vector<ServiceCount> services;  // Sorted by name.
};

// minute_ns: start of the minute the span starts in, Unix ns.
struct RedRow {
  std::string service;
  std::string operation;
  otlp::SpanKind kind = otlp::SpanKind::kUnspecified;
  otlp::StatusCode status = otlp::StatusCode::kUnset;
  int64_t minute_ns = 0;
  int64_t count = 0;
  int64_t error_count = 0;
  int64_t duration_sum_ns = 0;
  Histogram durations;
};

enum class ConnectionType : uint8_t { kHttp, kRpc, kDb, kCache, kMessaging, kBrowser, kUnknown };

// caller → callee. The histograms hold the call's duration as each side measured it; a callee without instrumentation
// (a database, an external host) has none.
struct EdgeRow {
  std::string caller_service;
  std::string caller_operation;
  std::string callee_service;
  std::string callee_operation;
  ConnectionType type = ConnectionType::kUnknown;
  bool callee_virtual = false;  // Known only from the caller's span: database, cache, queue, external host.
  int64_t minute_ns = 0;
  int64_t count = 0;
  int64_t error_count = 0;
  Histogram caller_durations;
  Histogram callee_durations;
};

// The same calls by services only: operations are empty, counts and histograms summed. Any order in, sorted as Rollups::edges.
std::vector<EdgeRow> merge_operations(std::vector<EdgeRow> rows);

struct Rollups {
  std::vector<TracePart> traces;  // By trace id.
  std::vector<RedRow> red;        // By service, minute, operation, kind, status.
  std::vector<EdgeRow> edges;     // By caller service, minute, caller operation, callee service, callee operation, type.
};

}  // namespace clew::table
