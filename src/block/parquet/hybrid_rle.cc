#include "block/parquet/hybrid_rle.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "block/parquet/bit_packing.h"

namespace clew::block::parquet {
namespace {

void append_varint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}


}  // namespace

void append_run(uint32_t value, size_t count, int width, std::string& out) {
  if (count == 0) return;
  append_varint(static_cast<uint64_t>(count) << 1, out);
  for (int bits = width; bits > 0; bits -= 8) {
    out.push_back(static_cast<char>(value));
    value >>= 8;
  }
}

void append_packed(const uint32_t* values, size_t count, int width, std::string& out) {
  if (count == 0) return;
  append_varint((count + 7) / 8 << 1 | 1, out);
  pack_bits(values, count, width, out);
}

void append_hybrid(const uint32_t* values, size_t count, int width, std::string& out) {
  size_t packed_from = 0, at = 0;
  while (at < count) {
    size_t run = 1;
    while (at + run < count && values[at + run] == values[at]) ++run;
    // A bit-packed run holds a multiple of eight values, so a run gives up those that complete its last group.
    const size_t to_group = (8 - (at - packed_from) % 8) % 8;
    if (run >= to_group + 8) {
      append_packed(values + packed_from, at + to_group - packed_from, width, out);
      append_run(values[at], run - to_group, width, out);
      at += run;
      packed_from = at;
    } else {
      at += run;
    }
  }
  append_packed(values + packed_from, count - packed_from, width, out);
}

void append_hybrid_bits(const uint64_t* words, size_t count, std::string& out) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(words);  // Little-endian: byte i holds values [8 i, 8 i + 8).
  const size_t whole = count / 8;
  size_t packed_from = 0, at = 0;
  const auto flush_packed = [&](size_t end) {
    if (end == packed_from) return;
    append_varint((end - packed_from) << 1 | 1, out);
    out.append(reinterpret_cast<const char*>(bytes) + packed_from, end - packed_from);
  };
  while (at < whole) {
    const uint8_t value = bytes[at];
    if (value != 0 && value != 0xff) {
      ++at;
      continue;
    }
    size_t run = 1;
    while (at + run < whole && bytes[at + run] == value) ++run;
    // A run costs two or three bytes and a new header after it; shorter ones are cheaper packed.
    if (run >= 4 || (at == 0 && run == whole)) {
      flush_packed(at);
      append_run(value & 1, run * 8, 1, out);
      at += run;
      packed_from = at;
    } else {
      at += run;
    }
  }
  const size_t rest = count - whole * 8;
  if (rest == 0) return flush_packed(whole);
  const auto last = static_cast<uint8_t>(bytes[whole] & ((1u << rest) - 1));
  append_varint((whole - packed_from + 1) << 1 | 1, out);
  out.append(reinterpret_cast<const char*>(bytes) + packed_from, whole - packed_from);
  out.push_back(static_cast<char>(last));
}

bool HybridReader::next_run() {
  uint64_t header = 0;
  for (int shift = 0;; shift += 7) {
    if (cursor_ == end_ || shift > 35) return false;
    const auto next = static_cast<uint8_t>(*cursor_++);
    header |= static_cast<uint64_t>(next & 0x7f) << shift;
    if (next < 0x80) break;
  }
  packed_ = (header & 1) != 0;
  const uint64_t count = header >> 1;
  if (count == 0) return false;  // Would allow endless empty runs.
  const auto available = static_cast<size_t>(end_ - cursor_);
  if (packed_) {
    packed_begin_ = cursor_;
    packed_at_ = 0;
    if (width_ == 0) {
      left_ = count * 8;
      packed_size_ = 0;
      return true;
    }
    // Some writers cut the padding of the last group, so take what is there.
    packed_size_ = std::min<uint64_t>(available, count * static_cast<uint64_t>(width_));
    left_ = std::min<uint64_t>(count * 8, packed_size_ * 8 / static_cast<size_t>(width_));
    cursor_ += packed_size_;
    return left_ != 0;
  }
  const auto bytes = static_cast<size_t>((width_ + 7) / 8);
  if (available < bytes) return false;
  value_ = 0;
  std::memcpy(&value_, cursor_, bytes);
  if (width_ < 32) value_ &= (uint32_t{1} << width_) - 1;
  cursor_ += bytes;
  left_ = count;
  return true;
}

bool HybridReader::skip(size_t count) {
  while (count > 0) {
    if (left_ == 0 && !next_run()) return false;
    const size_t step = std::min(left_, count);
    packed_at_ += step;
    left_ -= step;
    count -= step;
  }
  return true;
}

bool HybridReader::read(size_t count, uint32_t* values) {
  while (count > 0) {
    if (left_ == 0 && !next_run()) return false;
    const size_t step = std::min(left_, count);
    if (packed_) {
      unpack_bits(packed_begin_, packed_size_, packed_at_, step, width_, values);
      packed_at_ += step;
    } else {
      std::fill_n(values, step, value_);
    }
    values += step;
    left_ -= step;
    count -= step;
  }
  return true;
}

bool HybridReader::read_bits(size_t count, uint64_t* words) {
  assert(width_ == 1);
  size_t at = 0;
  while (at < count) {
    if (left_ == 0 && !next_run()) return false;
    const size_t step = std::min(left_, count - at);
    for (size_t done = 0; done < step;) {
      // As many bits as fit into the word at hand, at most 32 so that one load covers them.
      const size_t bits = std::min<size_t>({step - done, 64 - (at + done) % 64, 32});
      uint64_t value = value_ != 0 ? (uint64_t{1} << bits) - 1 : 0;
      if (packed_) {
        const size_t bit = packed_at_ + done;
        uint64_t loaded = 0;
        std::memcpy(&loaded, packed_begin_ + bit / 8, std::min<size_t>(8, packed_size_ - bit / 8));
        value = loaded >> (bit % 8) & ((uint64_t{1} << bits) - 1);
      }
      words[(at + done) / 64] |= value << ((at + done) % 64);
      done += bits;
    }
    packed_at_ += step;
    left_ -= step;
    at += step;
  }
  return true;
}

bool HybridReader::skip_count_ones(size_t count, size_t& ones) {
  assert(width_ == 1);
  while (count > 0) {
    if (left_ == 0 && !next_run()) return false;
    const size_t step = std::min(left_, count);
    if (!packed_) {
      ones += value_ != 0 ? step : 0;
    } else {
      for (size_t done = 0; done < step;) {
        const size_t bit = packed_at_ + done;
        const size_t bits = std::min<size_t>(step - done, 56);
        uint64_t loaded = 0;
        std::memcpy(&loaded, packed_begin_ + bit / 8, std::min<size_t>(8, packed_size_ - bit / 8));
        ones += static_cast<size_t>(std::popcount(loaded >> (bit % 8) & ((uint64_t{1} << bits) - 1)));
        done += bits;
      }
    }
    packed_at_ += step;
    left_ -= step;
    count -= step;
  }
  return true;
}

}  // namespace clew::block::parquet
