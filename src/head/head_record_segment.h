// A table of records at one moment, as queries see it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "table/record_table.h"
#include "table/segment.h"

namespace clew::head {

// Reads the table's columns below the row count of the moment when it was made, while the table goes on growing. Shares the
// table, because a query may hold the segment longer than the head holds the table. Any thread.
class HeadRecordSegment final : public table::Segment {
 public:
  explicit HeadRecordSegment(std::shared_ptr<const table::RecordTable> table);

  uint32_t row_count() const override { return row_count_; }
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
  table::ColumnWindow read_rows(table::ColumnId column, const Rows& rows) const;

  const std::shared_ptr<const table::RecordTable> table_;
  const uint32_t row_count_;
  std::vector<table::ColumnInfo> columns_;
};

}  // namespace clew::head
