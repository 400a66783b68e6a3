// How wrong the clocks of clients are, told from when their bundles arrive.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace clew::receive_rum {

// Remembers for each session by how much its clock must be moved, so that all its bundles are moved alike. The SDK sends a
// bundle within ten seconds of its newest event, so an event in our future means a clock that is ahead by at least that, and
// one that is far in the past one that is behind; what is within the bounds of rum_limits.h is waiting, and not corrected. A
// tab that slept over a session's first bundle looks like a clock that is behind until its next bundle comes: then the
// smallest offset seen counts. Bounded; the table is emptied when it is full. Any thread.
class ClientClocks {
 public:
  // What to add to the client's times, in ms. `newest_ms` is the end of the newest event of a bundle.
  int64_t offset_ms(std::string_view session_id, int64_t newest_ms, int64_t receive_time_ms);

 private:
  std::mutex mutex_;
  std::unordered_map<uint64_t, int64_t> lag_ms_;  // By hash of the session: the smallest lag seen, which may be negative.
};

// The time of an event, or that of its arrival if it is none at all: a device whose clock was never set, or a lie, which would
// stretch the times of all that is stored with it.
int64_t plausible_time_ns(int64_t time_ns, int64_t receive_time_ns);

}  // namespace clew::receive_rum
