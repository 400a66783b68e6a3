// Who sends what: a bounded table of senders and the newest refusals, for the page that connects services and for /metrics.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "receive/protocol.h"
#include "receive/receive_limits.h"
#include "stdx/clock.h"

namespace clew::receive {

// Who sent a resource, as far as it says so itself: service.name and telemetry.sdk.*. Empty: it does not say.
struct SenderView {
  std::string_view service;
  std::string_view library;
  std::string_view library_version;
  std::string_view language;
};

// One sender over one protocol, since start. Counters are written by any thread, read at any time.
struct Sender {
  Sender(Protocol protocol_of, const SenderView& view, size_t name_bytes_max, int64_t now_ns);

  const Protocol protocol;
  const std::string service;
  const std::string library;
  const std::string library_version;
  const std::string language;
  const int64_t first_seen_ns;
  std::atomic<int64_t> last_seen_ns;
  std::atomic<uint64_t> spans{0};
  std::atomic<uint64_t> log_records{0};
  std::atomic<uint64_t> data_points{0};
  std::array<std::atomic<uint64_t>, kRefusalCount> refused{};  // Items; a request that cannot be decoded counts as one.
  std::atomic<int64_t> clock_ahead_ns{0};  // The furthest that a span's end lay in our future when it came.

  uint64_t refused_count() const;
};

struct RefusalSeen {
  int64_t time_ns = 0;
  Protocol protocol = Protocol::kOtlpGrpc;
  Refusal reason = Refusal::kOther;
  uint64_t count = 0;
  std::string service;        // Empty where it is not known.
  std::string why;            // For people; holds what the sender sent, so whoever shows it escapes it.
  std::string payload_begin;  // Its first bytes.
};

// Any thread may call; the lock is held for a look-up, never across I/O. When the table is full, senders that were not seen
// for a day make room, and when there are none, new ones are counted together, with the service "(others)".
class Arrivals {
 public:
  explicit Arrivals(const stdx::Clock& clock, ArrivalLimits limits = {}) : clock_(clock), limits_(limits) {}

  // The row to count in; found or made.
  std::shared_ptr<Sender> sender(Protocol protocol, const SenderView& view);
  void refuse(Protocol protocol, const SenderView& view, Refusal reason, uint64_t count, std::string_view why,
              std::string_view payload);

  std::vector<std::shared_ptr<const Sender>> senders() const;  // In no order.
  std::vector<RefusalSeen> refusals() const;                   // Newest first.

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(const std::pair<Protocol, SenderView>& key) const;
    size_t operator()(const std::shared_ptr<Sender>& row) const;
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const std::shared_ptr<Sender>& left, const std::shared_ptr<Sender>& right) const;
    bool operator()(const std::shared_ptr<Sender>& row, const std::pair<Protocol, SenderView>& key) const;
    bool operator()(const std::pair<Protocol, SenderView>& key, const std::shared_ptr<Sender>& row) const;
  };

  bool forget_silent(int64_t now_ns);

  const stdx::Clock& clock_;
  const ArrivalLimits limits_;
  mutable std::mutex mutex_;
  std::unordered_set<std::shared_ptr<Sender>, Hash, Same> senders_;
  int64_t forgot_at_ns_ = 0;
  std::deque<RefusalSeen> refusals_;
};

}  // namespace clew::receive
