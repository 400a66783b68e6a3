// All blocks of one object store: opened, cut, joined, expired.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "block/block_reader.h"
#include "block/block_reader_cache.h"
#include "block/compaction_plan.h"
#include "block/manifest.h"
#include "disk/object_store.h"
#include "head/head.h"
#include "stdx/clock.h"
#include "stdx/error.h"
#include "table/catalog.h"
#include "table/rollup_rows.h"
#include "table/trace_order.h"

namespace clew::block {

struct BlockStoreOptions {
  std::string tenant = "default";
  uint32_t row_group_rows = 65'536;
  int zstd_level_cut = 1;
  int zstd_level_compacted = 3;
  CompactionOptions compaction;
  size_t cache_bytes_max = size_t{32} << 20;  // Of decoded parts of blocks (block_reader_cache.h).
  int64_t retention_age_ns = 0;  // Of blocks, by the time they were cut; 0 keeps them for ever.
};

// Counted since start, for /metrics; any thread.
struct BlockStoreCounters {
  std::atomic<uint64_t> cuts{0};
  std::atomic<uint64_t> cuts_failed{0};
  std::atomic<uint64_t> cut_spans{0};
  std::atomic<uint64_t> cut_duplicates{0};
  std::atomic<uint64_t> cut_bytes{0};
  std::atomic<uint64_t> compactions{0};
  std::atomic<uint64_t> compactions_failed{0};
  std::atomic<uint64_t> deleted_by_retention{0};
  std::atomic<uint64_t> deleted_by_compaction{0};
  std::atomic<uint64_t> blocks_unreadable{0};  // Found damaged when opened; left where they are.
};

// A block exists when its manifest does. A manifest names the blocks that it replaces, so that a crash between a join and the
// removal of its inputs changes nothing; files without a manifest are leftovers and are removed when the store opens, before
// anything is written. cut() is called by one thread at a time, maintain() by another; the rest by any. Everything given must
// outlive the store; the catalog holds its blocks and must be emptied of queries before it.
class BlockStore {
 public:
  static stdx::Result<std::unique_ptr<BlockStore>> open(disk::ObjectStore& objects, table::Catalog& catalog,
                                                        const stdx::Clock& clock, BlockStoreOptions options);
  ~BlockStore();

  // Where the blocks of a partition end in its log.
  head::LogPosition position(uint32_t partition) const;

  // Writes the generation's block and shows it to queries; `swapped` runs in the same step of the catalog.
  stdx::Result<void> cut(const head::SealedGeneration& sealed, const std::function<void()>& swapped);

  // Joins blocks while there are some to join, deletes expired ones, and the files of those that no query holds any more.
  // Stops early when `stopping` becomes true.
  stdx::Result<void> maintain(const std::atomic<bool>& stopping);

  struct Totals {
    uint64_t blocks = 0;
    uint64_t spans = 0;
    std::array<uint64_t, table::kRecordTableCount> records{};
    uint64_t bytes = 0;
  };
  Totals totals() const;
  std::optional<uint64_t> block_bytes(const std::string& block) const;
  const BlockStoreCounters& counters() const { return counters_; }

 private:
  // Shared by the catalog, by queries and by us: whoever lets go last frees the block.
  using Set = std::shared_ptr<const BlockSpanSet>;
  struct Block {
    Manifest manifest;
    Set set;
  };

  BlockStore(disk::ObjectStore& objects, table::Catalog& catalog, const stdx::Clock& clock, BlockStoreOptions options);
  stdx::Result<void> load();
  stdx::Result<void> remove_leftovers(std::map<std::string, Manifest>& manifests);
  void note_position(const Manifest& manifest);
  bool holds_position(const Manifest& manifest) const;
  std::string next_name();
  // `manifest` names the block and says what only the caller knows; the rest is filled in.
  struct Content {
    const table::SpanTable& spans;
    table::TraceOrder order;
    std::array<const table::RecordTable*, table::kRecordTableCount> records;
  };
  stdx::Result<Block> write(const Content& content, Manifest manifest, int zstd_level);
  stdx::Result<void> write_spans(const Content& content, Manifest& manifest, int zstd_level);
  stdx::Result<void> write_records(const table::RecordTable& table, Manifest& manifest, int zstd_level);
  stdx::Result<void> commit(const Manifest& manifest);
  void name_cut(const head::SealedGeneration& sealed, Manifest& manifest);
  void publish(Block block, const std::vector<std::string>& replaced, const std::function<void()>& swapped);
  stdx::Result<bool> compact_once();
  void remove_expired();
  stdx::Result<void> remove_doomed();
  stdx::Result<void> remove_block(const Manifest& manifest);

  disk::ObjectStore& objects_;
  table::Catalog& catalog_;
  const stdx::Clock& clock_;
  const BlockStoreOptions options_;
  BlockStoreCounters counters_;
  BlockCache cache_;

  mutable std::mutex mutex_;
  std::map<std::string, Block> blocks_;  // By name. Under mutex_.
  std::vector<Block> doomed_;            // Out of the catalog, files still there. Under mutex_.
  std::vector<head::LogPosition> positions_;  // By partition. Under mutex_.
  std::atomic<uint64_t> name_count_{0};
  // A commit that fails may have happened all the same. So a cut is tried again under the name of its first attempt …
  struct CutAttempt {
    uint32_t partition;
    uint64_t first_offset;
    uint64_t end_offset;
    std::string name;
    int64_t cut_time_ns;
  };
  std::optional<CutAttempt> cut_attempt_;  // Cutting thread.
  // … and no blocks are joined while a join may or may not exist that nobody knows of.
  std::optional<Manifest> undecided_join_;  // Maintaining thread.
};

}  // namespace clew::block
