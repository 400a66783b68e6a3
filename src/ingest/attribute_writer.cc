#include "ingest/attribute_writer.h"

#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"
#include "otlp/utf8.h"
#include "otlp/value_json.h"
#include "table/overflow_field.h"
#include "table/span_fields.h"

namespace clew::ingest {
namespace {

using otlp::MessageReader;
using otlp::WireType;
using otlp::wire_tag;
using table::Scope;
using table::ValueType;
namespace field = otlp::field;

std::string_view overflow_prefix(const table::RowTable& table, Scope scope) {
  switch (scope) {
    case Scope::kResource: return "resource.";
    case Scope::kInstrumentation: return "scope.";
    default: return table.attribute_prefix();
  }
}

// Key and value of an encoded KeyValue; false if it is malformed.
bool split(std::string_view key_value, std::string_view& key, std::string_view& any_value) {
  MessageReader fields(key_value);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kKeyValueKey, WireType::kLength)) key = fields.bytes();
    if (fields.tag() == wire_tag(field::kKeyValueValue, WireType::kLength)) any_value = fields.bytes();
  }
  return fields.ok();
}

// The same for what encoders write: key, then value, both shorter than 128 bytes, and nothing else. False for all others.
bool split_plain(std::string_view key_value, std::string_view& key, std::string_view& any_value) {
  constexpr char kKeyTag = wire_tag(field::kKeyValueKey, WireType::kLength);
  constexpr char kValueTag = wire_tag(field::kKeyValueValue, WireType::kLength);
  const size_t size = key_value.size();
  if (size < 4 || size > 0x7f || key_value[0] != kKeyTag) return false;
  const size_t key_size = static_cast<uint8_t>(key_value[1]);
  if (key_size + 4 > size || key_value[key_size + 2] != kValueTag) return false;
  if (static_cast<uint8_t>(key_value[key_size + 3]) != size - key_size - 4) return false;
  key = key_value.substr(2, key_size);
  any_value = key_value.substr(key_size + 4);
  return true;
}

}  // namespace

RepairCounts& RepairCounts::operator+=(const RepairCounts& other) {
  end_before_start += other.end_before_start;
  malformed_attributes += other.malformed_attributes;
  duplicate_attributes += other.duplicate_attributes;
  malformed_children += other.malformed_children;
  malformed_ids += other.malformed_ids;
  unknown_enums += other.unknown_enums;
  overflowed_attributes += other.overflowed_attributes;
  invalid_utf8 += other.invalid_utf8;
  return *this;
}

std::optional<std::string_view> string_attribute(std::string_view key_value, std::string_view key) {
  std::string_view key_text;
  std::string_view any_value;
  if (!split(key_value, key_text, any_value) || key_text != key) return std::nullopt;
  std::optional<std::string_view> text;
  MessageReader value(any_value);
  while (value.next()) {
    if (value.field() > field::kAnyValueFieldMax) continue;
    text.reset();
    if (value.tag() == wire_tag(field::kAnyValueString, WireType::kLength)) text = value.bytes();
  }
  return value.ok() ? text : std::nullopt;
}

AttributeWriter::AttributeWriter(table::RowTable& table, Scope scope, RepairCounts& repairs)
    : table_(table), scope_(scope), repairs_(repairs) {}

void AttributeWriter::add(std::string_view key_value) {
  std::string_view key_text;
  std::string_view any_value;
  if (!split_plain(key_value, key_text, any_value) && !split(key_value, key_text, any_value)) [[unlikely]] {
    ++repairs_.malformed_attributes;
    return;
  }
  Key* key = guess_;
  if (key == nullptr || key->text != key_text) {
    key = find_key(key_text);
    if (key == nullptr) return overflow(key_text, any_value);
    (previous_ == nullptr ? first_ : previous_->next) = key;
  }
  previous_ = key;
  guess_ = key->next;
  add_value(*key, any_value);
}

