// HTTP requests and responses as the rooms above see them. Has never heard of a span.
#pragma once

#include <atomic>
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
  std::string raw_path;  // The same as it was sent: routes match this, so that an encoded slash stays inside its segment.
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

// An answer that comes in pieces, from any thread, one at a time. What is written waits in memory until the client takes it; one
// that falls too far behind, or goes away, closes the stream, and whoever writes finds out. Dropping it without finish() cuts
// the connection, so that the client does not take a part for the whole.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  // False once nobody listens any more; the bytes are then dropped.
  virtual bool write(std::string_view bytes) = 0;
  virtual void finish() = 0;
  // Set when nobody listens any more: also while nothing is being written. Lives as long as the stream.
  virtual const std::atomic<bool>& closed() const = 0;
  // Written and not yet taken by the client.
  virtual size_t waiting_bytes() const = 0;
};
using HttpStreamPtr = std::shared_ptr<HttpStream>;

// Answers one request, exactly once, from any thread, now or later; dropping it unanswered sends 500.
class HttpReply : public std::enable_shared_from_this<HttpReply> {
 public:
  virtual ~HttpReply() = default;
  virtual void send(HttpResponse response) = 0;
  // In place of send(): status and headers now, the body in pieces; `head.body` is the first. By default the pieces are
  // collected and sent at the end.
  virtual HttpStreamPtr stream(HttpResponse head);
};
// Shared because a handler may hand it to a callback of the log while it still holds it for its own error path.
using HttpReplyPtr = std::shared_ptr<HttpReply>;

// Runs on the server's worker threads, which may block on storage but not on the network. The request lives until the
// handler returns; what must live longer is copied or moved out of it.
using HttpHandler = std::function<void(HttpRequest&, HttpReplyPtr)>;

struct HttpRoute {
  std::string method;   // "GET", "POST"; HEAD is answered from GET; OPTIONS by the CORS policy.
  std::string pattern;  // "/api/traces/{id}"; "{rest*}" at the end matches the remaining path.
  HttpHandler handler;
  // The handler never blocks and takes microseconds for small bodies: those are handled on the I/O thread itself, which saves
  // two changes of threads a request.
  bool quick = false;
};

// One table maps error codes to names (for machines: "not_found") and to HTTP and gRPC statuses.
std::string_view error_name(stdx::ErrorCode code);
int http_status(stdx::ErrorCode code);
int grpc_status(stdx::ErrorCode code);
bool is_retryable(stdx::ErrorCode code);
std::string_view http_reason(int status);  // "Not Found"

// What a client is asked to wait before it repeats a request that failed for want of room.
inline constexpr int kRetryAfterSeconds = 1;

// {"error":{"code":"not_found","message":"…"}} with the status of the code, and Retry-After where the client may retry.
HttpResponse error_response(const stdx::Error& error);

// "/a%20b?x=1&y" → path and query of `request`. False if the target is malformed: bad escapes, NUL, or no path.
bool parse_target(std::string_view target, HttpRequest& request);

// The segments of an encoded path against a route's pattern; fills `parameters` (cleared first) with decoded values.
bool match_pattern(std::string_view pattern, std::string_view raw_path, std::vector<std::string>& parameters);

// Does the header value (a comma-separated list, with optional ";q=") name `coding` with a weight above zero?
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

}  // namespace clew::net
