// The OTLP door: HTTP and gRPC requests in, records in the log, answers when they are durable.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/grpc_server.h"
#include "net/http.h"
#include "net/http_server.h"
#include "receive/intake.h"
#include "receive/otlp/otlp_answer.h"
#include "receive/otlp/otlp_limits.h"
#include "receive/replacement.h"

namespace clew::receive_otlp {

// What users' devices send becomes events of their sessions, without secrets; who knows how is told by main. Any thread; quick,
// and given requests that nobody has surveyed yet, with the HTTP request that brought them (gRPC: nullptr). An error refuses the
// request.
struct SessionHooks {
  std::function<stdx::Result<receive::Replacement>(std::string_view logs, const net::HttpRequest*)> of_logs;
  std::function<stdx::Result<receive::Replacement>(std::string_view traces, const net::HttpRequest*)> of_traces;
};

// Hands each request for traces to the intake, its protobuf bytes untouched (JSON is turned into protobuf first), and answers
// when that says that it is durable. Logs and metrics are counted and refused by partial success: see README.md. Holds no
// threads and no sockets; any thread may call the handlers. The receiver need not outlive them; they share its state.
class OtlpReceiver {
 public:
  explicit OtlpReceiver(receive::Intake intake, OtlpLimits limits = {}, SessionHooks sessions = {});

  // For the server on 4318; more doors may share it.
  std::vector<net::HttpRoute> http_routes() const;
  // For its HttpServerOptions::format_error, so that also the server's own refusals are google.rpc.Status.
  static net::HttpResponse format_http_error(const net::HttpRequest& request, const stdx::Error& error);
  // The answer to a request that somebody before these routes refused; counted as a failure of its protocol.
  net::HttpResponse refuse(const net::HttpRequest& request, const stdx::Error& error) const;
  // For the server on 4317.
  std::vector<net::GrpcMethod> grpc_methods() const;

 private:
  class Door;
  std::shared_ptr<Door> door_;  // Shared with the handlers and with acknowledgements that are still to come.
};

}  // namespace clew::receive_otlp
