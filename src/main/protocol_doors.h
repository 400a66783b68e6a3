// The servers of the protocols beside OTLP, each by its name in /metrics.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "net/grpc_server.h"
#include "net/http_server.h"
#include "net/udp_server.h"
#include "stdx/error.h"

namespace clew::main {

// Owns them. A door whose options have no address is off and is not started. One thread starts and stops; names are
// literals.
class ProtocolDoors {
 public:
  template <class Server>
  using Named = std::vector<std::pair<std::string_view, std::unique_ptr<Server>>>;

  stdx::Result<void> start_http(std::string_view name, net::HttpServerOptions options, std::vector<net::HttpRoute> routes);
  stdx::Result<void> start_grpc(std::string_view name, net::GrpcServerOptions options, std::vector<net::GrpcMethod> methods);
  stdx::Result<void> start_udp(std::string_view name, net::UdpServerOptions options, net::UdpHandler handler);

  uint16_t port(std::string_view name) const;  // 0: off.
  const Named<net::HttpServer>& http() const { return http_; }
  const Named<net::GrpcServer>& grpc() const { return grpc_; }
  const Named<net::UdpServer>& udp() const { return udp_; }

  void stop(std::chrono::milliseconds drain);

 private:
  Named<net::HttpServer> http_;
  Named<net::GrpcServer> grpc_;
  Named<net::UdpServer> udp_;
};

}  // namespace clew::main
