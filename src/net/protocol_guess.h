// What bytes probably are that came to the wrong port.
#pragma once

#include <string_view>

namespace clew::net {

inline constexpr std::string_view kUnknownProtocol = "nothing known";
inline constexpr std::string_view kHttp1Protocol = "HTTP/1";

// For a log line or an error's text: "TLS", "gRPC (HTTP/2)", kHttp1Protocol, "Thrift's binary protocol", "JSON", …, or
// kUnknownProtocol. Looks at the first bytes only. Pure.
std::string_view guess_protocol(std::string_view first_bytes);

}  // namespace clew::net
