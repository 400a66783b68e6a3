// A log that shows adaptive sampling what is appended, whichever door it came through.
#pragma once

#include <functional>
#include <utility>

#include "log/log.h"

namespace clew::receive_sampling {

// Passes everything on to the log behind it, which must outlive it. `observe` gets each request for traces before it is
// appended, on the caller's thread; it must be quick.
class ObservingLog final : public log::Log {
 public:
  using Observe = std::function<void(std::string_view traces_request)>;

  ObservingLog(log::Log& behind, Observe observe) : behind_(behind), observe_(std::move(observe)) {}

  uint32_t partition_count() const override { return behind_.partition_count(); }
  void append(uint32_t partition, log::RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
              Acknowledge acknowledge) override {
    if (kind == log::RecordKind::kTraces) observe_(payload.view);
    behind_.append(partition, kind, receive_time_ns, std::move(payload), std::move(acknowledge));
  }
  stdx::Result<void> read(uint32_t partition, uint64_t offset, size_t bytes_max, std::chrono::milliseconds wait,
                          std::vector<log::Record>& records) override {
    return behind_.read(partition, offset, bytes_max, wait, records);
  }
  stdx::Result<void> trim(uint32_t partition, uint64_t offset) override { return behind_.trim(partition, offset); }
  uint64_t first_offset(uint32_t partition) const override { return behind_.first_offset(partition); }
  uint64_t next_offset(uint32_t partition) const override { return behind_.next_offset(partition); }

 private:
  log::Log& behind_;
  const Observe observe_;
};

}  // namespace clew::receive_sampling
