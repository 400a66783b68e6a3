// How much each application and each address may send.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace clew::receive_rum {

// A token bucket for each key, which holds ten seconds' worth. The table is bounded: when it is full, the buckets that are full
// again are forgotten, which changes nothing, and if none is, new keys share one bucket. Any thread.
class RateLimiter {
 public:
  explicit RateLimiter(uint32_t per_second_max) : per_second_max_(per_second_max) {}

  // Takes `count` from the bucket of `key`; false, and nothing taken, if there is not as much.
  bool take(std::string_view key, uint32_t count, int64_t now_ns);
  // Whether the bucket of `key` has nothing left, not even for one.
  bool is_used_up(std::string_view key, int64_t now_ns);

 private:
  struct Bucket {
    double tokens;
    int64_t filled_at_ns;
  };
  double capacity() const { return 10.0 * per_second_max_; }
  double tokens_at(const Bucket& bucket, int64_t now_ns) const;

  const uint32_t per_second_max_;
  std::mutex mutex_;
  std::unordered_map<uint64_t, Bucket> buckets_;
};

}  // namespace clew::receive_rum
