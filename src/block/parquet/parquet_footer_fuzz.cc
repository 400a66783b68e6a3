// Any bytes as a footer, and as a whole file whose every chunk is then read.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "block/parquet/file_reader.h"
#include "block/parquet/memory_source.h"
#include "block/parquet/page_decoder.h"
#include "block/parquet/parquet_limits.h"

using namespace clew::block::parquet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The file around the footer is made here, so that the fuzzer need not find magic and length.
  std::string file(kMagic);
  file.append(reinterpret_cast<const char*>(data), size);
  const auto length = static_cast<uint32_t>(size);
  file.append(reinterpret_cast<const char*>(&length), 4);
  file.append(kMagic);
  const MemorySource source("fuzz", file);
  auto meta = read_footer(source, std::nullopt);
  if (!meta) return 0;
  uint32_t pages_left = 64;
  for (uint32_t group = 0; group < meta->row_groups.size(); ++group) {
    for (uint32_t leaf = 0; leaf < meta->schema.leaves().size(); ++leaf) {
      const ChunkPlace place{source, meta->schema.leaves()[leaf], meta->row_groups[group].chunks[leaf], group,
                             meta->row_groups[group].row_count};
      (void)read_bloom_filter(place);
      auto index = read_chunk_index(place);
      if (!index) continue;
      auto dictionary = read_dictionary(place, *index);
      if (!dictionary) continue;
      for (uint32_t page = 0; page < index->pages.size() && pages_left > 0; ++page, --pages_left) {
        auto bytes = read_page_bytes(place, *index, page);
        if (!bytes) continue;
        const uint32_t rows = std::min(kPageRows, place.row_count - page * kPageRows);
        (void)decode_page(place.leaf, place.meta.codec, *bytes, rows, *dictionary, {0, rows});
      }
    }
  }
  return 0;
}
