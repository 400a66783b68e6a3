// Reads the events table: the one way in for all questions about users' sessions.
//
// A question names the attributes that it wants; they come in windows of rows that match. Texts come as codes of a dictionary,
// so that a question does its work on a text once and not for each row. Integers, doubles and texts of digits under one key are
// one number; a key without scope is the event's own attribute or else its resource's; attributes that had no column of their
// own are found in the overflow columns.
#pragma once

#include <cmath>
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "otlp/ids.h"
#include "query/engine.h"
#include "query/part_scan.h"
#include "query/record_rows.h"
#include "query/rum/event_filter.h"
#include "query/rum/event_kinds.h"
#include "stdx/error.h"
#include "table/catalog.h"
#include "table/column_window.h"

namespace clew::query_rum {

// Where an event is, within one snapshot.
struct RowPlace {
  uint32_t set = 0;
  uint32_t segment = 0;  // Of the set's events.
  uint32_t row = 0;
  auto operator<=>(const RowPlace&) const = default;
};

struct EventQuestion {
  table::TimeRange range = {};
  std::string app = {};                 // rum.app.id, or service.name where there is none. Empty: every application.
  std::string session_id = {};          // Empty: every session.
  std::vector<std::string> session_ids = {};  // Any of these; empty: every session.
  std::optional<otlp::TraceId> trace_id = {};  // Only what carries it.
  const EventFilter* filter = nullptr;  // Must outlive the scan.
  // Events that the filter refuses come too; matched(i) tells.
  bool mark_only = false;
  std::vector<std::string> event_names = {};  // "view", "resource" … (without "rum."); empty: all.
  // Keys (event_keys.h); a slot is the position in its list.
  std::vector<std::string_view> texts = {};
  std::vector<std::string_view> numbers = {};
};

class SegmentEvents;

// Rows of one window that belong to the answer, in the order of the segment: in blocks by session.id and time, in the head as
// they came. Valid during the call it is given to. An attribute is read from storage when it is asked for the first time; where
// that fails, rows have none, and the scan fails after the call.
class EventBatch {
 public:
  uint32_t size() const { return size_; }
  int64_t time_ns(uint32_t i) const { return times_[i]; }
  EventKind kind(uint32_t i) const { return kinds_[i]; }
  bool matched(uint32_t i) const { return matched_.empty() || matched_[i] != 0; }
  // table::kNullCode: it has none. Codes of one dictionary mean the same in all windows of a segment; a slot keeps its
  // dictionary within a segment unless the block stores the column's pages without one.
  uint32_t code(size_t slot, uint32_t i) const {
    const TextSlot& texts = text_slot(slot);
    return texts.codes[texts.by_row ? rows_[i] : i];
  }
  const std::shared_ptr<const table::DictionaryView>& dictionary(size_t slot) const { return text_slot(slot).dictionary; }
  // Empty: it has none.
  std::string_view text(size_t slot, uint32_t i) const {
    const uint32_t code = this->code(slot, i);
    return code == table::kNullCode ? std::string_view() : dictionary(slot)->at(code);
  }
  // No row of the batch has a value.
  bool none(size_t slot) const { return dictionary(slot) == nullptr; }
  std::optional<double> number(size_t slot, uint32_t i) const {
    const double value = number_or_nan(slot, i);
    return std::isnan(value) ? std::nullopt : std::optional(value);
  }
  // NaN: it has none.
  double number_or_nan(size_t slot, uint32_t i) const {
    const NumberSlot& numbers = numbers_[first_number_ + slot];
    if (!numbers.is_read) [[unlikely]] read_numbers(first_number_ + slot);
    if (numbers.values != nullptr) return numbers.values[i];
    const uint32_t row = rows_[i];
    if (numbers.window == nullptr || !numbers.window->has(row)) return std::numeric_limits<double>::quiet_NaN();
    return numbers.window->ints.empty() ? numbers.window->doubles[row] : static_cast<double>(numbers.window->ints[row]);
  }
  // Zero where it has none.
  otlp::TraceId trace_id(uint32_t i) const {
    if (!ids_are_read_) [[unlikely]] read_ids();
    return traces_ == nullptr || !traces_->has(rows_[i]) ? otlp::TraceId() : traces_->trace_ids[rows_[i]];
  }
  otlp::SpanId span_id(uint32_t i) const {
    if (!ids_are_read_) [[unlikely]] read_ids();
    return spans_ == nullptr || !spans_->has(rows_[i]) ? otlp::SpanId{0} : spans_->span_ids[rows_[i]];
  }
  RowPlace place(uint32_t i) const { return {set_, segment_, first_row_ + rows_[i]}; }

