#include "query/rum/event_scan.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "query/engine_steps.h"
#include "query/rum/event_columns.h"
#include "query/rum/event_keys.h"
#include "query/traceql/query_limits.h"
#include "stdx/thread_name.h"
#include "table/record_kind.h"

namespace clew::query_rum {

using query_execute::Selection;
using table::ColumnId;
using table::ColumnWindow;
using table::kNullCode;
using table::kWindowRows;
using table::Segment;

namespace {

constexpr ColumnId kTimeColumn = column(table::RecordColumn::kTime);

bool overlaps(const std::optional<table::ColumnBounds>& bounds, const table::TimeRange& range) {
  return !bounds || (bounds->high_int >= range.begin_ns && bounds->low_int < range.end_ns);
}
bool within(const std::optional<table::ColumnBounds>& bounds, const table::TimeRange& range) {
  return bounds && bounds->low_int >= range.begin_ns && bounds->high_int < range.end_ns;
}

// Whether any column may have the text; overflow columns may have everything.
bool may_equal(const Segment& segment, const query_plan::AttributeColumns& columns, std::string_view text) {
  if (!columns.overflow.empty()) return true;
  return std::ranges::any_of(columns.typed, [&](ColumnId id) {
    return segment.columns()[id].type != table::ValueType::kString || segment.may_equal(id, text);
  });
}

const uint32_t* no_codes() {
  static const std::vector<uint32_t> codes(kWindowRows, kNullCode);
  return codes.data();
}

// A verdict for each code of a KeyReader's texts.
class Verdicts {
 public:
  template <class Holds>
  bool holds(const std::shared_ptr<const table::DictionaryView>& dictionary, uint32_t code, Holds&& test) {
    if (dictionary_ != dictionary) {
      dictionary_ = dictionary;
      known_.clear();
    }
    if (code >= known_.size()) known_.resize(dictionary->size());
    if (known_[code] == 0) known_[code] = test(dictionary->at(code)) ? 2 : 1;
    return known_[code] == 2;
  }

 private:
  std::shared_ptr<const table::DictionaryView> dictionary_;  // Held, so that no other can get its address.
  std::vector<uint8_t> known_;
};

}  // namespace

// One segment, window by window. One thread.
class SegmentEvents {
 public:
  SegmentEvents(const Segment& segment, const EventQuestion& question, uint32_t set, uint32_t index)
      : segment_(segment), question_(question), columns_(segment), names_(segment, key::kName), types_(segment, key::kType) {
    batch_.set_ = set;
    batch_.segment_ = index;
    if (!question.app.empty()) {
      app_.emplace(segment, key::kAppId);
      service_.emplace(segment, key::kService);
    }
    sessions_ = question.session_ids;
    if (!question.session_id.empty()) sessions_.push_back(question.session_id);
    std::ranges::sort(sessions_);
    if (!sessions_.empty()) session_.emplace(segment, key::kSessionId);
    if (question.filter != nullptr && !question.filter->all()) matcher_.emplace(*question.filter, segment);
    for (const std::string_view key : question.texts) texts_.emplace_back(segment, key);
    for (const std::string_view key : question.numbers) numbers_.emplace_back(segment, key);
    text_values_.resize(texts_.size());
    number_values_.resize(numbers_.size());
    batch_.texts_.resize(texts_.size());
    batch_.numbers_.resize(numbers_.size());
  }

  bool may_match() const {
    if (!overlaps(segment_.bounds(kTimeColumn), question_.range)) return false;
    if (!question_.app.empty() && !may_equal(segment_, event_columns(segment_, key::kAppId).first, question_.app) &&
        !may_equal(segment_, event_columns(segment_, key::kService).first, question_.app)) {
      return false;
    }
    if (!sessions_.empty()) {
      const auto columns = event_columns(segment_, key::kSessionId);
      const auto may_have = [&](const std::string& id) {
        return may_equal(segment_, columns.first, id) || may_equal(segment_, columns.second, id);
      };
      if (std::ranges::none_of(sessions_, may_have)) return false;
    }
    if (question_.trace_id &&
        !segment_.may_equal(table::field_column(table::log_field::kTraceId), otlp::to_bytes(*question_.trace_id))) {
      return false;
    }
    return !matcher_ || question_.mark_only || matcher_->may_match();
  }

