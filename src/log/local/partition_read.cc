// The reader's side: from the window, or from the files.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "log/local/partition.h"

namespace clew::log_local {

using std::chrono::steady_clock;

stdx::Result<void> Partition::read(uint64_t offset, size_t bytes_max, std::chrono::milliseconds wait,
                                   std::vector<log::Record>& records) {
  const auto deadline = steady_clock::now() + wait;
  const std::scoped_lock read_lock(read_mutex_);
  RecordWindow::Dropped dropped;  // Freed without the state's lock.
  while (true) {
    std::optional<ReadPlan> plan;
    {
      std::unique_lock lock(state_mutex_);
      if (offset < first_offset_locked()) {
        return stdx::fail(stdx::ErrorCode::kNotFound, fmt::format("log partition {} begins at offset {}; {} is gone",
                                                                  partition_, first_offset_locked(), offset));
      }
      if (!wait_for_records(lock, offset, deadline)) return {};
      // What the reader has passed it will not ask for again.
      window_.drop_below(offset, dropped);
      if (window_.holds(offset)) {
        window_.copy(offset, bytes_max, records);
        note_read(records.back().offset + 1);
        return {};
      }
      plan = plan_read(offset);
      if (!plan) {
        // Only skipped or lost offsets are left.
        offset = next_offset_;
        continue;
      }
    }
    std::vector<log::Record> found;
    const auto read_on = read_segment(*plan, offset, bytes_max, found);
    if (!read_on) return std::unexpected(read_on.error());
    const std::scoped_lock lock(state_mutex_);
    if (plan->segment->retired) {
      return stdx::fail(stdx::ErrorCode::kNotFound,
                        fmt::format("log partition {}: offset {} was trimmed while being read", partition_, offset));
    }
    note_read(*read_on);
    std::ranges::move(found, std::back_inserter(records));
    if (!found.empty()) return {};
    offset = *read_on;
  }
}

bool Partition::wait_for_records(std::unique_lock<std::mutex>& lock, uint64_t offset,
                                 std::chrono::steady_clock::time_point deadline) {
  return records_grew_.wait_until(lock, deadline, [&] { return next_offset_ > offset; });
}

void Partition::note_appended(uint64_t payload_bytes) {
  // Small groups are counted together, so that a long backlog of them stays a short list.
  if (!unread_.empty() && unread_.back().bytes < kUnreadRunBytes) {
    unread_.back().end_offset = next_offset_;
    unread_.back().bytes += payload_bytes;
  } else {
    unread_.push_back({next_offset_, payload_bytes});
  }
  unread_bytes_.fetch_add(payload_bytes, std::memory_order_relaxed);
}

// Nothing below `offset_after` counts as unread any more.
void Partition::note_read(uint64_t offset_after) {
  while (!unread_.empty() && unread_.front().end_offset <= offset_after) {
    unread_bytes_.fetch_sub(unread_.front().bytes, std::memory_order_relaxed);
    unread_.pop_front();
  }
}

std::optional<Partition::ReadPlan> Partition::plan_read(uint64_t offset) const {
  const auto found =
      std::ranges::upper_bound(segments_, offset, {}, [](const auto& segment) { return segment->end_offset; });
  if (found == segments_.end()) return std::nullopt;
  const Segment& segment = **found;
  ReadPlan plan;
  plan.segment = *found;
  plan.bounds = {.end_position = segment.end_position,
                 .end_offset = segment.end_offset,
                 .certain_offset = segment.end_offset};
  plan.start = {segment.header.first_offset, kBlockBytes};
  const auto behind = std::ranges::upper_bound(segment.index, offset, {}, &IndexPoint::offset);
  if (behind != segment.index.begin()) plan.start = *std::prev(behind);
  return plan;
}

// Reading on from where the last read ended needs no search; else the nearest remembered position does.
void Partition::place_cursor(const ReadPlan& plan, uint64_t offset) {
  const bool reads_on = read_segment_ == plan.segment && cursor_->expected_offset() <= offset &&
                        cursor_->expected_offset() >= plan.start.offset;
  if (!reads_on) {
    read_segment_ = plan.segment;
    cursor_.emplace(*read_segment_->file, read_segment_->header, plan.start.position, plan.start.offset);
  }
  cursor_->set_bounds(plan.bounds);
}

// Returns the offset from which to go on.
stdx::Result<uint64_t> Partition::read_segment(const ReadPlan& plan, uint64_t offset, size_t bytes_max,
                                               std::vector<log::Record>& records) {
  place_cursor(plan, offset);
  size_t bytes = 0;
  while (bytes < bytes_max || bytes == 0) {
    const uint64_t expected = cursor_->expected_offset();
    log::Record record;
    const auto got = cursor_->next(record);
    if (!got) {
      if (records.empty()) return std::unexpected(got.error());
      return expected;  // The next call meets the error again.
    }
    const uint64_t reached = *got ? record.offset : plan.bounds.end_offset;
    if (expected < reached) count_lost(*plan.segment, expected, reached);
    if (!*got) return reached;
    if (record.offset < offset) continue;
    bytes += std::max<size_t>(record.payload.size(), 1);
    records.push_back(std::move(record));
  }
  return cursor_->expected_offset();
}

void Partition::count_lost(const Segment& segment, uint64_t begin, uint64_t end) {
  {
    const std::scoped_lock lock(state_mutex_);
    // A trimmed segment's bytes may be those of its next life.
    if (segment.retired || end <= lost_through_) return;
    begin = std::max(begin, lost_through_);
    lost_through_ = end;
    counts_.lost_records += end - begin;
  }
  warn(fmt::format("log segment {} is damaged: {} acknowledged records from offset {} on cannot be read", segment.path,
                   end - begin, begin));
}

}  // namespace clew::log_local
