// Decides which of many equal log lines are worth printing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace clew::self {

// Lets the first kRepeatsMax lines of a message through in each window of kRepeatWindowMs and counts the rest. The caller
// brings the time and the lock. Memory is bounded: beyond kMessagesMax different messages, all are let through.
class RepeatLimiter {
 public:
  static constexpr uint32_t kRepeatsMax = 10;
  static constexpr int64_t kRepeatWindowMs = 10'000;
  static constexpr size_t kMessagesMax = 1024;

  struct Verdict {
    bool print;
    uint64_t suppressed_count;  // Of this message since it was last printed.
  };

  Verdict see(std::string_view message, int64_t now_ms) {
    auto found = seen_.find(message);
    if (found == seen_.end()) {
      if (seen_.size() >= kMessagesMax) return {true, 0};
      found = seen_.emplace(std::string(message), Seen{now_ms, 0, 0}).first;
    }
    Seen& seen = found->second;
    if (now_ms - seen.window_begin_ms >= kRepeatWindowMs || now_ms < seen.window_begin_ms) {
      seen.window_begin_ms = now_ms;
      seen.printed_count = 0;
    }
    if (seen.printed_count >= kRepeatsMax) {
      ++seen.suppressed_count;
      return {false, seen.suppressed_count};
    }
    ++seen.printed_count;
    return {true, std::exchange(seen.suppressed_count, 0)};
  }

 private:
  struct Seen {
    int64_t window_begin_ms;
    uint32_t printed_count;
    uint64_t suppressed_count;
  };
  std::map<std::string, Seen, std::less<>> seen_;
};

}  // namespace clew::self
