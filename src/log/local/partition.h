// One partition of the local log.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "disk/file_system.h"
#include "log/local/group_writer.h"
#include "log/local/local_log_options.h"
#include "log/local/log_stats.h"
#include "log/local/record_window.h"
#include "log/local/segment_cursor.h"
#include "log/local/segment_files.h"
#include "log/log.h"
#include "stdx/clock.h"

namespace clew::log_local {

// This partition's part of the log's limits.
struct PartitionLimits {
  uint64_t window_bytes_max = 0;
  uint64_t queued_bytes_max = 0;
  uint64_t unread_bytes_max = 0;
};

// append() queues; the commit thread takes all that is queued, writes it as one group, syncs once, shows it to the reader and
// then acknowledges. Owns its segments and that thread. The reader gets records from the window, or from the files when it
// lags behind it. A failed write or sync seals the segment, for nothing is known of its pages; the group is refused and the
// next one goes to a new segment, from the same offset on, so that offsets stay consecutive and none a reader saw is reused.
class Partition {
 public:
  // `options` must outlive the partition.
  static stdx::Result<std::unique_ptr<Partition>> open(disk::FileSystem& files, const stdx::Clock& clock,
                                                       const LocalLogOptions& options, uint32_t partition,
                                                       PartitionLimits limits);
  // Commits what is queued, then ends the thread.
  ~Partition();

  void append(log::RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
              log::Log::Acknowledge acknowledge);
  stdx::Result<void> read(uint64_t offset, size_t bytes_max, std::chrono::milliseconds wait,
                          std::vector<log::Record>& records);
  stdx::Result<void> trim(uint64_t offset);
  uint64_t first_offset() const;
  uint64_t next_offset() const;
  LogStats stats() const;

 private:
  struct Pending {
    log::RecordKind kind;
    int64_t receive_time_ns;
    stdx::SharedBytes payload;
    uint64_t payload_checksum;
    log::Log::Acknowledge acknowledge;
  };
  using Group = std::vector<Pending>;
  // Consecutive durable records that the reader has not got.
  struct UnreadRun {
    uint64_t end_offset;
    uint64_t bytes;
  };
  // What a read of the files needs to know, taken together under the lock.
  struct ReadPlan {
    std::shared_ptr<Segment> segment;
    SegmentBounds bounds;
    IndexPoint start;
  };

  Partition(disk::FileSystem& files, const stdx::Clock& clock, const LocalLogOptions& options, uint32_t partition,
            PartitionLimits limits);
  stdx::Result<void> recover();
  stdx::Result<void> find_end(Segment& segment);
  stdx::Result<void> make_durable(Segment& segment, uint64_t group_position);
  void warn(const std::string& line) const;

  // The commit thread's.
  void run();
  bool take_group(Group& group);
  void commit(Group& group);
  stdx::Result<uint64_t> write_group(const Group& group, uint64_t group_bytes);
  stdx::Result<void> ensure_room(uint64_t group_bytes);
  stdx::Result<void> sync();
  void sync_if_due();
  void publish(Group& group, uint64_t end_position);
  void refuse(Group& group, const stdx::Error& error);
  void seal();

  // The reader's.
  bool wait_for_records(std::unique_lock<std::mutex>& lock, uint64_t offset,
                        std::chrono::steady_clock::time_point deadline);
  void note_appended(uint64_t payload_bytes);
  void note_read(uint64_t offset_after);
  std::optional<ReadPlan> plan_read(uint64_t offset) const;
  stdx::Result<uint64_t> read_segment(const ReadPlan& plan, uint64_t offset, size_t bytes_max,
                                      std::vector<log::Record>& records);
  void place_cursor(const ReadPlan& plan, uint64_t offset);
  void count_lost(const Segment& segment, uint64_t begin, uint64_t end);

  uint64_t first_offset_locked() const;

  const LocalLogOptions& options_;
  const uint32_t partition_;
  const PartitionLimits limits_;
  const uint64_t payload_bytes_max_;
  SegmentFiles segment_files_;

  // The commit thread's alone.
  GroupWriter writer_;
  std::shared_ptr<Segment> active_;  // Also in segments_.
  uint64_t position_ = 0;            // Where the next group goes in the active segment.
  bool unsynced_ = false;
  std::chrono::steady_clock::time_point sync_due_;

  std::mutex queue_mutex_;  // Guards the queue.
  std::condition_variable queue_grew_;
  std::deque<Pending> queue_;
  bool closing_ = false;
  std::atomic<uint64_t> queued_bytes_{0};  // Queued or being written.
  std::atomic<uint64_t> unread_bytes_{0};  // Changed under state_mutex_.
  std::atomic<uint64_t> refused_queue_full_{0};
  std::atomic<uint64_t> refused_unread_full_{0};
  std::atomic<uint64_t> refused_too_large_{0};
  std::atomic<uint64_t> refused_closing_{0};

  mutable std::mutex state_mutex_;  // Guards what follows, and the segments' guarded fields.
  std::condition_variable records_grew_;
  std::deque<std::shared_ptr<Segment>> segments_;  // Shared with reads under way. Ascending, at most the last is active.
  RecordWindow window_;
  uint64_t next_offset_ = 0;
  uint64_t segment_end_ = 0;    // Where the newest records end; less than next_offset_ if offsets were skipped.
  std::deque<UnreadRun> unread_;
  uint64_t lost_through_ = 0;   // Losses below have been counted.
  LogStats counts_;

  // The reader's place in the files.
  std::mutex read_mutex_;  // Guards what follows; taken before state_mutex_.
  std::shared_ptr<Segment> read_segment_;
  std::optional<SegmentCursor> cursor_;

  std::thread thread_;  // Last: everything is there when it starts.
};

}  // namespace clew::log_local
