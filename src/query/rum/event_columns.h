// Where an attribute of events is stored in a segment, and its values of a window. Internal to the room.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "otlp/model.h"
#include "query/plan/field_columns.h"
#include "stdx/error.h"
#include "table/segment.h"

namespace clew::query_rum {

// The decoded columns of one window: each is read once, whoever asks. One thread.
class WindowColumns {
 public:
  explicit WindowColumns(const table::Segment& segment) : segment_(segment), columns_(segment.columns().size()) {}

  void enter(uint32_t window);
  uint32_t window() const { return window_; }
  // After an error, which error() then tells, an all-null window.
  const table::ColumnWindow& at(table::ColumnId id);
  const std::optional<stdx::Error>& error() const { return error_; }

 private:
  const table::Segment& segment_;
  uint32_t window_ = 0;
  std::vector<std::optional<table::ColumnWindow>> columns_;
  std::vector<table::ColumnId> used_;
  std::optional<stdx::Error> error_;
};

// Columns of a key as EventQuestion writes it: "resource.x", "scope.x", "x", "name", "body". Unscoped keys are looked for among
// the event's own attributes (`first`), then the resource's.
query_plan::FieldColumns event_columns(const table::Segment& segment, std::string_view key);
query_plan::FieldColumns event_field(size_t field);  // table::log_field
query_plan::AttributeColumns event_attribute(const table::Segment& segment, table::Scope scope, std::string_view key);

// The attribute in an overflow column's object; nullopt if it is not there.
std::optional<otlp::AnyValue> overflow_value(std::string_view object, const query_plan::AttributeColumns& columns);

// Texts collected while a segment is read; equal texts have one code.
class MergedTexts final : public table::DictionaryView {
 public:
  uint32_t size() const override { return static_cast<uint32_t>(texts_.size()); }
  std::string_view at(uint32_t code) const override { return texts_[code]; }
  void find(std::string_view value, std::vector<uint32_t>& codes) const override;
  uint32_t intern(std::string_view text);

 private:
  std::deque<std::string> texts_;  // A deque: the map's keys point into it.
  absl::flat_hash_map<std::string_view, uint32_t> codes_;
};

// Columns of one key in the order in which they are asked; the first that has a value for a row tells it.
class KeyReader {
 public:
  KeyReader(const table::Segment& segment, std::string_view key);

  // Of the rows listed (ascending): `codes` under dictionary(), which is null if none of them has a value.
  void read_texts(WindowColumns& columns, const std::vector<uint32_t>& rows, std::vector<uint32_t>& codes);
  const std::shared_ptr<const table::DictionaryView>& dictionary() const { return dictionary_; }
  // The one column that tells all, as it is stored: nullptr where there are several, or its type is another.
  const table::ColumnWindow* only_texts(WindowColumns& columns) const;
  const table::ColumnWindow* only_numbers(WindowColumns& columns) const;
  bool empty() const { return sources_.empty(); }
  // NaN where there is none. False if no row has one; then `values` is not touched.
  bool read_numbers(WindowColumns& columns, const std::vector<uint32_t>& rows, std::vector<double>& values);

 private:
  struct Source {
    table::ColumnId id;
    table::ValueType type;
    bool overflow = false;   // An overflow column …
    bool of_second = false;  // … asked for columns_.second.
    // What became of each code, under the dictionary it is of.
    std::shared_ptr<const table::DictionaryView> dictionary;
    std::vector<uint32_t> codes;   // Of merged_, kNullCode for none.
    std::vector<double> numbers;
    std::vector<uint8_t> known;
  };
  static void use_dictionary(Source& source, const table::ColumnWindow& window);
  void merge_texts(Source& source, const table::ColumnWindow& window, const std::vector<uint32_t>& rows,
                   std::vector<uint32_t>& codes);
  uint32_t merged_code(const Source& source, std::string_view stored);
  double number_of(const Source& source, std::string_view stored) const;
  const query_plan::AttributeColumns& overflow_of(const Source& source) const {
    return source.of_second ? columns_.second : columns_.first;
  }

  query_plan::FieldColumns columns_;
  std::vector<Source> sources_;
  bool direct_ = false;  // One column of strings: its own codes.
  std::shared_ptr<MergedTexts> merged_;  // Shared with batches through dictionary_.
  std::shared_ptr<const table::DictionaryView> dictionary_;
};

}  // namespace clew::query_rum
