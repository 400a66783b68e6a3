// The settings of the local log.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "stdx/error.h"

namespace clew::log_local {

// When a record counts as stored.
struct SyncMode {
  enum class Kind : uint8_t {
    kSync,      // When fdatasync has returned: nothing acknowledged is ever lost.
    kInterval,  // When written; synced at least this often, so a power cut loses that much. kill -9 loses nothing.
    kNone,      // When written; the kernel syncs when it likes.
  };
  Kind kind = Kind::kSync;
  std::chrono::milliseconds interval{0};
};

// "sync", "none" or "interval:<milliseconds>".
stdx::Result<SyncMode> parse_sync_mode(std::string_view text);

struct LocalLogOptions {
  std::string folder;  // Holds a folder for each partition; created if absent.
  uint32_t partition_count = 1;
  SyncMode sync_mode;
  uint64_t segment_bytes = 64 << 20;  // A multiple of 4096. Also bounds a record.
  uint32_t spare_segments_max = 4;    // Kept for reuse, a partition.
  // A new file is refused while the disk has less free than this: blocks must still be written, or nothing is ever trimmed.
  uint64_t free_bytes_min = 256 << 20;

  // Each for all partitions together.
  uint64_t window_bytes_max = 64 << 20;   // Recent payloads held in memory for the reader; it may lag further, then from disk.
  uint64_t queued_bytes_max = 32 << 20;   // Waiting for the disk; beyond it append() refuses.
  uint64_t unread_bytes_max = 512 << 20;  // Waiting for the reader; beyond it append() refuses.

  // By partition, missing ones are 0: new records get offsets from here on, even if the log remembers fewer. The block store
  // says so after a log that was not synced has lost its end.
  std::vector<uint64_t> min_next_offset;

  // One line for the operator, from any of the log's threads or callers. Optional.
  std::function<void(const std::string&)> warn;
  // Salts of new segments; std::random_device if absent.
  std::function<uint64_t()> random;
};

}  // namespace clew::log_local
