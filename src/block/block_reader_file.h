// One Parquet file of a block, opened: its footer, and its parts through the cache.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "block/block_reader_cache.h"
#include "block/parquet/file_reader.h"
#include "block/parquet/page_decoder.h"
#include "disk/object_store.h"
#include "stdx/error.h"
#include "table/column_window.h"

namespace clew::block {

// An object of the store as a Parquet reader's source.
class ObjectSource final : public parquet::ByteSource {
 public:
  ObjectSource(disk::ObjectStore& store, std::string key, uint64_t size)
      : store_(store), key_(std::move(key)), size_(size) {}
  const std::string& name() const override { return key_; }
  uint64_t size() const override { return size_; }
  stdx::Result<std::string> read(uint64_t offset, uint64_t length) const override;

 private:
  disk::ObjectStore& store_;
  const std::string key_;
  const uint64_t size_;
};

// The values of a dictionary page or of a page without dictionary, as queries see them.
class ValueListDictionary final : public table::DictionaryView {
 public:
  explicit ValueListDictionary(std::shared_ptr<const parquet::ValueList> values) : values_(std::move(values)) {}
  uint32_t size() const override { return values_->size(); }
  std::string_view at(uint32_t code) const override { return values_->text(code); }
  void find(std::string_view value, std::vector<uint32_t>& codes) const override;
  const std::shared_ptr<const parquet::ValueList>& values() const { return values_; }

 private:
  const std::shared_ptr<const parquet::ValueList> values_;
};

// Any thread. Store and cache must outlive it.
class BlockFile {
 public:
  static stdx::Result<std::shared_ptr<const BlockFile>> open(disk::ObjectStore& store, BlockCache& cache,
                                                             const std::string& key, uint64_t size,
                                                             const std::optional<parquet::FooterCheck>& check);

  const std::string& name() const { return source_.name(); }
  const parquet::FileMeta& meta() const { return meta_; }
  const parquet::Leaf& leaf(uint32_t leaf) const { return meta_.schema.leaves()[leaf]; }
  uint32_t group_count() const { return static_cast<uint32_t>(meta_.row_groups.size()); }
  uint32_t row_count(uint32_t group) const { return meta_.row_groups[group].row_count; }
  const parquet::ChunkMeta& chunk(uint32_t group, uint32_t leaf) const { return meta_.row_groups[group].chunks[leaf]; }
  // The leaf of this path, or nullopt.
  std::optional<uint32_t> find_leaf(std::string_view path) const;
  bool all_null(uint32_t group, uint32_t leaf) const;

  stdx::Result<std::shared_ptr<const parquet::ChunkIndex>> index(uint32_t group, uint32_t leaf) const;
  // nullptr if the chunk has none.
  stdx::Result<std::shared_ptr<const ValueListDictionary>> dictionary(uint32_t group, uint32_t leaf) const;
  stdx::Result<std::shared_ptr<const parquet::BloomFilter>> bloom(uint32_t group, uint32_t leaf) const;

  struct Page {
    parquet::DecodedPage decoded;
    std::shared_ptr<const ValueListDictionary> dictionary;  // Of `decoded.codes`.
  };
  // Rows of one page; `rows` count from the page's first.
  stdx::Result<Page> read_page(uint32_t group, uint32_t leaf, uint32_t page, parquet::RowRange rows) const;
  uint32_t page_rows(uint32_t group, uint32_t page) const;

 private:
  BlockFile(disk::ObjectStore& store, BlockCache& cache, const std::string& key, uint64_t size)
      : source_(store, key, size), cache_(cache), id_(cache.next_file()) {}
  parquet::ChunkPlace place(uint32_t group, uint32_t leaf) const {
    return {source_, this->leaf(leaf), chunk(group, leaf), group, row_count(group)};
  }

  const ObjectSource source_;
  BlockCache& cache_;
  const uint64_t id_;
  parquet::FileMeta meta_;
};

}  // namespace clew::block
