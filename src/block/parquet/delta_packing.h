// DELTA_BINARY_PACKED: 64-bit integers as differences, packed in miniblocks of 32.
//
// Source of the format: parquet-format/Encodings.md, "Delta Encoding". Guarded by parquet_encodings_fuzz.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace clew::block::parquet {

void append_delta_packed(std::span<const int64_t> values, std::string& out);

// Reads values front to back. Differences wrap, as the format demands.
class DeltaReader {
 public:
  explicit DeltaReader(std::string_view bytes) : begin_(bytes.data()), cursor_(begin_), end_(begin_ + bytes.size()) {}

  // Reads the header; `count` is how many values the page claims to hold, never more than `count_max`.
  bool open(uint64_t count_max, uint64_t& count);
  bool read(size_t count, int64_t* values);
  // After all values were read: bytes used, where the next section begins.
  size_t position() const { return static_cast<size_t>(cursor_ - begin_); }

 private:
  bool varint(uint64_t& value);
  bool next_miniblock();

  const char* begin_;
  const char* cursor_;
  const char* end_;
  uint64_t left_ = 0;  // Values not yet handed out.
  bool first_pending_ = false;
  uint64_t value_ = 0;
  uint64_t block_values_ = 0;
  uint64_t miniblock_count_ = 0;
  uint64_t miniblock_at_ = 0;
  uint64_t miniblock_values_ = 0;  // A multiple of 32.
  uint64_t group_left_ = 0;        // Groups of 32 left in the miniblock.
  uint64_t min_delta_ = 0;
  const char* widths_ = nullptr;
  int width_ = 0;
  uint64_t deltas_[32];
  uint32_t delta_at_ = 32;
};

}  // namespace clew::block::parquet
