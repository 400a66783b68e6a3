#include "block/parquet/split_bloom_filter.h"

#include <algorithm>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "block/parquet/parquet_limits.h"
#include "block/parquet/thrift_compact.h"

namespace clew::block::parquet {
namespace {

constexpr uint32_t kBlockBytes = 32;
constexpr uint32_t kSalt[8] = {0x47b6137bu, 0x44974d91u, 0x8824ad5bu, 0xa2b7289du,
                               0x705495c7u, 0x2df1424bu, 0x9efc4947u, 0x5c6bfb31u};

uint32_t block_of(uint64_t hash, uint32_t block_count) {
  return static_cast<uint32_t>(((hash >> 32) * block_count) >> 32);
}

}  // namespace

uint64_t bloom_hash(std::string_view value) { return XXH64(value.data(), value.size(), 0); }

void build_bloom_filter(std::span<const uint64_t> hashes, std::string& out) {
  // A power of two, because some readers refuse other sizes; the nearest, so that it averages kBloomBytesPerValue.
  const double wanted = static_cast<double>(hashes.size()) * kBloomBytesPerValue;
  uint32_t size = kBlockBytes;
  while (size < kBloomBytesMax && wanted > size * 1.4142) size *= 2;
  out.clear();
  ThriftWriter writer(out);
  writer.begin_struct();
  writer.field_i32(1, static_cast<int32_t>(size));
  for (int id = 2; id <= 4; ++id) {  // Algorithm BLOCK, hash XXHASH, compression UNCOMPRESSED: each field 1 of its union.
    writer.field_struct(id);
    writer.field_empty_struct(1);
    writer.end_struct();
  }
  writer.end_struct();
  const size_t bitset_at = out.size();
  out.resize(bitset_at + size);
  char* bitset = out.data() + bitset_at;
  const uint32_t block_count = size / kBlockBytes;
  for (const uint64_t hash : hashes) {
    char* block = bitset + size_t{block_of(hash, block_count)} * kBlockBytes;
    const auto key = static_cast<uint32_t>(hash);
    uint32_t words[8];
    std::memcpy(words, block, kBlockBytes);
    for (int i = 0; i < 8; ++i) words[i] |= uint32_t{1} << ((key * kSalt[i]) >> 27);
    std::memcpy(block, words, kBlockBytes);
  }
}

stdx::Result<BloomFilter> BloomFilter::parse(std::string bytes) {
  const auto damaged = [] { return stdx::fail(stdx::ErrorCode::kDataLoss, "bloom filter is damaged"); };
  ThriftReader reader(bytes);
  ThriftReader::Field field, inner;
  int64_t size = 0;
  bool known = true;
  reader.begin_struct();
  while (reader.next_field(field)) {
    if (field.id == 1) {
      size = reader.read_int(field.type);
    } else if (field.id <= 4 && field.type == ThriftType::kStruct) {
      reader.begin_struct();
      while (reader.next_field(inner)) {
        known &= inner.id == 1;
        reader.skip(inner.type);
      }
    } else {
      reader.skip(field.type);
    }
  }
  if (reader.failed() || !known || size <= 0 || size > kBloomBytesMax || size % kBlockBytes != 0) return damaged();
  if (bytes.size() - reader.position() < static_cast<size_t>(size)) return damaged();
  BloomFilter filter;
  filter.bitset_at_ = reader.position();
  filter.block_count_ = static_cast<uint32_t>(size / kBlockBytes);
  filter.bytes_ = std::move(bytes);
  return filter;
}

bool BloomFilter::may_contain(uint64_t hash) const {
  const char* block = bytes_.data() + bitset_at_ + size_t{block_of(hash, block_count_)} * kBlockBytes;
  const auto key = static_cast<uint32_t>(hash);
  uint32_t words[8];
  std::memcpy(words, block, kBlockBytes);
  for (int i = 0; i < 8; ++i) {
    if ((words[i] >> ((key * kSalt[i]) >> 27) & 1) == 0) return false;
  }
  return true;
}

}  // namespace clew::block::parquet
