#include "main/protocol_doors.h"

namespace clew::main {
namespace {

template <class Server, class Options, class Handlers>
stdx::Result<void> start_in(ProtocolDoors::Named<Server>& doors, std::string_view name, Options options, Handlers handlers) {
  if (options.addresses.empty()) return {};
  auto started = Server::start(std::move(options), std::move(handlers));
  if (!started) return std::unexpected(std::move(started.error()));
  doors.emplace_back(name, std::move(*started));
  return {};
}

template <class Server>
uint16_t port_in(const ProtocolDoors::Named<Server>& doors, std::string_view name) {
  for (const auto& [door, server] : doors) {
    if (door == name) return server->ports().front();
  }
  return 0;
}

}  // namespace

stdx::Result<void> ProtocolDoors::start_http(std::string_view name, net::HttpServerOptions options,
                                             std::vector<net::HttpRoute> routes) {
  return start_in(http_, name, std::move(options), std::move(routes));
}

stdx::Result<void> ProtocolDoors::start_grpc(std::string_view name, net::GrpcServerOptions options,
                                             std::vector<net::GrpcMethod> methods) {
  return start_in(grpc_, name, std::move(options), std::move(methods));
}

stdx::Result<void> ProtocolDoors::start_udp(std::string_view name, net::UdpServerOptions options,
                                            net::UdpHandler handler) {
  return start_in(udp_, name, std::move(options), std::move(handler));
}

uint16_t ProtocolDoors::port(std::string_view name) const {
  // Names differ, so at most one of them is not 0.
  return static_cast<uint16_t>(port_in(http_, name) | port_in(grpc_, name) | port_in(udp_, name));
}

void ProtocolDoors::stop(std::chrono::milliseconds drain) {
  for (const auto& [name, server] : udp_) server->stop();
  for (const auto& [name, server] : grpc_) server->stop(drain);
  for (const auto& [name, server] : http_) server->stop(drain);
}

}  // namespace clew::main
