#include "query/rum/event_scan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "query/engine_steps.h"
#include "query/rum/segment_events.h"
#include "query/scan_ledger.h"
#include "query/traceql/query_limits.h"
#include "table/record_kind.h"

namespace clew::query_rum {

using table::Segment;

namespace {

// The parts of a scan, shared by the threads that work them off.
class EventScan {
 public:
  EventScan(const table::Catalog::Sets& sets, const EventQuestion& question, const query::QueryControl& control,
            const query::ScanHooks& hooks)
      : question_(question), interrupt_(query::interrupt_of(control)), ledger_(hooks) {
    for (uint32_t set = 0; set < sets.size(); ++set) {
      const auto segments = sets[set]->records(table::RecordTableId::kEvents);
      if (segments.empty()) continue;
      ledger_.add_set(set);
      for (uint32_t segment = 0; segment < segments.size(); ++segment) {
        if (segments[segment]->row_count() == 0 || !overlaps(*segments[segment], question.range)) continue;
        ledger_.add_rows(segments[segment]->row_count());
        ledger_.add_part();
        parts_.push_back({set, segment, segments[segment].get()});
      }
    }
  }

  stdx::Result<query::QueryStats> run(unsigned threads_max, const std::function<std::unique_ptr<EventCollector>()>& make_part,
                                      const std::function<void()>& show_partial) {
    const auto work = [&] {
      while (const auto part = ledger_.next()) {
        if (auto done = scan_part(parts_[*part], make_part, show_partial); !done) ledger_.fail(std::move(done.error()));
      }
    };
    return ledger_.run(work, threads_max);
  }

 private:
  struct Part {
    uint32_t set;
    uint32_t segment;
    const Segment* rows;
  };

  stdx::Result<void> scan_part(const Part& part, const std::function<std::unique_ptr<EventCollector>()>& make_part,
                               const std::function<void()>& show_partial) {
    const auto collector = make_part();
    SegmentEvents events(*part.rows, question_, part.set, part.segment);
    if (events.may_match()) {
      for (uint32_t window = 0; window < part.rows->window_count() && !ledger_.stopped(); ++window) {
        if (auto go_on = interrupt_.check(); !go_on) return go_on;
        auto batch = events.read(window);
        if (!batch) return std::unexpected(std::move(batch.error()));
        if (*batch == nullptr) continue;
        auto added = collector->add(**batch);
        if (auto read = events.check(); !read) return read;
        if (!added) return added;
      }
    }
    return ledger_.finish_part(part.set, events.rows_scanned(), [&] { return collector->merge(); }, show_partial);
  }

  const EventQuestion& question_;
  const query_execute::Interrupt interrupt_;
  query::ScanLedger ledger_;
  std::vector<Part> parts_;
};

class Passing final : public EventCollector {
 public:
  explicit Passing(const std::function<stdx::Result<void>(const EventBatch&)>& each) : each_(each) {}
  stdx::Result<void> add(const EventBatch& batch) override { return each_(batch); }
  stdx::Result<void> merge() override { return {}; }

 private:
  const std::function<stdx::Result<void>(const EventBatch&)>& each_;
};

}  // namespace

stdx::Result<query::QueryStats> scan_events(const table::Catalog::Sets& sets, const EventQuestion& question,
                                            const query::QueryControl& control, const query::ScanHooks& hooks,
                                            const std::function<stdx::Result<void>(const EventBatch&)>& each) {
  if (auto valid = query::check_range(question.range); !valid) return std::unexpected(std::move(valid.error()));
  return EventScan(sets, question, control, hooks).run(1, [&] { return std::make_unique<Passing>(each); }, {});
}

stdx::Result<query::QueryStats> scan_event_parts(const table::Catalog::Sets& sets, const EventQuestion& question,
                                                 const query::QueryControl& control, const query::ScanHooks& hooks,
                                                 const std::function<std::unique_ptr<EventCollector>()>& make_part,
                                                 const std::function<void()>& show_partial) {
  if (auto valid = query::check_range(question.range); !valid) return std::unexpected(std::move(valid.error()));
  return EventScan(sets, question, control, hooks).run(query::kScanThreads, make_part, show_partial);
}

// The parts of all passes.
class PassesPart final : public EventCollector {
 public:
  explicit PassesPart(const std::vector<EventPass>& passes) : passes_(passes) {
    for (const EventPass& pass : passes) parts_.push_back(pass.make_part());
  }
  stdx::Result<void> add(const EventBatch& batch) override {
    batch.first_text_ = batch.first_number_ = 0;
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (auto added = parts_[i]->add(batch); !added) return added;
      batch.first_text_ += passes_[i].question.texts.size();
      batch.first_number_ += passes_[i].question.numbers.size();
    }
    return {};
  }
  stdx::Result<void> merge() override {
    for (const auto& part : parts_) {
      if (auto merged = part->merge(); !merged) return merged;
    }
    return {};
  }

 private:
  const std::vector<EventPass>& passes_;
  std::vector<std::unique_ptr<EventCollector>> parts_;
};

stdx::Result<query::QueryStats> scan_event_passes(const table::Catalog::Sets& sets, const std::vector<EventPass>& passes,
                                                  const query::QueryControl& control, const query::ScanHooks& hooks) {
  EventQuestion all = passes.front().question;
  all.event_names.clear();
  for (size_t i = 1; i < passes.size(); ++i) {
    const EventQuestion& question = passes[i].question;
    all.texts.insert(all.texts.end(), question.texts.begin(), question.texts.end());
    all.numbers.insert(all.numbers.end(), question.numbers.begin(), question.numbers.end());
  }
  return scan_event_parts(sets, all, control, hooks, [&] { return std::make_unique<PassesPart>(passes); });
}

stdx::Result<std::vector<query::RecordRow>> read_events(const table::Catalog::Sets& sets, std::span<const RowPlace> places) {
  std::map<std::pair<uint32_t, uint32_t>, std::vector<std::pair<uint32_t, size_t>>> by_segment;  // Row and place in the answer.
  for (size_t i = 0; i < places.size(); ++i) {
    by_segment[{places[i].set, places[i].segment}].emplace_back(places[i].row, i);
  }
  const table::RecordKind& kind = table::record_kind(table::RecordTableId::kEvents);
  std::vector<query::RecordRow> events(places.size());
  std::vector<uint32_t> rows;
  for (auto& [at, wanted] : by_segment) {
    std::ranges::sort(wanted);
    rows.clear();
    for (const auto& [row, place] : wanted) {
      if (rows.empty() || rows.back() != row) rows.push_back(row);
    }
    const auto& segment = sets[at.first]->records(table::RecordTableId::kEvents)[at.second];
    auto records = query::read_records(kind, *segment, rows);
    if (!records) return std::unexpected(std::move(records.error()));
    for (const auto& [row, place] : wanted) {
      events[place] = (*records)[static_cast<size_t>(std::ranges::lower_bound(rows, row) - rows.begin())];
    }
  }
  return events;
}

}  // namespace clew::query_rum
