// The newest records of a partition, in memory.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "log/log.h"

namespace clew::log_local {

// Holds consecutive offsets up to the newest one, within a number of payload bytes; shares payloads. Not thread-safe. What is
// dropped is moved to the caller, who frees it after releasing its lock: a payload may be a whole request.
class RecordWindow {
 public:
  using Dropped = std::vector<log::Record>;

  explicit RecordWindow(uint64_t bytes_max) : bytes_max_(bytes_max) {}

  // `record` has the offset after the newest one.
  void push(log::Record record, Dropped& dropped);
  void drop_below(uint64_t offset, Dropped& dropped);
  bool holds(uint64_t offset) const {
    return !records_.empty() && offset >= records_.front().offset && offset <= records_.back().offset;
  }
  // From `offset`, which it holds; at least one, then up to `bytes_max`.
  void copy(uint64_t offset, size_t bytes_max, std::vector<log::Record>& records) const;
  // Payload bytes from `offset` on, as far as they are held.
  uint64_t bytes_from(uint64_t offset) const;
  uint64_t bytes() const { return bytes_; }

 private:
  void drop_oldest(Dropped& dropped);

  const uint64_t bytes_max_;
  uint64_t bytes_ = 0;
  std::deque<log::Record> records_;
};

}  // namespace clew::log_local
