// HTTP requests and responses as the rooms above see them. Has never heard of a span.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stdx/error.h"

namespace clew::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The body is complete, within limits, and still encoded as Content-Encoding says (wire/ decodes).
struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // Percent-decoded, without query: "/api/v1/traces/4bf9…"
  std::vector<std::pair<std::string, std::string>> query;  // Decoded, in order; keys may repeat.
  Headers headers;
  std::string body;
  std::string peer;  // "127.0.0.1:51234"
  std::vector<std::string> path_parameters;  // What the route's {…} parts matched, in order.

  // First value, or nullptr. Header names compare without case.
  const std::string* header(std::string_view name) const;
  const std::string* parameter(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  Headers headers;
  std::string body;
};

// Answers one request, exactly once, from any thread, now or later; dropping it unanswered sends 500.
class HttpReply {
 public:
  virtual ~HttpReply() = default;
  virtual void send(HttpResponse response) = 0;
};
// Shared because a handler may hand it to a callback of the log while it still holds it for its own error path.
using HttpReplyPtr = std::shared_ptr<HttpReply>;

// Runs on the server's worker threads, which may block on storage but not on the network.
using HttpHandler = std::function<void(const HttpRequest&, HttpReplyPtr)>;

struct HttpRoute {
  std::string method;   // "GET", "POST"; HEAD is answered from GET; OPTIONS by the CORS policy.
  std::string pattern;  // "/api/traces/{id}"; "{rest*}" at the end matches the remaining path.
  HttpHandler handler;
};

// One table maps error codes to HTTP and gRPC statuses.
int http_status(stdx::ErrorCode code);
int grpc_status(stdx::ErrorCode code);
bool is_retryable(stdx::ErrorCode code);

}  // namespace clew::net
