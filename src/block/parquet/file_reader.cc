#include "block/parquet/file_reader.h"

#include <algorithm>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "block/parquet/page_compressor.h"
#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {
namespace {

using stdx::ErrorCode;
using stdx::fail;

constexpr uint64_t kTailBytes = 8;  // Footer length and magic.
// Without a manifest's word for it, the first read of a file's end takes this much.
constexpr uint64_t kFooterGuessBytes = 64 << 10;

}  // namespace

stdx::Result<FileMeta> read_footer(const ByteSource& source, const std::optional<FooterCheck>& check) {
  const auto damaged = [&](std::string_view what) {
    return fail(ErrorCode::kDataLoss, source.name() + ": " + std::string(what));
  };
  const uint64_t size = source.size();
  if (size < kMagic.size() + kTailBytes) return damaged("file is too short for Parquet");
  const uint64_t guess = std::min(size - kMagic.size(), check ? check->length + kTailBytes : kFooterGuessBytes);
  auto bytes = source.read(size - guess, guess);
  if (!bytes) return std::unexpected(bytes.error());
  if (!std::string_view(*bytes).ends_with(kMagic)) return damaged("file does not end like Parquet");
  uint32_t length;
  std::memcpy(&length, bytes->data() + bytes->size() - kTailBytes, 4);
  if (length > kFooterBytesMax || length > size - kMagic.size() - kTailBytes || (check && check->length != length)) {
    return damaged("footer has an impossible length");
  }
  if (length + kTailBytes > bytes->size()) {
    bytes = source.read(size - kTailBytes - length, length + kTailBytes);
    if (!bytes) return std::unexpected(bytes.error());
  }
  const std::string_view footer =
      std::string_view(*bytes).substr(bytes->size() - kTailBytes - length, length);
  if (check && XXH3_64bits(footer.data(), footer.size()) != check->xxh3) return damaged("footer does not match its checksum");
  auto meta = decode_footer(footer, size);
  if (!meta) return fail(meta.error().code, source.name() + ": " + meta.error().message);
  return meta;
}

stdx::Result<ValueList> ValueList::parse_plain(const LeafSpec& leaf, std::string bytes, uint32_t count) {
  const auto damaged = [] { return fail(ErrorCode::kDataLoss, "values are damaged"); };
  ValueList list;
  list.size_ = count;
  const char* cursor = bytes.data();
  const char* end = cursor + bytes.size();
  const auto fixed = [&](size_t width) { return static_cast<size_t>(end - cursor) / width >= count; };
  switch (leaf.physical) {
    case PhysicalType::kByteArray:
      if (!fixed(4)) return damaged();
      list.slices_.reserve(count);
      for (uint32_t i = 0; i < count; ++i) {
        uint32_t length;
        if (end - cursor < 4) return damaged();
        std::memcpy(&length, cursor, 4);
        cursor += 4;
        if (length > static_cast<size_t>(end - cursor)) return damaged();
        list.slices_.push_back({static_cast<uint32_t>(cursor - bytes.data()), length});
        cursor += length;
      }
      list.bytes_ = std::move(bytes);
      return list;
    case PhysicalType::kInt32:
      if (!fixed(4)) return damaged();
      for (uint32_t i = 0; i < count; ++i) {
        int32_t value;
        std::memcpy(&value, cursor + size_t{i} * 4, 4);
        list.numbers_.push_back(static_cast<uint64_t>(int64_t{value}));
      }
      return list;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      if (!fixed(8)) return damaged();
      list.numbers_.resize(count);
      if (count > 0) std::memcpy(list.numbers_.data(), cursor, size_t{count} * 8);
      return list;
    case PhysicalType::kFixed:
      if (!fixed(leaf.fixed_length)) return damaged();
      for (uint32_t i = 0; i < count; ++i, cursor += leaf.fixed_length) {
        if (leaf.fixed_length == 8) {
          list.numbers_.push_back(otlp::load_big_endian(cursor));
        } else {
          list.ids16_.push_back({otlp::load_big_endian(cursor), otlp::load_big_endian(cursor + 8)});
        }
      }
      return list;
    case PhysicalType::kBoolean:
      break;
  }
  return fail(ErrorCode::kUnimplemented, "booleans have no dictionary");
}

ValueList ValueList::from_lengths(std::string bytes, size_t text_at, const std::vector<int64_t>& lengths) {
  ValueList list;
  list.size_ = static_cast<uint32_t>(lengths.size());
  list.slices_.reserve(lengths.size());
  for (const int64_t length : lengths) {
    list.slices_.push_back({static_cast<uint32_t>(text_at), static_cast<uint32_t>(length)});
    text_at += static_cast<size_t>(length);
  }
  list.bytes_ = std::move(bytes);
  return list;
}

std::unexpected<stdx::Error> ChunkPlace::damaged(const stdx::Error& error, int page) const {
  std::string message = source.name() + ": column " + leaf.path() + ", row group " + std::to_string(row_group);
  if (page >= 0) message += ", page " + std::to_string(page);
  return fail(error.code, message + ": " + error.message);
}

