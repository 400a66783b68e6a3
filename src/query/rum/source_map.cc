#include "query/rum/source_map.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "query/rum/error_limits.h"
#include "query/rum/source_map_format.h"

namespace clew::query_rum {

using namespace source_map_format;

namespace {

std::unexpected<stdx::Error> damaged(const char* what) {
  return stdx::fail(stdx::ErrorCode::kDataLoss, std::string("source map table: ") + what);
}

// Reads varints of one block; after the end all are 0 and `ok` is false.
struct BlockReader {
  std::string_view bytes;
  size_t at = 0;
  bool ok = true;

  uint8_t byte() {
    if (at >= bytes.size()) {
      ok = false;
      return 0;
    }
    return static_cast<uint8_t>(bytes[at++]);
  }
  uint32_t varint() {
    uint32_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      const uint8_t next = byte();
      value |= static_cast<uint32_t>(next & 0x7F) << shift;
      if (next < 0x80) return value;
    }
    ok = false;
    return 0;
  }
  uint32_t zigzag() {
    const uint32_t value = varint();
    return (value >> 1) ^ (0 - (value & 1));
  }
};

}  // namespace

stdx::Result<SourceMapTable> SourceMapTable::open(std::string bytes) {
  SourceMapTable table;
  table.bytes_ = std::move(bytes);
  const size_t size = table.bytes_.size();
  if (size < kHeaderBytes || !table.bytes_.starts_with(kMagic)) return damaged("no such table");
  size_t at = kMagic.size();
  for (uint32_t* count : {&table.line_count_, &table.block_count_, &table.segment_count_, &table.segment_bytes_,
                          &table.source_count_, &table.name_count_}) {
    *count = table.word(at);
    at += 4;
  }
  // Each count alone is below the size, so that the sums below cannot overflow.
  for (const uint32_t count :
       {table.line_count_, table.block_count_, table.segment_bytes_, table.source_count_, table.name_count_}) {
    if (count > size) return damaged("counts beyond its end");
  }
  if (table.block_count_ != (uint64_t{table.segment_count_} + kMapBlockSegments - 1) / kMapBlockSegments)
    return damaged("blocks do not fit segments");
  table.lines_at_ = at;
  table.blocks_at_ = table.lines_at_ + 4 * (size_t{table.line_count_} + 1);
  table.segments_at_ = table.blocks_at_ + kBlockBytes * size_t{table.block_count_};
  table.ignored_at_ = table.segments_at_ + table.segment_bytes_;
  table.starts_at_ = aligned(table.ignored_at_ + table.source_count_);
  const size_t text_count = 2 * size_t{table.source_count_} + table.name_count_;
  table.texts_at_ = table.starts_at_ + 4 * (text_count + 1);
  if (table.texts_at_ > size || table.word(table.starts_at_ + 4 * text_count) != size - table.texts_at_)
    return damaged("its parts do not fit its size");
  return table;
}

uint32_t SourceMapTable::word(size_t at) const {
  uint32_t value;
  std::memcpy(&value, bytes_.data() + at, sizeof value);
  return value;
}

std::string_view SourceMapTable::text(uint64_t number) const {
  if (number >= 2 * uint64_t{source_count_} + name_count_) return {};
  const uint32_t begin = word(starts_at_ + 4 * number), end = word(starts_at_ + 4 * number + 4);
  const size_t size = bytes_.size() - texts_at_;
  return begin <= end && end <= size ? std::string_view(bytes_).substr(texts_at_ + begin, end - begin)
                                     : std::string_view();
}

std::optional<SourceMapTable::Position> SourceMapTable::find(uint32_t line, uint32_t column) const {
  if (line >= line_count_) return std::nullopt;
  const uint32_t begin = word(lines_at_ + 4 * size_t{line});
  const uint32_t end = std::min(word(lines_at_ + 4 * size_t{line} + 4), segment_count_);
  if (begin >= end) return std::nullopt;
  // The last block that begins within the line and not behind the column; else the one that the line begins in.
  uint32_t low = begin / kMapBlockSegments, high = (end - 1) / kMapBlockSegments;
  while (low < high) {
    const uint32_t middle = low + (high - low + 1) / 2;
    if (word(blocks_at_ + kBlockBytes * middle + 4) <= column) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const size_t head = blocks_at_ + kBlockBytes * size_t{low};
  BlockReader reader{std::string_view(bytes_).substr(segments_at_, segment_bytes_), word(head)};
  Position state{word(head + 8), word(head + 12), word(head + 16), word(head + 20)};
  uint32_t name = *state.name, at = 0;
  std::optional<Position> found;
  const uint64_t block_end = std::min<uint64_t>(uint64_t{low + 1} * kMapBlockSegments, end);
  for (uint64_t ordinal = uint64_t{low} * kMapBlockSegments; ordinal < block_end && reader.ok; ++ordinal) {
    const uint8_t flags = reader.byte();
    const uint32_t step = reader.varint();
    at = flags & kAbsolute ? step : at + step;
    if (flags & kHasSource) {
      state.source += reader.zigzag();
      state.line += reader.zigzag();
      state.column += reader.zigzag();
    }
    if (flags & kHasName) name += reader.zigzag();
    if (ordinal < begin) continue;
    if (at > column || !reader.ok) break;
    found.reset();
    if ((flags & kHasSource) && state.source < source_count_) {
      found = state;
      found->name = (flags & kHasName) && name < name_count_ ? std::optional(name) : std::nullopt;
    }
  }
  return found;
}

}  // namespace clew::query_rum
