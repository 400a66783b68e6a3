// The answers that a block is born with: trace index, RED and edges, computed exactly over all of its spans.
#pragma once

#include "table/rollup_rows.h"
#include "table/trace_order.h"

namespace clew::rollup {

// All three over the rows of `order`. The table may still be growing; only rows of `order` are read. The caller checks the
// results against a naive computation in rollups_test.cc: whoever changes a rule changes it in both places.
table::Rollups build_rollups(const table::SpanTable& table, const table::TraceOrder& order);

std::vector<table::TracePart> build_traces(const table::SpanTable& table, const table::TraceOrder& order);
std::vector<table::RedRow> build_red(const table::SpanTable& table, const table::TraceOrder& order);

// Who called whom. A span of kind server or consumer, or of another service than its parent, is a call from its parent. A
// client or producer span that nobody answered in this trace, but that names its peer, is a call to a virtual callee
// (database, cache, queue, external host). A server span that shares its client's id (Zipkin) is called by that client.
std::vector<table::EdgeRow> build_edges(const table::SpanTable& table, const table::TraceOrder& order);

inline constexpr int64_t kMinuteNs = 60'000'000'000;
// Start of the minute, also for times before 1970.
constexpr int64_t minute_of(int64_t time_ns) {
  const int64_t rest = time_ns % kMinuteNs;
  return time_ns - (rest < 0 ? rest + kMinuteNs : rest);
}

}  // namespace clew::rollup
