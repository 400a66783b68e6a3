// What the OTLP receiver counts about itself; main/ shows it in /metrics.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "otlp/traces_survey.h"
#include "receive/otlp/otlp_signal.h"
#include "stdx/error.h"

namespace clew::receive_otlp {

inline constexpr size_t kRefusalCount = static_cast<size_t>(otlp::SpanRefusal::kCount);
inline constexpr size_t kErrorCodeCount = static_cast<size_t>(stdx::ErrorCode::kInternal) + 1;

// Since start; read at any time from any thread.
struct ProtocolCounters {
  std::atomic<uint64_t> requests{0};        // All that reached a handler.
  std::atomic<uint64_t> bytes{0};           // Of their bodies: over HTTP as sent, over gRPC decompressed.
  std::atomic<uint64_t> spans_accepted{0};  // Durable and acknowledged.
  std::array<std::atomic<uint64_t>, kRefusalCount> spans_refused{};        // By SpanRefusal, in answered requests.
  std::array<std::atomic<uint64_t>, kErrorCodeCount> requests_failed{};    // By ErrorCode.
  std::atomic<uint64_t> log_records_refused{0};
  std::atomic<uint64_t> data_points_refused{0};
};

struct OtlpCounters {
  std::array<ProtocolCounters, kProtocolCount> by_protocol;
  std::atomic<uint64_t> bytes_in_flight{0};  // Handed to the log, not yet acknowledged.

  ProtocolCounters& of(Protocol protocol) { return by_protocol[static_cast<size_t>(protocol)]; }
  const ProtocolCounters& of(Protocol protocol) const { return by_protocol[static_cast<size_t>(protocol)]; }
};

}  // namespace clew::receive_otlp
