// Remote sampling: what clients ask before they choose which traces to record.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/grpc_server.h"
#include "net/http.h"
#include "net/http_server.h"
#include "receive/sampling/adaptive.h"
#include "receive/sampling/strategy.h"
#include "stdx/clock.h"
#include "stdx/error.h"

namespace clew::receive_sampling {

struct SamplingOptions {
  std::string strategies_file;  // Empty: none.
  AdaptiveOptions adaptive;
};

// A service that the file names goes by the file; any other by adaptive sampling, if that is on, but for operations that the
// file's default names; or else by the file's default. Holds no threads and no sockets: the caller calls tick() about every
// second. Any thread may call the rest. The service need not outlive its handlers, which share its state.
class SamplingService {
 public:
  // Fails if there is a file and it is bad: an operator who starts us wants to know.
  static stdx::Result<SamplingService> open(SamplingOptions options);

  // Reads the file again if it has changed, and computes probabilities when it is time.
  void tick(int64_t now_ns) const;
  bool observes() const;  // Whether observe() does anything.
  void observe(std::string_view traces_request) const;
  Strategy strategy(std::string_view service) const;

  // As Jaeger's agent has them on 5778: /sampling, / (for old clients) and /baggageRestrictions.
  std::vector<net::HttpRoute> agent_routes() const;
  // As its collector has them on 14268, below /api.
  std::vector<net::HttpRoute> collector_routes() const;
  // SamplingManager, on the collector's 14250.
  std::vector<net::GrpcMethod> grpc_methods() const;
  static net::HttpResponse format_http_error(const net::HttpRequest& request, const stdx::Error& error);

 private:
  class State;
  explicit SamplingService(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;  // Shared with the handlers.
};

}  // namespace clew::receive_sampling
