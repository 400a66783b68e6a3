#include "block/block_reader_cache.h"

namespace clew::block {

BlockCache::BlockCache(size_t bytes_max) : bytes_max_(bytes_max) {}

uint64_t BlockCache::next_file() {
  std::lock_guard lock(file_mutex_);
  return ++file_count_;
}

std::shared_ptr<const void> BlockCache::find(const Key& key) {
  Shard& shard = shard_of(key);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.by_key.find(key);
  if (found == shard.by_key.end()) return nullptr;
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return found->second->value;
}

void BlockCache::put(const Key& key, std::shared_ptr<const void> value, size_t bytes) {
  constexpr size_t kEntryOverheadBytes = 160;
  bytes += kEntryOverheadBytes;
  Shard& shard = shard_of(key);
  std::list<Entry> dropped;  // Freed after the lock is.
  std::lock_guard lock(shard.mutex);
  if (shard.by_key.contains(key) || bytes > bytes_max_ / kShardCount) return;
  shard.entries.push_front({key, std::move(value), bytes});
  shard.by_key.emplace(key, shard.entries.begin());
  shard.bytes += bytes;
  while (shard.bytes > bytes_max_ / kShardCount) {
    const auto last = std::prev(shard.entries.end());
    shard.bytes -= last->bytes;
    shard.by_key.erase(last->key);
    dropped.splice(dropped.begin(), shard.entries, last);
  }
}

size_t BlockCache::used_bytes() const {
  size_t bytes = 0;
  for (const Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    bytes += shard.bytes;
  }
  return bytes;
}

}  // namespace clew::block
