// Source maps: the JSON of bundlers (revision 3, ECMA-426) becomes a table that finds a position by a binary search and
// decodes at most kMapBlockSegments segments. The table is one string, kept in the store and the cache as it is.
//
//   "CLEWMAP1", then little-endian u32: lines, blocks, segments, segment bytes, sources, names
//   lines + 1 × u32    ordinal of the first segment of each generated line
//   blocks × 6 u32     begin in the segment bytes; column of its first segment; source, line, column, name before it
//   segment bytes      flags (1: column is absolute, 2: has a source, 4: has a name), then varints: column or its
//   difference,
//                      and zigzag differences of source, line, column, name
//   sources × u8       1: somebody else's code (ignoreList)
//   padding to 4, then (2 × sources + names + 1) × u32: where each text begins in the texts: name and content of every
//   source, then names texts              UTF-8
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::query_rum {

struct CompiledMap {
  std::string table;
  std::string debug_id;  // Of "debugId" or "debug_id"; empty where it has none.
  std::string file;      // Of "file": the script that the map is for; empty where it does not say.
  uint32_t source_count = 0;
  uint64_t segment_count = 0;
};

// Errors (kInvalidArgument, kPayloadTooLarge) say what is wrong and where. Guarded by source_map_fuzz.
stdx::Result<CompiledMap> compile_source_map(std::string_view json);

// Immutable; any thread.
class SourceMapTable {
 public:
  struct Position {
    uint32_t source = 0;
    uint32_t line = 0;    // From 0.
    uint32_t column = 0;  // From 0, in UTF-16 units as maps count.
    std::optional<uint32_t> name;
  };

  // kDataLoss where the bytes are no such table. Whatever they hold, no call reads outside them.
  static stdx::Result<SourceMapTable> open(std::string bytes);

  // The segment at or before the position, from 0, in the same line; nullopt where it is nobody's.
  std::optional<Position> find(uint32_t line, uint32_t column) const;
  uint32_t source_count() const { return source_count_; }
  std::string_view source_name(uint32_t source) const { return text(2 * source); }
  std::string_view source_content(uint32_t source) const {
    return text(2 * source + 1);
  }  // Empty where the map has none.
  bool is_ignored(uint32_t source) const { return bytes_[ignored_at_ + source] != 0; }
  std::string_view name(uint32_t name) const { return text(2 * source_count_ + name); }
  size_t size_bytes() const { return bytes_.size(); }

 private:
  uint32_t word(size_t at) const;
  std::string_view text(uint64_t number) const;

  std::string bytes_;
  uint32_t line_count_ = 0, block_count_ = 0, segment_count_ = 0, segment_bytes_ = 0, source_count_ = 0,
           name_count_ = 0;
  size_t lines_at_ = 0, blocks_at_ = 0, segments_at_ = 0, ignored_at_ = 0, starts_at_ = 0, texts_at_ = 0;
};

}  // namespace clew::query_rum
