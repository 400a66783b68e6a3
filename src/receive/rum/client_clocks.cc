#include "receive/rum/client_clocks.h"

#include <algorithm>
#include <functional>

#include "receive/rum/rum_limits.h"

namespace clew::receive_rum {

int64_t ClientClocks::offset_ms(std::string_view session_id, int64_t newest_ms, int64_t receive_time_ms) {
  int64_t lag = receive_time_ms - newest_ms;
  if (!session_id.empty()) {
    const uint64_t key = std::hash<std::string_view>{}(session_id);
    const std::lock_guard lock(mutex_);
    if (lag_ms_.size() >= kClocksMax && !lag_ms_.contains(key)) lag_ms_.clear();
    const auto [entry, is_new] = lag_ms_.try_emplace(key, lag);
    lag = entry->second = std::min(entry->second, lag);
  }
  return lag < -kClockAheadMsMax || lag > kClockBehindMsMax ? lag : 0;
}

int64_t plausible_time_ns(int64_t time_ns, int64_t receive_time_ns) {
  const bool is_plausible = time_ns > receive_time_ns - kEventBehindMsMax * 1'000'000 &&
                            time_ns < receive_time_ns + kEventAheadMsMax * 1'000'000;
  return is_plausible ? time_ns : receive_time_ns;
}

}  // namespace clew::receive_rum
