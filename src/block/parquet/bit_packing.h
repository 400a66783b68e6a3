// Values of a fixed number of bits, least significant bit first, as Parquet packs them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace clew::block::parquet {

// Bits needed for `value`: 0 for 0.
inline int bit_width_of(uint64_t value) { return value == 0 ? 0 : 64 - __builtin_clzll(value); }

// Appends `count` values of `width` bits (0..32) rounded up to whole groups of eight values; missing ones are zero. Values
// must fit.
void pack_bits(const uint32_t* values, size_t count, int width, std::string& out);
// Exactly 32 values of `width` bits (0..64): 4 * width bytes.
void pack_bits_32(const uint64_t* values, int width, std::string& out);

// Reads values [first, first + count) of `width` bits (0..32) from `bytes`, which must hold them all.
void unpack_bits(const char* bytes, size_t size, size_t first, size_t count, int width, uint32_t* values);
// Exactly 32 values of `width` bits (0..64) from 4 * width bytes.
void unpack_bits_32(const char* bytes, int width, uint64_t* values);

inline size_t packed_size(size_t count, int width) { return (count + 7) / 8 * static_cast<size_t>(width); }

}  // namespace clew::block::parquet
