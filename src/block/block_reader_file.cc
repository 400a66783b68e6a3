#include "block/block_reader_file.h"

#include <algorithm>

#include "block/parquet/parquet_limits.h"

namespace clew::block {
namespace {

// Kinds of cache entries.
enum Part : uint32_t { kIndex, kDictionary, kBloom };

}  // namespace

stdx::Result<std::string> ObjectSource::read(uint64_t offset, uint64_t length) const {
  if (offset > size_ || length > size_ - offset) {
    return stdx::fail(stdx::ErrorCode::kDataLoss, key_ + ": refers beyond its end");
  }
  auto bytes = store_.get(key_, offset, length);
  if (!bytes && (bytes.error().code == stdx::ErrorCode::kInvalidArgument || bytes.error().code == stdx::ErrorCode::kNotFound)) {
    // The manifest promises the file and its size.
    return stdx::fail(stdx::ErrorCode::kDataLoss, key_ + ": missing or cut short: " + bytes.error().message);
  }
  return bytes;
}

void ValueListDictionary::find(std::string_view value, std::vector<uint32_t>& codes) const {
  for (uint32_t code = 0; code < values_->size(); ++code) {
    if (values_->text(code) == value) codes.push_back(code);
  }
}

stdx::Result<std::shared_ptr<const BlockFile>> BlockFile::open(disk::ObjectStore& store, BlockCache& cache,
                                                               const std::string& key, uint64_t size,
                                                               const std::optional<parquet::FooterCheck>& check) {
  std::shared_ptr<BlockFile> file(new BlockFile(store, cache, key, size));
  auto meta = parquet::read_footer(file->source_, check);
  if (!meta) return std::unexpected(meta.error());
  file->meta_ = std::move(*meta);
  return file;
}

std::optional<uint32_t> BlockFile::find_leaf(std::string_view path) const {
  const auto& leaves = meta_.schema.leaves();
  for (uint32_t leaf = 0; leaf < leaves.size(); ++leaf) {
    if (leaves[leaf].path() == path) return leaf;
  }
  return std::nullopt;
}

bool BlockFile::all_null(uint32_t group, uint32_t leaf) const {
  const parquet::ChunkMeta& meta = chunk(group, leaf);
  return meta.null_count && *meta.null_count == meta.value_count;
}

uint32_t BlockFile::page_rows(uint32_t group, uint32_t page) const {
  return std::min(parquet::kPageRows, row_count(group) - page * parquet::kPageRows);
}

stdx::Result<std::shared_ptr<const parquet::ChunkIndex>> BlockFile::index(uint32_t group, uint32_t leaf) const {
  const BlockCache::Key key{id_, group, leaf, kIndex};
  if (auto found = cache_.find(key)) return std::static_pointer_cast<const parquet::ChunkIndex>(found);
  auto index = parquet::read_chunk_index(place(group, leaf));
  if (!index) return std::unexpected(index.error());
  size_t bytes = index->pages.size() * (sizeof(parquet::PageLocation) + sizeof(parquet::PageBounds) + 4);
  for (const parquet::PageBounds& bounds : index->bounds) bytes += bounds.low.size() + bounds.high.size();
  auto shared = std::make_shared<const parquet::ChunkIndex>(std::move(*index));
  cache_.put(key, shared, bytes);
  return shared;
}

stdx::Result<std::shared_ptr<const ValueListDictionary>> BlockFile::dictionary(uint32_t group, uint32_t leaf) const {
  if (!chunk(group, leaf).has_dictionary()) return nullptr;
  const BlockCache::Key key{id_, group, leaf, kDictionary};
  if (auto found = cache_.find(key)) return std::static_pointer_cast<const ValueListDictionary>(found);
  auto index = this->index(group, leaf);
  if (!index) return std::unexpected(index.error());
  auto values = parquet::read_dictionary(place(group, leaf), **index);
  if (!values) return std::unexpected(values.error());
  auto shared = std::make_shared<const ValueListDictionary>(*values);
  cache_.put(key, shared, (*values)->memory_bytes());
  return shared;
}

stdx::Result<std::shared_ptr<const parquet::BloomFilter>> BlockFile::bloom(uint32_t group, uint32_t leaf) const {
  if (chunk(group, leaf).bloom_length == 0) return nullptr;
  const BlockCache::Key key{id_, group, leaf, kBloom};
  if (auto found = cache_.find(key)) return std::static_pointer_cast<const parquet::BloomFilter>(found);
  auto filter = parquet::read_bloom_filter(place(group, leaf));
  if (!filter) return std::unexpected(filter.error());
  auto shared = std::make_shared<const parquet::BloomFilter>(std::move(**filter));
  cache_.put(key, shared, chunk(group, leaf).bloom_length);
  return shared;
}

stdx::Result<BlockFile::Page> BlockFile::read_page(uint32_t group, uint32_t leaf, uint32_t page,
                                                   parquet::RowRange rows) const {
  auto index = this->index(group, leaf);
  if (!index) return std::unexpected(index.error());
  Page result;
  // Known to be null from the index: nothing to read. A list without values has no elements if those cannot be null.
  const parquet::Leaf& spec = this->leaf(leaf);
  if (!(*index)->bounds.empty() && (*index)->bounds[page].all_null && (!spec.in_list() || !spec.spec.optional)) {
    result.decoded.row_count = rows.end - rows.begin;
    result.decoded.all_null = true;
    if (spec.in_list()) result.decoded.list_begin.assign(result.decoded.row_count + 1, 0);
    return result;
  }
  auto dictionary = this->dictionary(group, leaf);
  if (!dictionary) return std::unexpected(dictionary.error());
  const parquet::ChunkPlace where = place(group, leaf);
  auto bytes = parquet::read_page_bytes(where, **index, page);
  if (!bytes) return std::unexpected(bytes.error());
  auto decoded = parquet::decode_page(where.leaf, where.meta.codec, *bytes, page_rows(group, page),
                                      *dictionary != nullptr ? (*dictionary)->values() : nullptr, rows);
  if (!decoded) return where.damaged(decoded.error(), static_cast<int>(page));
  result.decoded = std::move(*decoded);
  if (result.decoded.values != nullptr) {
    result.dictionary = *dictionary != nullptr && (*dictionary)->values() == result.decoded.values
                            ? *dictionary
                            : std::make_shared<const ValueListDictionary>(result.decoded.values);
  }
  return result;
}

}  // namespace clew::block
