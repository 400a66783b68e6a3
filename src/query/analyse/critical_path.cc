#include <algorithm>
#include <vector>

#include "query/analyse/trace_columns.h"

namespace clew::query_analyse {
namespace {

// Children that were waited for, by parent, the last to end first.
struct WaitedChildren {
  std::vector<uint32_t> begin;
  std::vector<uint32_t> rows;
};

WaitedChildren waited_children(const TraceColumns& trace, uint32_t root) {
  WaitedChildren children;
  const uint32_t end = root + trace.subtree[root];
  children.begin.assign(end - root + 1, 0);
  for (uint32_t row = root; row < end; ++row) {
    children.begin[row - root] = static_cast<uint32_t>(children.rows.size());
    const auto first = static_cast<ptrdiff_t>(children.rows.size());
    trace.for_each_child(row, [&](uint32_t child) {
      if (!trace.has(child, flag::kAsync)) children.rows.push_back(child);
    });
    // Of two that end at once the later row comes first, so that equal spans follow each other in time.
    std::sort(children.rows.begin() + first, children.rows.end(), [&](uint32_t a, uint32_t b) {
      const int64_t end_a = trace.corrected_end(a), end_b = trace.corrected_end(b);
      return end_a != end_b ? end_a > end_b : a > b;
    });
  }
  children.begin.back() = static_cast<uint32_t>(children.rows.size());
  return children;
}

struct Frame {
  uint32_t row;
  uint32_t next_child;  // Into WaitedChildren::rows.
  int64_t from_ns;      // Not before any ancestor began.
  int64_t until_ns;     // The path from here on is known.
};

}  // namespace

void mark_critical_path(TraceColumns& trace) {
  trace.critical.clear();
  const uint32_t root = trace.root;
  const WaitedChildren children = waited_children(trace, root);
  const auto own = [&](uint32_t row, int64_t begin, int64_t end) {
    if (begin < end) trace.critical.push_back({row, begin, end});
  };
  std::vector<Frame> stack;
  stack.push_back({root, children.begin[0], trace.corrected_start(root), trace.corrected_end(root)});
  while (!stack.empty()) {
    Frame& frame = stack.back();
    const int64_t begin = frame.from_ns;
    const uint32_t children_end = children.begin[frame.row - root + 1];
    while (frame.next_child < children_end && trace.corrected_start(children.rows[frame.next_child]) >= frame.until_ns) {
      ++frame.next_child;
    }
    if (frame.next_child == children_end || frame.until_ns <= begin) {
      own(frame.row, begin, frame.until_ns);
      stack.pop_back();
      continue;
    }
    const uint32_t child = children.rows[frame.next_child++];
    const int64_t child_end = std::min(trace.corrected_end(child), frame.until_ns);
    own(frame.row, std::max(begin, child_end), frame.until_ns);
    const int64_t child_begin = std::max(begin, trace.corrected_start(child));
    frame.until_ns = child_begin;
    if (child_begin < child_end) stack.push_back({child, children.begin[child - root], child_begin, child_end});
  }
  std::ranges::reverse(trace.critical);
  for (uint16_t& flags : trace.flags) flags &= static_cast<uint16_t>(~flag::kCritical);
  for (const CriticalSegment& segment : trace.critical) trace.flags[segment.row] |= flag::kCritical;
}

TimeSplit split_of(const TraceColumns& trace) {
  TimeSplit split;
  for (const CriticalSegment& segment : trace.critical) {
    const int64_t length = segment.end_ns - segment.begin_ns;
    bool answered = false;
    if (trace.kind[segment.row] == otlp::SpanKind::kClient) {
      trace.for_each_child(segment.row, [&](uint32_t child) { answered |= trace.kind[child] == otlp::SpanKind::kServer; });
    }
    if (answered) {
      split.network_ns += length;
    } else if (trace.service_is_browser[trace.service[segment.row]]) {
      split.browser_ns += length;
    } else {
      split.backend_ns += length;
    }
  }
  return split;
}

}  // namespace clew::query_analyse
