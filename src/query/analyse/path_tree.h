// Many traces laid over each other by their paths: service and operation from the root down. For two groups at once, so that
// they can be compared.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "query/analyse/trace_columns.h"
#include "table/rollup_rows.h"

namespace clew::query_analyse {

// What the traces of one group did on a path.
struct PathNumbers {
  int64_t trace_count = 0;
  int64_t call_count = 0;
  int64_t total_ns = 0;
  int64_t self_ns = 0;
  int64_t path_ns = 0;  // Time on the critical paths: over all nodes they add up to what the traces took.
  int64_t error_count = 0;
  std::vector<int64_t> durations;  // Of the calls.
  otlp::TraceId example;           // The trace in which it took longest.
  uint32_t example_row = 0;
  int64_t example_ns = -1;
};

struct PathNode {
  int32_t parent = -1;
  uint32_t service = 0, operation = 0;  // In texts().
  uint32_t depth = 0;
  std::array<PathNumbers, 2> sides;
};

// One thread. Bounded in nodes and depth: what lies deeper or comes later is counted with its nearest ancestor that is there,
// and exact() says so.
class PathTree {
 public:
  // `side` is 0 or 1. The trace's critical path is marked.
  void add(const TraceColumns& trace, size_t side);

  const std::vector<PathNode>& nodes() const { return nodes_; }  // Parents before children.
  std::string_view text(uint32_t index) const { return texts_.at(index); }
  int64_t trace_count(size_t side) const { return trace_counts_[side]; }
  int64_t path_total_ns(size_t side) const { return path_totals_[side]; }
  bool exact() const { return exact_; }
  // Depth first; siblings by time on the path in side 0, then side 1, then name.
  std::vector<uint32_t> in_order() const;

 private:
  uint32_t child_of(int32_t parent, uint32_t service, uint32_t operation, uint32_t depth);

  std::vector<PathNode> nodes_;
  TextPool texts_;
  absl::flat_hash_map<std::tuple<int32_t, uint32_t, uint32_t>, uint32_t> index_;
  std::array<int64_t, 2> trace_counts_{};
  std::array<int64_t, 2> path_totals_{};
  bool exact_ = true;
};

// Nearest rank; 0 without values. Reorders them.
int64_t median_of(std::vector<int64_t>& values);

}  // namespace clew::query_analyse
