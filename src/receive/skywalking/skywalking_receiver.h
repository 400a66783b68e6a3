// The SkyWalking doors: what agents send by gRPC and HTTP in, records in the log, SkyWalking's answers when they are durable.
#pragma once

#include <memory>
#include <vector>

#include "net/grpc_server.h"
#include "net/http_server.h"
#include "receive/intake.h"
#include "receive/skywalking/name_book.h"
#include "stdx/clock.h"

namespace clew::receive_skywalking {

// Translates to OTLP (segment_translate.h and its like) and hands it to the intake, message by message as a stream brings
// them. Every call that an agent is known to make is answered, also those whose data nobody keeps, since agents complain and
// repeat otherwise. Holds no threads and no sockets; any thread may call the handlers. The clock and the names must outlive the servers; the
// receiver itself need not outlive the servers' handlers, which share its state.
class SkyWalkingReceiver {
 public:
  SkyWalkingReceiver(receive::Intake intake, const stdx::Clock& clock, NameBook& names);

  // For the server on 11800.
  std::vector<net::GrpcMethod> grpc_methods() const;
  // For its GrpcServerOptions::explain_unknown: names the protocol that has probably come to the wrong port, in a line of the
  // log too.
  std::function<std::string(std::string_view, const std::string&)> unknown_method() const;

  // For the server on 12800.
  std::vector<net::HttpRoute> http_routes() const;
  // For its HttpServerOptions::format_error.
  net::HttpErrorFormat http_error_format() const;

 private:
  std::shared_ptr<class SkyWalkingDoor> door_;  // Shared with the handlers and with acknowledgements that are still to come.
};

}  // namespace clew::receive_skywalking
