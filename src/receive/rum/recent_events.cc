#include "receive/rum/recent_events.h"

#include "receive/rum/rum_limits.h"

namespace clew::receive_rum {

bool RecentEvents::contains(uint64_t event_key) const {
  const std::lock_guard lock(mutex_);
  return newer_.contains(event_key) || older_.contains(event_key);
}

void RecentEvents::add(std::span<const uint64_t> event_keys) {
  const std::lock_guard lock(mutex_);
  for (const uint64_t key : event_keys) {
    if (newer_.size() >= kRecentEventsMax) {
      older_ = std::move(newer_);
      newer_.clear();
    }
    newer_.insert(key);
  }
}

}  // namespace clew::receive_rum
