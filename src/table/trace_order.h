// The rows of a span table by trace: the order in which blocks store them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "table/span_table.h"

namespace clew::table {

// Rows of one trace: order.rows[first .. first + count).
struct TraceRun {
  uint32_t trace = 0;  // Ordinal in the table's trace index.
  uint32_t first = 0;
  uint32_t count = 0;
};

struct TraceOrder {
  std::vector<uint32_t> rows;   // By trace id; in a trace by start, span id, kind. Retries (equal in all of them) once.
  std::vector<TraceRun> runs;   // By trace id.
  // Indexes into `runs` by arrival. Spans that came together lie together in every column, so what does not care about the
  // order walks the traces this way and misses the cache far less often.
  std::vector<uint32_t> runs_by_arrival;
  uint64_t duplicate_count = 0;  // Retries left out.
};

// Orders the rows below `row_end` of those traces for which `wanted` (by ordinal) says so; all if it is empty.
TraceOrder order_by_trace(const SpanTable& table, uint32_t row_end,
                          const std::function<bool(uint32_t trace)>& wanted = {});

// The same for the traces given, which need not be sorted.
TraceOrder order_traces(const SpanTable& table, uint32_t row_end, const std::vector<uint32_t>& traces);

}  // namespace clew::table
