// Thrift's compact protocol, as far as Parquet's footers and page headers use it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clew::block::parquet {

enum class ThriftType : uint8_t {
  kStop = 0, kTrue = 1, kFalse = 2, kByte = 3, kI16 = 4, kI32 = 5, kI64 = 6, kDouble = 7, kBinary = 8, kList = 9,
  kSet = 10, kMap = 11, kStruct = 12,
};

// Appends to a string of the caller. Fields of a struct must come in ascending order of id; list elements have no field
// header and are written with the `element` functions. Source of the format: thrift/doc/specs/thrift-compact-protocol.md.
class ThriftWriter {
 public:
  explicit ThriftWriter(std::string& out) : out_(out) {}

  void begin_struct() { last_ids_.push_back(0); }
  void end_struct() {
    out_.push_back(0);
    last_ids_.pop_back();
  }
  void field_i16(int id, int16_t value) { header(id, ThriftType::kI16); varint(zigzag(value)); }
  void field_i32(int id, int32_t value) { header(id, ThriftType::kI32); varint(zigzag(value)); }
  void field_i64(int id, int64_t value) { header(id, ThriftType::kI64); varint(zigzag(value)); }
  void field_bool(int id, bool value) { header(id, value ? ThriftType::kTrue : ThriftType::kFalse); }
  void field_binary(int id, std::string_view value) { header(id, ThriftType::kBinary); element_binary(value); }
  void field_struct(int id) { header(id, ThriftType::kStruct); begin_struct(); }
  void field_empty_struct(int id) { field_struct(id); end_struct(); }
  void field_list(int id, ThriftType element, size_t count);

  void element_i32(int32_t value) { varint(zigzag(value)); }
  void element_i64(int64_t value) { varint(zigzag(value)); }
  void element_bool(bool value) { out_.push_back(value ? 1 : 2); }
  void element_binary(std::string_view value) { varint(value.size()); out_.append(value); }

 private:
  static uint64_t zigzag(int64_t value) { return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63); }
  void header(int id, ThriftType type);
  void varint(uint64_t value);

  std::string& out_;
  std::vector<int16_t> last_ids_;
};

// Reads from bytes that it does not own. Never reads beyond them: the first fault sets failed(), from then on every read
// returns zero or nothing, so that callers check once at the end. Guarded by thrift_compact_fuzz.cc.
class ThriftReader {
 public:
  struct Field {
    int id = 0;
    ThriftType type = ThriftType::kStop;
  };
  struct List {
    ThriftType element = ThriftType::kStop;
    uint32_t count = 0;
  };

  explicit ThriftReader(std::string_view bytes) : begin_(bytes.data()), cursor_(begin_), end_(begin_ + bytes.size()) {}

  // Of a struct: begin, then next_field() until false (which ends the struct), reading or skipping each field's value.
  void begin_struct();
  bool next_field(Field& field);
  void skip(ThriftType type) { skip_value(type, 0); }

  int64_t read_int(ThriftType type);          // Byte, i16, i32, i64.
  int32_t read_i32(ThriftType type);          // Fails if out of range.
  bool read_bool(ThriftType type);            // Of a field: the value is in its type.
  std::string_view read_binary(ThriftType type);
  List read_list(ThriftType type);            // Never more elements than bytes are left.
  bool read_bool_element();

  bool failed() const { return failed_; }
  void fail() { failed_ = true; cursor_ = end_; }
  size_t position() const { return static_cast<size_t>(cursor_ - begin_); }

 private:
  uint8_t byte();
  uint64_t varint();
  static int64_t unzigzag(uint64_t value) { return static_cast<int64_t>(value >> 1 ^ (0 - (value & 1))); }
  void skip_value(ThriftType type, int depth);

  const char* begin_;
  const char* cursor_;
  const char* end_;
  std::vector<int> last_ids_;
  bool failed_ = false;
};

}  // namespace clew::block::parquet
