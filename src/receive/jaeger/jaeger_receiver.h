// The Jaeger doors: the agent's datagrams, the collector's HTTP and gRPC.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/grpc_server.h"
#include "net/http.h"
#include "net/http_server.h"
#include "net/udp_server.h"
#include "receive/intake.h"
#include "receive/jaeger/jaeger_receive_limits.h"
#include "receive/jaeger/jaeger_thrift.h"

namespace clew::receive_jaeger {

// Translates batches to OTLP and hands them to the intake, which appends them to the log; HTTP and gRPC are answered when
// they are durable, datagrams by nobody. What becomes of each field is in README.md. Holds no threads and no sockets; any
// thread may call the HTTP and gRPC handlers, a UDP handler belongs to one server.
class JaegerReceiver {
 public:
  // `zipkin` serves emitZipkinBatch; without it that call is refused.
  explicit JaegerReceiver(receive::Intake intake, JaegerLimits limits = {}, ZipkinTranslation zipkin = {});

  // For the collector's server on 14268.
  std::vector<net::HttpRoute> http_routes() const;
  // For its HttpServerOptions::format_error: plain text as Jaeger has it, and, where another protocol has come to this port, a
  // line in the log and in the answer that says which and where it belongs.
  net::HttpErrorFormat error_format() const;
  // For the collector's server on 14250.
  std::vector<net::GrpcMethod> grpc_methods() const;
  // For its GrpcServerOptions::explain_unknown: another protocol's calls are told where they belong.
  std::function<std::string(std::string_view method, const std::string& peer)> unknown_method() const;
  // For the agent's servers on 6831 (compact) and 6832 (binary). Which encoding a datagram has is seen by its first bytes,
  // so that a client that mixed up the ports is understood; `protocol` is what it is counted as.
  net::UdpHandler udp_handler(receive::Protocol protocol) const;

 private:
  class Door;
  std::shared_ptr<Door> door_;  // Shared with the handlers and with acknowledgements that are still to come.
};

}  // namespace clew::receive_jaeger
