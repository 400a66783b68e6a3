#include "query/execute/batch.h"

#include <algorithm>

namespace clew::query_execute {

using table::ColumnId;
using table::ColumnWindow;

Batch Batch::of_window(const table::Segment& segment, uint32_t window) {
  const uint32_t first = window * table::kWindowRows;
  Batch batch(segment, std::min(table::kWindowRows, segment.row_count() - first));
  batch.window_ = window;
  batch.first_row_ = first;
  return batch;
}

Batch Batch::of_rows(const table::Segment& segment, std::vector<uint32_t> rows) {
  Batch batch(segment, static_cast<uint32_t>(rows.size()));
  batch.rows_ = std::move(rows);
  return batch;
}

const ColumnWindow& Batch::column(ColumnId column) {
  for (const auto& [id, window] : columns_) {
    if (id == column) return *window;
  }
  auto window = std::make_unique<ColumnWindow>();
  stdx::Result<ColumnWindow> read = error_    ? stdx::Result<ColumnWindow>(std::unexpected(*error_))
                                    : window_ ? segment_->read(column, *window_)
                                              : segment_->gather(column, rows_);
  if (read) {
    *window = std::move(*read);
  } else {
    error_ = std::move(read.error());
    window->type = segment_->columns()[column].type;
    window->rows = row_count_;
    window->all_null = true;
  }
  return *columns_.emplace_back(column, std::move(window)).second;
}

const Batch::Children& Batch::children(const Selection& selection) {
  if (children_ != nullptr) {
    bool covered = true;
    selection.for_each([&](uint32_t row) { covered &= children_->index[row] != table::kNullCode; });
    if (covered) return *children_;
  }
  auto children = std::make_unique<Children>();
  children->index.assign(row_count_, table::kNullCode);
  std::vector<uint32_t> rows;
  selection.for_each([&](uint32_t row) {
    children->index[row] = static_cast<uint32_t>(rows.size());
    rows.push_back(segment_row(row));
  });
  stdx::Result<table::ChildRows> read =
      error_ ? stdx::Result<table::ChildRows>(std::unexpected(*error_)) : segment_->read_children(rows);
  if (read) {
    children->rows = std::move(*read);
  } else {
    error_ = std::move(read.error());
    children->rows.event_begin.assign(rows.size() + 1, 0);
    children->rows.link_begin.assign(rows.size() + 1, 0);
  }
  children_ = std::move(children);
  return *children_;
}

}  // namespace clew::query_execute
