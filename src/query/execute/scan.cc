#include "query/execute/scan.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "query/execute/evaluator.h"
#include "query/plan/prune.h"

namespace clew::query_execute {
namespace {

using table::Segment;
using table::SpanSet;

bool overlaps(const SpanSet& set, const table::TimeRange& range) {
  return set.span_count() != 0 && set.start_max_ns() >= range.begin_ns && set.start_min_ns() < range.end_ns;
}

class SetScan {
 public:
  SetScan(const query_plan::Plan& plan, table::TimeRange range, bool newest_first, TraceLookup& traces,
          const Interrupt& interrupt, const ScanVisitor& visit)
      : plan_(plan), range_(range), newest_first_(newest_first), traces_(traces), interrupt_(interrupt), visit_(visit) {}

  stdx::Result<void> run(const SpanSet& set, uint32_t set_index) {
    const uint64_t scanned_before = stats_.rows_scanned;
    if (overlaps(set, range_)) {
      stdx::Result<void> done = plan_.trace_id ? run_trace(set, set_index) : run_segments(set, set_index);
      if (!done) return done;
    }
    if (stats_.rows_scanned == scanned_before) ++stats_.sets_pruned;
    return {};
  }

  ScanStats& stats() { return stats_; }

 private:
  // Only the rows of the one trace that can match.
  stdx::Result<void> run_trace(const SpanSet& set, uint32_t set_index) {
    auto found = set.find_trace(*plan_.trace_id);
    if (!found) return std::unexpected(std::move(found.error()));
    for (const table::SpanRows& rows : *found) {
      const Segment& segment = *set.segments()[rows.segment];
      const query_plan::BoundPlan bound(plan_, segment);
      Evaluator evaluator(bound, traces_);
      for (size_t begin = 0; begin < rows.rows.size(); begin += table::kWindowRows) {
        const size_t end = std::min(rows.rows.size(), begin + table::kWindowRows);
        Batch batch = Batch::of_rows(segment, {rows.rows.begin() + static_cast<ptrdiff_t>(begin),
                                               rows.rows.begin() + static_cast<ptrdiff_t>(end)});
        if (auto done = run_batch(evaluator, batch, {set_index, rows.segment}); !done) return done;
      }
    }
    return {};
  }

  stdx::Result<void> run_segments(const SpanSet& set, uint32_t set_index) {
    std::vector<uint32_t> order(set.segments().size());
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    if (newest_first_) {
      sort_newest_first(order, [&](uint32_t i) { return set.segments()[i]->bounds(table::core(table::CoreColumn::kStartTime)); });
    }
    for (const uint32_t index : order) {
      if (auto done = run_segment(*set.segments()[index], {set_index, index}); !done) return done;
    }
    return {};
  }

  stdx::Result<void> run_segment(const Segment& segment, BatchPlace place) {
    const query_plan::BoundPlan bound(plan_, segment);
    if (!query_plan::may_match_segment(bound, range_)) return {};
    Evaluator evaluator(bound, traces_);
    std::vector<uint32_t> windows(segment.window_count());
    for (uint32_t i = 0; i < windows.size(); ++i) windows[i] = i;
    if (newest_first_) {
      sort_newest_first(windows, [&](uint32_t i) {
        return segment.window_bounds(table::core(table::CoreColumn::kStartTime), i);
      });
    }
    for (const uint32_t window : windows) {
      if (!query_plan::may_match_window(bound, range_, window)) continue;
      Batch batch = Batch::of_window(segment, window);
      if (auto done = run_batch(evaluator, batch, place); !done) return done;
    }
    return {};
  }

  stdx::Result<void> run_batch(Evaluator& evaluator, Batch& batch, BatchPlace place) {
    if (auto go_on = interrupt_.check(); !go_on) return go_on;
    stats_.rows_scanned += batch.row_count();
    const Selection matched = evaluator.run(batch, seen(batch), range_);
    if (evaluator.error()) return std::unexpected(*evaluator.error());
    if (batch.error()) return std::unexpected(*batch.error());
    if (!matched.any()) return {};
    if (auto done = visit_(batch, matched, place, range_); !done) return done;
    if (batch.error()) return std::unexpected(*batch.error());
    return {};
  }

  // Rows that the segment does not hide; picked rows come from find_trace(), which gives none that are hidden.
  static Selection seen(const Batch& batch) {
    Selection selection = Selection::all(batch.row_count());
    if (!batch.window()) return selection;
    const auto visible = batch.segment().visible(*batch.window());
    if (visible.empty()) return selection;
    for (uint32_t word = 0; word < selection.word_count(); ++word) {
      selection.set_word(word, selection.word(word) & visible[word]);
    }
    return selection;
  }

  // Those without known bounds first, since they may hold anything; of these the last, since the head's rows are in order
  // of arrival.
  template <class BoundsOf>
  static void sort_newest_first(std::vector<uint32_t>& order, BoundsOf&& bounds_of) {
    std::vector<std::pair<int64_t, uint32_t>> keyed;
    keyed.reserve(order.size());
    for (const uint32_t index : order) {
      const auto bounds = bounds_of(index);
      keyed.emplace_back(bounds ? bounds->high_int : INT64_MAX, index);
    }
    std::ranges::sort(keyed, std::greater<>());
    for (size_t i = 0; i < order.size(); ++i) order[i] = keyed[i].second;
  }

  const query_plan::Plan& plan_;
  table::TimeRange range_;
  const bool newest_first_;
  TraceLookup& traces_;
  const Interrupt& interrupt_;
  const ScanVisitor& visit_;
  ScanStats stats_;
};

}  // namespace

stdx::Result<ScanStats> scan(const table::Catalog::Sets& sets, const query_plan::Plan& plan, table::TimeRange range,
                             bool newest_first, TraceLookup& traces, const Interrupt& interrupt,
                             const ScanVisitor& visit) {
  SetScan set_scan(plan, range, newest_first, traces, interrupt, visit);
  if (auto go_on = interrupt.check(); !go_on) return std::unexpected(std::move(go_on.error()));
  for (uint32_t i = 0; i < sets.size(); ++i) {
    ++set_scan.stats().sets_total;
    if (overlaps(*sets[i], range)) set_scan.stats().rows_total += sets[i]->span_count();
    if (auto done = set_scan.run(*sets[i], i); !done) return std::unexpected(std::move(done.error()));
  }
  return set_scan.stats();
}

}  // namespace clew::query_execute
