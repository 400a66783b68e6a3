// How many questions may run at once, and how long each may take: one gate for every API.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "query/engine.h"

namespace clew::query {

struct AdmissionLimits {
  uint32_t concurrent_max = 16;           // A question more is refused, not queued: the client retries, memory stays bounded.
  int64_t deadline_ns = 30'000'000'000;   // From admission to kDeadlineExceeded.
};

// Each handler takes a ticket before it asks the engine and holds it until the answer is built. Any thread may call. The
// gate outlives its tickets.
class Admission {
 public:
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept : gate_(other.gate_), control_(other.control_) { other.gate_ = nullptr; }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();
    // Deadline of this ticket, cancelled by cancel_all().
    const QueryControl& control() const { return control_; }

   private:
    friend class Admission;
    Ticket(Admission& gate, QueryControl control) : gate_(&gate), control_(control) {}
    Admission* gate_;
    QueryControl control_;
  };

  explicit Admission(AdmissionLimits limits = {}) : limits_(limits) {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // nullopt while concurrent_max questions run, and after cancel_all().
  std::optional<Ticket> try_enter();
  // For shutdown: running questions end soon with kCancelled, new ones are refused.
  void cancel_all() { cancelled_.store(true, std::memory_order_relaxed); }

  uint32_t running() const { return running_.load(std::memory_order_relaxed); }
  uint64_t refused_count() const { return refused_.load(std::memory_order_relaxed); }
  const AdmissionLimits& limits() const { return limits_; }

 private:
  const AdmissionLimits limits_;
  std::atomic<uint32_t> running_{0};
  std::atomic<uint64_t> refused_{0};
  std::atomic<bool> cancelled_{false};
};

}  // namespace clew::query
