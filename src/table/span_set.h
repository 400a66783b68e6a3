// A set of spans with its answers, and of records: the head's generation or a block. What a query asks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "stdx/error.h"
#include "table/record_kind.h"
#include "table/rollup_rows.h"
#include "table/segment.h"

namespace clew::table {

// Half-open [begin_ns, end_ns) in Unix ns, by span start time.
struct TimeRange {
  int64_t begin_ns = 0;
  int64_t end_ns = INT64_MAX;
  bool contains(int64_t time_ns) const { return begin_ns <= time_ns && time_ns < end_ns; }
};

struct SpanRows {
  uint32_t segment = 0;        // Index into segments().
  std::vector<uint32_t> rows;  // Ascending.
};

// Immutable for its readers; any thread may call. Within one set no span is stored twice.
class SpanSet {
 public:
  virtual ~SpanSet() = default;

  virtual const std::string& name() const = 0;  // Block name, or "head-<n>".
  virtual uint64_t span_count() const = 0;
  // First and last span start, inclusive; meaningless for an empty set.
  virtual int64_t start_min_ns() const = 0;
  virtual int64_t start_max_ns() const = 0;
  virtual std::span<const std::shared_ptr<const Segment>> segments() const = 0;
  // The records that came in the same time: log records, metric points (record_kind.h says which columns these segments
  // have). A set may have records and no spans.
  virtual std::span<const std::shared_ptr<const Segment>> records(RecordTableId /*table*/) const { return {}; }

  // Empty if the trace is not here.
  virtual stdx::Result<std::vector<SpanRows>> find_trace(otlp::TraceId trace_id) const = 0;
  // The parts of those of `trace_ids` (ascending, distinct) that are here, in the same order.
  virtual stdx::Result<std::vector<TracePart>> trace_parts(std::span<const otlp::TraceId> trace_ids) const = 0;
  // Rows whose minute is in `range` (a minute that overlaps counts).
  virtual stdx::Result<std::vector<RedRow>> red(TimeRange range) const = 0;
  virtual stdx::Result<std::vector<EdgeRow>> edges(TimeRange range) const = 0;
  // The same for who asks about services only: rows may have their operations merged and empty, and those of all minutes
  // merged into the first where the whole set is in `range`. Blocks keep these in memory.
  virtual stdx::Result<std::vector<EdgeRow>> service_edges(TimeRange range) const { return edges(range); }
};

}  // namespace clew::table