  // Nullptr if no row of the window belongs to the answer.
  stdx::Result<const EventBatch*> read(uint32_t window) {
    if (!overlaps(segment_.window_bounds(kTimeColumn, window), question_.range)) return nullptr;
    columns_.enter(window);
    batch_.first_row_ = window * kWindowRows;
    const EventBatch* batch = fill(window);
    if (columns_.error()) return std::unexpected(*columns_.error());
    return batch;
  }
  uint64_t rows_scanned() const { return rows_scanned_; }

 private:
  const EventBatch* fill(uint32_t window) {
    const uint32_t row_count = std::min(kWindowRows, segment_.row_count() - window * kWindowRows);
    rows_scanned_ += row_count;
    Selection chosen = Selection::all(row_count);
    if (const auto visible = segment_.visible(window); !visible.empty()) {
      for (uint32_t word = 0; word < chosen.word_count(); ++word) chosen.set_word(word, chosen.word(word) & visible[word]);
    }
    if (session_) keep_sessions(chosen);
    if (question_.trace_id) keep_trace(chosen);
    if (!chosen.any()) return nullptr;
    const ColumnWindow& times = columns_.at(kTimeColumn);
    if (times.all_null) return nullptr;
    if (!within(segment_.bounds(kTimeColumn), question_.range) && !within(segment_.window_bounds(kTimeColumn, window), question_.range)) {
      chosen = query_execute::filter(chosen, [&](uint32_t row) { return question_.range.contains(times.ints[row]); });
    }
    if (app_) keep_app(chosen);
    if (!question_.event_names.empty()) keep_names(chosen);
    if (!chosen.any()) return nullptr;
    std::optional<Selection> matched;
    if (matcher_) {
      matched = matcher_->match(columns_, chosen);
      if (!question_.mark_only) chosen = *matched;
    }
    if (!chosen.any()) return nullptr;
    rows_of(chosen);
    batch_.size_ = static_cast<uint32_t>(batch_.rows_.size());
    batch_.times_.resize(batch_.size_);
    for (uint32_t i = 0; i < batch_.size_; ++i) batch_.times_[i] = times.ints[batch_.rows_[i]];
    batch_.matched_.clear();
    if (matched && question_.mark_only) {
      for (const uint32_t row : batch_.rows_) batch_.matched_.push_back(matched->has(row) ? 1 : 0);
    }
    fill_kinds();
    fill_slots();
    return &batch_;
  }

  void rows_of(const Selection& chosen) {
    batch_.rows_.clear();
    chosen.for_each([&](uint32_t row) { batch_.rows_.push_back(row); });
  }

  void keep_sessions(Selection& chosen) {
    rows_of(chosen);
    session_->read_texts(columns_, batch_.rows_, codes_);
    Selection kept = Selection::none(chosen.row_count());
    if (session_->dictionary() != nullptr) {
      const auto wanted = [&](std::string_view id) { return std::ranges::binary_search(sessions_, id); };
      for (size_t i = 0; i < codes_.size(); ++i) {
        if (codes_[i] != kNullCode && session_verdicts_.holds(session_->dictionary(), codes_[i], wanted)) kept.set(batch_.rows_[i]);
      }
    }
    chosen = kept;
  }

  void keep_trace(Selection& chosen) {
    const ColumnWindow& traces = columns_.at(table::field_column(table::log_field::kTraceId));
    if (traces.all_null) {
      chosen = Selection::none(chosen.row_count());
      return;
    }
    chosen = query_execute::filter(chosen, [&](uint32_t row) { return traces.has(row) && traces.trace_ids[row] == *question_.trace_id; });
  }

  // Its application's id, or its service where there is none.
  void keep_app(Selection& chosen) {
    rows_of(chosen);
    app_->read_texts(columns_, batch_.rows_, codes_);
    service_->read_texts(columns_, batch_.rows_, more_codes_);
    Selection kept = Selection::none(chosen.row_count());
    const auto same = [&](std::string_view text) { return text == question_.app; };
    for (size_t i = 0; i < codes_.size(); ++i) {
      const bool ours = codes_[i] != kNullCode        ? app_verdicts_.holds(app_->dictionary(), codes_[i], same)
                        : more_codes_[i] != kNullCode && service_verdicts_.holds(service_->dictionary(), more_codes_[i], same);
      if (ours) kept.set(batch_.rows_[i]);
    }
    chosen = kept;
  }

