// Reads the fields of one protobuf message in place: no copy, no allocation, no exception.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "otlp/trace_fields.h"

namespace clew::otlp {

// A cursor over the fields of a message, in wire order. It knows no schema: the caller compares tag() with wire_tag(…) and
// so checks number and wire type in one step; groups (deprecated wire types 3 and 4) count as malformed. Views it gives
// point into the message. One thread. protozero, which writes our messages, throws on bad input; this one stops.
// Format: protobuf's encoding page. Guarded by traces_survey_fuzz and traces_codec_fuzz.
class MessageReader {
 public:
  explicit MessageReader(std::string_view message)
      : at_(reinterpret_cast<const uint8_t*>(message.data())), end_(at_ + message.size()) {}

  // Moves to the next field. False at the end of the message and at the first malformed field; ok() tells which.
  bool next() {
    if (at_ == end_) return false;
    uint64_t tag = *at_;
    if (tag < 0x80) [[likely]] {
      ++at_;
    } else if (!read_varint(tag) || tag > UINT32_MAX) {
      return stop();
    }
    tag_ = static_cast<uint32_t>(tag);
    if (tag_ < 8) return stop();  // Field number 0 does not exist.
    switch (tag_ & 7) {
      case static_cast<uint32_t>(WireType::kLength): {
        if (at_ == end_) return stop();
        uint64_t length = *at_;
        if (length < 0x80) [[likely]] {
          ++at_;
        } else if (!read_varint(length)) {
          return stop();
        }
        if (length > static_cast<uint64_t>(end_ - at_)) return stop();
        bytes_ = {reinterpret_cast<const char*>(at_), static_cast<size_t>(length)};
        at_ += length;
        return true;
      }
      case static_cast<uint32_t>(WireType::kVarint):
        return read_varint(number_) || stop();
      case static_cast<uint32_t>(WireType::kFixed64):
        return read_fixed<uint64_t>();
      case static_cast<uint32_t>(WireType::kFixed32):
        return read_fixed<uint32_t>();
      default:
        return stop();
    }
  }

  bool ok() const { return ok_; }

  // The current field. bytes() is meant after a length-delimited, the numbers after any other field.
  uint32_t tag() const { return tag_; }
  uint32_t field() const { return tag_ >> 3; }
  std::string_view bytes() const { return bytes_; }
  uint64_t number() const { return number_; }
  int64_t as_int64() const { return static_cast<int64_t>(number_); }
  // Protobuf truncates what is too wide for a 32-bit field.
  uint32_t as_uint32() const { return static_cast<uint32_t>(number_); }
  bool as_bool() const { return number_ != 0; }
  double as_double() const { return std::bit_cast<double>(number_); }

 private:
  bool stop() {
    ok_ = false;
    at_ = end_;
    return false;
  }

  // At most ten bytes; bits beyond the 64th are dropped, as every protobuf parser does.
  bool read_varint(uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at_ == end_) return false;
      const uint64_t byte = *at_++;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  template <class T>
  bool read_fixed() {
    if (static_cast<size_t>(end_ - at_) < sizeof(T)) return stop();
    T value;
    std::memcpy(&value, at_, sizeof value);
    number_ = value;
    at_ += sizeof value;
    return true;
  }

  const uint8_t* at_;
  const uint8_t* end_;
  uint64_t number_ = 0;
  std::string_view bytes_;
  uint32_t tag_ = 0;
  bool ok_ = true;
};

}  // namespace clew::otlp
