#include "wire/thrift_reader.h"

#include <bit>

namespace clew::wire {

namespace {

constexpr uint8_t kCompactProtocolId = 0x82;
constexpr uint32_t kBinaryVersion1 = 0x8001;

// Compact's own numbers of the types; 1 and 2 are a bool that is true, respectively false.
ThriftType type_of_compact(uint8_t nibble) {
  switch (nibble) {
    case 1:
    case 2: return ThriftType::kBool;
    case 3: return ThriftType::kByte;
    case 4: return ThriftType::kI16;
    case 5: return ThriftType::kI32;
    case 6: return ThriftType::kI64;
    case 7: return ThriftType::kDouble;
    case 8: return ThriftType::kString;
    case 9: return ThriftType::kList;
    case 10: return ThriftType::kSet;
    case 11: return ThriftType::kMap;
    case 12: return ThriftType::kStruct;
    default: return ThriftType::kStop;
  }
}

}  // namespace

// Compact's doubles are little-endian, against its first specification but as every implementation has them.
double ThriftReader::read_double() {
  uint64_t bits = read_big_endian<uint64_t>();
  if (encoding_ == ThriftEncoding::kCompact) bits = std::byteswap(bits);
  return std::bit_cast<double>(bits);
}

bool ThriftReader::read_message(ThriftMessage& message) {
  if (encoding_ == ThriftEncoding::kCompact) {
    if (read_byte() != kCompactProtocolId) return fail();
    const uint8_t version_and_call = read_byte();
    if ((version_and_call & 0x1f) != 1) return fail();
    message.call = static_cast<ThriftCall>(version_and_call >> 5);
    message.sequence_id = static_cast<int32_t>(read_varint());
    message.name = read_string();
    return ok_;
  }
  const auto first = read_big_endian<uint32_t>();
  if (first >> 31 != 0) {
    if (first >> 16 != kBinaryVersion1) return fail();
    message.call = static_cast<ThriftCall>(first & 0xff);
    message.name = read_string();
  } else {
    message.name = take(first);
    message.call = static_cast<ThriftCall>(read_byte());
  }
  message.sequence_id = read_i32();
  return ok_;
}

bool ThriftReader::next_field_compact(ThriftField& field) {
  const uint8_t header = read_byte();
  if (!ok_ || header == 0) return false;
  const uint8_t nibble = header & 0xf;
  field.type = type_of_compact(nibble);
  if (field.type == ThriftType::kStop) return fail();
  const int delta = header >> 4;
  field.id = delta == 0 ? read_i16() : static_cast<int16_t>(field.id + delta);
  field.inline_bool = nibble == 1;
  return ok_;
}

bool ThriftReader::read_list(ThriftList& list) {
  if (encoding_ == ThriftEncoding::kCompact) {
    const uint8_t header = read_byte();
    list.element = type_of_compact(header & 0xf);
    const uint64_t size = header >> 4 == 0xf ? read_varint() : header >> 4;
    if (!ok_ || !fits(size)) return false;
    list.size = static_cast<uint32_t>(size);
  } else {
    list.element = static_cast<ThriftType>(read_byte());
    list.size = read_big_endian<uint32_t>();
  }
  // Every value takes at least a byte, so a longer list lies.
  return ok_ && fits(list.size);
}

void ThriftReader::skip_map(int depth) {
  ThriftType key = ThriftType::kStop;
  ThriftType value = ThriftType::kStop;
  uint64_t size = 0;
  if (encoding_ == ThriftEncoding::kCompact) {
    size = read_varint();
    if (size == 0) return;
    const uint8_t types = read_byte();
    key = type_of_compact(types >> 4);
    value = type_of_compact(types & 0xf);
  } else {
    key = static_cast<ThriftType>(read_byte());
    value = static_cast<ThriftType>(read_byte());
    size = read_big_endian<uint32_t>();
  }
  if (!fits(size)) return;
  for (uint64_t index = 0; index < size && ok_; ++index) {
    skip_value(key, depth + 1, false);
    skip_value(value, depth + 1, false);
  }
}

void ThriftReader::skip_value(ThriftType type, int depth, bool is_field) {
  if (depth > kThriftDepthMax) {
    fail();
    return;
  }
  switch (type) {
    case ThriftType::kBool:
      if (!is_field || encoding_ == ThriftEncoding::kBinary) read_byte();
      return;
    case ThriftType::kByte: read_byte(); return;
    case ThriftType::kI16: read_i16(); return;
    case ThriftType::kI32: read_i32(); return;
    case ThriftType::kI64: read_i64(); return;
    case ThriftType::kDouble: read_double(); return;
    case ThriftType::kString: read_string(); return;
    case ThriftType::kStruct: {
      ThriftField field;
      while (next_field(field)) skip_value(field.type, depth + 1, true);
      return;
    }
    case ThriftType::kMap: skip_map(depth); return;
    case ThriftType::kSet:
    case ThriftType::kList: {
      ThriftList list;
      if (!read_list(list)) return;
      for (uint32_t index = 0; index < list.size && ok_; ++index) skip_value(list.element, depth + 1, false);
      return;
    }
    default: fail();
  }
}

}  // namespace clew::wire
