#include "block/block_store.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "block/compactor.h"
#include "block/edge_file.h"
#include "block/record_file.h"
#include "block/red_file.h"
#include "block/span_file_writer.h"
#include "block/trace_file.h"
#include "rollup/rollups.h"
#include "self/log_line.h"
#include "self/version.h"
#include "table/trace_order.h"

namespace clew::block {
namespace {

using stdx::Result;

constexpr std::array kTables = {BlockTable::kSpans, BlockTable::kTraces, BlockTable::kRed,
                                BlockTable::kEdges, BlockTable::kLogs,   BlockTable::kMetrics,
                                BlockTable::kEvents};
static_assert(kTables.size() == kBlockTableCount);

head::LogPosition position_of(const Manifest& manifest) {
  head::LogPosition position;
  position.end_offset = manifest.offset_end;
  for (const LeftBehindTrace& trace : manifest.left_behind) {
    position.left_behind.push_back({trace.trace_id, trace.first_offset});
  }
  return position;
}

// Whether a position is that of a later moment. Without new records only traces left behind can be cut, so of two that end
// at one offset the later has fewer of them.
bool is_later(uint64_t end_offset, size_t left_behind, uint64_t than_end_offset, size_t than_left_behind) {
  return end_offset > than_end_offset || (end_offset == than_end_offset && left_behind < than_left_behind);
}

// Creates the object, lets `write` fill it, commits it, and keeps what the manifest must know.
template <class Write>
Result<void> write_object(disk::ObjectStore& objects, Manifest& manifest, BlockTable table, Write&& write) {
  auto out = objects.create(file_key(manifest, table));
  if (!out) return std::unexpected(std::move(out.error()));
  Result<parquet::WrittenFile> written = write(**out);
  if (!written) return std::unexpected(std::move(written.error()));
  if (auto committed = (*out)->commit(); !committed) return committed;
  manifest.file(table) = ManifestFile::of(*written);
  return {};
}

uint64_t stored_bytes(const Manifest& manifest) {
  uint64_t bytes = 0;
  for (const ManifestFile& file : manifest.files) bytes += file.size;
  return bytes;
}

}  // namespace

BlockStore::BlockStore(disk::ObjectStore& objects, table::Catalog& catalog, const stdx::Clock& clock,
                       BlockStoreOptions options)
    : objects_(objects), catalog_(catalog), clock_(clock), options_(std::move(options)), cache_(options_.cache_bytes_max) {}

BlockStore::~BlockStore() {
  table::Catalog::Sets sets;
  for (const auto& [name, block] : blocks_) sets.push_back(block.set);
  catalog_.replace(sets, {});
}

Result<std::unique_ptr<BlockStore>> BlockStore::open(disk::ObjectStore& objects, table::Catalog& catalog,
                                                     const stdx::Clock& clock, BlockStoreOptions options) {
  std::unique_ptr<BlockStore> store(new BlockStore(objects, catalog, clock, std::move(options)));
  if (auto loaded = store->load(); !loaded) return std::unexpected(std::move(loaded.error()));
  return store;
}

Result<void> BlockStore::load() {
  auto keys = objects_.list(manifest_prefix(options_.tenant));
  if (!keys) return std::unexpected(std::move(keys.error()));
  std::map<std::string, Manifest> manifests;
  for (const disk::ObjectInfo& info : *keys) {
    // A manifest that cannot be read hides a block and, worse, where the log goes on: the operator must decide.
    auto manifest = load_manifest(objects_, info.key);
    if (!manifest) return std::unexpected(std::move(manifest.error()));
    manifests.emplace(manifest->name, std::move(*manifest));
  }
  if (auto removed = remove_leftovers(manifests); !removed) return removed;

  table::Catalog::Sets sets;
  for (auto& [name, manifest] : manifests) {
    note_position(manifest);
    auto set = BlockSpanSet::open(objects_, cache_, manifest);
    if (!set) {
      ++counters_.blocks_unreadable;
      self::log_error("a block cannot be read and is left out", {{"block", name}, {"why", set.error().message}});
      continue;
    }
    sets.push_back(*set);
    blocks_.emplace(name, Block{std::move(manifest), std::move(*set)});
  }
  catalog_.replace({}, sets);
  return {};
}

void BlockStore::note_position(const Manifest& manifest) {
  if (manifest.log_partition < 0) return;
  const auto partition = static_cast<size_t>(manifest.log_partition);
  if (partition >= positions_.size()) positions_.resize(partition + 1);
  head::LogPosition& position = positions_[partition];
  if (is_later(manifest.offset_end, manifest.left_behind.size(), position.end_offset, position.left_behind.size())) {
    position = position_of(manifest);
  }
}

// What a crash left: blocks that a join has replaced, and files whose manifest was never written.
Result<void> BlockStore::remove_leftovers(std::map<std::string, Manifest>& manifests) {
  std::set<std::string> replaced;
  for (const auto& [name, manifest] : manifests) replaced.insert(manifest.replaces.begin(), manifest.replaces.end());
  for (const std::string& name : replaced) {
    if (auto found = manifests.find(name); found != manifests.end()) {
      if (auto removed = remove_block(found->second); !removed) return removed;
      manifests.erase(found);
    }
  }
  std::set<std::string> known;
  for (const auto& [name, manifest] : manifests) {
    for (const BlockTable table : kTables) {
      if (manifest.has(table)) known.insert(file_key(manifest, table));
    }
  }
  for (const BlockTable table : kTables) {
    auto keys = objects_.list("data/" + std::string(table_name(table)) + "/tenant=" + options_.tenant + "/");
    if (!keys) return std::unexpected(std::move(keys.error()));
    for (const disk::ObjectInfo& info : *keys) {
      if (known.contains(info.key)) continue;
      if (auto removed = objects_.remove(info.key); !removed) return removed;
    }
  }
  return {};
}

head::LogPosition BlockStore::position(uint32_t partition) const {
  std::lock_guard lock(mutex_);
  return partition < positions_.size() ? positions_[partition] : head::LogPosition();
}

std::string BlockStore::next_name() {
  // The clock may stand still or go back; the count keeps names of one process apart, and the time those of two.
  return make_block_name(clock_.now_ns(), static_cast<uint32_t>(name_count_.fetch_add(1)));
}

Result<BlockStore::Block> BlockStore::write(const Content& content, Manifest manifest, int zstd_level) {
  manifest.tenant = options_.tenant;
  manifest.writer_version = self::kVersion;
  manifest.span_count = content.order.rows.size();
  manifest.start_min_ns = INT64_MAX;
  manifest.start_max_ns = INT64_MIN;
  for (const uint32_t row : content.order.rows) {
    manifest.start_min_ns = std::min(manifest.start_min_ns, content.spans.starts()[row]);
    manifest.start_max_ns = std::max(manifest.start_max_ns, content.spans.starts()[row]);
  }
  int64_t first_ns = manifest.start_min_ns;
  if (manifest.span_count == 0) {
    for (const table::RecordTable* records : content.records) first_ns = std::min(first_ns, records->time_min_ns());
  }
  manifest.date = date_of(first_ns);

  if (manifest.span_count != 0) {
    if (auto done = write_spans(content, manifest, zstd_level); !done) return std::unexpected(std::move(done.error()));
  }
  for (const table::RecordTable* records : content.records) {
    if (records->published_row_count() == 0) continue;
    if (auto done = write_records(*records, manifest, zstd_level); !done) return std::unexpected(std::move(done.error()));
  }

  // The block is opened before it exists, so that what cannot be read back is never committed.
  auto set = BlockSpanSet::open(objects_, cache_, manifest);
  if (!set) return std::unexpected(std::move(set.error()));
  if (auto committed = commit(manifest); !committed) return std::unexpected(std::move(committed.error()));
  return Block{std::move(manifest), std::move(*set)};
}

Result<void> BlockStore::write_spans(const Content& content, Manifest& manifest, int zstd_level) {
  const table::Rollups rollups = rollup::build_rollups(content.spans, content.order);
  manifest.trace_count = rollups.traces.size();
  for (const table::TracePart& part : rollups.traces) {
    manifest.end_max_ns = std::max(manifest.end_max_ns, part.end_ns);
    manifest.error_count += part.error_count;
  }
  const SpanFileOptions span_options{.zstd_level = zstd_level, .row_group_rows = options_.row_group_rows};
  Result<void> done = write_object(objects_, manifest, BlockTable::kSpans, [&](disk::ObjectWriter& out) {
    auto written = write_span_file(content.spans, content.order, span_options, out);
    if (!written) return Result<parquet::WrittenFile>(std::unexpected(std::move(written.error())));
    return Result<parquet::WrittenFile>(written->file);
  });
  if (!done) return done;
  done = write_object(objects_, manifest, BlockTable::kTraces, [&](disk::ObjectWriter& out) {
    return write_trace_file(rollups.traces, zstd_level, out);
  });
  if (!done) return done;
  done = write_object(objects_, manifest, BlockTable::kRed, [&](disk::ObjectWriter& out) {
    return write_red_file(rollups.red, zstd_level, out);
  });
  if (!done) return done;
  return write_object(objects_, manifest, BlockTable::kEdges, [&](disk::ObjectWriter& out) {
    return write_edge_file(rollups.edges, zstd_level, out);
  });
}

Result<void> BlockStore::write_records(const table::RecordTable& table, Manifest& manifest, int zstd_level) {
  const table::RecordTableId id = table.kind().id;
  const std::vector<uint32_t> order = table::order_records(table, table.published_row_count());
  manifest.record_counts[static_cast<size_t>(id)] = order.size();
  return write_object(objects_, manifest, block_table(id), [&](disk::ObjectWriter& out) {
    return write_record_file(table, order, zstd_level, options_.row_group_rows, out);
  });
}

Result<void> BlockStore::commit(const Manifest& manifest) {
  auto committed = commit_manifest(objects_, manifest);
  if (committed || committed.error().code != stdx::ErrorCode::kAlreadyExists) return committed;
  auto existing = load_manifest(objects_, manifest_key(manifest.tenant, manifest.name));
  if (!existing) return std::unexpected(std::move(existing.error()));
  if (*existing == manifest) return {};
  return stdx::fail(stdx::ErrorCode::kInternal, "block " + manifest.name + " exists with another content");
}

void BlockStore::name_cut(const head::SealedGeneration& sealed, Manifest& manifest) {
  const bool again = cut_attempt_ && cut_attempt_->partition == sealed.partition &&
                     cut_attempt_->first_offset == sealed.first_offset &&
                     cut_attempt_->end_offset == sealed.position.end_offset;
  if (!again) {
    cut_attempt_ = {sealed.partition, sealed.first_offset, sealed.position.end_offset, next_name(), clock_.now_ns()};
  }
  manifest.name = cut_attempt_->name;
  manifest.cut_time_ns = cut_attempt_->cut_time_ns;
}

void BlockStore::publish(Block block, const std::vector<std::string>& replaced, const std::function<void()>& swapped) {
  std::lock_guard lock(mutex_);
  note_position(block.manifest);
  table::Catalog::Sets removed;
  for (const std::string& name : replaced) {
    auto found = blocks_.find(name);
    if (found == blocks_.end()) continue;
    removed.push_back(found->second.set);
    doomed_.push_back(std::move(found->second));
    blocks_.erase(found);
    ++counters_.deleted_by_compaction;
  }
  catalog_.replace(removed, {block.set}, [&] {
    if (swapped) swapped();
  });
  std::string name = block.manifest.name;
  blocks_.emplace(std::move(name), std::move(block));
}

Result<void> BlockStore::cut(const head::SealedGeneration& sealed, const std::function<void()>& swapped) {
  const head::Generation& generation = *sealed.generation;
  const table::SpanTable& table = *generation.table;
  const auto wanted = [&](uint32_t trace) {
    return generation.left_behind == nullptr || !(*generation.left_behind)[trace];
  };
  Content content{table, table::order_by_trace(table, table.published_row_count(), wanted), {}};
  for (size_t i = 0; i < table::kRecordTableCount; ++i) content.records[i] = generation.records[i].get();
  Manifest manifest;
  name_cut(sealed, manifest);
  manifest.log_partition = static_cast<int32_t>(sealed.partition);
  manifest.offset_begin = sealed.first_offset;
  manifest.offset_end = sealed.position.end_offset;
  manifest.trim_from_offset = sealed.position.replay_offset();
  for (const head::LeftTrace& trace : sealed.position.left_behind) {
    manifest.left_behind.push_back({trace.trace_id, trace.first_offset, 0});
  }
  auto block = write(content, std::move(manifest), options_.zstd_level_cut);
  if (!block) {
    ++counters_.cuts_failed;
    return std::unexpected(std::move(block.error()));
  }
  ++counters_.cuts;
  counters_.cut_spans += content.order.rows.size();
  counters_.cut_duplicates += content.order.duplicate_count;
  counters_.cut_bytes += stored_bytes(block->manifest);
  cut_attempt_.reset();
  publish(std::move(*block), {}, swapped);
  return {};
}

Result<void> BlockStore::maintain(const std::atomic<bool>& stopping) {
  remove_expired();
  if (options_.compaction.enabled) {
    while (!stopping.load(std::memory_order_relaxed)) {
      auto joined = compact_once();
      if (!joined) {
        ++counters_.compactions_failed;
        return std::unexpected(std::move(joined.error()));
      }
      if (!*joined) break;
      ++counters_.compactions;
    }
  }
  return remove_doomed();
}

Result<bool> BlockStore::compact_once() {
  if (undecided_join_) {
    if (auto removed = remove_block(*undecided_join_); !removed) return std::unexpected(std::move(removed.error()));
    undecided_join_.reset();
  }
  std::vector<CompactionCandidate> candidates;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [name, block] : blocks_) {
      candidates.push_back({name, block.manifest.date, block.manifest.row_count(), stored_bytes(block.manifest),
                            block.manifest.cut_time_ns});
    }
  }
  const auto names = plan_compaction(std::move(candidates), date_of(clock_.now_ns()), options_.compaction);
  if (names.empty()) return false;
  std::vector<Set> inputs;
  Manifest manifest;
  {
    std::lock_guard lock(mutex_);
    for (const std::string& name : names) {
      const Block& block = blocks_.at(name);
      inputs.push_back(block.set);
      manifest.cut_time_ns = std::max(manifest.cut_time_ns, block.manifest.cut_time_ns);
      manifest.compaction_level = std::max(manifest.compaction_level, block.manifest.compaction_level + 1);
      // The newest input's place in the log must not be forgotten with it.
      if (block.manifest.log_partition < 0) continue;
      if (manifest.log_partition < 0 || is_later(block.manifest.offset_end, block.manifest.left_behind.size(),
                                                 manifest.offset_end, manifest.left_behind.size())) {
        manifest.log_partition = block.manifest.log_partition;
        manifest.offset_begin = block.manifest.offset_begin;
        manifest.offset_end = block.manifest.offset_end;
        manifest.trim_from_offset = block.manifest.trim_from_offset;
        manifest.left_behind = block.manifest.left_behind;
      }
    }
    // An input may itself be a join whose inputs are not removed yet: once its manifest is gone, nobody else would say that
    // they are replaced.
    manifest.replaces = names;
    for (const Block& block : doomed_) manifest.replaces.push_back(block.manifest.name);
  }
  manifest.name = next_name();
  auto joined = join_spans(inputs);
  if (!joined) return std::unexpected(std::move(joined.error()));
  Content content{**joined, table::order_by_trace(**joined, (*joined)->published_row_count()), {}};
  std::array<std::unique_ptr<table::RecordTable>, table::kRecordTableCount> records;
  for (size_t i = 0; i < records.size(); ++i) {
    auto of_kind = join_records(inputs, static_cast<table::RecordTableId>(i));
    if (!of_kind) return std::unexpected(std::move(of_kind.error()));
    records[i] = std::move(*of_kind);
    content.records[i] = records[i].get();
  }
  auto block = write(content, manifest, options_.zstd_level_compacted);
  if (!block) {
    manifest.tenant = options_.tenant;
    undecided_join_ = std::move(manifest);
    return std::unexpected(std::move(block.error()));
  }
  publish(std::move(*block), names, {});
  return true;
}

