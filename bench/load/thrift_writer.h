// Writes Thrift's binary protocol, as far as the bench's encodings need it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace clew::bench {

class ThriftWriter {
 public:
  explicit ThriftWriter(std::string& out) : out_(out) {}
  void byte(uint8_t value) { out_ += static_cast<char>(value); }
  void number(uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) byte(static_cast<uint8_t>(value >> shift));
  }
  void field(uint8_t type, int16_t id) {
    byte(type);
    number(static_cast<uint16_t>(id), 2);
  }
  void i64(int16_t id, uint64_t value) {
    field(10, id);
    number(value, 8);
  }
  void i32(int16_t id, uint32_t value) {
    field(8, id);
    number(value, 4);
  }
  void text(int16_t id, std::string_view value) {
    field(11, id);
    number(value.size(), 4);
    out_ += value;
  }
  // Of structs.
  void list(int16_t id, size_t size) {
    field(15, id);
    byte(12);
    number(size, 4);
  }
  void stop() { byte(0); }

 private:
  std::string& out_;
};

}  // namespace clew::bench
