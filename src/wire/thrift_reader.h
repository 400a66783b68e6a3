// Reads Apache Thrift's two wire encodings in place: no copy, no allocation, no exception.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace clew::wire {

enum class ThriftEncoding : uint8_t { kBinary, kCompact };

// Numbered as in the binary encoding.
enum class ThriftType : uint8_t {
  kStop = 0,
  kBool = 2,
  kByte = 3,
  kDouble = 4,
  kI16 = 6,
  kI32 = 8,
  kI64 = 10,
  kString = 11,  // Also binary.
  kStruct = 12,
  kMap = 13,
  kSet = 14,
  kList = 15,
};

// One per struct that is being read: the compact encoding gives a field's id relative to the one before it.
struct ThriftField {
  ThriftType type = ThriftType::kStop;
  int16_t id = 0;
  bool inline_bool = false;  // The compact encoding keeps a bool field's value in the field's header; read_bool() gives it.
};

struct ThriftList {
  ThriftType element = ThriftType::kStop;
  uint32_t size = 0;
};

enum class ThriftCall : uint8_t { kCall = 1, kReply = 2, kException = 3, kOneway = 4 };
struct ThriftMessage {
  std::string_view name;
  ThriftCall call = ThriftCall::kCall;
  int32_t sequence_id = 0;
};

// Structs nested in what skip() passes over.
inline constexpr int kThriftDepthMax = 32;

// A cursor that knows no schema. The caller opens each struct with a fresh ThriftField and calls next_field() until it
// returns false, looks at type and id, and reads the value or skips it. After the first malformed byte every call returns
// false or an empty value, and ok() says so, so that one check at the end is enough; a list's size never exceeds the
// bytes that are left, so that no loop runs further than the input is long. Views point into the input. One thread.
//
//   ThriftField field;
//   while (reader.next_field(field)) {
//     if (field.id == 1 && field.type == ThriftType::kI64) id = reader.read_i64();
//     else reader.skip(field);
//   }
//
// Format: thrift/doc/specs/thrift-binary-protocol.md and thrift-compact-protocol.md; both the strict and the old form of a
// binary message's header. Guarded by thrift_reader_fuzz.
class ThriftReader {
 public:
  ThriftReader(std::string_view bytes, ThriftEncoding encoding)
      : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()), encoding_(encoding) {}

  // The header of a call, before the struct of its arguments.
  bool read_message(ThriftMessage& message);

  // False at the end of the struct and when malformed.
  bool next_field(ThriftField& field);
  bool read_bool(const ThriftField& field) { return encoding_ == ThriftEncoding::kCompact ? field.inline_bool : read_byte() != 0; }
  bool read_bool_element() { return encoding_ == ThriftEncoding::kCompact ? read_byte() == 1 : read_byte() != 0; }
  uint8_t read_byte();
  int16_t read_i16();
  int32_t read_i32();
  int64_t read_i64();
  double read_double();
  std::string_view read_string();
  // A list or a set.
  bool read_list(ThriftList& list);

  // Passes over the value of the field whose header was just read.
  void skip(const ThriftField& field) { skip_value(field.type, 0, true); }
  void skip_element(ThriftType type) { skip_value(type, 0, false); }

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == end_; }
  size_t position() const { return static_cast<size_t>(at_ - begin_); }
  std::string_view rest() const { return {at_, static_cast<size_t>(end_ - at_)}; }

 private:
  bool fail() {
    ok_ = false;
    at_ = end_;
    return false;
  }
  template <class T>
  T read_big_endian();
  uint64_t read_varint();
  int64_t read_zigzag() {
    const uint64_t bits = read_varint();
    return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
  }
  std::string_view take(uint64_t size);
  bool fits(uint64_t count) { return count <= static_cast<uint64_t>(end_ - at_) || fail(); }
  bool next_field_compact(ThriftField& field);
  void skip_value(ThriftType type, int depth, bool is_field);
  void skip_map(int depth);

  const char* begin_;
  const char* at_;
  const char* end_;
  ThriftEncoding encoding_;
  bool ok_ = true;
};

// Inline, because a span is hundreds of these calls.
template <class T>
T ThriftReader::read_big_endian() {
  if (static_cast<size_t>(end_ - at_) < sizeof(T)) {
    fail();
    return 0;
  }
  T value;
  std::memcpy(&value, at_, sizeof value);
  at_ += sizeof value;
  if constexpr (sizeof(T) == 1) {
    return value;
  } else {
    return std::byteswap(value);
  }
}

inline uint64_t ThriftReader::read_varint() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (at_ == end_) break;
    const auto byte = static_cast<uint8_t>(*at_++);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail();
  return 0;
}

inline std::string_view ThriftReader::take(uint64_t size) {
  if (!fits(size)) return {};
  const std::string_view bytes(at_, size);
  at_ += size;
  return bytes;
}

inline uint8_t ThriftReader::read_byte() { return read_big_endian<uint8_t>(); }

inline int16_t ThriftReader::read_i16() {
  return encoding_ == ThriftEncoding::kCompact ? static_cast<int16_t>(read_zigzag())
                                               : static_cast<int16_t>(read_big_endian<uint16_t>());
}

inline int32_t ThriftReader::read_i32() {
  return encoding_ == ThriftEncoding::kCompact ? static_cast<int32_t>(read_zigzag())
                                               : static_cast<int32_t>(read_big_endian<uint32_t>());
}

inline int64_t ThriftReader::read_i64() {
  return encoding_ == ThriftEncoding::kCompact ? read_zigzag() : static_cast<int64_t>(read_big_endian<uint64_t>());
}

inline std::string_view ThriftReader::read_string() {
  // A negative length of the binary encoding becomes one that no input has.
  return take(encoding_ == ThriftEncoding::kCompact ? read_varint() : read_big_endian<uint32_t>());
}

inline bool ThriftReader::next_field(ThriftField& field) {
  if (encoding_ == ThriftEncoding::kCompact) return next_field_compact(field);
  field.type = static_cast<ThriftType>(read_byte());
  if (!ok_ || field.type == ThriftType::kStop) return false;
  field.id = read_i16();
  return ok_;
}

}  // namespace clew::wire
