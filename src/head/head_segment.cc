#include "head/head_segment.h"

#include <algorithm>
#include <span>

#include "table/row_reading.h"

namespace clew::head {
namespace {

using table::AttributeColumn;
using table::ColumnId;
using table::ColumnInfo;
using table::ColumnWindow;
using table::CoreColumn;
using table::copy_values;
using table::make_values;
using table::RowList;
using table::RowRange;
using table::spread_codes;
using table::kNullCode;
using table::kWindowRows;
using table::Scope;
using table::SpanTable;
using table::ValueType;

constexpr std::array<std::pair<std::string_view, ValueType>, static_cast<size_t>(CoreColumn::kCount)> kCoreColumns = {{
    {"trace_id", ValueType::kTraceId},
    {"span_id", ValueType::kSpanId},
    {"parent_span_id", ValueType::kSpanId},
    {"start_time", ValueType::kInt64},
    {"duration", ValueType::kInt64},
    {"name", ValueType::kString},
    {"kind", ValueType::kEnum},
    {"status_code", ValueType::kEnum},
    {"service_name", ValueType::kString},
    {"scope_name", ValueType::kString},
    {"scope_version", ValueType::kString},
    {"event_count", ValueType::kInt64},
    {"link_count", ValueType::kInt64},
}};

// Of ascending row numbers in events or links, the index of the first that is `row` or later.
size_t lower_bound(const stdx::AppendOnly<uint32_t>& owners, size_t count, uint32_t row) {
  size_t low = 0, high = count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (owners[middle] < row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

template <class Rows>
std::shared_ptr<std::vector<int64_t>> child_counts(const stdx::AppendOnly<uint32_t>& owners, const Rows& rows) {
  auto counts = make_values<int64_t>(rows.size());
  const size_t owner_count = owners.size();
  size_t at = rows.size() == 0 ? 0 : lower_bound(owners, owner_count, rows[0]);
  for (uint32_t i = 0; i < rows.size() && at < owner_count; ++i) {
    if constexpr (!Rows::kContiguous) at = std::max(at, lower_bound(owners, owner_count, rows[i]));
    while (at < owner_count && owners[at] < rows[i]) ++at;
    while (at < owner_count && owners[at] == rows[i]) {
      ++(*counts)[i];
      ++at;
    }
  }
  return counts;
}

}  // namespace

HeadSegment::HeadSegment(std::shared_ptr<const SpanTable> table, LeftBehind left_behind)
    : table_(std::move(table)), left_behind_(std::move(left_behind)), row_count_(table_->published_row_count()) {
  for (const auto& [name, type] : kCoreColumns) columns_.push_back({Scope::kSpan, std::string(name), type});
  const size_t count = table_->attribute_column_count();
  columns_.reserve(columns_.size() + count);
  for (size_t i = 0; i < count; ++i) columns_.push_back(table_->attribute_column(i).info());
  if (left_behind_ == nullptr) return;
  visible_.resize((size_t{row_count_} + kWindowRows - 1) / kWindowRows * (kWindowRows / 64));
  for (uint32_t row = 0; row < row_count_; ++row) {
    if (!(*left_behind_)[table_->traces()[row]]) visible_[row / 64] |= uint64_t{1} << (row % 64);
  }
}

std::span<const uint64_t> HeadSegment::visible(uint32_t window) const {
  if (visible_.empty()) return {};
  return std::span(visible_).subspan(size_t{window} * (kWindowRows / 64), kWindowRows / 64);
}

std::vector<ColumnId> HeadSegment::find(Scope scope, std::string_view key) const {
  std::vector<ColumnId> found;
  for (ColumnId id = core(CoreColumn::kCount); id < columns_.size(); ++id) {
    if (columns_[id].scope == scope && columns_[id].key == key) found.push_back(id);
  }
  return found;
}

stdx::Result<ColumnWindow> HeadSegment::read(ColumnId column, uint32_t window) const {
  const uint32_t first = window * kWindowRows;
  return read_rows(column, RowRange{first, std::min(kWindowRows, row_count_ - first)});
}

stdx::Result<ColumnWindow> HeadSegment::gather(ColumnId column, std::span<const uint32_t> rows) const {
  return read_rows(column, RowList{rows});
}

template <class Rows>
ColumnWindow HeadSegment::read_rows(ColumnId column, const Rows& rows) const {
  ColumnWindow window = column < core(CoreColumn::kCount)
                            ? read_core(static_cast<CoreColumn>(column), rows)
                            : read_attribute(table_, table_->attribute_column(column - core(CoreColumn::kCount)), rows);
  window.type = columns_[column].type;
  window.rows = rows.size();
  return window;
}

template <class Rows>
ColumnWindow HeadSegment::read_core(CoreColumn column, const Rows& rows) const {
  ColumnWindow window;
  const auto hold = [&](auto values, auto member) {
    window.*member = *values;
    window.owner = std::move(values);
  };
  const auto spread = [&](const auto& codes_of_owner, const stdx::AppendOnly<uint32_t>& owners) {
    hold(spread_codes(codes_of_owner, owners, rows), &ColumnWindow::codes);
  };
  switch (column) {
    case CoreColumn::kTraceId: {
      auto ids = make_values<otlp::TraceId>(rows.size());
      for (uint32_t i = 0; i < rows.size(); ++i) (*ids)[i] = table_->trace_index().id(table_->traces()[rows[i]]);
      hold(std::move(ids), &ColumnWindow::trace_ids);
      break;
    }
    case CoreColumn::kSpanId: hold(copy_values(table_->span_ids(), rows), &ColumnWindow::span_ids); break;
    case CoreColumn::kParentSpanId: hold(copy_values(table_->parent_span_ids(), rows), &ColumnWindow::span_ids); break;
    case CoreColumn::kStartTime: hold(copy_values(table_->starts(), rows), &ColumnWindow::ints); break;
    case CoreColumn::kDuration: hold(copy_values(table_->durations(), rows), &ColumnWindow::ints); break;
    case CoreColumn::kName:
      hold(copy_values(table_->names(), rows), &ColumnWindow::codes);
      window.dictionary = shared(table_->name_dictionary());
      break;
    case CoreColumn::kKind: hold(copy_values(table_->kinds(), rows), &ColumnWindow::small); break;
    case CoreColumn::kStatusCode: hold(copy_values(table_->statuses(), rows), &ColumnWindow::small); break;
    case CoreColumn::kServiceName:
      spread(table_->resource_services(), table_->resources());
      window.dictionary = shared(table_->service_dictionary());
      break;
    case CoreColumn::kScopeName:
      spread(table_->scope_names(), table_->instrumentations());
      window.dictionary = shared(table_->scope_name_dictionary());
      break;
    case CoreColumn::kScopeVersion:
      spread(table_->scope_versions(), table_->instrumentations());
      window.dictionary = shared(table_->scope_version_dictionary());
      break;
    case CoreColumn::kEventCount: hold(child_counts(table_->events().rows, rows), &ColumnWindow::ints); break;
    case CoreColumn::kLinkCount: hold(child_counts(table_->links().rows, rows), &ColumnWindow::ints); break;
    case CoreColumn::kCount: break;
  }
  return window;
}

stdx::Result<table::ChildRows> HeadSegment::read_children(std::span<const uint32_t> rows) const {
  table::ChildRows children;
  const SpanTable::Events& events = table_->events();
  const SpanTable::Links& links = table_->links();
  const size_t event_count = events.rows.size();
  const size_t link_count = links.rows.size();
  const auto text = [](const table::Dictionary& dictionary, uint32_t code) {
    return code == kNullCode ? std::string_view() : dictionary.at(code);
  };
  for (const uint32_t row : rows) {
    children.event_begin.push_back(static_cast<uint32_t>(children.events.size()));
    for (size_t i = lower_bound(events.rows, event_count, row); i < event_count && events.rows[i] == row; ++i) {
      children.events.push_back({events.times[i], events.name_dictionary.at(events.names[i]),
                                 text(events.attribute_dictionary, events.attributes[i]), events.dropped[i]});
    }
    children.link_begin.push_back(static_cast<uint32_t>(children.links.size()));
    for (size_t i = lower_bound(links.rows, link_count, row); i < link_count && links.rows[i] == row; ++i) {
      children.links.push_back({links.trace_ids[i], links.span_ids[i],
                                text(links.trace_state_dictionary, links.trace_states[i]),
                                text(links.attribute_dictionary, links.attributes[i]), links.dropped[i],
                                links.flags[i]});
    }
  }
  children.event_begin.push_back(static_cast<uint32_t>(children.events.size()));
  children.link_begin.push_back(static_cast<uint32_t>(children.links.size()));
  children.owner = table_;
  return children;
}

std::optional<table::ColumnBounds> HeadSegment::bounds(ColumnId column) const {
  if (column != core(CoreColumn::kStartTime) || row_count_ == 0) return std::nullopt;
  return table::ColumnBounds{.low_int = table_->start_min_ns(), .high_int = table_->start_max_ns()};
}

}  // namespace clew::head
