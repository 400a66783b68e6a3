#include "net/http_client.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>

#include "net/listen_address.h"
#include "wire/ascii.h"

namespace clew::net {

namespace {

namespace http = boost::beast::http;
using stdx::ErrorCode;

constexpr size_t kReadBytes = 64 << 10;

stdx::Error system_error(std::string_view what, int number) {
  const bool late = number == EAGAIN || number == EWOULDBLOCK || number == EINPROGRESS;
  return {late ? ErrorCode::kDeadlineExceeded : ErrorCode::kUnavailable,
          fmt::format("{}: {}", what, late ? "timed out" : std::strerror(number))};
}

void set_timeout(int descriptor, std::chrono::milliseconds timeout) {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = timeout.count() % 1000 * 1000;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);  // Also bounds connect().
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

class HttpClient::Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}
  ~Connection() { ::close(descriptor_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static stdx::Result<std::unique_ptr<Connection>> open(const HttpClientOptions& options) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string place = ListenAddress{options.host, options.port}.text();
    if (const int error = getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &found)) {
      return stdx::fail(ErrorCode::kUnavailable, fmt::format("cannot resolve {}: {}", options.host, gai_strerror(error)));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
    int error = ECONNREFUSED;
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
      const int descriptor = ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
      if (descriptor < 0) {
        error = errno;
        continue;
      }
      auto connection = std::make_unique<Connection>(descriptor);
      set_timeout(descriptor, options.timeout);
      if (::connect(descriptor, address->ai_addr, address->ai_addrlen) == 0) return connection;
      error = errno;
    }
    return std::unexpected(system_error(fmt::format("cannot connect to {}", place), error));
  }

  stdx::Result<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno == EINTR) continue;
        return std::unexpected(system_error("cannot send the request", errno));
      }
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return {};
  }

  // `nothing_came` is set if the connection ended before the first byte: a kept connection that the server had closed.
  stdx::Result<HttpResponse> read(bool head_only, size_t bytes_max, bool& nothing_came) {
    http::response_parser<http::string_body> parser;
    parser.eager(true);
    parser.skip(head_only);
    parser.body_limit(bytes_max);
    nothing_came = true;
    while (!parser.is_done()) {
      boost::system::error_code error;
      if (buffer_.size() > 0) {
        nothing_came = false;
        buffer_.consume(parser.put(buffer_.data(), error));
        if (error && error != http::error::need_more) return malformed(error);
        if (!error) continue;
      }
      const auto room = buffer_.prepare(kReadBytes);
      const ssize_t received = ::recv(descriptor_, room.data(), room.size(), 0);
      if (received < 0 && errno == EINTR) continue;
      if (received < 0) return std::unexpected(system_error("cannot read the answer", errno));
      if (received == 0) {
        if (nothing_came) return stdx::fail(ErrorCode::kUnavailable, "the server closed the connection");
        parser.put_eof(error);
        if (error) return malformed(error);
        break;
      }
      buffer_.commit(static_cast<size_t>(received));
    }
    keep_alive_ = parser.keep_alive();
    return to_response(parser.get());
  }

  bool keep_alive() const { return keep_alive_; }

 private:
  static std::unexpected<stdx::Error> malformed(const boost::system::error_code& error) {
    return stdx::fail(ErrorCode::kDataLoss, fmt::format("malformed answer: {}", error.message()));
  }

  static HttpResponse to_response(http::response<http::string_body>& message) {
    HttpResponse response;
    response.status = static_cast<int>(message.result_int());
    response.content_type.clear();
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::string value(field.value());
      if (wire::equal_ignoring_case(name, "Content-Type")) {
        response.content_type = std::move(value);
      } else {
        response.headers.emplace_back(std::move(name), std::move(value));
      }
    }
    response.body = std::move(message.body());
    return response;
  }

  int descriptor_;
  bool keep_alive_ = true;
  boost::beast::flat_buffer buffer_;
};

HttpClient::HttpClient(HttpClientOptions options) : options_(std::move(options)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

stdx::Result<HttpResponse> HttpClient::get(std::string_view target, const Headers& headers) {
  return request("GET", target, "", "", headers);
}

stdx::Result<HttpResponse> HttpClient::post(std::string_view target, std::string_view content_type,
                                            std::string_view body, const Headers& headers) {
  return request("POST", target, content_type, body, headers);
}

stdx::Result<HttpResponse> HttpClient::request(std::string_view method, std::string_view target,
                                               std::string_view content_type, std::string_view body,
                                               const Headers& headers) {
  std::string message = fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\n", method, target, options_.host, options_.port);
  if (!content_type.empty()) message += fmt::format("Content-Type: {}\r\n", content_type);
  if (!body.empty() || method == "POST" || method == "PUT") message += fmt::format("Content-Length: {}\r\n", body.size());
  for (const auto& [name, value] : headers) message += fmt::format("{}: {}\r\n", name, value);
  message += "\r\n";
  message += body;
  for (;;) {
    const bool reused = connection_ != nullptr;
    if (!reused) {
      auto opened = Connection::open(options_);
      if (!opened) return std::unexpected(std::move(opened.error()));
      connection_ = std::move(*opened);
    }
    const auto written = connection_->write(message);
    bool nothing_came = false;
    // An answer may have come although the request could not be sent whole: the server refused it half-way.
    auto response = connection_->read(method == "HEAD", options_.response_bytes_max, nothing_came);
    if (!response || !connection_->keep_alive()) connection_.reset();
    if (response || !reused || !nothing_came || response.error().code == ErrorCode::kDeadlineExceeded) {
      if (!response && !written) return std::unexpected(written.error());
      return response;
    }
  }
}

stdx::Result<HttpUrl> parse_http_url(std::string_view url) {
  const auto bad = [&](std::string_view why) {
    return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\": {} (wanted: http://host:port)", url, why));
  };
  std::string_view rest = url;
  if (rest.starts_with("https://")) return bad("https is not spoken here");
  if (rest.starts_with("http://")) rest.remove_prefix(7);
  HttpUrl parts;
  const size_t slash = rest.find('/');
  if (slash != std::string_view::npos) parts.target = rest.substr(slash);
  std::string place(rest.substr(0, slash));
  if (place.empty()) return bad("no host");
  const size_t bracket = place.find(']');
  if (place.find(':', bracket == std::string::npos ? 0 : bracket) == std::string::npos) place += ":80";
  const auto address = parse_listen_address(place);
  if (!address || address->host.empty()) return bad("no host and port");
  parts.host = address->host;
  parts.port = address->port;
  return parts;
}

}  // namespace clew::net
