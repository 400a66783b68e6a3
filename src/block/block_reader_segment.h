// One row group of a block's file of spans or of records, as a segment.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "block/block_reader_file.h"
#include "block/span_file_schema.h"
#include "table/segment.h"

namespace clew::block {

// Columns of a file, shared by its segments. Files of records have no events and links.
struct SpanColumns {
  std::vector<table::ColumnInfo> infos;
  uint32_t core_count = 0;      // Columns below have a value in every row, or are strings.
  uint32_t attribute_leaf = 0;  // Of column core_count; further ones follow.
  bool has_children = false;
  uint32_t event_leaf = 0;  // First of the events' leaves.
  uint32_t link_leaf = 0;
  absl::flat_hash_map<std::pair<table::Scope, std::string_view>, std::vector<table::ColumnId>> by_key;

  // The leaf that has the column's values; for event_count and link_count the first leaf of the list.
  uint32_t leaf_of(table::ColumnId column) const;
  bool counts_children(table::ColumnId column) const {
    return has_children && (column == core(table::CoreColumn::kEventCount) || column == core(table::CoreColumn::kLinkCount));
  }
  void index_by_key();  // Fills by_key.
  static stdx::Result<std::shared_ptr<const SpanColumns>> of(const BlockFile& file);
};

// The file's list of attribute columns.
stdx::Result<std::vector<table::ColumnInfo>> attribute_columns(const BlockFile& file);
// kDataLoss unless the file has the leaves of `expected`. Names of leaves from `attributes_begin` to `attributes_end` are for
// people and may differ.
stdx::Result<void> check_leaves(const BlockFile& file, const parquet::Schema& expected, size_t attributes_begin,
                                size_t attributes_end);

// Windows are pages, so each read is at most one page of a column (and its dictionary, through the cache). Any thread.
class BlockSegment final : public table::Segment {
 public:
  BlockSegment(std::shared_ptr<const BlockFile> file, std::shared_ptr<const SpanColumns> columns, uint32_t group)
      : file_(std::move(file)), columns_(std::move(columns)), group_(group) {}

  uint32_t row_count() const override { return file_->row_count(group_); }
  std::span<const table::ColumnInfo> columns() const override { return columns_->infos; }
  std::vector<table::ColumnId> find(table::Scope scope, std::string_view key) const override;
  stdx::Result<table::ColumnWindow> read(table::ColumnId column, uint32_t window) const override;
  stdx::Result<table::ColumnWindow> gather(table::ColumnId column, std::span<const uint32_t> rows) const override;
  stdx::Result<table::ChildRows> read_children(std::span<const uint32_t> rows) const override;
  bool may_equal(table::ColumnId column, std::string_view value) const override;
  std::optional<table::ColumnBounds> bounds(table::ColumnId column) const override;
  std::optional<table::ColumnBounds> window_bounds(table::ColumnId column, uint32_t window) const override;

  // Of spans: rows of the trace, ascending; empty if it is not here.
  stdx::Result<std::vector<uint32_t>> find_trace(otlp::TraceId trace_id) const;

 private:
  table::ColumnWindow to_window(table::ColumnId column, std::shared_ptr<const BlockFile::Page> page) const;

  const std::shared_ptr<const BlockFile> file_;
  const std::shared_ptr<const SpanColumns> columns_;
  const uint32_t group_;
};

}  // namespace clew::block
