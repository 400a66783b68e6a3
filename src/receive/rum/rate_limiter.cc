#include "receive/rum/rate_limiter.h"

#include <algorithm>
#include <functional>

#include "receive/rum/rum_limits.h"

namespace clew::receive_rum {

double RateLimiter::tokens_at(const Bucket& bucket, int64_t now_ns) const {
  const double passed_s = static_cast<double>(std::max<int64_t>(0, now_ns - bucket.filled_at_ns)) / 1e9;
  return std::min(capacity(), bucket.tokens + passed_s * per_second_max_);
}

bool RateLimiter::take(std::string_view key_text, uint32_t count, int64_t now_ns) {
  uint64_t key = std::hash<std::string_view>{}(key_text);
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= kRateBucketsMax && !buckets_.contains(key)) {
    std::erase_if(buckets_, [&](const auto& entry) { return tokens_at(entry.second, now_ns) >= capacity(); });
    if (buckets_.size() >= kRateBucketsMax) key = 0;
  }
  Bucket& bucket = buckets_.try_emplace(key, Bucket{capacity(), now_ns}).first->second;
  bucket = {tokens_at(bucket, now_ns), now_ns};
  if (bucket.tokens < count) return false;
  bucket.tokens -= count;
  return true;
}

bool RateLimiter::is_used_up(std::string_view key, int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  const auto bucket = buckets_.find(std::hash<std::string_view>{}(key));
  return bucket != buckets_.end() && tokens_at(bucket->second, now_ns) < 1;
}

}  // namespace clew::receive_rum
