// Up to 8 192 rows of a segment on their way through a query: their columns are read when first asked for.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "query/execute/selection.h"
#include "stdx/error.h"
#include "table/segment.h"

namespace clew::query_execute {

// Either a window of the segment or rows picked from it. One thread. A read that fails is kept as the batch's error and
// answers without values from then on, so that evaluation needs no error paths; whoever owns the batch asks error() before
// believing anything that came of it.
class Batch {
 public:
  static Batch of_window(const table::Segment& segment, uint32_t window);
  // `rows` ascend and are at most kWindowRows.
  static Batch of_rows(const table::Segment& segment, std::vector<uint32_t> rows);

  const table::Segment& segment() const { return *segment_; }
  uint32_t row_count() const { return row_count_; }
  // The row's position in the segment.
  uint32_t segment_row(uint32_t row) const { return rows_.empty() ? first_row_ + row : rows_[row]; }
  // nullopt for picked rows.
  std::optional<uint32_t> window() const { return window_; }

  const table::ColumnWindow& column(table::ColumnId column);
  const table::ColumnWindow& column(table::CoreColumn column) { return this->column(table::core(column)); }

  // Events and links of (at least) the selected rows; `index` maps a row of the batch to its place, kNullCode if absent.
  struct Children {
    table::ChildRows rows;
    std::vector<uint32_t> index;
  };
  const Children& children(const Selection& selection);

  const std::optional<stdx::Error>& error() const { return error_; }

 private:
  Batch(const table::Segment& segment, uint32_t row_count) : segment_(&segment), row_count_(row_count) {}

  const table::Segment* segment_;
  uint32_t row_count_;
  std::optional<uint32_t> window_;
  uint32_t first_row_ = 0;
  std::vector<uint32_t> rows_;
  // Few, so searching beats hashing; unique_ptr because answers refer to them.
  std::vector<std::pair<table::ColumnId, std::unique_ptr<table::ColumnWindow>>> columns_;
  std::unique_ptr<Children> children_;
  std::optional<stdx::Error> error_;
};

}  // namespace clew::query_execute
