// Turns one column of one row group into encoded pages, a dictionary, statistics and a bloom filter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "block/parquet/column_input.h"
#include "block/parquet/page_batch.h"
#include "block/parquet/page_compressor.h"
#include "block/parquet/value_bounds.h"

namespace clew::block::parquet {

struct EncoderOptions {
  int zstd_level = 1;
  // Rows are read one by one rather than scanned: dictionary indexes are compressed only where that saves much.
  bool for_point_reads = false;
  // A string column whose dictionary would be larger than this gets one only if values repeat often: a point read has to
  // decompress the dictionary of the whole row group, or else one page of plain values.
  size_t dictionary_bytes_max = 256 << 10;
};

// What was learned about a column in earlier row groups, so that it need not be tried again each time.
struct ColumnMemory {
  IndexPlan index_plan = IndexPlan::kUndecided;
  bool plain = false;         // Values are mostly distinct.
  bool delta = true;          // INT64 without dictionary: DELTA_BINARY_PACKED, otherwise PLAIN.
  bool compress_plain = true;
  uint32_t chunks_left = 0;   // Until everything is tried anew.
};

struct EncodedChunk {
  PageBatch pages;                       // Unused where pages are shared.
  Encoding encoding = Encoding::kPlain;
  bool has_dictionary = false;
  std::string dictionary;                // PLAIN values, not compressed.
  uint32_t dictionary_count = 0;
  std::optional<Bounds> bounds;
  std::string bloom;                     // Header and bitset; empty for none.

  void clear();
};

// Scratch memory is kept from chunk to chunk. One thread.
class ChunkEncoder {
 public:
  explicit ChunkEncoder(EncoderOptions options) : options_(options), compressor_(options.zstd_level) {}

  void encode(const Leaf& leaf, const ColumnInput& input, bool bloom, ColumnMemory& memory, EncodedChunk& chunk);

  // For flat string columns that share the pattern of their values, as the attributes of one resource do: the pages of
  // `indexes` (kNullIndex: null) below `entry_count`, to be written with several dictionaries. Entries that no row uses are allowed.
  void encode_indexes(std::span<const uint32_t> indexes, uint32_t entry_count, bool optional, IndexPlan& plan,
                      PageBatch& pages);
  // The dictionary of `entries` (in index order) and its statistics; `pages` for page bounds.
  void encode_dictionary(const StringSource& strings, std::span<const uint32_t> entries, bool bloom, EncodedChunk& chunk);

  // Every element is null.
  void encode_nulls(const Leaf& leaf, const ColumnInput& input, EncodedChunk& chunk);

  PageCompressor& compressor() { return compressor_; }

 private:
  void lay_out(const Leaf& leaf, const ColumnInput& input);
  void page_levels(const Leaf& leaf, const ColumnInput& input, size_t page);
  EncodedPage& finish_page(const Leaf& leaf, PageBatch& batch, size_t page, Encoding encoding, std::string_view values,
                           bool try_compress);

  void write_null_pages(const Leaf& leaf, const ColumnInput& input, EncodedChunk& chunk);
  void encode_strings(const Leaf& leaf, const ColumnInput& input, bool bloom, ColumnMemory& memory, EncodedChunk& chunk);
  bool build_string_dictionary(const ColumnInput& input);
  void write_plain_strings(const Leaf& leaf, const ColumnInput& input, bool bloom, ColumnMemory& memory,
                           EncodedChunk& chunk);
  void encode_numbers(const Leaf& leaf, const ColumnInput& input, ColumnMemory& memory, EncodedChunk& chunk);
  bool build_number_dictionary(bool is_real);
  void write_plain_numbers(const Leaf& leaf, const ColumnInput& input, ColumnMemory& memory, EncodedChunk& chunk);
  void number_bounds(const Leaf& leaf, EncodedChunk& chunk);
  void encode_ids8(const Leaf& leaf, const ColumnInput& input, ColumnMemory& memory, EncodedChunk& chunk);
  void encode_ids16(const Leaf& leaf, const ColumnInput& input, bool bloom, ColumnMemory& memory, EncodedChunk& chunk);
  void encode_booleans(const Leaf& leaf, const ColumnInput& input, EncodedChunk& chunk);
  void write_index_pages(const Leaf& leaf, const ColumnInput& input, IndexPlan& plan, uint32_t entry_count,
                         PageBatch& batch);
  IndexPlan choose_index_plan(std::span<const uint32_t> indexes, int width);
  void encode_index_values(std::span<const uint32_t> indexes, IndexPlan plan, int width, std::string& out);

  EncoderOptions options_;
  PageCompressor compressor_;

  // Of the chunk at hand.
  PageLayout layout_;
  std::vector<uint64_t> valid_;  // Bit for each element; empty if no element is null.
  uint32_t value_count_ = 0;
  std::vector<uint32_t> indexes_;     // Of the non-null values, into the dictionary.
  std::vector<uint32_t> entries_;     // Codes of the dictionary's entries.
  std::vector<uint64_t> numbers_;     // Non-null values of number columns: int64 or bits of doubles.
  std::vector<otlp::TraceId> ids16_;  // Non-null values of optional columns of trace ids.
  std::vector<uint64_t> number_entries_;

  // Scratch.
  std::vector<uint32_t> remap_;  // By code: index plus one in the dictionary being built; all zero between chunks.
  std::vector<uint64_t> table_keys_;
  std::vector<uint32_t> table_indexes_;
  std::vector<uint32_t> levels_;
  std::vector<uint64_t> level_bits_;
  std::vector<std::string_view> views_;
  std::vector<int64_t> lengths_;
  std::vector<uint64_t> hashes_;
  std::string level_bytes_, values_, trial_;
  uint32_t repetition_length_ = 0;
};

}  // namespace clew::block::parquet
