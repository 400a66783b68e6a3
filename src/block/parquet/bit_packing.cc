#include "block/parquet/bit_packing.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace clew::block::parquet {
namespace {

// 32 values at a time fill a whole number of 32-bit words at every width, so a kernel has no branches: the compiler unrolls
// it with constant shifts.
template <int kWidth, class T>
void pack_32(const T* in, char* out) {
  uint64_t word = 0;
  int filled = 0;
#pragma GCC unroll 32
  for (int i = 0; i < 32; ++i) {
    const uint64_t value = in[i];
    word |= value << filled;
    filled += kWidth;
    if constexpr (kWidth <= 32) {
      if (filled >= 32) {
        const uint32_t low = static_cast<uint32_t>(word);
        std::memcpy(out, &low, 4);
        out += 4;
        word >>= 32;
        filled -= 32;
      }
    } else {
      if (filled >= 64) {
        std::memcpy(out, &word, 8);
        out += 8;
        filled -= 64;
        word = filled == 0 ? 0 : value >> (kWidth - filled);
      }
    }
  }
  if constexpr (kWidth > 32 && kWidth % 2 != 0) {  // Half a word is left.
    const auto low = static_cast<uint32_t>(word);
    std::memcpy(out, &low, 4);
  }
}

template <int kWidth, class T>
void unpack_32(const char* in, T* out) {
  constexpr uint64_t kMask = kWidth == 64 ? ~uint64_t{0} : (uint64_t{1} << (kWidth % 64)) - 1;
  if constexpr (kWidth <= 32) {
    uint64_t word = 0;
    int filled = 0;
#pragma GCC unroll 32
    for (int i = 0; i < 32; ++i) {
      if (filled < kWidth) {
        uint32_t next;
        std::memcpy(&next, in, 4);
        in += 4;
        word |= static_cast<uint64_t>(next) << filled;
        filled += 32;
      }
      out[i] = static_cast<T>(word & kMask);
      word >>= kWidth;
      filled -= kWidth;
    }
  } else {
    for (int i = 0; i < 32; ++i) {
      const int bit = i * kWidth, shift = bit % 8;
      uint64_t low = 0;
      // The value's first eight bytes, then the ninth if it reaches there; never beyond the last byte of the group.
      std::memcpy(&low, in + bit / 8, std::min(8, 4 * kWidth - bit / 8));
      uint64_t value = low >> shift;
      if (shift + kWidth > 64) value |= static_cast<uint64_t>(static_cast<uint8_t>(in[bit / 8 + 8])) << (64 - shift);
      out[i] = static_cast<T>(value & kMask);
    }
  }
}

template <class T, size_t... kWidths>
constexpr auto pack_table(std::index_sequence<kWidths...>) {
  return std::array<void (*)(const T*, char*), sizeof...(kWidths)>{&pack_32<static_cast<int>(kWidths), T>...};
}
template <class T, size_t... kWidths>
constexpr auto unpack_table(std::index_sequence<kWidths...>) {
  return std::array<void (*)(const char*, T*), sizeof...(kWidths)>{&unpack_32<static_cast<int>(kWidths), T>...};
}
constexpr auto kPack = pack_table<uint32_t>(std::make_index_sequence<33>());
constexpr auto kPack64 = pack_table<uint64_t>(std::make_index_sequence<65>());
constexpr auto kUnpack = unpack_table<uint32_t>(std::make_index_sequence<33>());
constexpr auto kUnpack64 = unpack_table<uint64_t>(std::make_index_sequence<65>());

}  // namespace

void pack_bits(const uint32_t* values, size_t count, int width, std::string& out) {
  assert(width >= 0 && width <= 32);
  const size_t start = out.size();
  const size_t size = packed_size(count, width);
  out.resize(start + size);
  char* cursor = out.data() + start;
  if (width == 8) {
    for (size_t i = 0; i < count; ++i) cursor[i] = static_cast<char>(values[i]);
    return;
  }
  if (width == 16) {
    for (size_t i = 0; i < count; ++i) {
      const auto value = static_cast<uint16_t>(values[i]);
      std::memcpy(cursor + 2 * i, &value, 2);
    }
    return;
  }
  size_t i = 0;
  for (; i + 32 <= count; i += 32, cursor += 4 * width) kPack[static_cast<size_t>(width)](values + i, cursor);
  if (i < count) {
    uint32_t rest[32] = {};
    char packed[32 * 4];
    std::memcpy(rest, values + i, (count - i) * sizeof(uint32_t));
    kPack[static_cast<size_t>(width)](rest, packed);
    std::memcpy(cursor, packed, packed_size(count - i, width));
  }
}

void pack_bits_32(const uint64_t* values, int width, std::string& out) {
  const size_t start = out.size();
  out.resize(start + static_cast<size_t>(4 * width));
  kPack64[static_cast<size_t>(width)](values, out.data() + start);
}

void unpack_bits(const char* bytes, size_t size, size_t first, size_t count, int width, uint32_t* values) {
  assert(width >= 0 && width <= 32 && packed_size(first + count, width) <= size + 7 * static_cast<size_t>(width));
  if (width == 0) {
    std::fill_n(values, count, 0u);
    return;
  }
  const char* end = bytes + size;
  const uint64_t mask = (uint64_t{1} << width) - 1;
  const auto one = [&](size_t index) {
    const size_t bit = index * static_cast<size_t>(width);
    const char* place = bytes + bit / 8;
    uint64_t word = 0;
    std::memcpy(&word, place, std::min<size_t>(8, static_cast<size_t>(end - place)));
    return static_cast<uint32_t>(word >> (bit % 8) & mask);
  };
  size_t done = 0;
  while (done < count && (first + done) % 32 != 0) {
    values[done] = one(first + done);
    ++done;
  }
  const char* cursor = bytes + (first + done) / 32 * 4 * static_cast<size_t>(width);
  for (; done + 32 <= count; done += 32, cursor += 4 * width) kUnpack[static_cast<size_t>(width)](cursor, values + done);
  for (; done < count; ++done) values[done] = one(first + done);
}

void unpack_bits_32(const char* bytes, int width, uint64_t* values) { kUnpack64[static_cast<size_t>(width)](bytes, values); }

}  // namespace clew::block::parquet
