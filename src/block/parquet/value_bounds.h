// Smallest and largest value of strings, for statistics.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "block/parquet/parquet_metadata.h"

namespace clew::block::parquet {

// Compares eight bytes at a time; most candidates are dismissed by their first eight.
class TextBounds {
 public:
  void add(std::string_view value) {
    const uint64_t prefix = prefix_of(value);
    if (empty_) {
      low_ = high_ = value;
      low_prefix_ = high_prefix_ = prefix;
      empty_ = false;
      return;
    }
    if (prefix <= low_prefix_ && (prefix < low_prefix_ || value < low_)) {
      low_ = value;
      low_prefix_ = prefix;
    }
    if (prefix >= high_prefix_ && (prefix > high_prefix_ || value > high_)) {
      high_ = value;
      high_prefix_ = prefix;
    }
  }
  void add(const TextBounds& other) {
    if (other.empty_) return;
    add(other.low_);
    add(other.high_);
  }
  bool empty() const { return empty_; }
  std::string_view low() const { return low_; }
  std::string_view high() const { return high_; }

 private:
  static uint64_t prefix_of(std::string_view value) {
    uint64_t prefix = 0;
    std::memcpy(&prefix, value.data(), value.size() < 8 ? value.size() : 8);
    return __builtin_bswap64(prefix);
  }
  std::string_view low_, high_;
  uint64_t low_prefix_ = 0, high_prefix_ = 0;
  bool empty_ = true;
};

// Cuts both to kBoundBytesMax at a border between UTF-8 characters; a cut maximum gets its last character that can be
// raised raised by one. False if there is no such maximum: then there are no bounds to write.
bool cut_bounds(std::string_view low, std::string_view high, Bounds& out);

}  // namespace clew::block::parquet