stdx::Result<ChunkIndex> read_chunk_index(const ChunkPlace& place) {
  const ChunkMeta& meta = place.meta;
  const auto damaged = [&](std::string_view what) {
    return place.damaged({ErrorCode::kDataLoss, std::string(what)});
  };
  if (meta.offset_index_length == 0) return place.damaged({ErrorCode::kUnimplemented, "no offset index"});
  const bool adjacent = meta.column_index_offset + meta.column_index_length == meta.offset_index_offset;
  if (meta.column_index_length != 0 && !adjacent) return damaged("page indexes are apart");
  const size_t page_count = (place.row_count + kPageRows - 1) / kPageRows;
  const size_t crc_count = meta.index_crc ? page_count + (meta.has_dictionary() ? 1 : 0) : 0;
  const uint64_t begin = meta.offset_index_offset - meta.column_index_length;
  const uint64_t length = uint64_t{meta.column_index_length} + meta.offset_index_length + crc_count * sizeof(uint32_t);
  if (begin > place.source.size() || length > place.source.size() - begin) return damaged("page index is cut short");
  auto bytes = place.source.read(begin, length);
  if (!bytes) return std::unexpected(bytes.error());
  if (meta.index_crc && page_crc(*bytes) != *meta.index_crc) return damaged("page index does not match its checksum");
  const std::string_view view(*bytes);
  ChunkIndex index;
  auto pages = decode_offset_index(view.substr(meta.column_index_length, meta.offset_index_length));
  if (!pages) return place.damaged(pages.error());
  index.pages = std::move(*pages);
  if (meta.column_index_length != 0) {
    auto bounds = decode_column_index(view.substr(0, meta.column_index_length));
    if (!bounds) return place.damaged(bounds.error());
    index.bounds = std::move(*bounds);
    if (index.bounds.size() != index.pages.size()) return damaged("page indexes contradict each other");
  }
  if (index.pages.size() != page_count) return damaged("page index has a wrong page count");
  if (crc_count != 0) {
    index.page_crcs.resize(crc_count);
    std::memcpy(index.page_crcs.data(), bytes->data() + bytes->size() - crc_count * sizeof(uint32_t),
                crc_count * sizeof(uint32_t));
    if (meta.has_dictionary()) {
      index.dictionary_crc = index.page_crcs.front();
      index.page_crcs.erase(index.page_crcs.begin());
    }
  }
  uint64_t offset = meta.data_page_offset;
  for (size_t page = 0; page < index.pages.size(); ++page) {
    const PageLocation& location = index.pages[page];
    if (location.first_row != page * kPageRows || location.offset != offset ||
        location.size > meta.offset + meta.compressed_size - offset) {
      return damaged("page index contradicts the footer");
    }
    offset += location.size;
  }
  return index;
}

stdx::Result<std::optional<BloomFilter>> read_bloom_filter(const ChunkPlace& place) {
  if (place.meta.bloom_length == 0) return std::nullopt;
  auto bytes = place.source.read(place.meta.bloom_offset, place.meta.bloom_length);
  if (!bytes) return std::unexpected(bytes.error());
  if (place.meta.bloom_crc && page_crc(*bytes) != *place.meta.bloom_crc) {
    return place.damaged({ErrorCode::kDataLoss, "bloom filter does not match its checksum"});
  }
  auto filter = BloomFilter::parse(std::move(*bytes));
  if (!filter) return place.damaged(filter.error());
  return std::optional(std::move(*filter));
}

stdx::Result<std::shared_ptr<const ValueList>> read_dictionary(const ChunkPlace& place,
                                                                    const ChunkIndex& index) {
  const ChunkMeta& meta = place.meta;
  if (!meta.has_dictionary()) return nullptr;
  const auto damaged = [&](std::string what) {
    return place.damaged({ErrorCode::kDataLoss, "dictionary: " + std::move(what)});
  };
  if (meta.dictionary_page_offset >= meta.data_page_offset) return damaged("lies behind the data");
  auto bytes = place.source.read(meta.dictionary_page_offset, meta.data_page_offset - meta.dictionary_page_offset);
  if (!bytes) return std::unexpected(bytes.error());
  if (place.meta.index_crc && page_crc(*bytes) != index.dictionary_crc) {
    return damaged("page does not match its checksum");
  }
  size_t header_length = 0;
  auto header = decode_page_header(*bytes, header_length);
  if (!header) return damaged(header.error().message);
  if (header->type != PageType::kDictionary) return damaged("page is of another type");
  if (header->compressed_size > bytes->size() - header_length) return damaged("page is cut short");
  const std::string_view body = std::string_view(*bytes).substr(header_length, header->compressed_size);
  if (header->crc && page_crc(body) != *header->crc) return damaged("page does not match its checksum");
  std::string plain;
  if (meta.codec == Codec::kZstd) {
    if (auto done = decompress_page(body, header->uncompressed_size, plain); !done) return damaged(done.error().message);
  } else {
    plain = body;
  }
  auto list = ValueList::parse_plain(place.leaf.spec, std::move(plain), header->value_count);
  if (!list) return damaged(list.error().message);
  return std::make_shared<const ValueList>(std::move(*list));
}

stdx::Result<std::string> read_page_bytes(const ChunkPlace& place, const ChunkIndex& index, uint32_t page) {
  const PageLocation& location = index.pages[page];
  auto bytes = place.source.read(location.offset, location.size);
  if (bytes && bytes->size() != location.size) {
    return place.damaged({ErrorCode::kDataLoss, "file ends inside the page"}, static_cast<int>(page));
  }
  if (bytes && !index.page_crcs.empty() && page_crc(*bytes) != index.page_crcs[page]) {
    return place.damaged({ErrorCode::kDataLoss, "page does not match its checksum"}, static_cast<int>(page));
  }
  return bytes;
}

}  // namespace clew::block::parquet
