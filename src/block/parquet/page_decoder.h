// One data page, or some of its rows, as arrays.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "block/parquet/column_input.h"
#include "block/parquet/file_reader.h"
#include "otlp/ids.h"
#include "stdx/error.h"

namespace clew::block::parquet {

struct RowRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// One element for each row of the range asked for; for lists for each element of its rows. Filled by physical type as in
// ColumnInput.
struct DecodedPage {
  uint32_t row_count = 0;
  std::vector<uint32_t> list_begin;  // Lists: row_count + 1.
  bool all_null = false;             // Then the arrays below are empty.
  std::vector<uint64_t> valid;       // Empty if no element is null; not filled for strings.
  std::vector<uint32_t> codes;       // Into `values`; kNullIndex.
  std::shared_ptr<const ValueList> values;
  std::vector<int64_t> ints;         // INT64 and INT32
  std::vector<double> doubles;
  std::vector<uint8_t> booleans;
  std::vector<uint64_t> ids8;
  std::vector<otlp::TraceId> ids16;

  size_t memory_bytes() const;
};

// `bytes` is the page with its header; `page_rows` how many rows it must have; `dictionary` the chunk's, or nullptr. Checks
// the checksum, every length and every index. kDataLoss without place. Guarded by parquet_page_fuzz.cc.
stdx::Result<DecodedPage> decode_page(const Leaf& leaf, Codec codec, std::string_view bytes, uint32_t page_rows,
                                      const std::shared_ptr<const ValueList>& dictionary, RowRange range);

}  // namespace clew::block::parquet
