// The few pieces of protobuf's wire format that the load generator writes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace clew::bench {

inline void append_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

inline void append_tag(std::string& out, uint32_t field, uint32_t wire_type) { append_varint(out, field << 3 | wire_type); }

// A length-delimited field: a string, bytes, or an encoded message.
inline void append_field(std::string& out, uint32_t field, std::string_view bytes) {
  append_tag(out, field, 2);
  append_varint(out, bytes.size());
  out.append(bytes);
}

inline void append_uint(std::string& out, uint32_t field, uint64_t value) {
  append_tag(out, field, 0);
  append_varint(out, value);
}

inline void append_fixed64(std::string& out, uint32_t field, uint64_t value) {
  append_tag(out, field, 1);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A KeyValue message whose value is a string.
inline std::string string_attribute(std::string_view key, std::string_view value) {
  std::string any;
  append_field(any, 1, value);
  std::string result;
  append_field(result, 1, key);
  append_field(result, 2, any);
  return result;
}

// A KeyValue message whose value is an integer.
inline std::string int_attribute(std::string_view key, uint64_t value) {
  std::string any;
  append_uint(any, 3, value);
  std::string result;
  append_field(result, 1, key);
  append_field(result, 2, any);
  return result;
}

inline void write_hex(char* out, uint64_t value, int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int i = digits - 1; i >= 0; --i, value >>= 4) out[i] = kDigits[value & 15];
}

}  // namespace clew::bench
