#include "net/listen_address.h"

#include <fmt/format.h>

#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace clew::net {

namespace {

namespace fs = std::filesystem;

// The inode of the socket that listens on `port`, by the kernel's table (proc(5), /proc/net/tcp), or empty.
std::string listening_inode(uint16_t port, Transport transport) {
  const std::string suffix = fmt::format(":{:04X}", port);
  const bool tcp = transport == Transport::kTcp;
  const std::string_view listening = tcp ? "0A" : "07";
  for (const char* version : {"", "6"}) {
    std::ifstream lines(fmt::format("/proc/net/{}{}", tcp ? "tcp" : "udp", version));
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    std::string line;
    std::getline(lines, line);
    while (lines >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode) {
      std::getline(lines, line);
      if (state == listening && local.ends_with(suffix)) return inode;
    }
  }
  return {};
}

// The process that holds the socket: "otelcol (process 4711)", or empty where /proc does not show it to us.
std::string holder_of(const std::string& inode) {
  const std::string wanted = fmt::format("socket:[{}]", inode);
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const std::string id = process.path().filename();
    if (id.empty() || !std::isdigit(static_cast<unsigned char>(id[0]))) continue;
    std::error_code hidden;
    for (const auto& descriptor : fs::directory_iterator(process.path() / "fd", hidden)) {
      std::error_code gone;
      if (fs::read_symlink(descriptor.path(), gone) != wanted) continue;
      std::string name;
      std::getline(std::ifstream(process.path() / "comm"), name);
      return fmt::format("{} (process {})", name, id);
    }
  }
  return {};
}

std::string_view usual_suspect(uint16_t port) {
  switch (port) {
    case 4317:
    case 4318: return "an OpenTelemetry Collector, a Jaeger or another Clew";
    case 5778:
    case 6831:
    case 6832:
    case 14250:
    case 14268:
    case 16685:
    case 16686: return "a Jaeger or another Clew";
    case 9411: return "a Zipkin or another Clew";
    case 11800:
    case 12800: return "a SkyWalking OAP or another Clew";
    default: return "another Clew";
  }
}

}  // namespace

std::string ListenAddress::text() const {
  if (host.empty()) return fmt::format("*:{}", port);
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

stdx::Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("\"{}\" is no address to listen on: {} (wanted: host:port)", text, why));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad("no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  ListenAddress address;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return bad("the port is no number up to 65535");
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad("an IPv6 address stands in brackets");
  }
  address.host = host == "*" ? "" : host;
  return address;
}

stdx::Error listen_error(const ListenAddress& address, int error_number, Transport transport) {
  std::string why;
  if (error_number == EADDRINUSE) {
    const std::string inode = listening_inode(address.port, transport);
    const std::string holder = inode.empty() ? std::string() : holder_of(inode);
    why = holder.empty() ? fmt::format("port {} is taken, perhaps by {}", address.port, usual_suspect(address.port))
                         : fmt::format("port {} is taken by {}", address.port, holder);
  } else if (error_number == EACCES) {
    why = fmt::format("port {} needs rights that this user lacks", address.port);
  } else if (error_number == EADDRNOTAVAIL) {
    why = "this machine has no such address";
  } else {
    why = std::strerror(error_number);
  }
  return {stdx::ErrorCode::kUnavailable, fmt::format("cannot listen on {}: {}", address.text(), why)};
}

}  // namespace clew::net
