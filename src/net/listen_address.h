// Where a server listens: "127.0.0.1:4318", "[::1]:4318", ":4318"; and why it cannot.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::net {

struct ListenAddress {
  std::string host;   // A numeric address or a name; empty means all interfaces.
  uint16_t port = 0;  // 0: any free one.

  std::string text() const;  // "127.0.0.1:4318", "[::1]:4318", "*:4318"
};

// kInvalidArgument names what is wrong.
stdx::Result<ListenAddress> parse_listen_address(std::string_view text);

// The error for an address that could not be bound, for a person to act on: a taken port names the process that holds it, if
// the system lets us know, or else whom to suspect.
enum class Transport : uint8_t { kTcp, kUdp };
stdx::Error listen_error(const ListenAddress& address, int error_number, Transport transport = Transport::kTcp);

}  // namespace clew::net
