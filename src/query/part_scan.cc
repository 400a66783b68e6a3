#include "query/part_scan.h"

#include <utility>
#include <vector>

#include "query/engine_steps.h"
#include "query/scan_ledger.h"
#include "query/traceql/query_limits.h"

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
      : request_(request), control_(control), ledger_(hooks) {
    for (uint32_t set = 0; set < request.sets.size(); ++set) {
      ledger_.add_set(set);
      if (!overlaps(*request.sets[set], request.range)) continue;
      ledger_.add_rows(request.sets[set]->span_count());
      // A query for one trace looks its rows up set by set.
      const auto count = request.plan.trace_id ? 1u : static_cast<uint32_t>(request.sets[set]->segments().size());
      for (uint32_t segment = 0; segment < count; ++segment) {
        parts_.push_back({set, segment});
        ledger_.add_part();
      }
    }
  }

  stdx::Result<QueryStats> run() {
    if (auto go_on = interrupt_of(control_).check(); !go_on) return std::unexpected(std::move(go_on.error()));
    return ledger_.run([this] { work(); }, kScanThreads);
  }

 private:
  struct Place {
    uint32_t set;
    uint32_t segment;
  };

  void work() {
    query_execute::TraceLookup lookup(request_.sets);
    while (const auto part = ledger_.next()) {
      if (auto done = scan_part(parts_[*part], lookup); !done) ledger_.fail(std::move(done.error()));
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
    return ledger_.finish_part(place.set, scanned->rows_scanned, [&] { return collector->merge(); }, request_.show_partial);
  }

  const PartScanRequest& request_;
  const QueryControl& control_;
  ScanLedger ledger_;
  std::vector<Place> parts_;
};

}  // namespace

stdx::Result<QueryStats> scan_parts(const PartScanRequest& request, const QueryControl& control, const ScanHooks& hooks) {
  return PartScan(request, control, hooks).run();
}

}  // namespace clew::query
