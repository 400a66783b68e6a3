#include "otlp/value_json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "otlp/base64.h"
#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"
#include "otlp/utf8.h"

namespace clew::otlp {
namespace {

constexpr WireType kLength = WireType::kLength;

// 0: as it is; 'u': \u00xx; else the letter after the backslash.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (int c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

void append_escaped(std::string_view text, std::string& json) {
  constexpr char kDigits[] = "0123456789abcdef";
  size_t run = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const uint8_t c = static_cast<uint8_t>(text[at]);
    const char escape = kEscapes[c];
    if (escape == 0) [[likely]]
      continue;
    json.append(text, run, at - run);
    run = at + 1;
    json += '\\';
    json += escape;
    if (escape == 'u') {
      json += "00";
      json += kDigits[c >> 4];
      json += kDigits[c & 15];
    }
  }
  json.append(text, run);
}

void append_int(int64_t value, std::string& json) {
  char digits[24];
  json.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_double(double value, std::string& json) {
  if (std::isnan(value)) {
    json += R"({"$double":"NaN"})";
  } else if (std::isinf(value)) {
    json += value < 0 ? R"({"$double":"-Infinity"})" : R"({"$double":"Infinity"})";
  } else {
    append_json_double(value, json);
  }
}

void append_bytes(std::string_view bytes, std::string& json) {
  json += R"({"$bytes":")";
  append_base64(bytes, json);
  json += "\"}";
}

bool needs_map_wrap(std::string_view first_key) { return first_key.starts_with('$'); }

void append_value(const AnyValue& value, int depth, std::string& json);

void append_members(const std::vector<KeyValue>& members, int depth, std::string& json) {
  json += '{';
  for (bool first = true; const KeyValue& member : members) {
    if (!first) json += ',';
    first = false;
    append_json_string(member.key, json);
    json += ':';
    append_value(member.value, depth, json);
  }
  json += '}';
}

struct ValueWriter {
  std::string& json;
  int depth;

  void operator()(std::monostate) const { json += "null"; }
  void operator()(const std::string& text) const { append_json_string(text, json); }
  void operator()(bool value) const { json += value ? "true" : "false"; }
  void operator()(int64_t value) const { append_int(value, json); }
  void operator()(double value) const { append_double(value, json); }
  void operator()(const Bytes& bytes) const { append_bytes(bytes.data, json); }
  void operator()(const ArrayValue& array) const {
    if (depth >= kValueDepthMax) return (*this)(std::monostate());
    json += '[';
    for (bool first = true; const AnyValue& element : array.values) {
      if (!first) json += ',';
      first = false;
      append_value(element, depth + 1, json);
    }
    json += ']';
  }
  void operator()(const KeyValueList& map) const {
    if (depth >= kValueDepthMax) return (*this)(std::monostate());
    const bool wrap = !map.values.empty() && needs_map_wrap(map.values.front().key);
    if (wrap) json += R"({"$map":)";
    append_members(map.values, depth + 1, json);
    if (wrap) json += '}';
  }
};

void append_value(const AnyValue& value, int depth, std::string& json) {
  std::visit(ValueWriter{json, depth}, value.value);
}

// ---- the same from the wire ----

bool append_wire_value(std::string_view any_value, int depth, std::string& json);

struct WireKeyValue {
  std::string_view key;
  std::string_view value;  // Absent is the same as an empty AnyValue.
  bool ok = false;
};

WireKeyValue read_key_value(std::string_view message) {
  WireKeyValue pair;
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kKeyValueKey, kLength)) {
      pair.key = fields.bytes();
    } else if (fields.tag() == wire_tag(field::kKeyValueValue, kLength)) {
      pair.value = fields.bytes();
    } else if (fields.field() <= field::kKeyValueValue) {
      return pair;
    }
  }
  pair.ok = fields.ok();
  return pair;
}

// Appends the member without its comma; a damaged one has null as its value.
bool append_wire_member(std::string_view key_value, int depth, std::string& json) {
  const WireKeyValue pair = read_key_value(key_value);
  append_json_string(pair.key, json);
  json += ':';
  if (!pair.ok) {
    json += "null";
    return false;
  }
  return append_wire_value(pair.value, depth, json);
}

