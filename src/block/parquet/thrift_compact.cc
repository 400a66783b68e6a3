#include "block/parquet/thrift_compact.h"

#include <cassert>
#include <limits>

#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {

void ThriftWriter::header(int id, ThriftType type) {
  const int delta = id - last_ids_.back();
  assert(delta > 0 && delta <= 15);  // Parquet's structs have no larger gaps.
  out_.push_back(static_cast<char>(delta << 4 | static_cast<int>(type)));
  last_ids_.back() = static_cast<int16_t>(id);
}

void ThriftWriter::varint(uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out_.push_back(static_cast<char>(value));
}

void ThriftWriter::field_list(int id, ThriftType element, size_t count) {
  header(id, ThriftType::kList);
  if (count < 15) {
    out_.push_back(static_cast<char>(count << 4 | static_cast<size_t>(element)));
  } else {
    out_.push_back(static_cast<char>(0xf0 | static_cast<int>(element)));
    varint(count);
  }
}

uint8_t ThriftReader::byte() {
  if (cursor_ == end_) {
    failed_ = true;
    return 0;
  }
  return static_cast<uint8_t>(*cursor_++);
}

uint64_t ThriftReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t next = byte();
    value |= static_cast<uint64_t>(next & 0x7f) << shift;
    if (next < 0x80) return value;
  }
  fail();
  return 0;
}

void ThriftReader::begin_struct() {
  if (last_ids_.size() >= static_cast<size_t>(kThriftDepthMax)) return fail();
  last_ids_.push_back(0);
}

bool ThriftReader::next_field(Field& field) {
  const uint8_t head = byte();
  const auto type = static_cast<ThriftType>(head & 0x0f);
  if (failed_ || type == ThriftType::kStop) {
    if (!last_ids_.empty()) last_ids_.pop_back();
    return false;
  }
  if (type > ThriftType::kStruct) {
    fail();
    return false;
  }
  const int delta = head >> 4;
  const int64_t id = delta != 0 ? last_ids_.back() + delta : unzigzag(varint());
  if (failed_ || id < 0 || id > std::numeric_limits<int16_t>::max()) {
    fail();
    return false;
  }
  last_ids_.back() = static_cast<int>(id);
  field = {static_cast<int>(id), type};
  return true;
}

int64_t ThriftReader::read_int(ThriftType type) {
  switch (type) {
    case ThriftType::kByte:
      return static_cast<int8_t>(byte());
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64:
      return unzigzag(varint());
    default:
      fail();
      return 0;
  }
}

int32_t ThriftReader::read_i32(ThriftType type) {
  const int64_t value = read_int(type);
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    fail();
    return 0;
  }
  return static_cast<int32_t>(value);
}

bool ThriftReader::read_bool(ThriftType type) {
  if (type != ThriftType::kTrue && type != ThriftType::kFalse) fail();
  return type == ThriftType::kTrue;
}

bool ThriftReader::read_bool_element() { return byte() == 1; }

std::string_view ThriftReader::read_binary(ThriftType type) {
  if (type != ThriftType::kBinary) {
    fail();
    return {};
  }
  const uint64_t length = varint();
  if (length > static_cast<uint64_t>(end_ - cursor_)) {
    fail();
    return {};
  }
  const std::string_view value(cursor_, length);
  cursor_ += length;
  return value;
}

ThriftReader::List ThriftReader::read_list(ThriftType type) {
  if (type != ThriftType::kList && type != ThriftType::kSet) {
    fail();
    return {};
  }
  const uint8_t head = byte();
  const auto element = static_cast<ThriftType>(head & 0x0f);
  const uint64_t count = head >> 4 == 15 ? varint() : head >> 4;
  // Every element takes at least a byte, so a larger count is damage.
  if (failed_ || count > static_cast<uint64_t>(end_ - cursor_) || element == ThriftType::kStop ||
      element > ThriftType::kStruct) {
    fail();
    return {};
  }
  return {element, static_cast<uint32_t>(count)};
}

void ThriftReader::skip_value(ThriftType type, int depth) {
  if (depth > kThriftDepthMax) return fail();
  switch (type) {
    case ThriftType::kTrue:
    case ThriftType::kFalse:
      return;
    case ThriftType::kByte:
      byte();
      return;
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64:
      varint();
      return;
    case ThriftType::kDouble:
      if (end_ - cursor_ < 8) return fail();
      cursor_ += 8;
      return;
    case ThriftType::kBinary:
      read_binary(type);
      return;
    case ThriftType::kList:
    case ThriftType::kSet: {
      const List list = read_list(type);
      const bool is_bool = list.element == ThriftType::kTrue || list.element == ThriftType::kFalse;
      for (uint32_t i = 0; i < list.count && !failed_; ++i) {
        if (is_bool) {
          byte();
        } else {
          skip_value(list.element, depth + 1);
        }
      }
      return;
    }
    case ThriftType::kStruct: {
      begin_struct();
      Field field;
      while (next_field(field)) skip_value(field.type, depth + 1);
      return;
    }
    default:  // Maps do not occur in Parquet's structs.
      return fail();
  }
}

}  // namespace clew::block::parquet
