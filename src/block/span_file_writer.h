// Writes the spans file of a block from a span table.
#pragma once

#include <cstdint>
#include <vector>

#include "block/parquet/file_writer.h"
#include "disk/object_store.h"
#include "stdx/error.h"
#include "table/span_table.h"
#include "table/trace_order.h"

namespace clew::block {

struct SpanFileOptions {
  int zstd_level = 1;
  uint32_t row_group_rows = 0;  // 0: kRowGroupRows.
};

struct SpanFileResult {
  parquet::WrittenFile file;
  uint64_t span_count = 0;
  int64_t start_min_ns = 0;
  int64_t start_max_ns = 0;
  uint32_t attribute_column_count = 0;
  uint32_t overflowed_column_count = 0;
};

// Writes the rows of `order` to `out` (which the caller commits). The table must no longer grow. Works column by column
// over all row groups, holding one column at a time. One thread.
stdx::Result<SpanFileResult> write_span_file(const table::SpanTable& table, const table::TraceOrder& order,
                                             const SpanFileOptions& options, disk::ObjectWriter& out);

}  // namespace clew::block
