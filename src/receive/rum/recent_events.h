// Remembers which events came, so that a bundle that is sent again is not counted again.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_set>

namespace clew::receive_rum {

// Event ids by their hash. Two generations of kRecentEventsMax: when one is full the older is forgotten. Only what is durable
// is remembered, so an event whose first try failed is taken at the second. After a restart main tells what is stored. Any thread.
class RecentEvents {
 public:
  bool contains(uint64_t event_key) const;
  void add(std::span<const uint64_t> event_keys);

 private:
  mutable std::mutex mutex_;
  std::unordered_set<uint64_t> newer_, older_;
};

}  // namespace clew::receive_rum
