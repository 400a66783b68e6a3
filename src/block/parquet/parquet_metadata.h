// Footer, page headers and page indexes of a Parquet file, to and from bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "block/parquet/parquet_schema.h"
#include "stdx/error.h"

namespace clew::block::parquet {

inline constexpr std::string_view kMagic = "PAR1";
// The format protects the bodies of pages only. So after each offset index our files have CRC32s (little-endian, four
// bytes each) of the chunk's pages with their headers: the dictionary page's if there is one, then those of the data pages;
// and under this key of the footer's key-value metadata stand, for each row group and column, 16 hex digits: CRC32 of
// column index, offset index and those checksums together, then CRC32 of the bloom filter (0 where there is none). The
// footer's own checksum is in the manifest.
inline constexpr std::string_view kIndexChecksumKey = "clew.index_crc32";

enum class Encoding : uint8_t {
  kPlain = 0,
  kRle = 3,
  kDeltaBinaryPacked = 5,
  kDeltaLengthByteArray = 6,
  kRleDictionary = 8,
};
enum class Codec : uint8_t { kUncompressed = 0, kZstd = 6 };
enum class PageType : uint8_t { kDictionary = 2, kDataV2 = 3 };
std::string_view encoding_name(Encoding encoding);

// Bounds in the format's own encoding: little-endian numbers, bytes of strings and ids. A bound that is not exact is
// below (above) every value.
struct Bounds {
  std::string low, high;
  bool low_exact = true, high_exact = true;
  bool operator==(const Bounds&) const = default;
};

struct PageHeader {
  PageType type = PageType::kDataV2;
  uint32_t uncompressed_size = 0;  // With levels, without this header.
  uint32_t compressed_size = 0;    // As stored, without this header.
  std::optional<uint32_t> crc;
  Encoding encoding = Encoding::kPlain;
  uint32_t value_count = 0;  // With nulls and empty lists; entries of a dictionary page.
  uint32_t null_count = 0;
  uint32_t row_count = 0;
  uint32_t definition_length = 0;
  uint32_t repetition_length = 0;
  bool is_compressed = true;
};
void encode_page_header(const PageHeader& header, std::string& out);
// kDataLoss without place; `length` receives the header's own bytes.
stdx::Result<PageHeader> decode_page_header(std::string_view bytes, size_t& length);

struct PageLocation {
  uint64_t offset = 0;  // Of the page header, in the file.
  uint32_t size = 0;    // With the page header.
  uint32_t first_row = 0;
};
void encode_offset_index(const std::vector<PageLocation>& pages, std::string& out);
stdx::Result<std::vector<PageLocation>> decode_offset_index(std::string_view bytes);

struct PageBounds {
  bool all_null = false;
  uint32_t null_count = 0;
  std::string low, high;
};
enum class BoundaryOrder : uint8_t { kUnordered = 0, kAscending = 1, kDescending = 2 };
void encode_column_index(const std::vector<PageBounds>& pages, BoundaryOrder order, std::string& out);
stdx::Result<std::vector<PageBounds>> decode_column_index(std::string_view bytes);

struct ChunkMeta {
  Codec codec = Codec::kUncompressed;
  Encoding encoding = Encoding::kPlain;  // Of the data pages.
  uint64_t offset = 0;                   // First byte: the dictionary page if there is one.
  uint64_t data_page_offset = 0;
  uint64_t dictionary_page_offset = 0;  // 0: none.
  uint64_t compressed_size = 0;         // All pages with headers.
  uint64_t uncompressed_size = 0;
  uint64_t value_count = 0;
  std::optional<uint64_t> null_count;
  std::optional<Bounds> bounds;
  uint64_t bloom_offset = 0;
  uint32_t bloom_length = 0;  // 0: none.
  uint64_t offset_index_offset = 0;
  uint32_t offset_index_length = 0;
  uint64_t column_index_offset = 0;
  uint32_t column_index_length = 0;
  std::optional<uint32_t> index_crc;  // From kIndexChecksumKey.
  std::optional<uint32_t> bloom_crc;

  bool has_dictionary() const { return dictionary_page_offset != 0; }
};
struct RowGroupMeta {
  uint32_t row_count = 0;
  std::vector<ChunkMeta> chunks;  // By leaf.
};
struct FileMeta {
  Schema schema;
  uint64_t row_count = 0;
  std::vector<RowGroupMeta> row_groups;
  std::vector<std::pair<std::string, std::string>> key_values;
  std::string created_by;

  const std::string* find_key_value(std::string_view key) const;
};
// The footer's Thrift part. `sorting_leaves` are leaves by which rows ascend. Adds kIndexChecksumKey.
void encode_footer(const FileMeta& meta, const std::vector<uint32_t>& sorting_leaves, std::string& out);
// Takes any file whose schema is within the profile; every offset and size is checked against `file_size`.
// kDataLoss (damaged) or kUnimplemented (beyond the profile), without file name.
stdx::Result<FileMeta> decode_footer(std::string_view bytes, uint64_t file_size);

}  // namespace clew::block::parquet
