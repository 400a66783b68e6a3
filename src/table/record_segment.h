// A table of records in memory at one moment, as queries see it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "table/record_table.h"
#include "table/segment.h"

namespace clew::table {

// Reads the table's columns below the row count of the moment when it was made, while the table goes on growing. Shares the
// table, because a query may hold the segment longer than the head holds the table. Any thread.
class RecordSegment final : public Segment {
 public:
  explicit RecordSegment(std::shared_ptr<const RecordTable> table);

  uint32_t row_count() const override { return row_count_; }
  std::span<const ColumnInfo> columns() const override { return columns_; }
  std::vector<ColumnId> find(Scope scope, std::string_view key) const override;
  stdx::Result<ColumnWindow> read(ColumnId column, uint32_t window) const override;
  stdx::Result<ColumnWindow> gather(ColumnId column, std::span<const uint32_t> rows) const override;
  stdx::Result<ChildRows> read_children(std::span<const uint32_t> rows) const override;
  bool may_equal(ColumnId, std::string_view) const override { return true; }
  std::optional<ColumnBounds> bounds(ColumnId column) const override;
  std::optional<ColumnBounds> window_bounds(ColumnId, uint32_t) const override { return std::nullopt; }

 private:
  template <class Rows>
  ColumnWindow read_rows(ColumnId column, const Rows& rows) const;

  const std::shared_ptr<const RecordTable> table_;
  const uint32_t row_count_;
  std::vector<ColumnInfo> columns_;
};

}  // namespace clew::table