  void keep_names(Selection& chosen) {
    rows_of(chosen);
    names_.read_texts(columns_, batch_.rows_, codes_);
    Selection kept = Selection::none(chosen.row_count());
    const auto wanted = [&](std::string_view name) {
      if (name.starts_with("rum.")) name.remove_prefix(4);
      return std::ranges::find(question_.event_names, name) != question_.event_names.end();
    };
    for (size_t i = 0; i < codes_.size(); ++i) {
      if (codes_[i] != kNullCode && name_verdicts_.holds(names_.dictionary(), codes_[i], wanted)) kept.set(batch_.rows_[i]);
    }
    chosen = kept;
  }

  // A kind follows from two codes; each pair is judged once.
  void fill_kinds() {
    names_.read_texts(columns_, batch_.rows_, codes_);
    types_.read_texts(columns_, batch_.rows_, more_codes_);
    if (kind_names_ != names_.dictionary() || kind_types_ != types_.dictionary()) {
      kind_names_ = names_.dictionary();
      kind_types_ = types_.dictionary();
      kinds_.clear();
      last_pair_ = ~uint64_t{0};
    }
    batch_.kinds_.resize(batch_.size_);
    for (uint32_t i = 0; i < batch_.size_; ++i) {
      const uint64_t pair = uint64_t{codes_[i]} << 32 | more_codes_[i];
      if (pair != last_pair_ || i == 0) {
        last_pair_ = pair;
        const auto [found, added] = kinds_.try_emplace(pair, EventKind::kOther);
        if (added) {
          found->second = event_kind(codes_[i] == kNullCode ? std::string_view() : kind_names_->at(codes_[i]),
                                     more_codes_[i] == kNullCode ? std::string_view() : kind_types_->at(more_codes_[i]));
        }
        last_kind_ = found->second;
      }
      batch_.kinds_[i] = last_kind_;
    }
  }

  void fill_slots() {
    for (size_t slot = 0; slot < texts_.size(); ++slot) {
      const ColumnWindow* only = texts_[slot].only_texts(columns_);
      if (only != nullptr && !only->all_null) {
        batch_.texts_[slot] = {only->codes.data(), true, only->dictionary};
      } else if (only != nullptr || texts_[slot].empty()) {
        batch_.texts_[slot] = {no_codes(), false, nullptr};
      } else {
        texts_[slot].read_texts(columns_, batch_.rows_, text_values_[slot]);
        batch_.texts_[slot] = {text_values_[slot].data(), false, texts_[slot].dictionary()};
      }
    }
    for (size_t slot = 0; slot < numbers_.size(); ++slot) {
      if (const ColumnWindow* only = numbers_[slot].only_numbers(columns_)) {
        batch_.numbers_[slot] = {nullptr, only->all_null ? nullptr : only};
        continue;
      }
      const bool any = numbers_[slot].read_numbers(columns_, batch_.rows_, number_values_[slot]);
      batch_.numbers_[slot] = {any ? number_values_[slot].data() : nullptr, nullptr};
    }
    batch_.trace_ids_.clear();
    batch_.span_ids_.clear();
    if (!question_.ids) return;
    const ColumnWindow& traces = columns_.at(table::field_column(table::log_field::kTraceId));
    const ColumnWindow& spans = columns_.at(table::field_column(table::log_field::kSpanId));
    if (!traces.all_null) {
      for (const uint32_t row : batch_.rows_) batch_.trace_ids_.push_back(traces.has(row) ? traces.trace_ids[row] : otlp::TraceId());
    }
    if (!spans.all_null) {
      for (const uint32_t row : batch_.rows_) batch_.span_ids_.push_back(spans.has(row) ? spans.span_ids[row] : otlp::SpanId{0});
    }
  }

