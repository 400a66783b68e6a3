// A UDP server: datagrams in, in groups, never an answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/listen_address.h"
#include "net/udp_limits.h"
#include "stdx/error.h"

namespace clew::net {

// Some datagrams in the order they came; the views die when the handler returns.
struct UdpArrival {
  std::span<const std::string_view> datagrams;
  uint64_t dropped = 0;  // Further ones since the last arrival, by us or by the kernel.
};
// Runs on the server's handling thread and may take its time: what comes meanwhile waits, within limits.
using UdpHandler = std::function<void(const UdpArrival&)>;

struct UdpServerOptions {
  std::vector<ListenAddress> addresses{};
  UdpLimits limits{};
  std::string name = "udp";  // Of its threads.
};

// Counted since start; read at any time from any thread.
struct UdpCounters {
  std::atomic<uint64_t> datagrams{0};       // All that were read, dropped ones included.
  std::atomic<uint64_t> bytes{0};
  std::atomic<uint64_t> dropped_queue{0};   // Read while the queue was full.
  std::atomic<uint64_t> dropped_kernel{0};  // By the kernel, whose buffer was full; as it tells with later datagrams.
  std::atomic<uint64_t> queue_bytes{0};     // Now.
};

// Owns its sockets and two threads: one reads, many datagrams with a system call, and one handles, so that a slow handler
// does not cost datagrams until the queue is full. Never blocks on anybody: what is too much is dropped and counted. No
// answers, no multicast.
class UdpServer {
 public:
  // Listens and serves at once. kUnavailable names the address and port that could not be had, and who has it.
  static stdx::Result<std::unique_ptr<UdpServer>> start(UdpServerOptions options, UdpHandler handler);

  virtual ~UdpServer() = default;  // As stop().

  virtual std::vector<uint16_t> ports() const = 0;
  virtual const UdpCounters& counters() const = 0;
  virtual size_t receive_buffer_bytes() const = 0;  // What the kernel gave.

  // Reads no more, handles what was read, ends. Blocks until the handler has returned; once.
  virtual void stop() = 0;
};

}  // namespace clew::net
