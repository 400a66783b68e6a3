// Parquet's split-block bloom filter over XXH64 hashes.
//
// Source of the format: parquet-format/BloomFilter.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::block::parquet {

uint64_t bloom_hash(std::string_view value);

// Fills `out` with header and bitset for the hashes of the distinct values.
void build_bloom_filter(std::span<const uint64_t> hashes, std::string& out);

// A filter read from a file; owns its bytes.
class BloomFilter {
 public:
  static stdx::Result<BloomFilter> parse(std::string bytes);
  bool may_contain(uint64_t hash) const;
  uint32_t bitset_bytes() const { return block_count_ * 32; }

 private:
  std::string bytes_;
  size_t bitset_at_ = 0;
  uint32_t block_count_ = 0;
};

}  // namespace clew::block::parquet
