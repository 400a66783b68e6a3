// When a query must stop before it is done.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "stdx/error.h"

namespace clew::query_execute {

// Asked once a window, so a query ends within the time that one window takes. Any thread.
struct Interrupt {
  const std::atomic<bool>* cancelled = nullptr;
  int64_t deadline_steady_ns = INT64_MAX;  // std::chrono::steady_clock
  const std::atomic<bool>* client_gone = nullptr;

  stdx::Result<void> check() const {
    if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed)) {
      return stdx::fail(stdx::ErrorCode::kCancelled, "the query was cancelled");
    }
    if (client_gone != nullptr && client_gone->load(std::memory_order_relaxed)) {
      return stdx::fail(stdx::ErrorCode::kCancelled, "nobody waits for the answer any more");
    }
    if (deadline_steady_ns != INT64_MAX) {
      const int64_t now = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
      if (now >= deadline_steady_ns) {
        return stdx::fail(stdx::ErrorCode::kDeadlineExceeded, "the query took longer than its time limit");
      }
    }
    return {};
  }
};

}  // namespace clew::query_execute
