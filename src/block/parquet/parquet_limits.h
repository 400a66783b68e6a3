// Every limit of the Parquet room. The writer stays below all of them; the reader refuses what is above.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::block::parquet {

// Rows of a data page; the last page of a row group may be shorter. Queries read windows of the same size.
inline constexpr uint32_t kPageRows = 8192;

// Footer: the largest that a reader takes into memory, and what it may hold.
inline constexpr uint32_t kFooterBytesMax = 64u << 20;
inline constexpr uint32_t kColumnsMax = 4096;     // Leaves of the schema.
inline constexpr uint32_t kRowGroupsMax = 65536;
inline constexpr uint32_t kRowsPerGroupMax = 1u << 24;
inline constexpr int kThriftDepthMax = 16;

// One page, compressed or not. A page of 8 192 long strings may be large; a damaged size must not exhaust memory.
inline constexpr uint32_t kPageBytesMax = 1u << 30;
// A header that needs more bytes than this is damaged.
inline constexpr uint32_t kPageHeaderBytesMax = 64u << 10;
// Elements of a list column in one page.
inline constexpr uint32_t kPageValuesMax = 1u << 24;
// Decompressed size over compressed size: above it a page is damaged or hostile. zstd reaches about 30 000 on constant data.
inline constexpr uint64_t kExpansionMax = 1u << 16;

// Bounds in statistics are cut to this many bytes; a cut maximum is rounded up.
inline constexpr size_t kBoundBytesMax = 64;

// Bloom filters: bytes for each distinct value, and the size of one at most.
inline constexpr double kBloomBytesPerValue = 1.2;
inline constexpr uint32_t kBloomBytesMax = 1u << 24;

static_assert(kPageRows % 64 == 0, "validity words must not straddle pages");
static_assert(kRowsPerGroupMax % kPageRows == 0);

}  // namespace clew::block::parquet
