#include "block/parquet/file_writer.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {
namespace {

// Smaller dictionaries gain nothing from compression.
constexpr size_t kDictionaryCompressMin = 64;

BoundaryOrder order_of(const std::vector<PageBounds>& pages, bool comparable_bytes) {
  if (!comparable_bytes) return BoundaryOrder::kUnordered;
  const PageBounds* previous = nullptr;
  for (const PageBounds& page : pages) {
    if (page.all_null) continue;
    if (previous != nullptr && (page.low < previous->low || page.high < previous->high)) return BoundaryOrder::kUnordered;
    previous = &page;
  }
  return BoundaryOrder::kAscending;
}

}  // namespace

struct FileWriter::Checksum {
  XXH3_state_t state;
};

FileWriter::FileWriter(Schema schema, std::vector<uint32_t> row_group_rows, EncoderOptions options, Sink sink)
    : schema_(std::move(schema)), encoder_(options), sink_(std::move(sink)), checksum_(new Checksum) {
  XXH3_64bits_reset(&checksum_->state);
  meta_.schema = schema_;
  meta_.created_by = "clew version 1.0.0";
  for (const uint32_t rows : row_group_rows) {
    assert(rows > 0 && rows <= kRowsPerGroupMax);
    RowGroupMeta& group = meta_.row_groups.emplace_back();
    group.row_count = rows;
    group.chunks.resize(schema_.leaves().size());
    meta_.row_count += rows;
  }
  memories_.resize(schema_.leaves().size());
}
FileWriter::~FileWriter() = default;

stdx::Result<void> FileWriter::put(std::string_view bytes) {
  XXH3_64bits_update(&checksum_->state, bytes.data(), bytes.size());
  offset_ += bytes.size();
  return sink_(bytes);
}

stdx::Result<void> FileWriter::write_chunk(uint32_t row_group, uint32_t leaf, const ColumnInput& input, bool bloom) {
  assert(input.row_count == meta_.row_groups[row_group].row_count);
  encoder_.encode(schema_.leaves()[leaf], input, bloom, memories_[leaf], chunk_);
  return emit(row_group, leaf, chunk_.pages);
}

stdx::Result<void> FileWriter::write_shared_chunk(uint32_t row_group, uint32_t leaf, const PageBatch& pages,
                                                  const StringSource& strings, std::span<const uint32_t> entries,
                                                  bool bloom) {
  chunk_.clear();
  encoder_.encode_dictionary(strings, entries, bloom, chunk_);
  return emit(row_group, leaf, pages);
}

stdx::Result<void> FileWriter::write_null_chunk(uint32_t row_group, uint32_t leaf) {
  const Leaf& spec = schema_.leaves()[leaf];
  assert(spec.spec.optional && !spec.in_list());
  ColumnInput input;
  input.row_count = meta_.row_groups[row_group].row_count;
  chunk_.clear();
  encoder_.encode_nulls(spec, input, chunk_);
  return emit(row_group, leaf, chunk_.pages);
}

// Bounds of each page of a column whose pages hold dictionary indexes, where the dictionary is small: by the rank of the
// entries that the page uses. Otherwise the chunk's bounds stand for every page.
void FileWriter::page_text_bounds(const Leaf& leaf, const PageBatch& pages) {
  if (leaf.spec.physical != PhysicalType::kByteArray || !chunk_.has_dictionary) return;
  std::vector<std::string_view> entries;
  if (chunk_.dictionary_count <= kSeenEntriesMax) {
    const char* cursor = chunk_.dictionary.data();
    for (uint32_t i = 0; i < chunk_.dictionary_count; ++i) {
      uint32_t length;
      std::memcpy(&length, cursor, 4);
      entries.emplace_back(cursor + 4, length);
      cursor += 4 + length;
    }
  }
  for (size_t page = 0; page < pages.pages.size(); ++page) {
    PageBounds& bounds = bounds_[page];
    if (bounds.all_null) continue;
    if (entries.empty()) {
      if (!chunk_.bounds) continue;
      bounds.low = chunk_.bounds->low;
      bounds.high = chunk_.bounds->high;
      continue;
    }
    TextBounds text;
    for (size_t word = 0; word < pages.pages[page].seen.size(); ++word) {
      for (uint64_t bits = pages.pages[page].seen[word]; bits != 0; bits &= bits - 1) {
        text.add(entries[word * 64 + static_cast<size_t>(std::countr_zero(bits))]);
      }
    }
    Bounds cut;
    if (cut_bounds(text.low(), text.high(), cut)) {
      bounds.low = std::move(cut.low);
      bounds.high = std::move(cut.high);
    } else if (chunk_.bounds) {
      bounds.low = chunk_.bounds->low;
      bounds.high = chunk_.bounds->high;
    }
  }
}

