// The events of one segment that belong to an answer, window by window. Internal to the room.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/execute/selection.h"
#include "query/rum/event_columns.h"
#include "query/rum/event_filter.h"
#include "query/rum/event_scan.h"
#include "stdx/error.h"
#include "table/segment.h"

namespace clew::query_rum {

// False if certainly no event of the segment is in the range.
bool overlaps(const table::Segment& segment, const table::TimeRange& range);

// A verdict for each code of a KeyReader's texts.
class CodeVerdicts {
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

// Reads what decides whether a row belongs to the answer; everything else when the batch is asked for it. Segment and question must
// outlive it. One thread.
class SegmentEvents {
 public:
  SegmentEvents(const table::Segment& segment, const EventQuestion& question, uint32_t set, uint32_t index);
  SegmentEvents(const SegmentEvents&) = delete;
  SegmentEvents& operator=(const SegmentEvents&) = delete;

  bool may_match() const;
  // Nullptr if no row of the window belongs to the answer.
  stdx::Result<const EventBatch*> read(uint32_t window);
  // What went wrong while the batch was asked.
  stdx::Result<void> check() const;
  uint64_t rows_scanned() const { return rows_scanned_; }

 private:
  friend class EventBatch;
  using Selection = query_execute::Selection;

  const EventBatch* fill(uint32_t window);
  void rows_of(const Selection& chosen);
  template <class Test>
  Selection keep_texts(const Selection& chosen, KeyReader& reader, CodeVerdicts& verdicts, Test&& test);
  void keep_trace(Selection& chosen);
  void keep_app(Selection& chosen);
  void keep_names(Selection& chosen);
  void fill_kinds();
  void forget_slots();
  void read_texts(size_t slot);
  void read_numbers(size_t slot);
  void read_ids();

  const table::Segment& segment_;
  const EventQuestion& question_;
  WindowColumns columns_;
  KeyReader names_, types_;
  std::vector<std::string> sessions_;  // Asked for, sorted.
  std::optional<KeyReader> app_, service_, session_;
  CodeVerdicts app_verdicts_, service_verdicts_, session_verdicts_, name_verdicts_;
  std::optional<EventMatcher> matcher_;
  std::vector<KeyReader> texts_, numbers_;
  std::vector<std::vector<uint32_t>> text_values_;
  std::vector<std::vector<double>> number_values_;
  std::vector<uint32_t> codes_, more_codes_;
  std::shared_ptr<const table::DictionaryView> kind_names_, kind_types_;  // Of kinds_; held for their addresses.
  std::vector<uint8_t> kinds_;  // By name and type, one more than the kind; 0: not known yet. Empty if there are very many.
  EventBatch batch_;
  uint64_t rows_scanned_ = 0;
};

}  // namespace clew::query_rum
