// Every limit of the HTTP server. All are settings; these are their defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace clew::net {

struct HttpLimits {
  size_t header_bytes_max = 32 << 10;  // Request line and headers together: 431.
  size_t body_bytes_max = 16 << 20;    // As sent, before decompression: 413.
  // Bodies received and not yet answered, over all connections: 503. What a request occupies while it is decompressed is
  // the business of its handler.
  size_t body_bytes_in_flight_max = 64 << 20;
  uint32_t connections_max = 1024;        // Further ones are told 503 and closed.
  uint32_t requests_in_flight_max = 512;  // Being handled: 503.
  uint32_t pipeline_depth_max = 16;       // Unanswered requests of one connection; further ones wait in the socket.
  size_t quick_body_bytes_max = 1 << 20;  // Larger bodies go to the workers even if the route is quick.

  size_t stream_waiting_bytes_max = 4 << 20;  // Of one streamed answer, written and not yet taken: the client is dropped.

  std::chrono::milliseconds idle_timeout{120'000};    // Between requests: closed.
  std::chrono::milliseconds request_timeout{30'000};  // From a request's first byte to its last: 408.
  std::chrono::milliseconds write_timeout{30'000};    // From an answer's first byte to its last: closed.
};

// Bodies of answers below this are not worth compressing.
inline constexpr size_t kCompressBytesMin = 1024;
// Room for one read of headers; an idle connection holds no more than this.
inline constexpr size_t kHeaderReadBytes = 4 << 10;
// One read of a body at most, so that one fast sender does not keep the I/O thread from the others.
inline constexpr size_t kBodyReadBytesMax = 1 << 20;
inline constexpr size_t kChunkedReadBytes = 64 << 10;
// How long, and for how many bytes, we go on reading from a client that was told to go away, so that it gets to read why.
inline constexpr std::chrono::milliseconds kLingerTimeout{2'000};
inline constexpr size_t kLingerBytesMax = 32 << 20;

}  // namespace clew::net
