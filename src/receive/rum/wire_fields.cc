#include "receive/rum/wire_fields.h"

#include <charconv>

#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"

namespace clew::receive_rum {

namespace field = otlp::field;
using otlp::MessageReader;
using otlp::wire_tag;
using otlp::WireType;

WireValue read_wire_value(std::string_view any_value) {
  WireValue value;
  MessageReader reader(any_value);
  while (reader.next()) {
    switch (reader.tag()) {
      case wire_tag(field::kAnyValueString, WireType::kLength): value.text = reader.bytes(); break;
      case wire_tag(field::kAnyValueBool, WireType::kVarint): value.boolean = reader.as_bool(); break;
      case wire_tag(field::kAnyValueInt, WireType::kVarint): value.integer = reader.as_int64(); break;
      case wire_tag(field::kAnyValueDouble, WireType::kFixed64): value.real = reader.as_double(); break;
      default: break;
    }
  }
  return value;
}

void WireFields::add(std::string_view key_value) {
  Field found;
  MessageReader reader(key_value);
  while (reader.next()) {
    if (reader.tag() == wire_tag(field::kKeyValueKey, WireType::kLength)) found.key = reader.bytes();
    if (reader.tag() == wire_tag(field::kKeyValueValue, WireType::kLength)) found.value = reader.bytes();
  }
  if (reader.ok() && !found.key.empty()) fields_.push_back(found);
}

void WireFields::add_map(std::string_view any_value) {
  MessageReader reader(any_value);
  while (reader.next()) {
    if (reader.tag() != wire_tag(field::kAnyValueKeyValueList, WireType::kLength)) continue;
    MessageReader pairs(reader.bytes());
    while (pairs.next()) {
      if (pairs.tag() == wire_tag(field::kKeyValueListValues, WireType::kLength)) add(pairs.bytes());
    }
  }
}

const WireFields::Field* WireFields::find(std::string_view key) const {
  for (const Field& each : fields_) {
    if (each.key == key) return &each;
  }
  return nullptr;
}

std::string_view WireFields::text(std::string_view key) const {
  const Field* found = find(key);
  return found == nullptr ? std::string_view() : read_wire_value(found->value).text.value_or(std::string_view());
}

std::optional<double> WireFields::number(std::string_view key) const {
  const Field* found = find(key);
  if (found == nullptr) return std::nullopt;
  const WireValue value = read_wire_value(found->value);
  if (value.real) return value.real;
  if (value.integer) return static_cast<double>(*value.integer);
  double number = 0;
  if (!value.text) return std::nullopt;
  const char* end = value.text->data() + value.text->size();
  const auto read = std::from_chars(value.text->data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<bool> WireFields::boolean(std::string_view key) const {
  const Field* found = find(key);
  return found == nullptr ? std::nullopt : read_wire_value(found->value).boolean;
}

}  // namespace clew::receive_rum
