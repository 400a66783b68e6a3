// What was read and decoded of blocks and may be needed again: dictionaries, page indexes, bloom filters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

#include <absl/container/flat_hash_map.h>

namespace clew::block {

// One for all blocks, bounded by bytes; the least recently used goes first. Entries are shared with whoever uses them and
// outlive their eviction. Any thread.
class BlockCache {
 public:
  explicit BlockCache(size_t bytes_max);

  struct Key {
    uint64_t file = 0;  // From next_file().
    uint32_t row_group = 0;
    uint32_t leaf = 0;
    uint32_t part = 0;  // Below: a kind of entry; the caller's numbers.
    bool operator==(const Key&) const = default;
    template <class H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.file, key.row_group, key.leaf, key.part);
    }
  };

  uint64_t next_file();
  std::shared_ptr<const void> find(const Key& key);
  void put(const Key& key, std::shared_ptr<const void> value, size_t bytes);
  size_t used_bytes() const;

 private:
  struct Entry {
    Key key;
    std::shared_ptr<const void> value;
    size_t bytes;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> entries;  // Most recently used first.
    absl::flat_hash_map<Key, std::list<Entry>::iterator> by_key;
    size_t bytes = 0;
  };
  static constexpr size_t kShardCount = 8;
  Shard& shard_of(const Key& key) { return shards_[absl::HashOf(key) % kShardCount]; }

  const size_t bytes_max_;
  std::array<Shard, kShardCount> shards_;
  std::mutex file_mutex_;
  uint64_t file_count_ = 0;
};

}  // namespace clew::block
