// The OTLP door: HTTP and gRPC requests in, records in the log, answers when they are durable.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "log/log.h"
#include "net/grpc_server.h"
#include "net/http.h"
#include "net/http_server.h"
#include "receive/otlp/otlp_answer.h"
#include "receive/otlp/otlp_counters.h"
#include "receive/otlp/otlp_limits.h"
#include "stdx/clock.h"

namespace clew::receive_otlp {

// Surveys each request for traces, appends its untouched protobuf bytes to the log (JSON is turned into protobuf first) and
// answers from the log's acknowledgement. Logs and metrics are counted and refused by partial success: see README.md. Holds no
// threads and no sockets; any thread may call the handlers. The log and the clock must outlive the last acknowledgement; the
// receiver itself need not outlive the servers' handlers, which share its state.
class OtlpReceiver {
 public:
  OtlpReceiver(log::Log& log, const stdx::Clock& clock, OtlpLimits limits = {});

  // For the server on 4318; more doors may share it.
  std::vector<net::HttpRoute> http_routes() const;
  // For its HttpServerOptions::format_error, so that also the server's own refusals are google.rpc.Status.
  static net::HttpResponse format_http_error(const net::HttpRequest& request, const stdx::Error& error);
  // For the server on 4317.
  std::vector<net::GrpcMethod> grpc_methods() const;

  const OtlpCounters& counters() const;

 private:
  class Door;
  std::shared_ptr<Door> door_;  // Shared with the handlers and with acknowledgements that are still to come.
};

}  // namespace clew::receive_otlp
