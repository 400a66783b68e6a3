// Trace and span ids as numbers that order like their bytes.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace clew::otlp {

static_assert(std::endian::native == std::endian::little);

// A 128-bit trace id; `hi` holds the first eight bytes big-endian, so comparing numbers compares bytes.
struct TraceId {
  uint64_t hi = 0;
  uint64_t lo = 0;

  auto operator<=>(const TraceId&) const = default;
  bool is_zero() const { return (hi | lo) == 0; }
};

// A span id is the big-endian reading of its eight bytes; zero means none.
using SpanId = uint64_t;

inline uint64_t load_big_endian(const char* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return __builtin_bswap64(value);
}
inline void store_big_endian(uint64_t value, char* bytes) {
  value = __builtin_bswap64(value);
  std::memcpy(bytes, &value, sizeof value);
}

// `bytes` must hold exactly 16, respectively 8, bytes.
inline TraceId trace_id_from_bytes(std::string_view bytes) {
  return {load_big_endian(bytes.data()), load_big_endian(bytes.data() + 8)};
}
inline SpanId span_id_from_bytes(std::string_view bytes) { return load_big_endian(bytes.data()); }

std::string to_bytes(TraceId id);       // 16 bytes
std::string span_id_bytes(SpanId id);   // 8 bytes
std::string to_hex(TraceId id);         // 32 lowercase digits
std::string span_id_hex(SpanId id);     // 16 lowercase digits

// 1 to 32 (16) hex digits of either case, left-padded with zeros; anything else is nullopt.
std::optional<TraceId> parse_trace_id(std::string_view hex);
std::optional<SpanId> parse_span_id(std::string_view hex);

}  // namespace clew::otlp
