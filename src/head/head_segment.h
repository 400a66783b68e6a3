// A span table at one moment, as queries see it.
#pragma once

#include <memory>
#include <vector>

#include "table/segment.h"
#include "table/span_table.h"

namespace clew::head {

// Traces, by ordinal, that a sealed table left behind for the next generation; nobody sees their rows here.
using LeftBehind = std::shared_ptr<const std::vector<bool>>;

// Reads the table's columns below the row count of the moment when it was made, while the table goes on growing. Shares
// the table, because a query may hold the segment longer than the head holds the table. Any thread.
class HeadSegment final : public table::Segment {
 public:
  HeadSegment(std::shared_ptr<const table::SpanTable> table, LeftBehind left_behind);

  uint32_t row_count() const override { return row_count_; }
  std::span<const uint64_t> visible(uint32_t window) const override;
  std::span<const table::ColumnInfo> columns() const override { return columns_; }
  std::vector<table::ColumnId> find(table::Scope scope, std::string_view key) const override;
  stdx::Result<table::ColumnWindow> read(table::ColumnId column, uint32_t window) const override;
  stdx::Result<table::ColumnWindow> gather(table::ColumnId column, std::span<const uint32_t> rows) const override;
  stdx::Result<table::ChildRows> read_children(std::span<const uint32_t> rows) const override;
  bool may_equal(table::ColumnId, std::string_view) const override { return true; }
  std::optional<table::ColumnBounds> bounds(table::ColumnId column) const override;
  std::optional<table::ColumnBounds> window_bounds(table::ColumnId, uint32_t) const override { return std::nullopt; }

 private:
  template <class Rows>
  table::ColumnWindow read_core(table::CoreColumn column, const Rows& rows) const;
  template <class Rows>
  table::ColumnWindow read_rows(table::ColumnId column, const Rows& rows) const;
  // Aliases the table, so that equal pointers mean the same dictionary.
  std::shared_ptr<const table::DictionaryView> shared(const table::Dictionary& dictionary) const {
    return {table_, &dictionary};
  }

  const std::shared_ptr<const table::SpanTable> table_;
  const LeftBehind left_behind_;
  const uint32_t row_count_;
  std::vector<table::ColumnInfo> columns_;
  std::vector<uint64_t> visible_;
};

}  // namespace clew::head
