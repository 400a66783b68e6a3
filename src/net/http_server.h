// An HTTP/1.1 server: keep-alive, pipelining, limits on everything, routes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http.h"
#include "net/http_limits.h"
#include "net/listen_address.h"
#include "stdx/error.h"

namespace clew::net {

// Which web pages may call us from a browser. No origins: none may, and no CORS header is ever sent.
struct CorsPolicy {
  std::vector<std::string> allowed_origins{};  // "https://shop.example", "https://*.example.com", "*"
  std::vector<std::string> allowed_headers{};  // Beside those a preflight may always name; "*" or empty: whatever is asked for.
  std::chrono::seconds max_age{7200};
};

// Builds the answer when the server itself refuses a request (no route, too large, overloaded …). `request` holds what
// could be read of it. The server sets the status, and closes the connection where it must.
using HttpErrorFormat = std::function<HttpResponse(const HttpRequest& request, const stdx::Error& error)>;

struct HttpServerOptions {
  std::vector<ListenAddress> addresses{};
  HttpLimits limits{};
  CorsPolicy cors{};
  uint32_t io_threads = 1;
  uint32_t worker_threads = 2;
  HttpErrorFormat format_error{};  // Default: error_response().
};

// Counted since start; read at any time from any thread.
struct HttpCounters {
  std::atomic<uint64_t> connections_accepted{0};
  std::atomic<uint64_t> connections_refused{0};  // Over connections_max.
  std::atomic<uint64_t> requests{0};             // Complete requests, whatever came of them.
  std::atomic<uint64_t> requests_malformed{0};   // 400, 431 and the like: no HTTP that we speak.
  std::atomic<uint64_t> requests_too_large{0};
  std::atomic<uint64_t> requests_overloaded{0};  // 503 by requests_in_flight_max or body_bytes_in_flight_max.
  std::atomic<uint64_t> requests_timed_out{0};   // 408.
  std::atomic<uint64_t> bytes_received{0};
  std::atomic<uint64_t> bytes_sent{0};
  std::atomic<uint32_t> connections{0};          // Open now.
  std::atomic<uint32_t> requests_in_flight{0};   // Now.
  std::atomic<uint64_t> body_bytes_in_flight{0}; // Now.
};

// Owns its threads, sockets and the routes. Handlers may answer from any thread, also after stop() (then nobody hears it).
// No TLS, no HTTP/2, no streaming of bodies. The pure part (routes, CORS) is http_router.h, guarded by http_fuzz.
class HttpServer {
 public:
  // Listens and serves at once. kUnavailable names the address and port that could not be had, and who has it.
  static stdx::Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, std::vector<HttpRoute> routes);

  virtual ~HttpServer() = default;  // As stop() without patience.

  // The bound ports, in the order of options.addresses.
  virtual std::vector<uint16_t> ports() const = 0;
  virtual const HttpCounters& counters() const = 0;

  // Takes no more connections or requests, lets those in flight be answered for at most `drain`, then closes. Blocks; once.
  virtual void stop(std::chrono::milliseconds drain) = 0;
};

}  // namespace clew::net
