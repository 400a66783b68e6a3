// What every door does once its protocol has become OTLP: survey, count, append to the log, answer when it is durable.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "log/log.h"
#include "receive/arrivals.h"
#include "receive/protocol.h"
#include "receive/receive_limits.h"
#include "stdx/clock.h"
#include "stdx/error.h"
#include "stdx/shared_bytes.h"

namespace clew::receive {

// What became of a request that was taken: what it held is durable, but for the refused items.
struct Outcome {
  uint64_t refused_count = 0;
  std::string message;  // Names counts, reasons and the first one's place; empty if nothing was refused.
};

inline constexpr size_t kErrorCodeCount = static_cast<size_t>(stdx::ErrorCode::kInternal) + 1;

// Of one protocol since start; read at any time from any thread.
struct ProtocolCounters {
  std::atomic<uint64_t> requests{0};        // All that reached a handler; datagrams and messages of streams, too.
  std::atomic<uint64_t> bytes{0};           // Of their bodies: over HTTP as sent, over gRPC decompressed.
  std::atomic<uint64_t> spans_accepted{0};  // Durable and acknowledged.
  std::atomic<uint64_t> log_records_accepted{0};
  std::atomic<uint64_t> data_points_accepted{0};
  std::array<std::atomic<uint64_t>, kRefusalCount> items_refused{};      // By Refusal, of requests that were answered.
  std::array<std::atomic<uint64_t>, kErrorCodeCount> requests_failed{};  // By ErrorCode.
};

struct IntakeCounters {
  std::array<ProtocolCounters, kProtocolCount> by_protocol;
  std::atomic<uint64_t> bytes_in_flight{0};  // Handed to the log, not yet acknowledged.

  ProtocolCounters& of(Protocol protocol) { return by_protocol[static_cast<size_t>(protocol)]; }
  const ProtocolCounters& of(Protocol protocol) const { return by_protocol[static_cast<size_t>(protocol)]; }
};

// One for all doors. Holds no threads. The log and the clock must outlive the last acknowledgement; the intake itself need
// not outlive the doors' handlers, if they keep a copy: copies share their state.
class Intake {
 public:
  // Called once, from the caller's thread or the log's: must be quick, must not call back into take(). Errors are of the
  // whole request, of which nothing was kept; kResourceExhausted and kUnavailable mean that the client may retry.
  using Done = std::move_only_function<void(stdx::Result<Outcome>)>;

  Intake(log::Log& log, const stdx::Clock& clock, IntakeLimits limits = {});

  // `request` is an Export…ServiceRequest in protobuf, its kind by `kind`; it is appended as it is, refused items included,
  // which the decoder drops again by the same rules. Any thread; does not block.
  void take(Protocol protocol, log::RecordKind kind, stdx::SharedBytes request, Done done) const;

  // A request (or datagram, message) came in: for the counters.
  void count_request(Protocol protocol, size_t bytes) const;
  // Nothing of a request could be kept, and the client is told so: counts it and remembers why. take() does not call it,
  // the door does for every error it answers with.
  void count_failure(Protocol protocol, const stdx::Error& error, std::string_view payload = {}) const;
  // Some items of a protocol could not be translated; the rest was kept.
  void refuse(Protocol protocol, std::string_view service, Refusal reason, uint64_t count, std::string_view why,
              std::string_view payload = {}) const;

  const IntakeCounters& counters() const;
  const Arrivals& arrivals() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace clew::receive