AttributeWriter::Key* AttributeWriter::find_key(std::string_view text) {
  if (auto found = key_by_text_.find(text); found != key_by_text_.end()) return found->second;
  if (!otlp::is_valid_utf8(text)) {
    ++repairs_.invalid_utf8;
    const std::string repaired = otlp::repaired_utf8(text);
    return find_key(repaired);
  }
  // No new keys once the table has no columns left for them; their attributes overflow.
  if (keys_.size() >= table::kTableColumnsMax) return nullptr;
  Key& key = keys_.emplace_back();
  key.text = text;
  key_by_text_.emplace(key.text, &key);
  return &key;
}

table::AttributeColumn* AttributeWriter::column(Key& key, ValueType type) {
  table::AttributeColumn*& column = key.columns[static_cast<size_t>(type)];
  if (column == nullptr) [[unlikely]] column = table_.attribute(scope_, key.text, type);
  return column;
}

void AttributeWriter::add_value(Key& key, std::string_view any_value) {
  // By far the commonest value: a short string, and nothing else.
  if (any_value.size() >= 2 && any_value[0] == wire_tag(field::kAnyValueString, WireType::kLength) &&
      static_cast<uint8_t>(any_value[1]) == any_value.size() - 2 && any_value.size() < 0x82) {
    if (table::AttributeColumn* target = column(key, ValueType::kString)) {
      return note(target->append_text(owner_, any_value.substr(2)));
    }
  }
  MessageReader fields(any_value);
  // A oneof on the wire: of several fields the last counts, and nearly always there is just one.
  uint32_t tag = 0;
  std::string_view text;
  uint64_t number = 0;
  while (fields.next()) {
    if (fields.field() > field::kAnyValueFieldMax) continue;
    tag = fields.tag();
    text = fields.bytes();
    number = fields.number();
  }
  if (!fields.ok()) [[unlikely]] {
    ++repairs_.malformed_attributes;
    return;
  }
  table::AttributeColumn* target = nullptr;
  switch (tag) {
    case wire_tag(field::kAnyValueString, WireType::kLength):
      if ((target = column(key, ValueType::kString)) != nullptr) return note(target->append_text(owner_, text));
      break;
    case wire_tag(field::kAnyValueInt, WireType::kVarint):
      if ((target = column(key, ValueType::kInt64)) != nullptr) {
        return note(target->append_int(owner_, static_cast<int64_t>(number)));
      }
      break;
    case wire_tag(field::kAnyValueBool, WireType::kVarint):
      if ((target = column(key, ValueType::kBool)) != nullptr) return note(target->append_bool(owner_, number != 0));
      break;
    case wire_tag(field::kAnyValueDouble, WireType::kFixed64):
      if ((target = column(key, ValueType::kDouble)) != nullptr) {
        return note(target->append_double(owner_, std::bit_cast<double>(number)));
      }
      break;
    default:
      if (column(key, ValueType::kJson) != nullptr) return add_json(key, any_value);
  }
  overflow(key.text, any_value);
}

void AttributeWriter::add_json(Key& key, std::string_view any_value) {
  json_.clear();
  if (!otlp::append_wire_value_json(any_value, json_)) ++repairs_.malformed_attributes;
  note(column(key, ValueType::kJson)->append_text(owner_, json_));
}

void AttributeWriter::overflow(std::string_view key, std::string_view any_value) {
  ++repairs_.overflowed_attributes;
  overflow_json_ += overflow_json_.empty() ? '{' : ',';
  otlp::append_json_string(std::string(overflow_prefix(table_, scope_)).append(key), overflow_json_);
  overflow_json_ += ':';
  if (!otlp::append_wire_value_json(any_value, overflow_json_)) ++repairs_.malformed_attributes;
}

void AttributeWriter::finish() {
  if (overflow_json_.empty()) [[likely]] return;
  overflow_json_ += '}';
  const auto [scope, name] = table::overflow_field(scope_);
  table_.attribute(scope, name, ValueType::kJson)->append_text(owner_, overflow_json_);
  overflow_json_.clear();
}

}  // namespace clew::ingest
