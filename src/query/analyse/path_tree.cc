#include "query/analyse/path_tree.h"

#include <algorithm>
#include <utility>

#include "query/analyse/analyse_limits.h"

namespace clew::query_analyse {

uint32_t PathTree::child_of(int32_t parent, uint32_t service, uint32_t operation, uint32_t depth) {
  const auto key = std::tuple(parent, service, operation);
  if (const auto found = index_.find(key); found != index_.end()) return found->second;
  const bool full = nodes_.size() >= kPathNodesMax || depth > kPathDepthMax;
  if (full && parent >= 0) {
    exact_ = false;
    return static_cast<uint32_t>(parent);
  }
  const auto index = static_cast<uint32_t>(nodes_.size());
  index_.emplace(key, index);
  PathNode& node = nodes_.emplace_back();
  node.parent = parent;
  node.service = service;
  node.operation = operation;
  node.depth = depth;
  return index;
}

void PathTree::add(const TraceColumns& trace, size_t side) {
  std::vector<uint32_t> services, names;
  for (const std::string& text : trace.services) services.push_back(texts_.add(text));
  for (const std::string& text : trace.names) names.push_back(texts_.add(text));
  std::vector<int64_t> path_ns(trace.row_count());
  for (const CriticalSegment& segment : trace.critical) path_ns[segment.row] += segment.end_ns - segment.begin_ns;
  std::vector<uint32_t> node_of(trace.row_count());
  absl::flat_hash_map<uint32_t, int64_t> met;  // Node → time on the path in this trace.
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    const int32_t parent = trace.parent[row] < 0 ? -1 : static_cast<int32_t>(node_of[static_cast<uint32_t>(trace.parent[row])]);
    const uint32_t depth = parent < 0 ? 0 : nodes_[static_cast<uint32_t>(parent)].depth + 1;
    const uint32_t index = child_of(parent, services[trace.service[row]], names[trace.name[row]], depth);
    node_of[row] = index;
    PathNumbers& numbers = nodes_[index].sides[side];
    const auto [at, is_new] = met.try_emplace(index, 0);
    at->second += path_ns[row];
    numbers.trace_count += is_new;
    ++numbers.call_count;
    numbers.total_ns += trace.duration_ns_of[row];
    numbers.self_ns += trace.self_ns[row];
    numbers.path_ns += path_ns[row];
    numbers.error_count += trace.failed(row);
    if (numbers.durations.size() < kPathDurationsMax) numbers.durations.push_back(trace.duration_ns_of[row]);
    path_totals_[side] += path_ns[row];
    if (trace.duration_ns_of[row] <= numbers.example_ns) continue;
    numbers.example_ns = trace.duration_ns_of[row];
    numbers.example = trace.trace_id;
    numbers.example_row = row;
  }
  ++trace_counts_[side];
}

std::vector<uint32_t> PathTree::in_order() const {
  std::vector<std::vector<uint32_t>> children(nodes_.size());
  std::vector<uint32_t> roots;
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    (nodes_[i].parent < 0 ? roots : children[static_cast<uint32_t>(nodes_[i].parent)]).push_back(i);
  }
  // Of a node with all below it.
  std::vector<std::array<int64_t, 2>> below(nodes_.size());
  for (uint32_t i = static_cast<uint32_t>(nodes_.size()); i-- > 0;) {
    for (size_t side = 0; side < 2; ++side) {
      below[i][side] += nodes_[i].sides[side].path_ns;
      if (nodes_[i].parent >= 0) below[static_cast<uint32_t>(nodes_[i].parent)][side] += below[i][side];
    }
  }
  const auto sorted = [&](std::vector<uint32_t>& list) {
    std::ranges::sort(list, {}, [&](uint32_t i) {
      return std::tuple(-below[i][0], -below[i][1], text(nodes_[i].service), text(nodes_[i].operation));
    });
  };
  std::vector<uint32_t> order, stack;
  sorted(roots);
  stack.assign(roots.rbegin(), roots.rend());
  while (!stack.empty()) {
    const uint32_t index = stack.back();
    stack.pop_back();
    order.push_back(index);
    sorted(children[index]);
    stack.insert(stack.end(), children[index].rbegin(), children[index].rend());
  }
  return order;
}

int64_t median_of(std::vector<int64_t>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>((values.size() - 1) / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace clew::query_analyse