  const Segment& segment_;
  const EventQuestion& question_;
  WindowColumns columns_;
  KeyReader names_, types_;
  std::vector<std::string> sessions_;  // Asked for, sorted.
  std::optional<KeyReader> app_, service_, session_;
  Verdicts app_verdicts_, service_verdicts_, session_verdicts_, name_verdicts_;
  std::optional<EventMatcher> matcher_;
  std::vector<KeyReader> texts_, numbers_;
  std::vector<std::vector<uint32_t>> text_values_;
  std::vector<std::vector<double>> number_values_;
  std::vector<uint32_t> codes_, more_codes_;
  std::shared_ptr<const table::DictionaryView> kind_names_, kind_types_;  // Of kinds_; held for their addresses.
  absl::flat_hash_map<uint64_t, EventKind> kinds_;
  uint64_t last_pair_ = ~uint64_t{0};
  EventKind last_kind_ = EventKind::kOther;
  EventBatch batch_;
  uint64_t rows_scanned_ = 0;
};

namespace {

// The parts of a scan, shared by the threads that work them off.
class EventScan {
 public:
  EventScan(const table::Catalog::Sets& sets, const EventQuestion& question, const query::QueryControl& control,
            const query::ScanHooks& hooks)
      : question_(question), interrupt_(query::interrupt_of(control)), hooks_(hooks) {
    for (uint32_t set = 0; set < sets.size(); ++set) {
      const auto segments = sets[set]->records(table::RecordTableId::kEvents);
      if (segments.empty()) continue;
      ++stats_.blocks_total;
      for (uint32_t segment = 0; segment < segments.size(); ++segment) {
        if (segments[segment]->row_count() == 0 || !overlaps(segments[segment]->bounds(kTimeColumn), question.range)) continue;
        stats_.rows_total += segments[segment]->row_count();
        parts_.push_back({set, segment, segments[segment].get()});
      }
    }
    stats_.blocks_pruned = stats_.blocks_total;  // Until a row of it was looked at.
    touched_.resize(sets.size());
    progress_.part_count = static_cast<uint32_t>(parts_.size());
  }

  size_t part_count() const { return parts_.size(); }
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

  void work(const std::function<std::unique_ptr<EventCollector>()>& make_part, const std::function<void()>& show_partial) {
    while (!stopped()) {
      const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= parts_.size()) return;
      if (auto done = scan_part(parts_[index], make_part, show_partial); !done) fail(std::move(done.error()));
    }
  }

  stdx::Result<query::QueryStats> finish() {
    if (error_) return std::unexpected(std::move(*error_));
    stats_.elapsed_ns = watch_.elapsed_ns();
    return stats_;
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
      for (uint32_t window = 0; window < part.rows->window_count() && !stopped(); ++window) {
        if (auto go_on = interrupt_.check(); !go_on) return go_on;
        auto batch = events.read(window);
        if (!batch) return std::unexpected(std::move(batch.error()));
        if (*batch == nullptr) continue;
        if (auto added = collector->add(**batch); !added) return added;
      }
    }
    std::lock_guard lock(mutex_);
    if (events.rows_scanned() != 0 && !touched_[part.set]) {
      touched_[part.set] = true;
      --stats_.blocks_pruned;
    }
    stats_.rows_scanned += events.rows_scanned();
    if (auto merged = collector->merge(); !merged) return merged;
    progress_.done_parts += 1;
    progress_.scanned_spans = stats_.rows_scanned;
    progress_.elapsed_ns = watch_.elapsed_ns();
    if (hooks_.progress) hooks_.progress(progress_);
    const bool more = progress_.done_parts < progress_.part_count;
    if (more && show_partial && hooks_.wants_partial && hooks_.wants_partial()) show_partial();
    return {};
  }

  void fail(stdx::Error error) {
    stopped_.store(true, std::memory_order_relaxed);
    std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }

  const EventQuestion& question_;
  const query_execute::Interrupt interrupt_;
  const query::ScanHooks& hooks_;
  const query::Stopwatch watch_;
  std::vector<Part> parts_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;  // All below.
  query::QueryStats stats_;
  std::vector<bool> touched_;
  query::ScanProgress progress_;
  std::optional<stdx::Error> error_;
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
  EventScan scan(sets, question, control, hooks);
  scan.work([&] { return std::make_unique<Passing>(each); }, {});
  return scan.finish();
}

stdx::Result<query::QueryStats> scan_event_parts(const table::Catalog::Sets& sets, const EventQuestion& question,
                                                 const query::QueryControl& control, const query::ScanHooks& hooks,
                                                 const std::function<std::unique_ptr<EventCollector>()>& make_part,
                                                 const std::function<void()>& show_partial) {
  if (auto valid = query::check_range(question.range); !valid) return std::unexpected(std::move(valid.error()));
  EventScan scan(sets, question, control, hooks);
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < query::kScanThreads && i < scan.part_count(); ++i) {
      others.emplace_back([&] {
        stdx::name_this_thread("query-scan");
        scan.work(make_part, show_partial);
      });
    }
    scan.work(make_part, show_partial);
  }
  return scan.finish();
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
    all.ids |= question.ids;
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
