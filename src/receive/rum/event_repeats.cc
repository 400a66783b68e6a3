#include "receive/rum/event_repeats.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace clew::receive_rum {

uint64_t event_key_of(std::string_view event_id) { return XXH3_64bits(event_id.data(), event_id.size()); }

bool Repeats::is_new(std::string_view event_id) {
  if (event_id.empty()) return true;
  const uint64_t key = event_key_of(event_id);
  if (is_repeated_ && is_repeated_(key)) {
    ++repeated_count_;
    return false;
  }
  event_keys_.push_back(key);
  return true;
}

std::string ContentIds::id_of(std::string_view session, int64_t time_ns, std::string_view content) {
  if (session.empty() || time_ns == 0) return {};
  const uint64_t of_session = XXH3_64bits_withSeed(session.data(), session.size(), static_cast<uint64_t>(time_ns));
  uint64_t hash = XXH3_64bits_withSeed(content.data(), content.size(), of_session);
  if (const uint32_t before = seen_[hash]++; before > 0) hash = XXH3_64bits_withSeed(&hash, sizeof hash, before);
  return fmt::format("{:016x}", hash);
}

}  // namespace clew::receive_rum
