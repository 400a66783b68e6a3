// Every limit of what all doors share. The bytes in flight are a setting; this is its default.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::receive {

struct IntakeLimits {
  // OTLP requests handed to the log and not yet acknowledged, over all protocols; beyond, kResourceExhausted.
  size_t bytes_in_flight_max = 64 << 20;
};

struct ArrivalLimits {
  size_t senders_max = 4096;        // (protocol, service, library, version, language); about 0.5 kB each.
  int64_t forget_after_ns = 24LL * 3600 * 1'000'000'000;  // A sender unseen for so long makes room for a new one.
  size_t name_bytes_max = 200;      // Of each of a sender's strings; the rest is cut off.
  size_t refusals_max = 100;        // The newest are kept.
  size_t payload_bytes_max = 64;    // Of a refused payload.
  size_t why_bytes_max = 500;
};

}  // namespace clew::receive
