// The rollup files of a block: traces, red, edges. Rows of table/rollup_rows.h as Parquet.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "block/block_reader_file.h"
#include "block/parquet/file_writer.h"
#include "disk/object_store.h"
#include "otlp/ids.h"
#include "stdx/error.h"
#include "table/rollup_rows.h"

namespace clew::block {

// `traces` by trace id.
stdx::Result<parquet::WrittenFile> write_trace_file(std::span<const table::TracePart> traces, int zstd_level,
                                                    disk::ObjectWriter& out);
// Those of `trace_ids` (ascending, distinct) that are in the file, in the same order.
stdx::Result<std::vector<table::TracePart>> read_trace_parts(const BlockFile& file,
                                                             std::span<const otlp::TraceId> trace_ids);
stdx::Result<std::vector<table::TracePart>> read_all_trace_parts(const BlockFile& file);

}  // namespace clew::block
