#include "receive/skywalking/attributes.h"

#include <charconv>

namespace clew::receive_skywalking {

bool parse_number(std::string_view text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

HostPort split_host_port(std::string_view text) {
  const size_t colon = text.rfind(':');
  HostPort split{text, 0};
  int64_t port = 0;
  if (colon == std::string_view::npos || !parse_number(text.substr(colon + 1), port) || port < 1 || port > 65535) {
    return split;
  }
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return split;  // An IPv6 address without a port.
  }
  return {host, port};
}

}  // namespace clew::receive_skywalking