void BlockStore::remove_expired() {
  if (options_.retention_age_ns <= 0) return;
  const int64_t limit_ns = clock_.now_ns() - options_.retention_age_ns;
  std::lock_guard lock(mutex_);
  table::Catalog::Sets removed;
  for (auto entry = blocks_.begin(); entry != blocks_.end();) {
    if (entry->second.manifest.cut_time_ns >= limit_ns || holds_position(entry->second.manifest)) {
      ++entry;
      continue;
    }
    removed.push_back(entry->second.set);
    doomed_.push_back(std::move(entry->second));
    entry = blocks_.erase(entry);
    ++counters_.deleted_by_retention;
  }
  catalog_.replace(removed, {});
}

// The newest block of a partition says where its log goes on, so it stays until there is a newer one.
bool BlockStore::holds_position(const Manifest& manifest) const {
  if (manifest.log_partition < 0) return false;
  const head::LogPosition& position = positions_[static_cast<size_t>(manifest.log_partition)];
  return position.end_offset == manifest.offset_end && position.left_behind.size() == manifest.left_behind.size();
}

// Queries that took their snapshot earlier may still read these files; who holds the set tells.
Result<void> BlockStore::remove_doomed() {
  std::vector<Block> free;
  {
    std::lock_guard lock(mutex_);
    const auto held = std::partition(doomed_.begin(), doomed_.end(), [](const Block& b) { return b.set.use_count() > 1; });
    std::move(held, doomed_.end(), std::back_inserter(free));
    doomed_.erase(held, doomed_.end());
  }
  for (size_t i = 0; i < free.size(); ++i) {
    if (auto removed = remove_block(free[i].manifest); !removed) {
      std::lock_guard lock(mutex_);
      for (; i < free.size(); ++i) doomed_.push_back(std::move(free[i]));
      return removed;
    }
  }
  return {};
}

// The manifest first: without it the block does not exist, and what is left of it goes at the next start.
Result<void> BlockStore::remove_block(const Manifest& manifest) {
  if (auto removed = objects_.remove(manifest_key(manifest.tenant, manifest.name)); !removed) return removed;
  for (const BlockTable table : kTables) {
    if (auto removed = objects_.remove(file_key(manifest, table)); !removed) return removed;
  }
  return {};
}

BlockStore::Totals BlockStore::totals() const {
  std::lock_guard lock(mutex_);
  Totals totals;
  totals.blocks = blocks_.size();
  for (const auto& [name, block] : blocks_) {
    totals.spans += block.manifest.span_count;
    for (size_t i = 0; i < totals.records.size(); ++i) totals.records[i] += block.manifest.record_counts[i];
    totals.bytes += stored_bytes(block.manifest);
  }
  return totals;
}

std::optional<uint64_t> BlockStore::block_bytes(const std::string& block) const {
  std::lock_guard lock(mutex_);
  const auto found = blocks_.find(block);
  if (found == blocks_.end()) return std::nullopt;
  return stored_bytes(found->second.manifest);
}

}  // namespace clew::block
