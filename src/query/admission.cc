#include "query/admission.h"

#include <chrono>

namespace clew::query {

Admission::Ticket::~Ticket() {
  if (gate_ != nullptr) gate_->running_.fetch_sub(1, std::memory_order_relaxed);
}

std::optional<Admission::Ticket> Admission::try_enter() {
  const uint32_t before = running_.fetch_add(1, std::memory_order_relaxed);
  if (before >= limits_.concurrent_max || cancelled_.load(std::memory_order_relaxed)) {
    running_.fetch_sub(1, std::memory_order_relaxed);
    refused_.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  const int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                             std::chrono::steady_clock::now().time_since_epoch())
                             .count();
  return Ticket(*this, {.cancelled = &cancelled_, .deadline_steady_ns = now_ns + limits_.deadline_ns});
}

}  // namespace clew::query
