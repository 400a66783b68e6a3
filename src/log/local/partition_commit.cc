// The commit thread: groups go to disk, become readable, are acknowledged.
#include <fmt/format.h>

#include <algorithm>

#include "log/local/partition.h"

namespace clew::log_local {

using std::chrono::steady_clock;

void Partition::run() {
  Group group;
  while (take_group(group)) {
    if (!group.empty()) commit(group);
    group.clear();
    sync_if_due();
  }
  if (unsynced_) (void)sync();
}

// False when closing and nothing is left. An empty group means that a sync is due.
bool Partition::take_group(Group& group) {
  std::unique_lock lock(queue_mutex_);
  const auto ready = [&] { return closing_ || !queue_.empty(); };
  if (unsynced_ && options_.sync_mode.kind == SyncMode::Kind::kInterval) {
    queue_grew_.wait_until(lock, sync_due_, ready);
  } else {
    queue_grew_.wait(lock, ready);
  }
  uint64_t bytes = 0;
  const uint64_t bytes_max = std::min<uint64_t>(kGroupBytesMax, options_.segment_bytes - kBlockBytes);
  while (!queue_.empty()) {
    bytes += record_bytes(queue_.front().payload.size());
    if (!group.empty() && bytes > bytes_max) break;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return !group.empty() || !closing_;
}

void Partition::commit(Group& group) {
  uint64_t group_bytes = 0;
  for (const auto& pending : group) group_bytes += record_bytes(pending.payload.size());
  auto end_position = write_group(group, group_bytes);
  if (end_position && options_.sync_mode.kind == SyncMode::Kind::kSync) {
    if (auto synced = sync(); !synced) end_position = std::unexpected(synced.error());
  }
  if (!end_position) {
    seal();
    refuse(group, end_position.error());
  } else {
    if (!unsynced_) sync_due_ = steady_clock::now() + options_.sync_mode.interval;
    unsynced_ = options_.sync_mode.kind != SyncMode::Kind::kSync;
    position_ = *end_position;
    publish(group, *end_position);
  }
  queued_bytes_.fetch_sub(group_bytes, std::memory_order_relaxed);
}

stdx::Result<uint64_t> Partition::write_group(const Group& group, uint64_t group_bytes) {
  if (auto room = ensure_room(group_bytes); !room) return std::unexpected(room.error());
  // Only this thread changes it.
  const uint64_t first_offset = next_offset_;
  writer_.begin(*active_, position_);
  for (size_t i = 0; i < group.size(); ++i) {
    const RecordHeader header = {.payload_checksum = group[i].payload_checksum,
                                 .offset = first_offset + i,
                                 .receive_time_ns = group[i].receive_time_ns,
                                 .acknowledged_below = first_offset,
                                 .payload_bytes = static_cast<uint32_t>(group[i].payload.size()),
                                 .kind = group[i].kind};
    if (auto added = writer_.add(header, group[i].payload.view); !added) return std::unexpected(added.error());
  }
  return writer_.finish();
}

stdx::Result<void> Partition::ensure_room(uint64_t group_bytes) {
  if (active_ && position_ + round_up(group_bytes, kBlockBytes) <= options_.segment_bytes) return {};
  if (active_ && unsynced_) {
    // The last chance to sync what was acknowledged early.
    if (auto synced = sync(); !synced) warn(synced.error().message);
  }
  seal();
  auto created = segment_files_.create(next_offset_, segment_end_);
  if (!created) return std::unexpected(created.error());
  active_ = std::move(*created);
  position_ = kBlockBytes;
  const std::scoped_lock lock(state_mutex_);
  segments_.push_back(active_);
  return {};
}

stdx::Result<void> Partition::sync() {
  const auto begin = steady_clock::now();
  auto synced = active_->file->sync_data();
  const std::chrono::duration<double> took = steady_clock::now() - begin;
  unsynced_ = false;
  const std::scoped_lock lock(state_mutex_);
  ++counts_.syncs;
  counts_.sync_seconds += took.count();
  if (!synced) ++counts_.sync_failures;
  return synced;
}

void Partition::sync_if_due() {
  if (!unsynced_ || options_.sync_mode.kind != SyncMode::Kind::kInterval || steady_clock::now() < sync_due_) return;
  if (auto synced = sync(); !synced) {
    // What was written since the last sync was acknowledged and may be gone after a power cut; that is this mode's bargain.
    warn(synced.error().message);
    seal();
  }
}

void Partition::publish(Group& group, uint64_t end_position) {
  RecordWindow::Dropped dropped;
  uint64_t first_offset = 0;
  {
    const std::scoped_lock lock(state_mutex_);
    first_offset = next_offset_;
    uint64_t payload_bytes = 0;
    for (auto& pending : group) {
      payload_bytes += pending.payload.size();
      window_.push({next_offset_++, pending.receive_time_ns, pending.kind, std::move(pending.payload)}, dropped);
    }
    Segment& segment = *active_;
    const uint64_t begin_position = segment.end_position;
    if (segment.index.empty() || begin_position >= segment.index.back().position + kIndexSpacingBytes) {
      segment.index.push_back({first_offset, begin_position});
    }
    segment.end_position = end_position;
    segment.end_offset = next_offset_;
    segment_end_ = next_offset_;
    note_appended(payload_bytes);
    counts_.appended_records += group.size();
    counts_.appended_bytes += payload_bytes;
    counts_.written_bytes += end_position - begin_position;
    ++counts_.groups;
  }
  records_grew_.notify_all();
  for (size_t i = 0; i < group.size(); ++i) group[i].acknowledge(first_offset + i);
}

void Partition::refuse(Group& group, const stdx::Error& error) {
  {
    const std::scoped_lock lock(state_mutex_);
    counts_.refused_disk += group.size();
  }
  for (auto& pending : group) pending.acknowledge(stdx::fail(stdx::ErrorCode::kUnavailable, error.message));
}

// The active segment takes no more groups. One without records goes at once.
void Partition::seal() {
  if (!active_) return;
  const std::shared_ptr<Segment> sealed = std::move(active_);
  active_ = nullptr;
  unsynced_ = false;
  {
    const std::scoped_lock lock(state_mutex_);
    if (sealed->end_offset > sealed->header.first_offset) return;
    sealed->retired = true;
    std::erase(segments_, sealed);
  }
  segment_files_.retire(*sealed);
}

}  // namespace clew::log_local
