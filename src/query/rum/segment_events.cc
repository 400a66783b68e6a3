#include "query/rum/segment_events.h"

#include <algorithm>
#include <utility>

#include "query/rum/event_keys.h"
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
// Names and types are few; of clients that send more, each event is told by itself.
constexpr size_t kKindPairsMax = 1 << 16;

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

std::string_view text_of(const std::shared_ptr<const table::DictionaryView>& dictionary, uint32_t code) {
  return code == kNullCode ? std::string_view() : dictionary->at(code);
}

}  // namespace

bool overlaps(const Segment& segment, const table::TimeRange& range) { return overlaps(segment.bounds(kTimeColumn), range); }

SegmentEvents::SegmentEvents(const Segment& segment, const EventQuestion& question, uint32_t set, uint32_t index)
    : segment_(segment), question_(question), columns_(segment), names_(segment, key::kName), types_(segment, key::kType) {
  batch_.source_ = this;
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

bool SegmentEvents::may_match() const {
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

stdx::Result<const EventBatch*> SegmentEvents::read(uint32_t window) {
  if (!overlaps(segment_.window_bounds(kTimeColumn, window), question_.range)) return nullptr;
  columns_.enter(window);
  batch_.first_row_ = window * kWindowRows;
  const EventBatch* batch = fill(window);
  if (columns_.error()) return std::unexpected(*columns_.error());
  return batch;
}

stdx::Result<void> SegmentEvents::check() const {
  if (columns_.error()) return std::unexpected(*columns_.error());
  return {};
}

const EventBatch* SegmentEvents::fill(uint32_t window) {
  const uint32_t row_count = std::min(kWindowRows, segment_.row_count() - window * kWindowRows);
  rows_scanned_ += row_count;
  Selection chosen = Selection::all(row_count);
  if (const auto visible = segment_.visible(window); !visible.empty()) {
    for (uint32_t word = 0; word < chosen.word_count(); ++word) chosen.set_word(word, chosen.word(word) & visible[word]);
  }
  if (session_) {
    chosen = keep_texts(chosen, *session_, session_verdicts_,
                        [&](std::string_view id) { return std::ranges::binary_search(sessions_, id); });
  }
  if (question_.trace_id) keep_trace(chosen);
  if (!chosen.any()) return nullptr;
  const bool all_in_range = within(segment_.bounds(kTimeColumn), question_.range) ||
                            within(segment_.window_bounds(kTimeColumn, window), question_.range);
  if (!all_in_range) {
    const ColumnWindow& times = columns_.at(kTimeColumn);
    if (times.all_null) return nullptr;
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
  const ColumnWindow& times = columns_.at(kTimeColumn);
  if (times.all_null) return nullptr;
  rows_of(chosen);
  batch_.size_ = static_cast<uint32_t>(batch_.rows_.size());
  batch_.times_.resize(batch_.size_);
  for (uint32_t i = 0; i < batch_.size_; ++i) batch_.times_[i] = times.ints[batch_.rows_[i]];
  batch_.matched_.clear();
  if (matched && question_.mark_only) {
    for (const uint32_t row : batch_.rows_) batch_.matched_.push_back(matched->has(row) ? 1 : 0);
  }
  fill_kinds();
  forget_slots();
  return &batch_;
}

void SegmentEvents::rows_of(const Selection& chosen) {
  batch_.rows_.resize(chosen.count());
  uint32_t* to = batch_.rows_.data();
  chosen.for_each([&](uint32_t row) { *to++ = row; });
}

// Rows whose text passes. Rows that follow each other mostly have the same text.
template <class Test>
Selection SegmentEvents::keep_texts(const Selection& chosen, KeyReader& reader, CodeVerdicts& verdicts, Test&& test) {
  uint32_t last = kNullCode;
  bool last_holds = false;
  const auto holds = [&](const std::shared_ptr<const table::DictionaryView>& dictionary, uint32_t code) {
    if (code == last) return last_holds;
    last = code;
    return last_holds = code != kNullCode && verdicts.holds(dictionary, code, test);
  };
  if (const ColumnWindow* only = reader.only_texts(columns_)) {
    if (only->all_null) return Selection::none(chosen.row_count());
    return query_execute::filter(chosen, [&](uint32_t row) { return holds(only->dictionary, only->codes[row]); });
  }
  rows_of(chosen);
  reader.read_texts(columns_, batch_.rows_, codes_);
  Selection kept = Selection::none(chosen.row_count());
  for (size_t i = 0; i < codes_.size(); ++i) {
    if (holds(reader.dictionary(), codes_[i])) kept.set(batch_.rows_[i]);
  }
  return kept;
}

void SegmentEvents::keep_trace(Selection& chosen) {
  const ColumnWindow& traces = columns_.at(table::field_column(table::log_field::kTraceId));
  if (traces.all_null) {
    chosen = Selection::none(chosen.row_count());
    return;
  }
  chosen = query_execute::filter(chosen, [&](uint32_t row) { return traces.has(row) && traces.trace_ids[row] == *question_.trace_id; });
}

// Its application's id, or its service where there is none.
void SegmentEvents::keep_app(Selection& chosen) {
  const auto same = [&](std::string_view text) { return text == question_.app; };
  const Selection ours = keep_texts(chosen, *app_, app_verdicts_, same);
  Selection nameless = chosen;
  nameless.remove(ours);
  if (const ColumnWindow* only = app_->only_texts(columns_)) {
    if (!only->all_null) nameless = query_execute::filter(nameless, [&](uint32_t row) { return only->codes[row] == kNullCode; });
  } else {
    // keep_texts() has read the codes of all rows.
    for (size_t i = 0; i < codes_.size(); ++i) {
      if (codes_[i] == kNullCode) continue;
      const uint32_t row = batch_.rows_[i];
      nameless.set_word(row / 64, nameless.word(row / 64) & ~(uint64_t{1} << (row % 64)));
    }
  }
  chosen = ours;
  if (nameless.any()) chosen |= keep_texts(nameless, *service_, service_verdicts_, same);
}

void SegmentEvents::keep_names(Selection& chosen) {
  chosen = keep_texts(chosen, names_, name_verdicts_, [&](std::string_view name) {
    if (name.starts_with("rum.")) name.remove_prefix(4);
    return std::ranges::find(question_.event_names, name) != question_.event_names.end();
  });
}

// A kind follows from two codes; each pair is judged once.
void SegmentEvents::fill_kinds() {
  names_.read_texts(columns_, batch_.rows_, codes_);
  types_.read_texts(columns_, batch_.rows_, more_codes_);
  // The head's dictionaries grow under the same address. One more than their codes stands for none.
  const size_t name_count = names_.dictionary() == nullptr ? 0 : names_.dictionary()->size();
  const size_t type_count = types_.dictionary() == nullptr ? 0 : types_.dictionary()->size();
  const size_t pair_count = (name_count + 1) * (type_count + 1);
  const bool few = pair_count <= kKindPairsMax;
  if (kind_names_ != names_.dictionary() || kind_types_ != types_.dictionary() || kinds_.size() != (few ? pair_count : 0)) {
    kind_names_ = names_.dictionary();
    kind_types_ = types_.dictionary();
    kinds_.assign(few ? pair_count : 0, 0);
  }
  const auto tell = [&](uint32_t name, uint32_t type) { return event_kind(text_of(kind_names_, name), text_of(kind_types_, type)); };
  batch_.kinds_.resize(batch_.size_);
  for (uint32_t i = 0; i < batch_.size_; ++i) {
    const uint32_t name = codes_[i], type = more_codes_[i];
    if (!few) {
      batch_.kinds_[i] = tell(name, type);
      continue;
    }
    uint8_t& known = kinds_[std::min<size_t>(name, name_count) * (type_count + 1) + std::min<size_t>(type, type_count)];
    if (known == 0) known = static_cast<uint8_t>(1 + static_cast<uint8_t>(tell(name, type)));
    batch_.kinds_[i] = static_cast<EventKind>(known - 1);
  }
}

void SegmentEvents::forget_slots() {
  for (EventBatch::TextSlot& slot : batch_.texts_) slot = {};
  for (EventBatch::NumberSlot& slot : batch_.numbers_) slot = {};
  batch_.ids_are_read_ = false;
}

void SegmentEvents::read_texts(size_t slot) {
  KeyReader& reader = texts_[slot];
  const ColumnWindow* only = reader.only_texts(columns_);
  if (only != nullptr && !only->all_null) {
    batch_.texts_[slot] = {only->codes.data(), true, only->dictionary};
  } else if (only != nullptr || reader.empty()) {
    batch_.texts_[slot] = {no_codes(), false, nullptr};
  } else {
    reader.read_texts(columns_, batch_.rows_, text_values_[slot]);
    batch_.texts_[slot] = {text_values_[slot].data(), false, reader.dictionary()};
  }
}

void SegmentEvents::read_numbers(size_t slot) {
  if (const ColumnWindow* only = numbers_[slot].only_numbers(columns_)) {
    batch_.numbers_[slot] = {nullptr, only->all_null ? nullptr : only, true};
    return;
  }
  const bool any = numbers_[slot].read_numbers(columns_, batch_.rows_, number_values_[slot]);
  batch_.numbers_[slot] = {any ? number_values_[slot].data() : nullptr, nullptr, true};
}

void SegmentEvents::read_ids() {
  const ColumnWindow& traces = columns_.at(table::field_column(table::log_field::kTraceId));
  const ColumnWindow& spans = columns_.at(table::field_column(table::log_field::kSpanId));
  batch_.traces_ = traces.all_null ? nullptr : &traces;
  batch_.spans_ = spans.all_null ? nullptr : &spans;
  batch_.ids_are_read_ = true;
}

void EventBatch::read_texts(size_t slot) const { source_->read_texts(slot); }
void EventBatch::read_numbers(size_t slot) const { source_->read_numbers(slot); }
void EventBatch::read_ids() const { source_->read_ids(); }

}  // namespace clew::query_rum
