// Windows of rows out of tables that grow: what segments of spans and of records share.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stdx/append_only.h"
#include "table/attribute_column.h"
#include "table/column_window.h"
#include "table/row_table.h"

namespace clew::table {

inline constexpr int kGatherSteps = 8;

// Rows asked for: a range, or a list. Both ascend.
struct RowRange {
  uint32_t first;
  uint32_t count;
  uint32_t size() const { return count; }
  uint32_t operator[](uint32_t index) const { return first + index; }
  static constexpr bool kContiguous = true;
};
struct RowList {
  std::span<const uint32_t> rows;
  uint32_t size() const { return static_cast<uint32_t>(rows.size()); }
  uint32_t operator[](uint32_t index) const { return rows[index]; }
  static constexpr bool kContiguous = false;
};

// Owns what a window's spans point to.
template <class T>
std::shared_ptr<std::vector<T>> make_values(size_t size, T value = {}) {
  return std::make_shared<std::vector<T>>(size, value);
}

template <class T, class Rows>
std::shared_ptr<std::vector<T>> copy_values(const stdx::AppendOnly<T>& from, const Rows& rows) {
  auto values = make_values<T>(rows.size());
  if constexpr (Rows::kContiguous) {
    from.for_each_run(rows.first, rows.first + rows.count, [&](size_t first, std::span<const T> run) {
      std::ranges::copy(run, values->begin() + static_cast<ptrdiff_t>(first - rows.first));
    });
  } else {
    for (uint32_t i = 0; i < rows.size(); ++i) (*values)[i] = from[rows[i]];
  }
  return values;
}

// Codes kept per resource or scope, spread over the rows that refer to them.
template <class Codes, class Rows>
std::shared_ptr<std::vector<uint32_t>> spread_codes(const Codes& codes_of_owner, const stdx::AppendOnly<uint32_t>& owners,
                                                    const Rows& rows) {
  auto codes = make_values<uint32_t>(rows.size());
  for (uint32_t i = 0; i < rows.size(); ++i) (*codes)[i] = codes_of_owner[owners[rows[i]]];
  return codes;
}

// Calls visit(index into rows, entry index) for each of `rows` that owns an entry of a span column.
template <class Rows, class Visit>
void for_each_owned(const AttributeColumn& column, const Rows& rows, Visit&& visit) {
  const size_t count = column.entry_count();
  if (rows.size() == 0) return;
  size_t entry = column.lower_bound(rows[0], count);
  if constexpr (Rows::kContiguous) {
    const uint32_t end = rows.first + rows.count;
    for (; entry < count; ++entry) {
      const uint32_t owner = column.owners()[entry];
      if (owner >= end) return;
      visit(owner - rows.first, entry);
    }
  } else {
    for (uint32_t i = 0; i < rows.size() && entry < count; ++i) {
      // Rows asked for often lie close together: a few steps are cheaper than a search.
      for (int step = 0; step < kGatherSteps && entry < count && column.owners()[entry] < rows[i]; ++step) ++entry;
      if (entry < count && column.owners()[entry] < rows[i]) entry = column.lower_bound(rows[i], count);
      if (entry < count && column.owners()[entry] == rows[i]) visit(i, entry);
    }
  }
}

// Of a column of `table`, whose dictionary the window shares.
template <class Table, class Rows>
ColumnWindow read_attribute(const std::shared_ptr<const Table>& table, const AttributeColumn& column,
                                   const Rows& rows) {
  ColumnWindow window;
  const Scope scope = column.info().scope;
  const ValueType type = column.info().type;
  // Calls visit(index into rows, entry) for every row that has a value.
  const auto for_each_value = [&](auto&& visit) {
    if (scope == Scope::kSpan || scope == Scope::kSpanField) return for_each_owned(column, rows, visit);
    const bool of_resource = scope == Scope::kResource || scope == Scope::kResourceField;
    const stdx::AppendOnly<uint32_t>& owners = of_resource ? table->resources() : table->instrumentations();
    const size_t count = column.entry_count();
    // Rows of one batch mostly share their owner, so the last look-up is remembered.
    uint32_t last_owner = kNullCode;
    size_t last_entry = 0;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const uint32_t owner = owners[rows[i]];
      if (owner != last_owner) {
        last_owner = owner;
        last_entry = column.lower_bound(owner, count);
        if (last_entry < count && column.owners()[last_entry] != owner) last_entry = count;
      }
      if (last_entry < count) visit(i, last_entry);
    }
  };
  bool any = false;
  if (type == ValueType::kString || type == ValueType::kJson) {
    auto codes = make_values<uint32_t>(rows.size(), kNullCode);
    for_each_value([&](uint32_t index, size_t entry) {
      (*codes)[index] = column.codes()[entry];
      any = true;
    });
    window.codes = *codes;
    window.dictionary = std::shared_ptr<const DictionaryView>(table, &column.dictionary());
    window.owner = std::move(codes);
    window.all_null = !any;
    return window;
  }
  struct Values {
    std::vector<int64_t> ints;
    std::vector<double> doubles;
    std::vector<uint8_t> small;
    std::vector<otlp::TraceId> trace_ids;
    std::vector<otlp::SpanId> span_ids;
    std::vector<uint64_t> valid;
  };
  auto values = std::make_shared<Values>();
  values->valid.resize((size_t{rows.size()} + 63) / 64);
  if (type == ValueType::kInt64) values->ints.resize(rows.size());
  if (type == ValueType::kDouble) values->doubles.resize(rows.size());
  if (type == ValueType::kBool) values->small.resize(rows.size());
  if (type == ValueType::kTraceId) values->trace_ids.resize(rows.size());
  if (type == ValueType::kSpanId) values->span_ids.resize(rows.size());
  for_each_value([&](uint32_t index, size_t entry) {
    values->valid[index / 64] |= uint64_t{1} << (index % 64);
    any = true;
    if (type == ValueType::kInt64) {
      values->ints[index] = std::bit_cast<int64_t>(column.numbers()[entry]);
    } else if (type == ValueType::kDouble) {
      values->doubles[index] = std::bit_cast<double>(column.numbers()[entry]);
    } else if (type == ValueType::kTraceId) {
      values->trace_ids[index] = column.trace_id(entry);
    } else if (type == ValueType::kSpanId) {
      values->span_ids[index] = column.numbers()[entry];
    } else {
      values->small[index] = static_cast<uint8_t>(column.codes()[entry]);
    }
  });
  window.ints = values->ints;
  window.doubles = values->doubles;
  window.small = values->small;
  window.trace_ids = values->trace_ids;
  window.span_ids = values->span_ids;
  // Of span ids zero means none, so that every row has a value.
  if (type != ValueType::kSpanId) window.valid = values->valid;
  window.all_null = !any && type != ValueType::kSpanId;
  window.owner = std::move(values);
  return window;
}

}  // namespace clew::table
