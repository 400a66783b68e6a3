// What bytes probably are that came to the wrong port.
#pragma once

#include <string_view>

namespace clew::net {

// For a log line or an error's text: "TLS", "gRPC (HTTP/2)", "HTTP/1", "Thrift's binary protocol", "JSON", …, "nothing
// known". Looks at the first bytes only. Pure.
std::string_view guess_protocol(std::string_view first_bytes);

}  // namespace clew::net
