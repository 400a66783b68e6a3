#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "main/doctor_findings.h"
#include "net/listen_address.h"

namespace clew::main {
namespace {

// 0, or the error number of a bind that is tried and taken back.
int try_to_listen(const net::ListenAddress& address, net::Transport transport, std::string* name_error) {
  const bool tcp = transport == net::Transport::kTcp;
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                 std::to_string(address.port).c_str(), &hints, &found);
  if (failed != 0) {
    *name_error = gai_strerror(failed);
    return EADDRNOTAVAIL;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  const int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  if (tcp) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool free = bind(fd, found->ai_addr, found->ai_addrlen) == 0 && (!tcp || listen(fd, 1) == 0);
  const int error = free ? 0 : errno;
  close(fd);
  return error;
}

Finding examine_port(std::string_view name, const std::string& host, uint64_t port,
                     net::Transport transport = net::Transport::kTcp) {
  const net::ListenAddress address{host, static_cast<uint16_t>(port)};
  Finding finding{Verdict::kOk, fmt::format("port {}", port), fmt::format("free for {}", name), {}};
  std::string name_error;
  const int error = try_to_listen(address, transport, &name_error);
  if (error == 0) return finding;
  finding.detail = name_error.empty() ? net::listen_error(address, error, transport).message
                                      : fmt::format("cannot listen on {}: {}", address.text(), name_error);
  if (error == EADDRINUSE && finding.detail.find("clew") != std::string::npos) {
    finding.detail += " (Clew is running)";
    return finding;
  }
  finding.verdict = Verdict::kFail;
  finding.advice = error == EADDRINUSE ? fmt::format("End that process, or choose another port: --set {}=PORT", name)
                   : error == EACCES   ? "Ports below 1024 need a privilege: choose a higher one."
                                       : "Choose an address of this machine with --listen.";
  return finding;
}

}  // namespace

std::vector<Finding> examine_ports(const Settings& settings) {
  const Settings::Listen& listen = settings.listen;
  std::vector<Finding> findings;
  const std::pair<std::string_view, uint64_t> kPorts[] = {{"listen.main", listen.main},
                                                          {"listen.otlp_grpc", listen.otlp_grpc},
                                                          {"listen.otlp_http", listen.otlp_http},
                                                          {"listen.jaeger", listen.jaeger},
                                                          {"listen.zipkin", listen.zipkin},
                                                          {"listen.skywalking_grpc", listen.skywalking_grpc},
                                                          {"listen.skywalking_http", listen.skywalking_http},
                                                          {"listen.jaeger_http", listen.jaeger_http},
                                                          {"listen.jaeger_grpc", listen.jaeger_grpc},
                                                          {"listen.jaeger_sampling", listen.jaeger_sampling}};
  for (const auto& [name, port] : kPorts) {
    if (port != Settings::kPortOff) findings.push_back(examine_port(name, listen.address, port));
  }
  const std::pair<std::string_view, uint64_t> kUdpPorts[] = {{"listen.jaeger_compact_udp", listen.jaeger_compact_udp},
                                                             {"listen.jaeger_binary_udp", listen.jaeger_binary_udp}};
  for (const auto& [name, port] : kUdpPorts) {
    if (port != Settings::kPortOff) findings.push_back(examine_port(name, listen.address, port, net::Transport::kUdp));
  }
  return findings;
}

}  // namespace clew::main