// The two below are for lists that is_well_formed_list() has seen.
bool append_wire_array(std::string_view message, int depth, std::string& json) {
  bool whole = true;
  bool first = true;
  json += '[';
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.field() != field::kArrayValues) continue;
    if (!first) json += ',';
    first = false;
    whole &= append_wire_value(fields.bytes(), depth + 1, json);
  }
  json += ']';
  return whole;
}

bool append_wire_map(std::string_view message, int depth, std::string& json) {
  bool whole = true;
  bool first = true;
  bool wrap = false;
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.field() != field::kKeyValueListValues) continue;
    if (first) {
      wrap = needs_map_wrap(read_key_value(fields.bytes()).key);
      if (wrap) json += R"({"$map":)";
    }
    json += first ? '{' : ',';
    first = false;
    whole &= append_wire_member(fields.bytes(), depth + 1, json);
  }
  json += first ? "{}" : "}";
  if (wrap) json += '}';
  return whole;
}

static_assert(field::kArrayValues == field::kKeyValueListValues);

bool is_well_formed_list(std::string_view message) {
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.field() == field::kArrayValues && fields.tag() != wire_tag(field::kArrayValues, kLength)) return false;
  }
  return fields.ok();
}

bool append_wire_list(uint32_t field, std::string_view message, int depth, std::string& json) {
  if (depth >= kValueDepthMax || !is_well_formed_list(message)) {
    json += "null";
    return false;
  }
  return field == field::kAnyValueArray ? append_wire_array(message, depth, json)
                                        : append_wire_map(message, depth, json);
}

bool append_wire_value(std::string_view any_value, int depth, std::string& json) {
  // A oneof: the last member on the wire counts.
  uint32_t member = 0;
  uint64_t number = 0;
  std::string_view bytes;
  MessageReader fields(any_value);
  bool ok = true;
  while (ok && fields.next()) {
    switch (fields.tag()) {
      case wire_tag(field::kAnyValueString, kLength):
      case wire_tag(field::kAnyValueArray, kLength):
      case wire_tag(field::kAnyValueKeyValueList, kLength):
      case wire_tag(field::kAnyValueBytes, kLength):
        bytes = fields.bytes();
        break;
      case wire_tag(field::kAnyValueBool, WireType::kVarint):
      case wire_tag(field::kAnyValueInt, WireType::kVarint):
      case wire_tag(field::kAnyValueDouble, WireType::kFixed64):
        number = fields.number();
        break;
      default:
        ok = fields.field() > field::kAnyValueFieldMax;
        continue;
    }
    member = fields.field();
  }
  if (!ok || !fields.ok()) {
    json += "null";
    return false;
  }
  switch (member) {
    case field::kAnyValueString:
      append_json_string(bytes, json);
      return true;
    case field::kAnyValueBool:
      json += number != 0 ? "true" : "false";
      return true;
    case field::kAnyValueInt:
      append_int(static_cast<int64_t>(number), json);
      return true;
    case field::kAnyValueDouble:
      append_double(std::bit_cast<double>(number), json);
      return true;
    case field::kAnyValueBytes:
      append_bytes(bytes, json);
      return true;
    case field::kAnyValueArray:
    case field::kAnyValueKeyValueList:
      return append_wire_list(member, bytes, depth, json);
    default:
      json += "null";
      return true;
  }
}

}  // namespace

void append_json_string(std::string_view text, std::string& json) {
  json += '"';
  if (is_valid_utf8(text)) [[likely]] {
    append_escaped(text, json);
  } else {
    append_escaped(repaired_utf8(text), json);
  }
  json += '"';
}

void append_json_double(double value, std::string& json) {
  char digits[32];
  const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const std::string_view text(digits, static_cast<size_t>(end - digits));
  json += text;
  if (text.find_first_of(".e") == std::string_view::npos) json += ".0";
}

void append_value_json(const AnyValue& value, std::string& json) { append_value(value, 0, json); }

void append_attributes_json(const Attributes& attributes, std::string& json) { append_members(attributes, 0, json); }

bool append_wire_value_json(std::string_view any_value, std::string& json) {
  return append_wire_value(any_value, 0, json);
}

bool append_wire_key_value_json(std::string_view key_value, bool first, std::string& json) {
  if (!first) json += ',';
  return append_wire_member(key_value, 0, json);
}

}  // namespace clew::otlp
