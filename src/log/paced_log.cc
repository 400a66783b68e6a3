#include "log/paced_log.h"

#include <utility>

namespace clew::log {

PacedLog::PacedLog(Log& inner, uint64_t lag_bytes_max)
    : inner_(inner), lag_bytes_max_(lag_bytes_max), partitions_(inner.partition_count()) {}

PacedLog::~PacedLog() {
  for (Partition& partition : partitions_) {
    for (Unread& record : partition.unread) {
      if (record.acknowledge) record.acknowledge(record.offset);
    }
  }
}

void PacedLog::append(uint32_t partition, RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
                      Acknowledge acknowledge) {
  const uint64_t bytes = payload.size();
  inner_.append(partition, kind, receive_time_ns, std::move(payload),
                [this, partition, bytes, acknowledge = std::move(acknowledge)](stdx::Result<uint64_t> offset) mutable {
                  if (!offset) return acknowledge(std::move(offset));
                  durable(partitions_[partition], *offset, bytes, std::move(acknowledge));
                });
}

void PacedLog::durable(Partition& partition, uint64_t offset, uint64_t bytes, Acknowledge acknowledge) {
  std::vector<std::pair<uint64_t, Acknowledge>> due;
  {
    std::lock_guard lock(partition.mutex);
    if (offset < partition.reader_offset) {
      due.emplace_back(offset, std::move(acknowledge));  // The reader was quicker than we.
    } else {
      partition.unread.push_back({offset, bytes, std::move(acknowledge)});
      partition.lag_bytes += bytes;
      due = take_due(partition);
    }
  }
  for (auto& [acknowledged_offset, call] : due) call(acknowledged_offset);
}

void PacedLog::advance(Partition& partition, uint64_t offset) {
  std::vector<std::pair<uint64_t, Acknowledge>> due;
  {
    std::lock_guard lock(partition.mutex);
    partition.reader_offset = offset;
    while (!partition.unread.empty() && partition.unread.front().offset < offset) {
      Unread& record = partition.unread.front();
      partition.lag_bytes -= record.bytes;
      if (partition.acknowledged > 0) {
        --partition.acknowledged;
        partition.acknowledged_bytes -= record.bytes;
      } else {
        due.emplace_back(record.offset, std::move(record.acknowledge));
      }
      partition.unread.pop_front();
    }
    for (auto& entry : take_due(partition)) due.push_back(std::move(entry));
  }
  for (auto& [acknowledged_offset, call] : due) call(acknowledged_offset);
}

std::vector<std::pair<uint64_t, Log::Acknowledge>> PacedLog::take_due(Partition& partition) const {
  std::vector<std::pair<uint64_t, Acknowledge>> due;
  while (partition.acknowledged < partition.unread.size() && partition.acknowledged_bytes < lag_bytes_max_) {
    Unread& record = partition.unread[partition.acknowledged++];
    partition.acknowledged_bytes += record.bytes;
    due.emplace_back(record.offset, std::exchange(record.acknowledge, {}));
  }
  return due;
}

stdx::Result<void> PacedLog::read(uint32_t partition, uint64_t offset, size_t bytes_max,
                                  std::chrono::milliseconds wait, std::vector<Record>& records) {
  advance(partitions_[partition], offset);
  return inner_.read(partition, offset, bytes_max, wait, records);
}

uint64_t PacedLog::lag_bytes(uint32_t partition) const {
  const Partition& state = partitions_[partition];
  std::lock_guard lock(state.mutex);
  return state.lag_bytes;
}

}  // namespace clew::log
