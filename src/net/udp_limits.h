// Every limit of the UDP server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace clew::net {

struct UdpLimits {
  // What the kernel is asked to hold while we are busy; it may give less (net.core.rmem_max).
  size_t receive_buffer_bytes = 8 << 20;
  // Datagrams read and not yet handled; further ones are dropped and counted.
  size_t queue_bytes_max = 16 << 20;
  size_t queue_datagrams_max = 1 << 16;
  // The handler is called when the oldest datagram has waited this long, or when so many bytes wait.
  std::chrono::milliseconds gather_interval{20};
  size_t gather_bytes_max = 1 << 20;
};

// The largest that UDP can carry over IPv4 is 65507.
inline constexpr size_t kUdpDatagramBytesMax = 1 << 16;
// Datagrams read with one system call.
inline constexpr size_t kUdpReadCount = 32;
static_assert(kUdpDatagramBytesMax <= UdpLimits{}.queue_bytes_max);

}  // namespace clew::net
