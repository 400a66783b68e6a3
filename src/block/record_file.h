// The files of records in a block: logs, metrics. One schema and one writer for all kinds (table/record_kind.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "block/block_reader_segment.h"
#include "block/parquet/file_writer.h"
#include "disk/object_store.h"
#include "stdx/error.h"
#include "table/record_table.h"

namespace clew::block {

// Writes the rows of `order` (table::order_records) to `out`, which the caller commits. The table must no longer grow.
stdx::Result<parquet::WrittenFile> write_record_file(const table::RecordTable& table, std::span<const uint32_t> order,
                                                     int zstd_level, uint32_t row_group_rows, disk::ObjectWriter& out);

// The columns of such a file; kDataLoss if it is not one of this kind.
stdx::Result<std::shared_ptr<const SpanColumns>> record_columns(const BlockFile& file, const table::RecordKind& kind);

}  // namespace clew::block