 private:
  friend class SegmentEvents;
  friend class PassesPart;
  struct TextSlot {
    const uint32_t* codes = nullptr;  // Not read yet.
    bool by_row = false;  // Codes of the whole window, else of the batch's rows.
    std::shared_ptr<const table::DictionaryView> dictionary;  // Shared with the segment that decoded it.
  };
  const TextSlot& text_slot(size_t slot) const {
    const TextSlot& texts = texts_[first_text_ + slot];
    if (texts.codes == nullptr) [[unlikely]] read_texts(first_text_ + slot);
    return texts;
  }
  void read_texts(size_t slot) const;
  void read_numbers(size_t slot) const;
  void read_ids() const;

  SegmentEvents* source_ = nullptr;  // Owns the batch.
  uint32_t size_ = 0, set_ = 0, segment_ = 0, first_row_ = 0;
  // Where the slots of the pass begin that looks at the batch; one thread, one pass at a time.
  mutable size_t first_text_ = 0, first_number_ = 0;
  std::vector<uint32_t> rows_;
  std::vector<int64_t> times_;
  std::vector<EventKind> kinds_;
  std::vector<uint8_t> matched_;
  std::vector<TextSlot> texts_;
  // Values of the batch's rows, or one column of the window, of which only those are looked at that somebody asks for.
  struct NumberSlot {
    const double* values = nullptr;
    const table::ColumnWindow* window = nullptr;
    bool is_read = false;
  };
  std::vector<NumberSlot> numbers_;
  bool ids_are_read_ = false;
  const table::ColumnWindow* traces_ = nullptr;
  const table::ColumnWindow* spans_ = nullptr;
};

// What one thread collects of one part (a segment), then merged into the whole that the caller knows.
class EventCollector {
 public:
  virtual ~EventCollector() = default;
  virtual stdx::Result<void> add(const EventBatch& batch) = 0;
  virtual stdx::Result<void> merge() = 0;  // One at a time.
};

// `sets` is a catalog's snapshot: take it once for a question, so that places stay valid and spans are of the same moment.
// One thread; sets, segments and windows in their order.
stdx::Result<query::QueryStats> scan_events(const table::Catalog::Sets& sets, const EventQuestion& question,
                                            const query::QueryControl& control, const query::ScanHooks& hooks,
                                            const std::function<stdx::Result<void>(const EventBatch&)>& each);

// The same on two threads, part by part, in no defined order. `show_partial` is called after a merge, if the hooks want it.
stdx::Result<query::QueryStats> scan_event_parts(const table::Catalog::Sets& sets, const EventQuestion& question,
                                                 const query::QueryControl& control, const query::ScanHooks& hooks,
                                                 const std::function<std::unique_ptr<EventCollector>()>& make_part,
                                                 const std::function<void()>& show_partial = {});

// Several questions of the same range, application and filter in one scan: what more than one of them wants is read once. Their
// event_names do not hold: collectors choose by kind.
struct EventPass {
  EventQuestion question;
  std::function<std::unique_ptr<EventCollector>()> make_part;
};
stdx::Result<query::QueryStats> scan_event_passes(const table::Catalog::Sets& sets, const std::vector<EventPass>& passes,
                                                  const query::QueryControl& control, const query::ScanHooks& hooks);

// Whole events, in the order of `places`.
stdx::Result<std::vector<query::RecordRow>> read_events(const table::Catalog::Sets& sets, std::span<const RowPlace> places);

}  // namespace clew::query_rum
