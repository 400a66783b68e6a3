// A blocking HTTP/1.1 client for the command line, demo traffic and tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"
#include "stdx/error.h"

namespace clew::net {

struct HttpClientOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  std::chrono::milliseconds timeout{10'000};  // For connecting, and for each wait within a request.
  size_t response_bytes_max = 256 << 20;
};

// One connection, kept alive between requests and opened again when the server has closed it. Plain HTTP, no redirects, no
// decompression (it does not ask for any). One thread at a time. Errors: kUnavailable (cannot connect, connection lost),
// kDeadlineExceeded, kDataLoss (the answer is no HTTP). Any status is an answer, not an error.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // `target` is the encoded path with its query.
  stdx::Result<HttpResponse> get(std::string_view target, const Headers& headers = {});
  stdx::Result<HttpResponse> post(std::string_view target, std::string_view content_type, std::string_view body,
                                  const Headers& headers = {});
  stdx::Result<HttpResponse> request(std::string_view method, std::string_view target, std::string_view content_type,
                                     std::string_view body, const Headers& headers);

 private:
  class Connection;
  HttpClientOptions options_;
  std::unique_ptr<Connection> connection_;
};

// "http://host:port/path" in its parts; kInvalidArgument otherwise (also for https).
struct HttpUrl {
  std::string host;
  uint16_t port = 80;
  std::string target = "/";
};
stdx::Result<HttpUrl> parse_http_url(std::string_view url);

}  // namespace clew::net
