// The rows of several blocks in one table, so that they can be cut anew.
#pragma once

#include <memory>
#include <span>

#include "block/block_reader.h"
#include "stdx/error.h"
#include "table/record_table.h"
#include "table/span_table.h"

namespace clew::block {

// Copies all rows of `inputs` into a table that has room for all of their columns. Ordering it by trace joins the parts of
// traces and drops retries that ended up in different blocks. Memory: about 300 bytes a span; the plan bounds it.
stdx::Result<std::unique_ptr<table::SpanTable>> join_spans(
    std::span<const std::shared_ptr<const BlockSpanSet>> inputs);

// The same for one kind of records; the table is empty if no input has any.
stdx::Result<std::unique_ptr<table::RecordTable>> join_records(
    std::span<const std::shared_ptr<const BlockSpanSet>> inputs, table::RecordTableId id);

}  // namespace clew::block
