// The data pages of one column chunk, encoded, before the file knows where they go.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "block/parquet/column_input.h"
#include "block/parquet/page_compressor.h"
#include "block/parquet/parquet_metadata.h"

namespace clew::block::parquet {

// Which dictionary entries a page uses, for dictionaries small enough that it is worth knowing.
inline constexpr uint32_t kSeenEntriesMax = 256;
using SeenEntries = std::array<uint64_t, kSeenEntriesMax / 64>;

struct EncodedPage {
  PageHeader header;
  size_t body_at = 0;  // In PageBatch::bytes: levels and values.
  PageBounds bounds;   // Low and high are empty for dictionary pages, whose bounds come from `seen`.
  SeenEntries seen{};
};

struct PageBatch {
  std::string bytes;
  std::vector<EncodedPage> pages;
  uint64_t value_count = 0;  // With nulls and empty lists.
  uint64_t null_count = 0;   // As in the format: with empty lists.
  bool any_compressed = false;

  void clear();
};

// Where the elements and the non-null values of each page begin; page p has [begin[p], begin[p + 1]).
struct PageLayout {
  std::vector<uint32_t> rows, elements, values;
  size_t page_count() const { return rows.size() - 1; }
};

// How dictionary indexes of a column are written; chosen by trying on one page and remembered.
enum class IndexPlan : uint8_t {
  kUndecided,
  kPacked,    // As few bits as possible, not compressed: read without decompressing.
  kBytes,     // One or two whole bytes each, compressed: zstd's entropy coder sees values, not bits.
  kRunLength  // Run lengths where values repeat, not compressed.
};

// Keeps only what pays: a page whose compression saves less than this share is stored as it is.
inline constexpr double kCompressionSavingMin = 0.06;

// Appends one page: the levels in `levels` (repetition, then definition), then `values`, compressed if that pays and
// `try_compress`. Returns the page for further fields.
EncodedPage& append_page(PageBatch& batch, PageCompressor& compressor, std::string_view levels, std::string_view values,
                         bool try_compress);

}  // namespace clew::block::parquet
