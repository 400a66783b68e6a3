// Wall-clock time as a dependency that tests replace.
#pragma once

#include <chrono>
#include <cstdint>

namespace clew::stdx {

// Unix time in nanoseconds, UTC. Any thread may call.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t now_ns() const = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t now_ns() const override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace clew::stdx
