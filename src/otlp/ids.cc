#include "otlp/ids.h"

namespace clew::otlp {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void put_hex(uint64_t value, char* digits) {
  for (int i = 15; i >= 0; --i, value >>= 4) digits[i] = kHexDigits[value & 15];
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_bytes(TraceId id) {
  std::string bytes(16, '\0');
  store_big_endian(id.hi, bytes.data());
  store_big_endian(id.lo, bytes.data() + 8);
  return bytes;
}

std::string span_id_bytes(SpanId id) {
  std::string bytes(8, '\0');
  store_big_endian(id, bytes.data());
  return bytes;
}

std::string to_hex(TraceId id) {
  std::string digits(32, '0');
  put_hex(id.hi, digits.data());
  put_hex(id.lo, digits.data() + 16);
  return digits;
}

std::string span_id_hex(SpanId id) {
  std::string digits(16, '0');
  put_hex(id, digits.data());
  return digits;
}

std::optional<TraceId> parse_trace_id(std::string_view hex) {
  if (hex.empty() || hex.size() > 32) return std::nullopt;
  TraceId id;
  for (const char c : hex) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    id.hi = id.hi << 4 | id.lo >> 60;
    id.lo = id.lo << 4 | static_cast<uint64_t>(digit);
  }
  return id;
}

std::optional<SpanId> parse_span_id(std::string_view hex) {
  if (hex.empty() || hex.size() > 16) return std::nullopt;
  const std::optional<TraceId> id = parse_trace_id(hex);
  return id ? std::optional<SpanId>(id->lo) : std::nullopt;
}

}  // namespace clew::otlp
