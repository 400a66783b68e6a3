// What the log counts about itself, for /metrics.
#pragma once

#include <cstdint>

namespace clew::log_local {

// Since the log was opened, all partitions together, except where it says "now".
struct LogStats {
  uint64_t appended_records = 0;  // Acknowledged.
  uint64_t appended_bytes = 0;    // Their payloads.
  uint64_t written_bytes = 0;     // On disk, with headers and filling.
  uint64_t groups = 0;
  uint64_t syncs = 0;
  uint64_t sync_failures = 0;
  double sync_seconds = 0;

  uint64_t refused_queue_full = 0;    // Back-pressure: the disk is slower than the senders.
  uint64_t refused_unread_full = 0;   // Back-pressure: the reader is slower than the senders.
  uint64_t refused_disk = 0;          // The disk is full or failing.
  uint64_t refused_too_large = 0;
  uint64_t refused_closing = 0;

  uint64_t lost_records = 0;      // Were acknowledged and could not be read back.
  uint64_t torn_tails = 0;        // Repaired at open: records that were never acknowledged ended in damage.
  uint64_t damaged_segments = 0;  // Set aside at open: their headers cannot be read.

  uint64_t segments = 0;        // Now, holding records.
  uint64_t spare_segments = 0;  // Now, waiting to be used again.
  uint64_t queued_bytes = 0;    // Now, not yet durable.
  uint64_t unread_bytes = 0;    // Now, durable and not yet read.
  uint64_t window_bytes = 0;    // Now, in memory for the reader.

  LogStats& operator+=(const LogStats& other);
};

}  // namespace clew::log_local
