#include "log/local/partition.h"

#include <fmt/format.h>

#include <algorithm>

#include "stdx/thread_name.h"

namespace clew::log_local {

using std::chrono::steady_clock;

Partition::Partition(disk::FileSystem& files, const stdx::Clock& clock, const LocalLogOptions& options,
                     uint32_t partition, PartitionLimits limits)
    : options_(options),
      partition_(partition),
      limits_(limits),
      payload_bytes_max_(options.segment_bytes - 2 * kBlockBytes),
      segment_files_(files, clock, options, partition),
      window_(limits.window_bytes_max) {}

stdx::Result<std::unique_ptr<Partition>> Partition::open(disk::FileSystem& files, const stdx::Clock& clock,
                                                         const LocalLogOptions& options, uint32_t partition,
                                                         PartitionLimits limits) {
  std::unique_ptr<Partition> opened(new Partition(files, clock, options, partition, limits));
  if (auto recovered = opened->recover(); !recovered) return std::unexpected(recovered.error());
  opened->thread_ = std::thread([self = opened.get()] {
    stdx::name_this_thread("log-commit");
    self->run();
  });
  return opened;
}

Partition::~Partition() {
  {
    const std::scoped_lock lock(queue_mutex_);
    closing_ = true;
  }
  queue_grew_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Partition::warn(const std::string& line) const {
  if (options_.warn) options_.warn(line);
}

stdx::Result<void> Partition::recover() {
  auto found = segment_files_.open_all();
  if (!found) return std::unexpected(found.error());
  counts_.damaged_segments = found->damaged_count;
  auto& segments = found->segments;
  for (size_t i = 0; i < segments.size(); ++i) {
    Segment& segment = *segments[i];
    if (i + 1 == segments.size()) {
      if (auto done = find_end(segment); !done) return done;
    } else {
      // Its records are looked at when they are read; where they end, the next segment knows.
      const auto size = segment.file->size();
      if (!size) return std::unexpected(size.error());
      segment.end_position = *size / kBlockBytes * kBlockBytes;
      segment.end_offset = std::max(segment.header.first_offset, segments[i + 1]->header.previous_end);
    }
    const bool empty = segment.end_offset == segment.header.first_offset;
    segment_end_ = std::max(segment_end_, empty ? segment.header.previous_end : segment.end_offset);
    next_offset_ = std::max(next_offset_, segment.end_offset);
    // The newest stays even if empty: it is the one that remembers how far the offsets had come.
    if (!empty || i + 1 == segments.size()) {
      segments_.push_back(segments[i]);
    } else {
      segment.file.reset();
      segment_files_.retire(segment);
    }
  }
  if (partition_ < options_.min_next_offset.size()) {
    next_offset_ = std::max(next_offset_, options_.min_next_offset[partition_]);
  }
  return {};
}

// Finds where the newest segment's records end and cuts off what a crash left behind them.
stdx::Result<void> Partition::find_end(Segment& segment) {
  const auto size = segment.file->size();
  if (!size) return std::unexpected(size.error());
  SegmentCursor cursor(*segment.file, segment.header, kBlockBytes, segment.header.first_offset);
  cursor.set_bounds({.end_position = *size / kBlockBytes * kBlockBytes,
                     .end_offset = UINT64_MAX,
                     .certain_offset = segment.header.first_offset});
  log::Record record;
  while (true) {
    const auto got = cursor.next(record);
    if (!got) return std::unexpected(got.error());
    if (!*got) break;
    if (segment.index.empty() || cursor.position() >= segment.index.back().position + kIndexSpacingBytes) {
      segment.index.push_back({cursor.expected_offset(), cursor.position()});
    }
  }
  segment.end_offset = cursor.expected_offset();
  segment.end_position = round_up(cursor.position(), kBlockBytes);
  if (cursor.found_torn_tail()) {
    ++counts_.torn_tails;
    warn(fmt::format("log segment {} ends in a write that was cut off and never acknowledged; cut at byte {}, offset {}",
                     segment.path, segment.end_position, segment.end_offset));
  }
  // Gives the unused space back. Only that: whatever stayed would be beyond the next segment's first offset.
  if (segment.end_position < *size) {
    if (auto cut = segment.file->truncate(segment.end_position); !cut) warn(cut.error().message);
  }
  return make_durable(segment, cursor.group_position());
}

// That the newest group can be read does not mean that it is on disk: its sync may have failed, or never have come before the
// process was killed. No reader may see it before that is settled; and since a sync after a failed one proves nothing, the
// group is written again, the same bytes in the same place. A later group proves that the ones before it had been synced.
stdx::Result<void> Partition::make_durable(Segment& segment, uint64_t group_position) {
  AlignedBuffer chunk(kReadChunkBytes);
  for (uint64_t position = group_position; group_position != 0 && position < segment.end_position;) {
    const uint64_t length = std::min<uint64_t>(chunk.size(), segment.end_position - position);
    const auto got = segment.file->read_at(position, {chunk.data(), length});
    if (!got) return std::unexpected(got.error());
    if (*got != length) break;  // The file ends within the last block; it was never a whole group.
    if (auto done = segment.file->write_at(position, {chunk.data(), length}); !done) return done;
    position += length;
  }
  return segment.file->sync_data();
}

void Partition::append(log::RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
                       log::Log::Acknowledge acknowledge) {
  const auto refuse_now = [&](std::atomic<uint64_t>& count, stdx::ErrorCode code, std::string message) {
    count.fetch_add(1, std::memory_order_relaxed);
    acknowledge(stdx::fail(code, std::move(message)));
  };
  const uint64_t bytes = record_bytes(payload.size());
  if (payload.size() > payload_bytes_max_) {
    return refuse_now(refused_too_large_, stdx::ErrorCode::kPayloadTooLarge,
                      fmt::format("a record of {} bytes does not fit a log segment", payload.size()));
  }
  if (unread_bytes_.load(std::memory_order_relaxed) > limits_.unread_bytes_max) {
    return refuse_now(refused_unread_full_, stdx::ErrorCode::kResourceExhausted,
                      "the log holds more than may wait to be ingested");
  }
  if (queued_bytes_.fetch_add(bytes, std::memory_order_relaxed) > limits_.queued_bytes_max) {
    queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return refuse_now(refused_queue_full_, stdx::ErrorCode::kResourceExhausted, "the log's queue to the disk is full");
  }
  // Here rather than in the commit thread: the payload is in this core's cache, and the work spreads over the senders.
  const uint64_t checksum = payload_checksum(payload.view);
  bool was_empty = false;
  {
    const std::scoped_lock lock(queue_mutex_);
    if (!closing_) {
      was_empty = queue_.empty();
      queue_.push_back({kind, receive_time_ns, std::move(payload), checksum, std::move(acknowledge)});
      acknowledge = nullptr;
    }
  }
  if (acknowledge) {
    queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return refuse_now(refused_closing_, stdx::ErrorCode::kUnavailable, "the log is closing");
  }
  if (was_empty) queue_grew_.notify_one();
}

stdx::Result<void> Partition::trim(uint64_t offset) {
  RecordWindow::Dropped dropped;
  std::vector<std::shared_ptr<Segment>> retired;
  {
    const std::scoped_lock lock(state_mutex_);
    offset = std::min(offset, next_offset_);
    note_read(offset);
    window_.drop_below(offset, dropped);
    // The newest one stays: the commit thread may be writing to it.
    while (segments_.size() > 1 && segments_.front()->end_offset <= offset) {
      segments_.front()->retired = true;
      retired.push_back(std::move(segments_.front()));
      segments_.pop_front();
    }
  }
  for (const auto& segment : retired) segment_files_.retire(*segment);
  return {};
}

uint64_t Partition::first_offset_locked() const {
  return segments_.empty() ? next_offset_ : segments_.front()->header.first_offset;
}

uint64_t Partition::first_offset() const {
  const std::scoped_lock lock(state_mutex_);
  return first_offset_locked();
}

uint64_t Partition::next_offset() const {
  const std::scoped_lock lock(state_mutex_);
  return next_offset_;
}

LogStats Partition::stats() const {
  const std::scoped_lock lock(state_mutex_);
  LogStats stats = counts_;
  stats.refused_queue_full = refused_queue_full_.load(std::memory_order_relaxed);
  stats.refused_unread_full = refused_unread_full_.load(std::memory_order_relaxed);
  stats.refused_too_large = refused_too_large_.load(std::memory_order_relaxed);
  stats.refused_closing = refused_closing_.load(std::memory_order_relaxed);
  stats.segments = segments_.size();
  stats.spare_segments = segment_files_.spare_count();
  stats.queued_bytes = queued_bytes_.load(std::memory_order_relaxed);
  stats.unread_bytes = unread_bytes_.load(std::memory_order_relaxed);
  stats.window_bytes = window_.bytes();
  return stats;
}

}  // namespace clew::log_local
