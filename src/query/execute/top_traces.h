// The first `limit` traces of a search in its order, found while matching rows stream by.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include "query/execute/batch.h"
#include "query/execute/scan.h"
#include "query/execute/selection.h"
#include "query/execute/trace_facts.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_execute {

enum class TraceOrder : uint8_t { kStart, kDuration, kSpanCount, kErrorCount };

// A trace's place in the total order: by key in the direction asked for, then by ascending trace id.
struct TraceRank {
  int64_t key = 0;
  otlp::TraceId trace_id;
  bool operator==(const TraceRank&) const = default;
};

// One row that matched.
struct MatchRef {
  int64_t start_ns = 0;
  uint32_t set = 0;
  uint32_t segment = 0;
  uint32_t row = 0;
};

struct TopTrace {
  TraceRank rank;
  uint32_t matched_count = 0;
  absl::InlinedVector<MatchRef, 3> matches;  // The earliest of them, by start.
};

// The key is of the whole trace, so it has to be looked up. For the order "newest start first" a matched span says how
// late its trace can have started at most; so only traces that may still be among the best are looked up, and the scan's
// range is narrowed to what can still contribute. For other orders all matching traces are looked up at the end.
// One thread.
class TopTraces {
 public:
  struct Settings {
    TraceOrder order = TraceOrder::kStart;
    bool descending = true;
    uint32_t limit = 20;
    uint32_t matches_per_trace = 3;
    std::optional<TraceRank> after;  // Only traces that come later in the order.
  };

  TopTraces(const table::Catalog::Sets& sets, Settings settings);

  bool newest_first() const { return settings_.order == TraceOrder::kStart && settings_.descending; }
  stdx::Result<void> add(Batch& batch, const Selection& matched, BatchPlace place, table::TimeRange& range);

  struct Outcome {
    std::vector<TopTrace> traces;  // In order, at most `limit`.
    bool more = false;             // There are traces after them.
  };
  stdx::Result<Outcome> finish(const Interrupt& interrupt);

 private:
  struct Candidate {
    enum class State : uint8_t { kOpen, kAmongBest, kOut };
    State state = State::kOpen;
    uint32_t matched_count = 0;
    int64_t start_min_ns = INT64_MAX;  // Of its matched spans: the trace starts then or earlier.
    int64_t key = 0;
    absl::InlinedVector<MatchRef, 3> matches;
  };

  bool before(const TraceRank& a, const TraceRank& b) const;
  int64_t key_of(const TraceFacts& facts) const;
  stdx::Result<Candidate*> candidate(otlp::TraceId id);
  void note_match(Candidate& candidate, const MatchRef& match);
  // Looks up the keys of `ids` (any order) and lets them compete.
  stdx::Result<void> rank(std::vector<otlp::TraceId> ids);
  void compete(const TraceRank& rank, Candidate& candidate);
  stdx::Result<void> rank_newest();
  bool is_full() const { return best_.size() == best_count_max_; }

  const table::Catalog::Sets& sets_;
  const Settings settings_;
  const size_t best_count_max_;  // One more than the limit, to know whether there are more.
  absl::flat_hash_map<otlp::TraceId, Candidate, TraceIdHash> candidates_;
  std::vector<otlp::TraceId> open_;  // Not looked up yet.
  std::vector<TraceRank> best_;      // Heap: the last in the order is at the front.
  size_t matches_kept_ = 0;
};

}  // namespace clew::query_execute
