// Writes attributes, OTLP's KeyValue messages, one after the other.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>

#include "otlp/message_writer.h"

namespace clew::receive_skywalking {

// Into one field of one message, which is the caller's. Empty texts are left out: SkyWalking's messages, being proto3, do not
// tell them from absent ones.
class AttributeWriter {
 public:
  AttributeWriter(std::string& out, uint32_t field) : out_(out), writer_(out), field_(field) { assert(field <= kFieldMax); }

  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) text_even_empty(key, value);
  }
  // For what came as a pair: an empty value is still a tag.
  void text_even_empty(std::string_view key, std::string_view value) {
    // In one piece, as nearly all that is written goes through here and all sizes are known beforehand.
    static_assert(otlp::wire_tag(kFieldMax, otlp::WireType::kLength) < 0x80, "tags of one byte");
    const size_t any_size = 1 + varint_size(value.size()) + value.size();
    const size_t size = 1 + varint_size(key.size()) + key.size() + 1 + varint_size(any_size) + any_size;
    const size_t before = out_.size();
    const size_t after = before + 1 + varint_size(size) + size;
    out_.resize_and_overwrite(after, [&](char* bytes, size_t) {
      char* at = put_head(bytes + before, field_, size);
      at = put_bytes(put_head(at, otlp::field::kKeyValueKey, key.size()), key);
      at = put_head(at, otlp::field::kKeyValueValue, any_size);
      put_bytes(put_head(at, otlp::field::kAnyValueString, value.size()), value);
      return after;
    });
  }
  void number(std::string_view key, int64_t value) {
    const size_t pair = open(key);
    const size_t any = writer_.open(otlp::field::kKeyValueValue);
    writer_.add_varint(otlp::field::kAnyValueInt, static_cast<uint64_t>(value));
    close(any, pair);
  }
  void flag(std::string_view key, bool value) {
    const size_t pair = open(key);
    const size_t any = writer_.open(otlp::field::kKeyValueValue);
    writer_.add_varint(otlp::field::kAnyValueBool, value ? 1 : 0);
    close(any, pair);
  }

 private:
  static constexpr uint32_t kFieldMax = 15;

  static size_t varint_size(size_t value) { return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7; }
  // Tag and length.
  static char* put_head(char* at, uint32_t field, size_t length) {
    *at++ = static_cast<char>(otlp::wire_tag(field, otlp::WireType::kLength));
    for (; length >= 0x80; length >>= 7) *at++ = static_cast<char>(length | 0x80);
    *at++ = static_cast<char>(length);
    return at;
  }
  static char* put_bytes(char* at, std::string_view bytes) { return std::copy_n(bytes.data(), bytes.size(), at); }

  size_t open(std::string_view key) {
    const size_t pair = writer_.open(field_);
    writer_.add_bytes(otlp::field::kKeyValueKey, key);
    return pair;
  }
  void close(size_t any, size_t pair) {
    writer_.close(any);
    writer_.close(pair);
  }

  std::string& out_;
  otlp::MessageWriter writer_;
  uint32_t field_;
};

// "host:port" in two; `host` is the whole and `port` 0 where it is not of that form. "[::1]:80" is, and loses its brackets.
struct HostPort {
  std::string_view host;
  int64_t port = 0;
};
HostPort split_host_port(std::string_view text);

// A whole decimal number, else false.
bool parse_number(std::string_view text, int64_t& value);

// SkyWalking counts milliseconds. What 64-bit nanoseconds cannot hold becomes a time that the survey refuses by name.
inline uint64_t nanoseconds(int64_t ms) {
  return ms < 0 || ms > INT64_MAX / 1'000'000 ? UINT64_MAX : static_cast<uint64_t>(ms) * 1'000'000;
}

}  // namespace clew::receive_skywalking
