// What is known of whole traces, over all sets: their summaries, and the facts that trace: conditions ask for.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "otlp/ids.h"
#include "query/plan/predicate.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_execute {

// The parts of one trace joined. A span that two sets hold (a client's retry that was cut into different blocks) counts
// twice here: parts are counts, not spans.
struct TraceFacts {
  otlp::TraceId trace_id;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  uint32_t span_count = 0;
  uint32_t error_count = 0;
  bool has_root = false;
  std::string root_service;  // Of the root, or of the earliest span where the root is missing.
  std::string root_name;
  std::vector<table::ServiceCount> services;  // By name.
};

// Facts of those of `trace_ids` (ascending, distinct) that exist, in that order.
stdx::Result<std::vector<TraceFacts>> load_trace_facts(const table::Catalog::Sets& sets,
                                                       std::span<const otlp::TraceId> trace_ids);

struct TraceIdHash {
  size_t operator()(otlp::TraceId id) const { return static_cast<size_t>(id.lo ^ (id.hi * 0x9e3779b97f4a7c15u)); }
};

// Facts for conditions on whole traces, asked again and again by the windows of one query. One thread.
class TraceLookup {
 public:
  explicit TraceLookup(const table::Catalog::Sets& sets) : sets_(sets) {}

  // Makes sure that find() knows all of them. `trace_ids` in any order, repetitions allowed.
  stdx::Result<void> load(std::vector<otlp::TraceId> trace_ids);
  const TraceFacts* find(otlp::TraceId id) const;

  // Children of each span of the trace: how many spans name it as their parent.
  using ChildCounts = absl::flat_hash_map<otlp::SpanId, uint32_t>;
  stdx::Result<const ChildCounts*> child_counts(otlp::TraceId id);

 private:
  const table::Catalog::Sets& sets_;
  absl::flat_hash_map<otlp::TraceId, std::unique_ptr<TraceFacts>, TraceIdHash> facts_;
  // Only the newest: rows of a trace are mostly neighbours.
  otlp::TraceId counted_trace_;
  bool has_counts_ = false;
  ChildCounts counts_;
};

}  // namespace clew::query_execute
