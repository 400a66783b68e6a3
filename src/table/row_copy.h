// Rows of a segment into a span table: what stays behind at a cut, and what compaction joins.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "stdx/error.h"
#include "table/segment.h"
#include "table/span_table.h"

namespace clew::table {

// Copies column by column, looking each distinct value up once per segment. Resources and scopes are recognised by the
// values of their columns. One thread; segment and table must outlive it, and the table must have been made with room for
// the attribute columns of all its sources. Attributes in overflow columns are copied as they are. On error the table holds part of the rows and must be thrown away.
class RowCopier {
 public:
  RowCopier(const Segment& from, SpanTable& to);

  // Appends `rows` (ascending, at most a few ten thousand at once: all columns of them are held decoded one at a time) and
  // publishes them. `origin_of`, by index into `rows`, gives each row's origin.
  stdx::Result<void> copy(std::span<const uint32_t> rows, const std::function<SpanOrigin(size_t)>& origin_of);

 private:
  // Ordinals in the target of the rows' resources (or scopes), by the codes they have in the source.
  struct Owners {
    std::vector<uint32_t> ordinal_of_row;
    std::vector<uint32_t> new_rows;      // Index into `rows` of the first row of each new ordinal …
    std::vector<uint32_t> new_ordinals;  // … and the ordinal.
  };
  using WindowList = std::vector<std::pair<ColumnId, ColumnWindow>>;
  stdx::Result<WindowList> gather_all(std::initializer_list<Scope> scopes, std::initializer_list<CoreColumn> core_columns,
                                      std::span<const uint32_t> rows) const;
  stdx::Result<Owners> copy_resources(std::span<const uint32_t> rows);
  stdx::Result<Owners> copy_instrumentations(std::span<const uint32_t> rows);
  Owners identify(const WindowList& windows, size_t row_count, absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint32_t>& known,
                  const std::function<uint32_t(uint32_t row_index)>& add) const;
  void append_column(const ColumnInfo& info, ColumnId id, const ColumnWindow& window, std::span<const uint32_t> indexes,
                     std::span<const uint32_t> owners);
  void copy_children(const ChildRows& children, uint32_t first_row);

  const Segment& from_;
  SpanTable& to_;
  absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint32_t> resources_;
  absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint32_t> instrumentations_;
  // By column: the source dictionary last seen and its codes in the target.
  struct Remap {
    std::shared_ptr<const DictionaryView> dictionary;
    std::vector<uint32_t> codes;
  };
  std::vector<Remap> remaps_;
};

}  // namespace clew::table
