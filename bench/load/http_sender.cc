#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "sender.h"

namespace clew::bench {
namespace {

// The value of a header in the head of a response, or empty. Names compare without case.
std::string_view header_value(std::string_view head, std::string_view name) {
  for (size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    std::string_view line = head.substr(at + 2);
    line = line.substr(0, line.find("\r\n"));
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    line.remove_prefix(name.size() + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    return line;
  }
  return {};
}

class HttpSender final : public Sender {
 public:
  HttpSender(const Address& address, std::string path, std::string content_type)
      : path_(std::move(path)), content_type_(std::move(content_type)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    ::inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      broken_ = fmt::format("cannot connect to {}:{}: {}", address.host, address.port, std::strerror(errno));
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~HttpSender() override { ::close(socket_); }

  void send(uint64_t tag, const std::string& request) override {
    waiting_.push_back(tag);
    if (!broken_.empty()) return;
    std::string head = fmt::format(
        "POST {} HTTP/1.1\r\nHost: bench\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n", path_, content_type_,
        request.size());
    iovec parts[2] = {{head.data(), head.size()}, {const_cast<char*>(request.data()), request.size()}};
    size_t first = 0;
    while (first < 2) {
      msghdr message{};
      message.msg_iov = parts + first;
      message.msg_iovlen = 2 - first;
      ssize_t wrote = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
      if (wrote < 0) {
        broken_ = std::strerror(errno);
        return;
      }
      while (first < 2 && static_cast<size_t>(wrote) >= parts[first].iov_len) {
        wrote -= static_cast<ssize_t>(parts[first++].iov_len);
      }
      if (first < 2) {
        parts[first].iov_base = static_cast<char*>(parts[first].iov_base) + wrote;
        parts[first].iov_len -= static_cast<size_t>(wrote);
      }
    }
  }

  Sent receive() override {
    Sent sent;
    sent.tag = waiting_.front();
    waiting_.pop_front();
    size_t head_size = 0;
    while ((head_size = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return disconnected(sent);
    }
    const std::string head = input_.substr(0, head_size + 2);
    const std::string length_text(header_value(head, "content-length"));
    const size_t length = std::strtoull(length_text.c_str(), nullptr, 10);
    while (input_.size() < head_size + 4 + length) {
      if (!read_more()) return disconnected(sent);
    }
    const std::string body = input_.substr(head_size + 4, length);
    input_.erase(0, head_size + 4 + length);
    const int status = head.size() > 12 ? std::atoi(head.c_str() + 9) : 0;
    if (status / 100 == 2) {
      sent.outcome = Sent::Outcome::kAccepted;
      sent.rejected_spans = rejected_spans_of(body);
    } else {
      sent.outcome = status == 429 || status == 502 || status == 503 || status == 504 ? Sent::Outcome::kRetry
                                                                                      : Sent::Outcome::kRefused;
      sent.message = fmt::format("HTTP {}", status);
    }
    return sent;
  }

 private:
  Sent disconnected(Sent sent) {
    sent.outcome = Sent::Outcome::kDisconnected;
    sent.message = broken_;
    return sent;
  }
  bool read_more() {
    if (!broken_.empty()) return false;
    char buffer[16 * 1024];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got > 0) {
      input_.append(buffer, static_cast<size_t>(got));
      return true;
    }
    broken_ = got == 0 ? "the server closed the connection" : std::strerror(errno);
    return false;
  }

  const std::string path_;
  const std::string content_type_;
  int socket_;
  std::string broken_;  // Why nothing works any more.
  std::string input_;
  std::deque<uint64_t> waiting_;
};

}  // namespace

std::unique_ptr<Sender> connect_http(const Address& address, std::string path, std::string content_type) {
  return std::make_unique<HttpSender>(address, std::move(path), std::move(content_type));
}

uint64_t rejected_spans_of(const std::string& response) {
  // {1: partial_success {1: rejected_spans varint, 2: error_message}}
  if (response.size() < 4 || response[0] != 0x0a || response[2] != 0x08) return 0;
  uint64_t value = 0;
  for (size_t at = 3, shift = 0; at < response.size() && shift < 63; ++at, shift += 7) {
    value |= static_cast<uint64_t>(response[at] & 0x7f) << shift;
    if ((response[at] & 0x80) == 0) break;
  }
  return value;
}

}  // namespace clew::bench
