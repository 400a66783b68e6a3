#include "net/udp_socket.h"

#include <fmt/format.h>
#include <netdb.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace clew::net {

// A slot of the largest size for each datagram: memory that no datagram ever reached is never touched.
struct UdpSocket::Buffers {
  std::vector<char> bytes = std::vector<char>(kUdpReadCount * kUdpDatagramBytesMax);
  std::array<iovec, kUdpReadCount> places;
  std::array<mmsghdr, kUdpReadCount> messages;
  // Room for the one control message that we ask for, the number of datagrams dropped.
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(uint32_t))];
  };
  std::array<Control, kUdpReadCount> controls;
};

UdpSocket::UdpSocket(int descriptor) : descriptor_(descriptor), buffers_(std::make_unique<Buffers>()) {
  for (size_t index = 0; index < kUdpReadCount; ++index) {
    buffers_->places[index] = {buffers_->bytes.data() + index * kUdpDatagramBytesMax, kUdpDatagramBytesMax};
  }
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      buffers_(std::move(other.buffers_)),
      kernel_drops_seen_(other.kernel_drops_seen_),
      kernel_drops_new_(other.kernel_drops_new_) {}

UdpSocket::~UdpSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

stdx::Result<UdpSocket> UdpSocket::open(const ListenAddress& address, size_t receive_buffer_bytes) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(address.host.empty() ? "0.0.0.0" : address.host.c_str(),
                                 std::to_string(address.port).c_str(), &hints, &found);
  if (failed != 0) {
    return stdx::fail(stdx::ErrorCode::kUnavailable, fmt::format("cannot listen on {}: no such host: {}", address.text(),
                                                                 gai_strerror(failed)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  const int descriptor = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return std::unexpected(listen_error(address, errno, Transport::kUdp));
  UdpSocket opened(descriptor);
  const int wanted = static_cast<int>(receive_buffer_bytes);
  // Beyond the system's limit only with a privilege; what we get is asked for later.
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0) {
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
  }
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  if (bind(descriptor, found->ai_addr, found->ai_addrlen) != 0) return std::unexpected(listen_error(address, errno, Transport::kUdp));
  return opened;
}

uint16_t UdpSocket::port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  // The port is at the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

size_t UdpSocket::receive_buffer_bytes() const {
  int bytes = 0;
  socklen_t size = sizeof bytes;
  getsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, &size);
  return static_cast<size_t>(bytes);
}

size_t UdpSocket::read() {
  for (size_t index = 0; index < kUdpReadCount; ++index) {
    msghdr& header = buffers_->messages[index].msg_hdr;
    header = {};
    header.msg_iov = &buffers_->places[index];
    header.msg_iovlen = 1;
    header.msg_control = buffers_->controls[index].bytes;
    header.msg_controllen = sizeof buffers_->controls[index].bytes;
  }
  const int count = recvmmsg(descriptor_, buffers_->messages.data(), kUdpReadCount, MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  // The counter only grows, so the last datagram knows it best.
  msghdr& last = buffers_->messages[static_cast<size_t>(count) - 1].msg_hdr;
  for (cmsghdr* control = CMSG_FIRSTHDR(&last); control != nullptr; control = CMSG_NXTHDR(&last, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_RXQ_OVFL) continue;
    uint32_t drops = 0;
    std::memcpy(&drops, CMSG_DATA(control), sizeof drops);
    kernel_drops_new_ += drops - kernel_drops_seen_;
    kernel_drops_seen_ = drops;
  }
  return static_cast<size_t>(count);
}

std::string_view UdpSocket::datagram(size_t index) const {
  return {static_cast<const char*>(buffers_->places[index].iov_base), buffers_->messages[index].msg_len};
}

uint64_t UdpSocket::take_kernel_drops() { return std::exchange(kernel_drops_new_, 0); }

}  // namespace clew::net