stdx::Result<void> FileWriter::emit(uint32_t row_group, uint32_t leaf, const PageBatch& pages) {
  const Leaf& spec = schema_.leaves()[leaf];
  ChunkMeta& meta = meta_.row_groups[row_group].chunks[leaf];
  assert(meta.data_page_offset == 0);  // Each chunk once.
  if (offset_ == 0) {
    if (auto written = put(kMagic); !written) return written;
  }
  meta.encoding = chunk_.encoding;
  meta.value_count = pages.value_count;
  meta.null_count = pages.null_count;
  meta.bounds = chunk_.bounds;
  meta.offset = offset_;
  out_.clear();
  page_crcs_.clear();
  uint64_t headers = 0;
  bool dictionary_compressed = false;
  if (chunk_.has_dictionary) {
    // The dictionary page follows the chunk's codec and cannot say otherwise, so the chunk counts as uncompressed where
    // nothing in it is.
    std::string_view body = chunk_.dictionary;
    if (pages.any_compressed || body.size() >= kDictionaryCompressMin) {
      const std::string_view compressed = encoder_.compressor().compress(body);
      if (pages.any_compressed || compressed.size() < body.size() * 9 / 10) {
        body = compressed;
        dictionary_compressed = true;
      }
    }
    PageHeader header;
    header.type = PageType::kDictionary;
    header.uncompressed_size = static_cast<uint32_t>(chunk_.dictionary.size());
    header.compressed_size = static_cast<uint32_t>(body.size());
    header.crc = page_crc(body);
    header.value_count = chunk_.dictionary_count;
    encode_page_header(header, out_);
    headers += out_.size();
    out_.append(body);
    page_crcs_.push_back(page_crc(out_));
    meta.uncompressed_size += chunk_.dictionary.size();
    meta.dictionary_page_offset = offset_;
  }
  meta.codec = pages.any_compressed || dictionary_compressed ? Codec::kZstd : Codec::kUncompressed;
  meta.data_page_offset = offset_ + out_.size();
  locations_.clear();
  bounds_.clear();
  uint32_t row = 0;
  for (const EncodedPage& page : pages.pages) {
    const size_t begin = out_.size();
    encode_page_header(page.header, out_);
    headers += out_.size() - begin;
    out_.append(pages.bytes, page.body_at, page.header.compressed_size);
    page_crcs_.push_back(page_crc(std::string_view(out_).substr(begin)));
    locations_.push_back({offset_ + begin, static_cast<uint32_t>(out_.size() - begin), row});
    bounds_.push_back(page.bounds);
    row += page.header.row_count;
    meta.uncompressed_size += page.header.uncompressed_size;
  }
  meta.uncompressed_size += headers;
  meta.compressed_size = out_.size();
  page_text_bounds(spec, pages);
  index_pages(spec, pages, meta);
  if (!chunk_.bloom.empty()) {
    meta.bloom_offset = offset_ + out_.size();
    meta.bloom_length = static_cast<uint32_t>(chunk_.bloom.size());
    meta.bloom_crc = page_crc(chunk_.bloom);
    out_.append(chunk_.bloom);
  }
  return put(out_);
}

void FileWriter::index_pages(const Leaf& leaf, const PageBatch& pages, ChunkMeta& meta) {
  // A page whose values have no bounds (only NaN, or a maximum that cannot be cut) makes a column index impossible.
  const bool bounded = std::all_of(bounds_.begin(), bounds_.end(), [&](const PageBounds& bounds) {
    return bounds.all_null || !bounds.high.empty() || (leaf.spec.physical == PhysicalType::kByteArray && chunk_.bounds);
  });
  const size_t start = indexes_.size();
  if (bounded && !pages.pages.empty()) {
    const bool comparable = leaf.spec.physical == PhysicalType::kByteArray || leaf.spec.physical == PhysicalType::kFixed ||
                            leaf.spec.physical == PhysicalType::kBoolean;
    encode_column_index(bounds_, order_of(bounds_, comparable), indexes_);
    meta.column_index_offset = start;
    meta.column_index_length = static_cast<uint32_t>(indexes_.size() - start);
  }
  meta.offset_index_offset = indexes_.size();
  encode_offset_index(locations_, indexes_);
  meta.offset_index_length = static_cast<uint32_t>(indexes_.size() - meta.offset_index_offset);
  indexes_.append(reinterpret_cast<const char*>(page_crcs_.data()), page_crcs_.size() * sizeof(uint32_t));
  meta.index_crc = page_crc(std::string_view(indexes_).substr(start));
}

stdx::Result<WrittenFile> FileWriter::finish() {
  if (offset_ == 0) {
    if (auto written = put(kMagic); !written) return std::unexpected(written.error());
  }
  for (RowGroupMeta& group : meta_.row_groups) {
    for (ChunkMeta& chunk : group.chunks) {
      assert(chunk.data_page_offset != 0);
      if (chunk.column_index_length != 0) chunk.column_index_offset += offset_;
      chunk.offset_index_offset += offset_;
    }
  }
  if (auto written = put(indexes_); !written) return std::unexpected(written.error());
  out_.clear();
  encode_footer(meta_, sorting_, out_);
  WrittenFile file;
  file.footer_length = static_cast<uint32_t>(out_.size());
  file.footer_xxh3 = XXH3_64bits(out_.data(), out_.size());
  out_.append(reinterpret_cast<const char*>(&file.footer_length), 4);
  out_.append(kMagic);
  if (auto written = put(out_); !written) return std::unexpected(written.error());
  file.size = offset_;
  file.file_xxh3 = XXH3_64bits_digest(&checksum_->state);
  return file;
}

}  // namespace clew::block::parquet
