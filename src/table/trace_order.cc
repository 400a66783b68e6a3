#include "table/trace_order.h"

#include <algorithm>
#include <tuple>

namespace clew::table {
namespace {

struct RowKey {
  int64_t start_ns;
  otlp::SpanId span_id;
  uint8_t kind;
  uint32_t row;

  bool operator<(const RowKey& other) const {
    return std::tie(start_ns, span_id, kind, row) < std::tie(other.start_ns, other.span_id, other.kind, other.row);
  }
  bool same_span(const RowKey& other) const {
    return start_ns == other.start_ns && span_id == other.span_id && kind == other.kind;
  }
};

struct TraceKey {
  otlp::TraceId id;
  uint32_t trace;
  uint32_t arrival = 0;
  uint32_t first = 0;
  uint32_t count = 0;
  bool operator<(const TraceKey& other) const { return id < other.id; }
};

// Appends the rows of one trace below `row_end` in their order, retries once; returns how many retries were left out.
uint64_t append_rows(const SpanTable& table, uint32_t trace, uint32_t row_end, std::vector<RowKey>& keys,
                     std::vector<uint32_t>& rows) {
  keys.clear();
  const TraceIndex& index = table.trace_index();
  for (uint32_t row = index.last_row(trace); row != kNoRow; row = index.previous_row(row)) {
    if (row < row_end) keys.push_back({table.starts()[row], table.span_ids()[row], table.kinds()[row], row});
  }
  std::sort(keys.begin(), keys.end());
  uint64_t duplicates = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i > 0 && keys[i].same_span(keys[i - 1])) {
      ++duplicates;
    } else {
      rows.push_back(keys[i].row);
    }
  }
  return duplicates;
}

// `traces` by ordinal, that is by arrival.
TraceOrder order_keys(const SpanTable& table, uint32_t row_end, std::vector<TraceKey>& traces) {
  TraceOrder order;
  std::vector<uint32_t> arrived_rows;
  arrived_rows.reserve(row_end);
  std::vector<RowKey> keys;
  for (TraceKey& key : traces) {
    key.arrival = static_cast<uint32_t>(&key - traces.data());
    key.first = static_cast<uint32_t>(arrived_rows.size());
    order.duplicate_count += append_rows(table, key.trace, row_end, keys, arrived_rows);
    key.count = static_cast<uint32_t>(arrived_rows.size()) - key.first;
  }
  std::sort(traces.begin(), traces.end());
  order.rows.reserve(arrived_rows.size());
  order.runs.reserve(traces.size());
  std::vector<uint32_t> run_by_arrival(traces.size(), kNoTrace);
  for (const TraceKey& key : traces) {
    if (key.count == 0) continue;
    run_by_arrival[key.arrival] = static_cast<uint32_t>(order.runs.size());
    order.runs.push_back({key.trace, static_cast<uint32_t>(order.rows.size()), key.count});
    const auto first = arrived_rows.begin() + key.first;
    order.rows.insert(order.rows.end(), first, first + key.count);
  }
  order.runs_by_arrival.reserve(order.runs.size());
  for (const uint32_t run : run_by_arrival) {
    if (run != kNoTrace) order.runs_by_arrival.push_back(run);
  }
  return order;
}

}  // namespace

TraceOrder order_by_trace(const SpanTable& table, uint32_t row_end,
                          const std::function<bool(uint32_t trace)>& wanted) {
  const TraceIndex& index = table.trace_index();
  std::vector<TraceKey> traces;
  traces.reserve(index.trace_count());
  for (uint32_t trace = 0; trace < index.trace_count(); ++trace) {
    if (!wanted || wanted(trace)) traces.push_back({.id = index.id(trace), .trace = trace});
  }
  return order_keys(table, row_end, traces);
}

TraceOrder order_traces(const SpanTable& table, uint32_t row_end, const std::vector<uint32_t>& wanted) {
  std::vector<TraceKey> traces;
  traces.reserve(wanted.size());
  for (const uint32_t trace : wanted) traces.push_back({.id = table.trace_index().id(trace), .trace = trace});
  std::ranges::sort(traces, {}, &TraceKey::trace);
  return order_keys(table, row_end, traces);
}

}  // namespace clew::table
