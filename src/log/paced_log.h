// Holds acknowledgements back while the reader lags, so that clients slow down instead of being refused.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "log/log.h"

namespace clew::log {

// In front of another log. A record is acknowledged when it is durable and less than `lag_bytes_max` of older records wait
// for the reader: what a client sees of an overload is a slower answer, and only beyond the limits of the log itself a
// refusal. Refusals pass at once. read() says by its offset what the reader is done with. Threads as for any log; the inner
// log must outlive this one, and must not acknowledge once this one is destroyed.
class PacedLog final : public Log {
 public:
  PacedLog(Log& inner, uint64_t lag_bytes_max);
  // Acknowledges what is still held back: it is durable.
  ~PacedLog() override;

  uint32_t partition_count() const override { return inner_.partition_count(); }
  void append(uint32_t partition, RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
              Acknowledge acknowledge) override;
  stdx::Result<void> read(uint32_t partition, uint64_t offset, size_t bytes_max, std::chrono::milliseconds wait,
                          std::vector<Record>& records) override;
  stdx::Result<void> trim(uint32_t partition, uint64_t offset) override { return inner_.trim(partition, offset); }
  uint64_t first_offset(uint32_t partition) const override { return inner_.first_offset(partition); }
  uint64_t next_offset(uint32_t partition) const override { return inner_.next_offset(partition); }

  // Durable bytes that the reader is not done with.
  uint64_t lag_bytes(uint32_t partition) const;

 private:
  // A durable record that the reader has not passed yet.
  struct Unread {
    uint64_t offset;
    uint64_t bytes;
    Acknowledge acknowledge;  // Empty once called.
  };
  struct Partition {
    mutable std::mutex mutex;
    std::deque<Unread> unread;  // By offset.
    size_t acknowledged = 0;    // Of `unread`, how many from the front have been acknowledged.
    uint64_t lag_bytes = 0;     // Of all of `unread`.
    uint64_t acknowledged_bytes = 0;
    uint64_t reader_offset = 0;
  };
  void durable(Partition& partition, uint64_t offset, uint64_t bytes, Acknowledge acknowledge);
  void advance(Partition& partition, uint64_t offset);
  // Takes the acknowledgements that are due out of the partition; they are called without its lock.
  std::vector<std::pair<uint64_t, Acknowledge>> take_due(Partition& partition) const;

  Log& inner_;
  const uint64_t lag_bytes_max_;
  std::vector<Partition> partitions_;
};

}  // namespace clew::log
