// Appends the fields of protobuf messages to a string.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "otlp/trace_fields.h"

namespace clew::otlp {

// The counterpart of MessageReader. It writes what it is told, default values too: the caller knows which fields have
// presence. (protozero's writer takes back a sub-message that stayed empty; here an empty value in an array must stay.)
// The string is the caller's. One thread.
class MessageWriter {
 public:
  explicit MessageWriter(std::string& out) : out_(out) {}

  void add_varint(uint32_t field, uint64_t value) {
    append_varint(wire_tag(field, WireType::kVarint));
    append_varint(value);
  }
  void add_fixed64(uint32_t field, uint64_t value) { append_fixed(wire_tag(field, WireType::kFixed64), value); }
  void add_fixed32(uint32_t field, uint32_t value) { append_fixed(wire_tag(field, WireType::kFixed32), value); }
  void add_double(uint32_t field, double value) { add_fixed64(field, std::bit_cast<uint64_t>(value)); }
  void add_bytes(uint32_t field, std::string_view bytes) {
    append_varint(wire_tag(field, WireType::kLength));
    append_varint(bytes.size());
    out_ += bytes;
  }

  // What is added between open() and close() is a sub-message. close() takes what open() returned, innermost first.
  size_t open(uint32_t field) {
    append_varint(wire_tag(field, WireType::kLength));
    out_ += '\0';
    return out_.size();
  }
  void close(size_t content_begin) {
    size_t length = out_.size() - content_begin;
    char digits[10];
    const size_t digit_count = put_varint(length, digits);
    if (digit_count > 1) out_.insert(content_begin, digit_count - 1, '\0');
    std::memcpy(out_.data() + content_begin - 1, digits, digit_count);
  }

 private:
  static size_t put_varint(uint64_t value, char* digits) {
    size_t count = 0;
    for (; value >= 0x80; value >>= 7) digits[count++] = static_cast<char>(value | 0x80);
    digits[count++] = static_cast<char>(value);
    return count;
  }
  void append_varint(uint64_t value) {
    char digits[10];
    out_.append(digits, put_varint(value, digits));
  }
  template <class T>
  void append_fixed(uint32_t tag, T value) {
    append_varint(tag);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof bytes);
  }

  std::string& out_;
};

}  // namespace clew::otlp
