// Rows of a segment into a table: what stays behind at a cut, and what compaction joins.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "stdx/error.h"
#include "table/record_table.h"
#include "table/segment.h"
#include "table/span_table.h"

namespace clew::table {

// What copying rows of any kind shares: resources, scopes and attribute columns. Looks each distinct value up once per
// segment; resources and scopes are recognised by the values of their columns. Not used by itself.
class ColumnCopier {
 protected:
  // Where a segment has the columns that every kind of row has.
  struct Layout {
    ColumnId service_name;
    ColumnId scope_name;
    ColumnId scope_version;
    ColumnId first_attribute;  // This and all columns behind it are attributes or fields stored like them.
  };
  ColumnCopier(const Segment& from, RowTable& to, Layout layout);
  ~ColumnCopier() = default;

  // Ordinals in the target of the rows' resources (or scopes), by the codes they have in the source.
  struct Owners {
    std::vector<uint32_t> ordinal_of_row;
    std::vector<uint32_t> new_rows;      // Index into `rows` of the first row of each new ordinal …
    std::vector<uint32_t> new_ordinals;  // … and the ordinal.
  };
  using WindowList = std::vector<std::pair<ColumnId, ColumnWindow>>;
  stdx::Result<WindowList> gather_all(std::initializer_list<Scope> scopes, std::initializer_list<ColumnId> fixed_columns,
                                      std::span<const uint32_t> rows) const;
  stdx::Result<Owners> copy_resources(std::span<const uint32_t> rows);
  stdx::Result<Owners> copy_instrumentations(std::span<const uint32_t> rows);
  // The rows' own attributes and fields, to rows of the target from `first_row` on.
  stdx::Result<void> copy_attributes(std::span<const uint32_t> rows, uint32_t first_row);

  const Segment& from_;
  const Layout layout_;

 private:
  Owners identify(const WindowList& windows, size_t row_count, absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint32_t>& known,
                  const std::function<uint32_t(uint32_t row_index)>& add) const;
  void append_column(const ColumnInfo& info, ColumnId id, const ColumnWindow& window, std::span<const uint32_t> indexes,
                     std::span<const uint32_t> owners);

  RowTable& rows_to_;
  absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint32_t> resources_;
  absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint32_t> instrumentations_;
  // By column: the source dictionary last seen and its codes in the target.
  struct Remap {
    std::shared_ptr<const DictionaryView> dictionary;
    std::vector<uint32_t> codes;
  };
  std::vector<Remap> remaps_;
};

// Spans. One thread; segment and table must outlive it, and the table must have been made with room for the attribute
// columns of all its sources. Attributes in overflow columns are copied as they are. On error the table holds part of the
// rows and must be thrown away.
class RowCopier : private ColumnCopier {
 public:
  RowCopier(const Segment& from, SpanTable& to);

  // Appends `rows` (ascending, at most a few ten thousand at once: all columns of them are held decoded one at a time) and
  // publishes them. `origin_of`, by index into `rows`, gives each row's origin.
  stdx::Result<void> copy(std::span<const uint32_t> rows, const std::function<SpanOrigin(size_t)>& origin_of);

 private:
  void copy_children(const ChildRows& children, uint32_t first_row);

  SpanTable& to_;
};

// The same for records of one kind.
class RecordCopier : private ColumnCopier {
 public:
  RecordCopier(const Segment& from, RecordTable& to);
  stdx::Result<void> copy(std::span<const uint32_t> rows);

 private:
  RecordTable& to_;
};

}  // namespace clew::table
