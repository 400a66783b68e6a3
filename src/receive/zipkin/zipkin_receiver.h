// The Zipkin door: HTTP requests in, records in the log, 202 when they are durable.
#pragma once

#include <memory>
#include <vector>

#include "net/http.h"
#include "net/http_server.h"
#include "receive/intake.h"
#include "receive/zipkin/zipkin_limits.h"
#include "stdx/clock.h"

namespace clew::receive_zipkin {

// Translates each list of spans to OTLP (zipkin_translate.h) and hands it to the intake; answers as Zipkin's server does.
// Holds no threads and no sockets; any thread may call the handlers. The clock must outlive the server; the receiver itself
// need not outlive the server's handlers, which share its state.
class ZipkinReceiver {
 public:
  ZipkinReceiver(receive::Intake intake, const stdx::Clock& clock, ZipkinLimits limits = {});

  // For the server on 9411.
  std::vector<net::HttpRoute> http_routes() const;
  // For its HttpServerOptions::format_error: plain text as Zipkin has it, and, where another protocol has come to this port, a
  // line in the log and in the answer that says which and where it belongs.
  net::HttpErrorFormat error_format() const;

 private:
  class Door;
  std::shared_ptr<Door> door_;  // Shared with the handlers and with acknowledgements that are still to come.
};

}  // namespace clew::receive_zipkin
