#include "net/protocol_guess.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace clew::net {

namespace {

constexpr std::array<std::string_view, 9> kHttpMethods = {"GET ",    "POST ",  "PUT ",     "HEAD ", "DELETE ",
                                                          "OPTIONS ", "PATCH ", "CONNECT ", "TRACE "};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// "name.of.it:12|c", as StatsD clients send it.
bool looks_like_statsd(std::string_view bytes) {
  const size_t colon = bytes.find(':');
  return colon != std::string_view::npos && colon > 0 && bytes.find('|', colon) != std::string_view::npos &&
         is_letter_or_digit(bytes[0]);
}

}  // namespace

std::string_view guess_protocol(std::string_view bytes) {
  const auto byte = [bytes](size_t index) { return index < bytes.size() ? static_cast<uint8_t>(bytes[index]) : 0; };
  if (bytes.empty()) return "nothing at all";
  if (byte(0) == 0x16 && byte(1) == 3) return "TLS";
  if (bytes.starts_with("PRI * HTTP/2")) return "gRPC (HTTP/2)";
  if (bytes.starts_with("HTTP/1.")) return "an answer of HTTP/1";
  if (std::ranges::any_of(kHttpMethods, [bytes](std::string_view method) { return bytes.starts_with(method); })) {
    return kHttp1Protocol;
  }
  if (byte(0) == 0x82 && (byte(1) & 0x1f) == 1) return "Thrift's compact protocol";
  if (byte(0) == 0x80 && byte(1) == 1) return "Thrift's binary protocol";
  // A frame's length before either.
  if (bytes.size() > 5 && byte(0) == 0 && (byte(4) == 0x80 || byte(4) == 0x82)) return "framed Thrift";
  if (byte(0) == 0x1f && byte(1) == 0x8b) return "gzip";
  if (byte(0) == 0x28 && byte(1) == 0xb5 && byte(2) == 0x2f && byte(3) == 0xfd) return "zstd";
  if (bytes.starts_with("SSH-")) return "SSH";
  if (looks_like_statsd(bytes.substr(0, 256))) return "StatsD";
  const size_t text = bytes.find_first_not_of(" \t\r\n");
  if (text != std::string_view::npos && (bytes[text] == '{' || bytes[text] == '[')) return "JSON";
  if (byte(0) == '<' && byte(1) >= '0' && byte(1) <= '9') return "syslog";
  if (byte(0) == 0x0a) return "protobuf";
  return kUnknownProtocol;
}

}  // namespace clew::net
