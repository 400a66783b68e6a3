// The durable log on the local disk.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "disk/file_system.h"
#include "log/local/local_log_options.h"
#include "log/local/log_stats.h"
#include "log/log.h"
#include "stdx/clock.h"

namespace clew::log_local {

class Partition;

// Independent partitions, each a folder of segments (docs/internals/log.md) with its own commit thread. One log a folder:
// main/ holds the data folder's lock. append() and trim() from any thread, read() from one a partition; the destructor
// commits what is queued and must not run while another call does.
class LocalLog final : public log::Log {
 public:
  // Repairs torn tails. `files` and `clock` must outlive the log.
  static stdx::Result<std::unique_ptr<LocalLog>> open(disk::FileSystem& files, const stdx::Clock& clock,
                                                      LocalLogOptions options);
  ~LocalLog() override;

  uint32_t partition_count() const override { return static_cast<uint32_t>(partitions_.size()); }
  void append(uint32_t partition, log::RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
              Acknowledge acknowledge) override;
  stdx::Result<void> read(uint32_t partition, uint64_t offset, size_t bytes_max, std::chrono::milliseconds wait,
                          std::vector<log::Record>& records) override;
  stdx::Result<void> trim(uint32_t partition, uint64_t offset) override;
  uint64_t first_offset(uint32_t partition) const override;
  uint64_t next_offset(uint32_t partition) const override;

  // Any thread.
  LogStats stats() const;

 private:
  explicit LocalLog(LocalLogOptions options);

  const LocalLogOptions options_;
  std::vector<std::unique_ptr<Partition>> partitions_;
};

}  // namespace clew::log_local
