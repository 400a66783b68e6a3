// Every limit of the gRPC server. All are settings; these are their defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace clew::net {

struct GrpcLimits {
  size_t message_bytes_max = 16 << 20;           // As sent.
  size_t decompressed_bytes_max = 64 << 20;      // After gzip or deflate.
  size_t metadata_bytes_max = 16 << 10;          // All request headers of a call.
  uint32_t calls_in_flight_max = 1024;           // Being handled: RESOURCE_EXHAUSTED with RetryInfo.
  // Handed to handlers and not yet answered or taken: the same. From half of it on, each stream has one message at a time.
  size_t message_bytes_in_flight_max = 64 << 20;
  uint32_t streams_open_max = 4096;              // Streams of requests, idle or not: RESOURCE_EXHAUSTED with RetryInfo.
  // Of one stream; then it is not read until some are taken. Many, as they are small, and go to the log together.
  uint32_t stream_messages_in_flight_max = 1024;
  uint32_t streams_per_connection_max = 256;     // More wait at the client, by HTTP/2's own rule.
  size_t transport_bytes_max = 128 << 20;        // What gRPC may hold in buffers of connections; then it stops reading.

  // Pings to clients that say nothing, so that dead ones are noticed; and how often theirs are tolerated.
  std::chrono::milliseconds keepalive_time{60'000};
  std::chrono::milliseconds keepalive_timeout{20'000};
  std::chrono::milliseconds client_ping_interval_min{5'000};
};

// Calls of each method for which we have told gRPC in advance that we want them.
inline constexpr int kGrpcArmedCalls = 8;
// Streams have no end of their own. A stopping server lets those that are in the middle of something go on for so long.
inline constexpr std::chrono::milliseconds kGrpcStreamDrain{300};

}  // namespace clew::net
