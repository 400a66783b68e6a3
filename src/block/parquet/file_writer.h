// Writes one Parquet file, chunk by chunk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "block/parquet/chunk_encoder.h"
#include "block/parquet/parquet_metadata.h"
#include "stdx/error.h"

namespace clew::block::parquet {

// What a file turned out to be; the manifest keeps the checksums.
struct WrittenFile {
  uint64_t size = 0;
  uint32_t footer_length = 0;   // The Thrift part.
  uint64_t footer_xxh3 = 0;
  uint64_t file_xxh3 = 0;       // Of all bytes.
};

// Chunks come in any order, each once; finish() writes page indexes and footer, and expects every chunk of every row
// group. A failed sink leaves the writer unusable. One thread. Does not know where its bytes go.
class FileWriter {
 public:
  using Sink = std::function<stdx::Result<void>(std::string_view)>;

  FileWriter(Schema schema, std::vector<uint32_t> row_group_rows, EncoderOptions options, Sink sink);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  const Schema& schema() const { return schema_; }
  // `bloom`: a filter if the values are many.
  stdx::Result<void> write_chunk(uint32_t row_group, uint32_t leaf, const ColumnInput& input, bool bloom);
  // Pages made once for several flat string columns (ChunkEncoder::encode_indexes), and this column's entries.
  stdx::Result<void> write_shared_chunk(uint32_t row_group, uint32_t leaf, const PageBatch& pages,
                                        const StringSource& strings, std::span<const uint32_t> entries, bool bloom);
  // All rows of the group are null. `leaf` is optional.
  stdx::Result<void> write_null_chunk(uint32_t row_group, uint32_t leaf);
  ChunkEncoder& encoder() { return encoder_; }

  void add_key_value(std::string key, std::string value) { meta_.key_values.emplace_back(std::move(key), std::move(value)); }
  void set_sorting(std::vector<uint32_t> leaves) { sorting_ = std::move(leaves); }
  stdx::Result<WrittenFile> finish();
  uint64_t size() const { return offset_; }

 private:
  struct Checksum;
  stdx::Result<void> put(std::string_view bytes);
  stdx::Result<void> emit(uint32_t row_group, uint32_t leaf, const PageBatch& pages);
  void index_pages(const Leaf& leaf, const PageBatch& pages, ChunkMeta& meta);
  void page_text_bounds(const Leaf& leaf, const PageBatch& pages);

  Schema schema_;
  ChunkEncoder encoder_;
  Sink sink_;
  FileMeta meta_;
  std::vector<uint32_t> sorting_;
  std::vector<ColumnMemory> memories_;  // By leaf.
  std::unique_ptr<Checksum> checksum_;
  uint64_t offset_ = 0;

  // Page indexes wait in memory for the end of the file, one string for all; chunks know their place in it.
  std::string indexes_;

  EncodedChunk chunk_;
  std::string out_;
  std::vector<PageLocation> locations_;
  std::vector<PageBounds> bounds_;
  std::vector<uint32_t> page_crcs_;
};

}  // namespace clew::block::parquet
