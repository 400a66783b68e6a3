// The edges file of a block: who called whom, by minute.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "block/block_reader_file.h"
#include "block/parquet/file_writer.h"
#include "disk/object_store.h"
#include "stdx/error.h"
#include "table/rollup_rows.h"
#include "table/span_set.h"

namespace clew::block {

// How the column connection_type names it.
std::string_view connection_name(table::ConnectionType type);

// Rows in the order of table::Rollups::edges.
stdx::Result<parquet::WrittenFile> write_edge_file(std::span<const table::EdgeRow> rows, int zstd_level,
                                                   disk::ObjectWriter& out);
// Rows whose minute overlaps `range`.
stdx::Result<std::vector<table::EdgeRow>> read_edge_file(const BlockFile& file, table::TimeRange range);

}  // namespace clew::block
