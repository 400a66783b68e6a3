#include "query/part_scan.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "query/engine_steps.h"
#include "query/traceql/query_limits.h"
#include "stdx/thread_name.h"

namespace clew::query {
namespace {

using query_execute::Batch;
using query_execute::BatchPlace;
using query_execute::Selection;

// One segment of a set, as a set of its own.
class OneSegment final : public table::SpanSet {
 public:
  OneSegment(std::shared_ptr<const table::SpanSet> set, uint32_t segment)
      : set_(std::move(set)), segment_(set_->segments()[segment]) {}

  const std::string& name() const override { return set_->name(); }
  uint64_t span_count() const override { return segment_->row_count(); }
  int64_t start_min_ns() const override { return set_->start_min_ns(); }
  int64_t start_max_ns() const override { return set_->start_max_ns(); }
  std::span<const std::shared_ptr<const table::Segment>> segments() const override { return {&segment_, 1}; }
  stdx::Result<std::vector<table::SpanRows>> find_trace(otlp::TraceId trace_id) const override { return set_->find_trace(trace_id); }
  stdx::Result<std::vector<table::TracePart>> trace_parts(std::span<const otlp::TraceId> ids) const override {
    return set_->trace_parts(ids);
  }
  stdx::Result<std::vector<table::RedRow>> red(table::TimeRange range) const override { return set_->red(range); }
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange range) const override { return set_->edges(range); }

 private:
  std::shared_ptr<const table::SpanSet> set_;
  std::shared_ptr<const table::Segment> segment_;
};

bool overlaps(const table::SpanSet& set, const table::TimeRange& range) {
  return set.span_count() != 0 && set.start_max_ns() >= range.begin_ns && set.start_min_ns() < range.end_ns;
}

class PartScan {
 public:
  PartScan(const PartScanRequest& request, const QueryControl& control, const ScanHooks& hooks)
      : request_(request), control_(control), hooks_(hooks) {
    for (uint32_t set = 0; set < request.sets.size(); ++set) {
      ++stats_.blocks_total;
      ++stats_.blocks_pruned;  // Until a row of it was looked at.
      if (!overlaps(*request.sets[set], request.range)) continue;
      stats_.rows_total += request.sets[set]->span_count();
      // A query for one trace looks its rows up set by set.
      const auto count = request.plan.trace_id ? 1u : static_cast<uint32_t>(request.sets[set]->segments().size());
      for (uint32_t segment = 0; segment < count; ++segment) parts_.push_back({set, segment});
    }
    touched_.resize(request.sets.size());
    progress_.part_count = static_cast<uint32_t>(parts_.size());
  }

  stdx::Result<QueryStats> run() {
    if (auto go_on = interrupt_of(control_).check(); !go_on) return std::unexpected(std::move(go_on.error()));
    {
      std::vector<std::jthread> others;
      for (unsigned i = 1; i < kScanThreads && i < parts_.size(); ++i) {
        others.emplace_back([this] {
          stdx::name_this_thread("query-scan");
          work();
        });
      }
      work();
    }
    if (error_) return std::unexpected(std::move(*error_));
    stats_.elapsed_ns = watch_.elapsed_ns();
    return stats_;
  }

 private:
  struct Place {
    uint32_t set;
    uint32_t segment;
  };

  void work() {
    query_execute::TraceLookup lookup(request_.sets);
    while (!stopped_.load(std::memory_order_relaxed)) {
      const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= parts_.size()) return;
      if (auto done = scan_part(parts_[index], lookup); !done) fail(std::move(done.error()));
    }
  }

  stdx::Result<void> scan_part(Place place, query_execute::TraceLookup& lookup) {
    const auto collector = request_.make_part();
    const bool whole = request_.plan.trace_id.has_value();
    const table::Catalog::Sets one = {whole ? request_.sets[place.set]
                                            : std::make_shared<const OneSegment>(request_.sets[place.set], place.segment)};
    auto scanned = query_execute::scan(
        one, request_.plan, request_.range, false, lookup, interrupt_of(control_),
        [&](Batch& batch, const Selection& matched, BatchPlace found, table::TimeRange&) {
          return collector->add(batch, matched, {place.set, whole ? found.segment : place.segment}, lookup);
        });
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    std::lock_guard lock(mutex_);
    if (scanned->rows_scanned != 0 && !touched_[place.set]) {
      touched_[place.set] = true;
      --stats_.blocks_pruned;
    }
    stats_.rows_scanned += scanned->rows_scanned;
    if (auto merged = collector->merge(); !merged) return merged;
    progress_.done_parts += 1;
    progress_.scanned_spans = stats_.rows_scanned;
    progress_.elapsed_ns = watch_.elapsed_ns();
    if (hooks_.progress) hooks_.progress(progress_);
    const bool more = progress_.done_parts < progress_.part_count;
    if (more && request_.show_partial && hooks_.wants_partial && hooks_.wants_partial()) request_.show_partial();
    return {};
  }

  void fail(stdx::Error error) {
    stopped_.store(true, std::memory_order_relaxed);
    std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }

  const PartScanRequest& request_;
  const QueryControl& control_;
  const ScanHooks& hooks_;
  const Stopwatch watch_;
  std::vector<Place> parts_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;  // All below.
  QueryStats stats_;
  std::vector<bool> touched_;
  ScanProgress progress_;
  std::optional<stdx::Error> error_;
};

}  // namespace

stdx::Result<QueryStats> scan_parts(const PartScanRequest& request, const QueryControl& control, const ScanHooks& hooks) {
  return PartScan(request, control, hooks).run();
}

}  // namespace clew::query
