#include "block/parquet/delta_packing.h"

#include <algorithm>
#include <bit>

#include "block/parquet/bit_packing.h"

namespace clew::block::parquet {
namespace {

constexpr size_t kBlockValues = 128;
constexpr size_t kMiniblocks = 4;
constexpr size_t kMiniblockValues = kBlockValues / kMiniblocks;
// Limits for what others write.
constexpr uint64_t kBlockValuesMax = 1u << 16;

void append_varint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}
void append_zigzag(int64_t value, std::string& out) {
  append_varint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63), out);
}

}  // namespace

void append_delta_packed(std::span<const int64_t> values, std::string& out) {
  append_varint(kBlockValues, out);
  append_varint(kMiniblocks, out);
  append_varint(values.size(), out);
  append_zigzag(values.empty() ? 0 : values[0], out);
  for (size_t at = 1; at < values.size(); at += kBlockValues) {
    const size_t count = std::min(kBlockValues, values.size() - at);
    uint64_t deltas[kBlockValues] = {};
    int64_t low = INT64_MAX;
    for (size_t i = 0; i < count; ++i) {
      deltas[i] = static_cast<uint64_t>(values[at + i]) - static_cast<uint64_t>(values[at + i - 1]);
      low = std::min(low, static_cast<int64_t>(deltas[i]));
    }
    for (size_t i = 0; i < count; ++i) deltas[i] -= static_cast<uint64_t>(low);
    append_zigzag(low, out);
    const size_t widths_at = out.size();
    out.append(kMiniblocks, '\0');
    for (size_t mini = 0; mini * kMiniblockValues < count; ++mini) {
      uint64_t all = 0;
      for (size_t i = 0; i < kMiniblockValues; ++i) all |= deltas[mini * kMiniblockValues + i];
      const int width = bit_width_of(all);
      out[widths_at + mini] = static_cast<char>(width);
      pack_bits_32(deltas + mini * kMiniblockValues, width, out);
    }
  }
}

bool DeltaReader::varint(uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (cursor_ == end_) return false;
    const auto next = static_cast<uint8_t>(*cursor_++);
    value |= static_cast<uint64_t>(next & 0x7f) << shift;
    if (next < 0x80) return true;
  }
  return false;
}

bool DeltaReader::open(uint64_t count_max, uint64_t& count) {
  uint64_t first = 0;
  if (!varint(block_values_) || !varint(miniblock_count_) || !varint(count) || !varint(first)) return false;
  if (count > count_max || block_values_ == 0 || block_values_ > kBlockValuesMax || miniblock_count_ == 0 ||
      block_values_ % miniblock_count_ != 0 || (block_values_ / miniblock_count_) % 32 != 0) {
    return false;
  }
  miniblock_values_ = block_values_ / miniblock_count_;
  miniblock_at_ = miniblock_count_;
  value_ = first >> 1 ^ (0 - (first & 1));
  left_ = count;
  first_pending_ = count > 0;
  return true;
}

bool DeltaReader::next_miniblock() {
  if (miniblock_at_ == miniblock_count_) {
    uint64_t low = 0;
    if (!varint(low) || static_cast<uint64_t>(end_ - cursor_) < miniblock_count_) return false;
    min_delta_ = low >> 1 ^ (0 - (low & 1));
    widths_ = cursor_;
    cursor_ += miniblock_count_;
    miniblock_at_ = 0;
  }
  width_ = static_cast<uint8_t>(widths_[miniblock_at_++]);
  if (width_ > 64) return false;
  group_left_ = miniblock_values_ / 32;
  return true;
}

bool DeltaReader::read(size_t count, int64_t* values) {
  if (count > left_) return false;
  left_ -= count;
  size_t at = 0;
  if (count > 0 && first_pending_) {
    values[at++] = static_cast<int64_t>(value_);
    first_pending_ = false;
  }
  while (at < count) {
    if (delta_at_ == 32) {
      if (group_left_ == 0 && !next_miniblock()) return false;
      const auto size = static_cast<size_t>(width_) * 4;
      if (static_cast<size_t>(end_ - cursor_) < size) return false;
      unpack_bits_32(cursor_, width_, deltas_);
      cursor_ += size;
      --group_left_;
      delta_at_ = 0;
    }
    const size_t step = std::min<size_t>(32 - delta_at_, count - at);
    for (size_t i = 0; i < step; ++i) {
      value_ += deltas_[delta_at_ + i] + min_delta_;
      values[at + i] = static_cast<int64_t>(value_);
    }
    delta_at_ += static_cast<uint32_t>(step);
    at += step;
  }
  // The last miniblock is stored whole even where values end inside it.
  if (left_ == 0 && group_left_ > 0) {
    const uint64_t rest = group_left_ * 4 * static_cast<uint64_t>(width_);
    if (rest <= static_cast<uint64_t>(end_ - cursor_)) cursor_ += rest;
    group_left_ = 0;
  }
  return true;
}

}  // namespace clew::block::parquet
