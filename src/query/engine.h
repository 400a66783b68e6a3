// What can be asked of Clew: one engine for every API, the CLI and the UI.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "otlp/model.h"
#include "stdx/error.h"
#include "table/catalog.h"
#include "table/rollup_rows.h"
#include "table/span_set.h"

namespace clew::query {

// Limits and cancellation of one question. Work stops with kCancelled or kDeadlineExceeded soon after.
struct QueryControl {
  const std::atomic<bool>* cancelled = nullptr;
  const std::atomic<bool>* client_gone = nullptr;  // The same, set by whoever was to hear the answer.
  int64_t deadline_steady_ns = INT64_MAX;  // std::chrono::steady_clock
};

enum class SortBy : uint8_t { kStart, kDuration, kSpanCount, kErrorCount };

struct SearchRequest {
  std::string traceql;  // "{ … }"; empty means "{}".
  table::TimeRange range;
  SortBy sort = SortBy::kStart;
  bool descending = true;
  uint32_t limit = 20;            // Traces; at most 10 000.
  uint32_t spans_per_trace = 3;   // Matched spans returned with each trace.
  std::string cursor;             // next_cursor of the page before, or empty.
  // Attributes to return with each matched span, in TraceQL form: "span.http.method", "resource.host.name", ".x".
  std::vector<std::string> select;
};

struct MatchedSpan {
  otlp::SpanId span_id = 0;
  otlp::SpanId parent_span_id = 0;
  std::string service;
  std::string name;
  otlp::SpanKind kind = otlp::SpanKind::kUnspecified;
  otlp::StatusCode status = otlp::StatusCode::kUnset;
  int64_t start_ns = 0;
  int64_t duration_ns = 0;
  std::vector<std::pair<std::string, otlp::AnyValue>> attributes;  // What `select` asked for and the span has.
};

// Of the whole trace, not only of its matched spans.
struct TraceSummary {
  otlp::TraceId trace_id;
  std::string root_service;  // Of the root, or of the earliest span where the root is missing.
  std::string root_name;
  bool root_missing = false;
  int64_t start_ns = 0;
  int64_t duration_ns = 0;  // Latest end minus earliest start.
  uint32_t span_count = 0;
  uint32_t error_count = 0;
  std::vector<table::ServiceCount> services;
  uint32_t matched_count = 0;
  std::vector<MatchedSpan> matched;  // By start.
};

struct QueryStats {
  uint64_t rows_total = 0;    // In the sets that overlap the range.
  uint64_t rows_scanned = 0;  // After pruning.
  uint32_t blocks_total = 0;
  uint32_t blocks_pruned = 0;
  int64_t elapsed_ns = 0;
};

struct SearchResult {
  std::vector<TraceSummary> traces;
  std::string next_cursor;  // Empty after the last page.
  QueryStats stats;
};

struct Trace {
  otlp::TracesData data;  // Grouped by equal resource and scope; spans by start, then span id.
  uint32_t span_count = 0;
};

struct OperationInfo {
  std::string name;
  otlp::SpanKind kind = otlp::SpanKind::kUnspecified;
  int64_t count = 0;
};
struct ServiceInfo {
  std::string name;
  int64_t span_count = 0;
  int64_t error_count = 0;
};

enum class TagScope : uint8_t { kAny, kSpan, kResource, kInstrumentation, kIntrinsic };
struct TagInfo {
  TagScope scope = TagScope::kSpan;
  std::string name;
  table::ValueType type = table::ValueType::kString;
  int64_t count = 0;  // Spans that have it.
};
struct TagValue {
  otlp::AnyValue value;
  int64_t count = 0;
};

struct RedRequest {
  std::string service;                   // Empty: all services together.
  std::optional<std::string> operation;
  std::optional<otlp::SpanKind> kind;
  table::TimeRange range;
  int64_t step_ns = 60'000'000'000;  // Rounded up to whole minutes.
  std::vector<double> quantiles = {0.5, 0.95, 0.99};
  bool by_operation = false;         // One series per operation, otherwise one per service.
};
struct RedPoint {
  int64_t time_ns = 0;
  int64_t count = 0;
  int64_t error_count = 0;
  std::vector<double> quantiles_ns;
};
struct RedSeries {
  std::string service;
  std::string operation;  // Empty unless by_operation.
  std::vector<RedPoint> points;  // Every step of the range, also those with count 0.
};

struct Dependency {
  std::string parent;
  std::string child;
  table::ConnectionType type = table::ConnectionType::kUnknown;
  bool child_virtual = false;
  int64_t call_count = 0;
  int64_t error_count = 0;
  table::Histogram caller_durations;
  table::Histogram callee_durations;
};

// Counts and exact quantiles (nearest rank, like quantile_disc) of span durations, grouped by attributes.
struct AggregateRequest {
  std::string traceql;
  table::TimeRange range;
  std::vector<std::string> by;  // "name", "resource.service.name", "span.http.route" …; at most 4.
  std::vector<double> quantiles = {0.5, 0.95, 0.99};
  uint32_t limit = 100;  // Groups, largest count first.
};
struct AggregateGroup {
  std::vector<otlp::AnyValue> key;  // One per `by`; std::monostate where the span has no value.
  int64_t count = 0;
  int64_t error_count = 0;
  std::vector<double> quantiles_ns;
};
struct AggregateResult {
  std::vector<AggregateGroup> groups;
  uint64_t group_count = 0;  // Before the limit.
  bool exact = true;         // False when a limit forced the histogram's 4.4 % error on quantiles.
  QueryStats stats;
};

// Any thread; each call takes its own snapshot of the catalog. Errors: kInvalidArgument (query text; the message names the
// place), kNotFound, kCancelled, kDeadlineExceeded, kDataLoss, kUnavailable.
class Engine {
 public:
  explicit Engine(const table::Catalog& catalog);

  stdx::Result<SearchResult> search(const SearchRequest& request, const QueryControl& control = {}) const;
  // Needs no time range: every set is asked.
  stdx::Result<Trace> trace(otlp::TraceId trace_id, const QueryControl& control = {}) const;
  // Summaries of the traces given, in that order; those that do not exist are left out.
  stdx::Result<std::vector<TraceSummary>> summaries(const std::vector<otlp::TraceId>& trace_ids,
                                                    const QueryControl& control = {}) const;
  stdx::Result<std::vector<ServiceInfo>> services(table::TimeRange range) const;  // By name.
  stdx::Result<std::vector<OperationInfo>> operations(const std::string& service, table::TimeRange range) const;
  stdx::Result<std::vector<TagInfo>> tags(TagScope scope, table::TimeRange range,
                                          const QueryControl& control = {}) const;
  // Values of one attribute or intrinsic, most frequent first, among the spans that match `traceql`.
  stdx::Result<std::vector<TagValue>> tag_values(const std::string& tag, const std::string& traceql,
                                                 table::TimeRange range, uint32_t limit,
                                                 const QueryControl& control = {}) const;
  stdx::Result<std::vector<RedSeries>> red(const RedRequest& request) const;
  stdx::Result<std::vector<Dependency>> dependencies(table::TimeRange range) const;
  stdx::Result<AggregateResult> aggregate(const AggregateRequest& request, const QueryControl& control = {}) const;

 private:
  const table::Catalog& catalog_;
};

}  // namespace clew::query
