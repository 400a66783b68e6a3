// The red file of a block: rate, errors and durations by service, operation, kind, status and minute.
#pragma once

#include <span>
#include <vector>

#include "block/block_reader_file.h"
#include "block/parquet/file_writer.h"
#include "disk/object_store.h"
#include "stdx/error.h"
#include "table/rollup_rows.h"
#include "table/span_set.h"

namespace clew::block {

// Rows in the order of table::Rollups::red.
stdx::Result<parquet::WrittenFile> write_red_file(std::span<const table::RedRow> rows, int zstd_level,
                                                  disk::ObjectWriter& out);
// Rows whose minute overlaps `range`.
stdx::Result<std::vector<table::RedRow>> read_red_file(const BlockFile& file, table::TimeRange range);

}  // namespace clew::block
