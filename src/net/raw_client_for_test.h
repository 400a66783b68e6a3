// A socket that says exactly what a test wants said, well-formed or not.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace clew::net {

// Blocking, on loopback, with a time limit on every wait. One thread.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    timeval limit{.tv_sec = 20, .tv_usec = 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(descriptor_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void end_output() { ::shutdown(descriptor_, SHUT_WR); }

  // What has come once `text` is in it (or the connection has ended, or the time is up), taken off the front up to its end.
  std::string read_until(std::string_view text) {
    for (;;) {
      const size_t found = received_.find(text);
      if (found != std::string::npos) {
        std::string part = received_.substr(0, found + text.size());
        received_.erase(0, part.size());
        return part;
      }
      if (!receive()) return std::exchange(received_, {});
    }
  }
  // Everything up to the end of the connection.
  std::string read_all() {
    while (receive()) {
    }
    return std::exchange(received_, {});
  }

 private:
  bool receive() {
    char room[4096];
    const ssize_t count = ::recv(descriptor_, room, sizeof room, 0);
    if (count <= 0) return false;
    received_.append(room, static_cast<size_t>(count));
    return true;
  }

  int descriptor_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace clew::net
