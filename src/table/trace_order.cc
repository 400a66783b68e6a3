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
  bool operator<(const TraceKey& other) const { return id < other.id; }
};

TraceOrder order_keys(const SpanTable& table, uint32_t row_end, std::vector<TraceKey>& traces) {
  std::sort(traces.begin(), traces.end());
  const TraceIndex& index = table.trace_index();
  TraceOrder order;
  order.runs.reserve(traces.size());
  std::vector<RowKey> keys;
  for (const TraceKey& key : traces) {
    keys.clear();
    for (uint32_t row = index.last_row(key.trace); row != kNoRow; row = index.previous_row(row)) {
      if (row < row_end) keys.push_back({table.starts()[row], table.span_ids()[row], table.kinds()[row], row});
    }
    if (keys.empty()) continue;
    std::sort(keys.begin(), keys.end());
    const auto first = static_cast<uint32_t>(order.rows.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (i > 0 && keys[i].same_span(keys[i - 1])) {
        ++order.duplicate_count;
      } else {
        order.rows.push_back(keys[i].row);
      }
    }
    order.runs.push_back({key.trace, first, static_cast<uint32_t>(order.rows.size()) - first});
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
    if (!wanted || wanted(trace)) traces.push_back({index.id(trace), trace});
  }
  return order_keys(table, row_end, traces);
}

TraceOrder order_traces(const SpanTable& table, uint32_t row_end, const std::vector<uint32_t>& wanted) {
  std::vector<TraceKey> traces;
  traces.reserve(wanted.size());
  for (const uint32_t trace : wanted) traces.push_back({table.trace_index().id(trace), trace});
  return order_keys(table, row_end, traces);
}

}  // namespace clew::table
