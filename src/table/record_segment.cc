#include "table/record_segment.h"

#include <algorithm>

#include "table/row_reading.h"

namespace clew::table {

RecordSegment::RecordSegment(std::shared_ptr<const RecordTable> table)
    : table_(std::move(table)), row_count_(table_->published_row_count()) {
  const size_t count = table_->attribute_column_count();
  columns_.reserve(column(RecordColumn::kCount) + count);
  columns_.push_back({Scope::kSpanField, "time", ValueType::kInt64});
  for (const char* name : {"service_name", "scope_name", "scope_version"}) {
    columns_.push_back({Scope::kSpanField, name, ValueType::kString});
  }
  for (size_t i = 0; i < count; ++i) columns_.push_back(table_->attribute_column(i).info());
}

std::vector<ColumnId> RecordSegment::find(Scope scope, std::string_view key) const {
  std::vector<ColumnId> found;
  for (ColumnId id = column(RecordColumn::kCount); id < columns_.size(); ++id) {
    if (columns_[id].scope == scope && columns_[id].key == key) found.push_back(id);
  }
  return found;
}

stdx::Result<ColumnWindow> RecordSegment::read(ColumnId column, uint32_t window) const {
  const uint32_t first = window * kWindowRows;
  return read_rows(column, RowRange{first, std::min(kWindowRows, row_count_ - first)});
}

stdx::Result<ColumnWindow> RecordSegment::gather(ColumnId column, std::span<const uint32_t> rows) const {
  return read_rows(column, RowList{rows});
}

template <class Rows>
ColumnWindow RecordSegment::read_rows(ColumnId id, const Rows& rows) const {
  ColumnWindow window;
  const auto codes = [&](const auto& codes_of_owner, const auto& owners, const Dictionary& dictionary) {
    auto values = spread_codes(codes_of_owner, owners, rows);
    window.codes = *values;
    window.owner = std::move(values);
    window.dictionary = std::shared_ptr<const DictionaryView>(table_, &dictionary);
  };
  if (id >= column(RecordColumn::kCount)) {
    window = read_attribute(table_, table_->attribute_column(id - column(RecordColumn::kCount)), rows);
  } else {
    switch (static_cast<RecordColumn>(id)) {
      case RecordColumn::kTime: {
        auto times = copy_values(table_->times(), rows);
        window.ints = *times;
        window.owner = std::move(times);
        break;
      }
      case RecordColumn::kServiceName:
        codes(table_->resource_services(), table_->resources(), table_->service_dictionary());
        break;
      case RecordColumn::kScopeName:
        codes(table_->scope_names(), table_->instrumentations(), table_->scope_name_dictionary());
        break;
      default: codes(table_->scope_versions(), table_->instrumentations(), table_->scope_version_dictionary());
    }
  }
  window.type = columns_[id].type;
  window.rows = rows.size();
  return window;
}

// Records have no events and links.
stdx::Result<ChildRows> RecordSegment::read_children(std::span<const uint32_t> rows) const {
  ChildRows children;
  children.event_begin.assign(rows.size() + 1, 0);
  children.link_begin.assign(rows.size() + 1, 0);
  return children;
}

std::optional<ColumnBounds> RecordSegment::bounds(ColumnId id) const {
  if (id != column(RecordColumn::kTime) || row_count_ == 0) return std::nullopt;
  return ColumnBounds{.low_int = table_->time_min_ns(), .high_int = table_->time_max_ns()};
}

}  // namespace clew::table
