// Parquet's hybrid of run lengths and bit-packed groups: levels and dictionary indexes.
//
// Source of the format: parquet-format/Encodings.md, "RLE / Bit-Packing Hybrid". Guarded by parquet_encodings_fuzz.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stdx/error.h"

namespace clew::block::parquet {

// One run of `count` equal values.
void append_run(uint32_t value, size_t count, int width, std::string& out);
// All values in one bit-packed run: fastest to write and to enter in the middle.
void append_packed(const uint32_t* values, size_t count, int width, std::string& out);
// Run lengths where at least eight equal values follow each other, bit-packed groups between them.
void append_hybrid(const uint32_t* values, size_t count, int width, std::string& out);
// The same for width 1 from a bitmap: bit i of word i / 64. Bits beyond `count` in the last word are ignored.
void append_hybrid_bits(const uint64_t* words, size_t count, std::string& out);

// Walks over the runs of encoded bytes without trusting them.
class HybridReader {
 public:
  HybridReader(std::string_view bytes, int width) : cursor_(bytes.data()), end_(cursor_ + bytes.size()), width_(width) {}

  // Skips `count` values; false if the bytes end before.
  bool skip(size_t count);
  bool read(size_t count, uint32_t* values);
  // Of width 1 only: reads into bits [0, count) of `words`, which must hold zeros.
  bool read_bits(size_t count, uint64_t* words);
  // Of width 1 only: skips `count` values, adding how many were 1.
  bool skip_count_ones(size_t count, size_t& ones);

 private:
  bool next_run();

  const char* cursor_;
  const char* end_;
  int width_;
  size_t left_ = 0;  // Values left in the current run.
  bool packed_ = false;
  uint32_t value_ = 0;            // Of a run.
  const char* packed_begin_ = nullptr;
  size_t packed_size_ = 0;
  size_t packed_at_ = 0;  // Index of the next value in the packed run.
};

}  // namespace clew::block::parquet
