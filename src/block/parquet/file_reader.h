// Reads Parquet files of our profile: footer, page indexes, bloom filters, dictionaries.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "block/parquet/parquet_metadata.h"
#include "block/parquet/split_bloom_filter.h"
#include "otlp/ids.h"
#include "stdx/error.h"

namespace clew::block::parquet {

// The bytes of one immutable file. Any thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual const std::string& name() const = 0;  // For error messages.
  virtual uint64_t size() const = 0;
  // Exactly `length` bytes, or an error.
  virtual stdx::Result<std::string> read(uint64_t offset, uint64_t length) const = 0;
};

// What the manifest knows about a file's footer; the format itself does not protect it.
struct FooterCheck {
  uint32_t length = 0;
  uint64_t xxh3 = 0;
};

stdx::Result<FileMeta> read_footer(const ByteSource& source, const std::optional<FooterCheck>& check);

// Distinct values of a chunk, or the values of one page that has no dictionary.
class ValueList {
 public:
  uint32_t size() const { return size_; }
  std::string_view text(uint32_t index) const { return {bytes_.data() + slices_[index].begin, slices_[index].length}; }
  const std::vector<uint64_t>& numbers() const { return numbers_; }         // Integers sign-extended, doubles as bits, ids.
  const std::vector<otlp::TraceId>& ids16() const { return ids16_; }
  size_t memory_bytes() const {
    return sizeof *this + bytes_.capacity() + slices_.capacity() * 8 + numbers_.capacity() * 8 + ids16_.capacity() * 16;
  }

  // PLAIN values as a dictionary page holds them. kDataLoss without place.
  static stdx::Result<ValueList> parse_plain(const LeafSpec& leaf, std::string bytes, uint32_t count);
  // Takes over `bytes`; value i begins where value i - 1 ends.
  static ValueList from_lengths(std::string bytes, size_t text_at, const std::vector<int64_t>& lengths);

 private:
  struct Slice {
    uint32_t begin, length;
  };
  uint32_t size_ = 0;
  std::string bytes_;
  std::vector<Slice> slices_;
  std::vector<uint64_t> numbers_;
  std::vector<otlp::TraceId> ids16_;
};

struct ChunkIndex {
  std::vector<PageLocation> pages;
  std::vector<PageBounds> bounds;  // Empty if the file has none for this chunk.
  // CRC32s of whole pages; empty in files of other writers.
  std::vector<uint32_t> page_crcs;
  uint32_t dictionary_crc = 0;
};

// A column chunk's place, for reading and for error messages.
struct ChunkPlace {
  const ByteSource& source;
  const Leaf& leaf;
  const ChunkMeta& meta;
  uint32_t row_group = 0;
  uint32_t row_count = 0;

  std::unexpected<stdx::Error> damaged(const stdx::Error& error, int page = -1) const;
};

stdx::Result<ChunkIndex> read_chunk_index(const ChunkPlace& place);
// nullopt if the chunk has no filter.
stdx::Result<std::optional<BloomFilter>> read_bloom_filter(const ChunkPlace& place);
// nullptr if the chunk has no dictionary.
stdx::Result<std::shared_ptr<const ValueList>> read_dictionary(const ChunkPlace& place,
                                                                    const ChunkIndex& index);
// The bytes of one page with its header; their checksum is verified if the index has it.
stdx::Result<std::string> read_page_bytes(const ChunkPlace& place, const ChunkIndex& index, uint32_t page);

}  // namespace clew::block::parquet
