// Records of one kind (logs, metric points) as columns that grow.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "table/record_kind.h"
#include "table/row_table.h"

namespace clew::table {

// One writer appends; readers see rows below published_row_count(). Rows are in order of arrival; two that are equal are two:
// nothing tells a client's retry of a log record from a second one. Nothing is removed, knows no files.
//
// Writing a record: its fields and attributes for row next_row(), then append_record(); after one or more, publish().
class RecordTable : public RowTable {
 public:
  explicit RecordTable(const RecordKind& kind, size_t attribute_columns_max = kTableColumnsMax);

  const RecordKind& kind() const { return kind_; }

  // ---- Writer.
  uint32_t next_row() const { return static_cast<uint32_t>(times_.size()); }
  AttributeColumn& field(size_t position) { return writable_column(position); }
  uint32_t append_record(int64_t time_ns, uint32_t resource, uint32_t instrumentation);
  void publish() { published_rows_.store(next_row(), std::memory_order_release); }
  size_t used_bytes() const { return size_t{next_row()} * (8 + kOwnerBytesPerRow) + attribute_bytes(); }

  // ---- Readers. Column i < kind().fields.size() of attribute_column() is field i.
  uint32_t published_row_count() const { return published_rows_.load(std::memory_order_acquire); }
  const stdx::AppendOnly<int64_t>& times() const { return times_; }
  // Bounds of all times; of no meaning while the table is empty.
  int64_t time_min_ns() const { return time_min_ns_.load(std::memory_order_relaxed); }
  int64_t time_max_ns() const { return time_max_ns_.load(std::memory_order_relaxed); }
  uint64_t repaired_count() const { return repaired_attribute_count(); }

 private:
  const RecordKind& kind_;
  stdx::AppendOnly<int64_t> times_;
  std::atomic<int64_t> time_min_ns_{INT64_MAX};
  std::atomic<int64_t> time_max_ns_{INT64_MIN};
  std::atomic<uint32_t> published_rows_{0};
};

// The rows below `row_end` in the order of the kind.
std::vector<uint32_t> order_records(const RecordTable& table, uint32_t row_end);

}  // namespace clew::table
