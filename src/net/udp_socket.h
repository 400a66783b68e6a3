// One bound UDP socket, read many datagrams at a time. Internal to net/.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "net/listen_address.h"
#include "net/udp_limits.h"
#include "stdx/error.h"

namespace clew::net {

// Does not block. One thread.
class UdpSocket {
 public:
  // Binds; asks for `receive_buffer_bytes`.
  static stdx::Result<UdpSocket> open(const ListenAddress& address, size_t receive_buffer_bytes);

  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&&) = delete;
  ~UdpSocket();

  int descriptor() const { return descriptor_; }
  uint16_t port() const;
  size_t receive_buffer_bytes() const;

  // What is there, at most kUdpReadCount datagrams; their bytes live until the next call. 0: nothing.
  size_t read();
  std::string_view datagram(size_t index) const;
  // Datagrams that the kernel dropped since the last call, as far as read() was told.
  uint64_t take_kernel_drops();

 private:
  struct Buffers;

  explicit UdpSocket(int descriptor);

  int descriptor_;
  std::unique_ptr<Buffers> buffers_;
  uint32_t kernel_drops_seen_ = 0;
  uint64_t kernel_drops_new_ = 0;
};

}  // namespace clew::net
