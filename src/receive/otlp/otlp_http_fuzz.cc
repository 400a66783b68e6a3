// Any bytes as what a client may send over HTTP: the target, headers and bodies of every signal in both media.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/http.h"
#include "net/http_router.h"
#include "net/rpc_status.h"
#include "receive/otlp/otlp_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  static const net::HttpRouter router({{"POST", "/v1/traces", {}, true}, {"GET", "/item/{id}/x", {}, false}},
                                      {.allowed_origins = {"https://*.shop.example"}});
  net::HttpRequest request;
  request.method = "OPTIONS";
  request.headers = {{"Origin", bytes}, {"Content-Type", bytes}, {"Access-Control-Request-Headers", bytes}};
  if (net::parse_target(bytes, request)) static_cast<void>(router.resolve(request));
  net::HttpResponse response;
  router.add_cors_headers(bytes, response);
  static_cast<void>(net::accepts_coding(bytes, "gzip"));
  static_cast<void>(receive_otlp::media_of(&bytes));
  // What we send as an error comes back as it was, whatever the message.
  const net::RpcStatus status{3, bytes, std::chrono::milliseconds(1500)};
  const auto back = net::decode_rpc_status(net::encode_rpc_status(status));
  if (!back || back->code != 3 || back->retry_after != status.retry_after) std::abort();
  static_cast<void>(net::decode_rpc_status(bytes));
  return 0;
}
