#include "receive/zipkin/zipkin_event.h"

#include <simdjson.h>

#include <charconv>
#include <optional>

#include "otlp/message_writer.h"
#include "receive/zipkin/zipkin_limits.h"

namespace clew::receive_zipkin {

namespace {

namespace ondemand = simdjson::ondemand;
namespace field = otlp::field;
using ondemand::json_type;
using otlp::MessageWriter;

// What an annotation's text consists of, if it has one of the forms.
struct Parts {
  std::string_view name;        // As it is written; JSON text where name_is_json.
  std::string_view attributes;  // A JSON object; of the Python form the whole text.
  uint64_t dropped_count = 0;
  bool name_is_json = false;
  bool name_is_key = false;  // The Python form.
};

// "name|{…}|0"
std::optional<Parts> collector_parts(std::string_view text) {
  const size_t open = text.find("|{");
  const size_t close = text.rfind("}|");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  Parts parts{text.substr(0, open), text.substr(open + 1, close - open), 0, false, false};
  const std::string_view count = text.substr(close + 2);
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), parts.dropped_count);
  if (error != std::errc() || end != count.data() + count.size() || parts.dropped_count > UINT32_MAX) return std::nullopt;
  return parts;
}

std::optional<Parts> parts_of(std::string_view text) {
  if (text.size() > kEventJsonBytesMax || text.empty()) return std::nullopt;
  if (text.back() != '}') return collector_parts(text);
  if (text.front() == '{') return Parts{{}, text, 0, false, true};
  if (text.front() == '"') {
    const size_t end = text.find("\":");
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    return Parts{text.substr(0, end + 1), text.substr(end + 2), 0, true, false};
  }
  const size_t end = text.find(": {");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  return Parts{text.substr(0, end), text.substr(end + 2), 0, false, false};
}

// Writes the members of a JSON object as repeated KeyValue fields. False for anything that is no JSON or too deep; what was
// written by then is the caller's to take back.
class AttributeWriter {
 public:
  explicit AttributeWriter(std::string& out) : out_(out) {}

  bool write_members(ondemand::object object, uint32_t number, int depth) {
    if (depth > kEventJsonDepthMax) return false;
    for (auto member : object) {
      std::string_view key;
      ondemand::value value;
      if (member.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (std::move(member).value().get(value) != simdjson::SUCCESS) return false;
      const size_t content = out_.open(number);
      out_.add_bytes(field::kKeyValueKey, key);
      if (!write_value(value, field::kKeyValueValue, depth)) return false;
      out_.close(content);
    }
    return true;
  }

 private:
  bool write_value(ondemand::value& value, uint32_t number, int depth) {
    json_type type = json_type::null;
    if (value.type().get(type) != simdjson::SUCCESS) return false;
    const size_t content = out_.open(number);
    if (!write_content(value, type, depth)) return false;
    out_.close(content);
    return true;
  }

  bool write_content(ondemand::value& value, json_type type, int depth) {
    switch (type) {
      case json_type::string: {
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS) return false;
        out_.add_bytes(field::kAnyValueString, text);
        return true;
      }
      case json_type::boolean: {
        bool truth = false;
        if (value.get_bool().get(truth) != simdjson::SUCCESS) return false;
        out_.add_varint(field::kAnyValueBool, truth ? 1 : 0);
        return true;
      }
      case json_type::number: return write_number(value);
      case json_type::object: {
        ondemand::object object;
        if (value.get_object().get(object) != simdjson::SUCCESS) return false;
        const size_t content = out_.open(field::kAnyValueKeyValueList);
        if (!write_members(object, field::kKeyValueListValues, depth + 1)) return false;
        out_.close(content);
        return true;
      }
      case json_type::array: return write_array(value, depth + 1);
      default: {
        bool is_null = false;  // An empty AnyValue.
        return value.is_null().get(is_null) == simdjson::SUCCESS && is_null;
      }
    }
  }

  bool write_number(ondemand::value& value) {
    ondemand::number number;
    if (value.get_number().get(number) != simdjson::SUCCESS) return false;
    if (number.is_int64()) {
      out_.add_varint(field::kAnyValueInt, static_cast<uint64_t>(number.get_int64()));
    } else {
      out_.add_double(field::kAnyValueDouble, number.as_double());
    }
    return true;
  }

  bool write_array(ondemand::value& value, int depth) {
    if (depth > kEventJsonDepthMax) return false;
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return false;
    const size_t content = out_.open(field::kAnyValueArray);
    for (auto child : array) {
      ondemand::value element;
      if (std::move(child).get(element) != simdjson::SUCCESS || !write_value(element, field::kArrayValues, depth)) return false;
    }
    out_.close(content);
    return true;
  }

  MessageWriter out_;
};

bool at_end(ondemand::document& document) {
  const char* rest = nullptr;  // Only what is behind the end has no location.
  return document.current_location().get(rest) != simdjson::SUCCESS;
}

bool append_parts(const Parts& parts, std::string& event) {
  MessageWriter out(event);
  ondemand::parser parser;
  if (parts.name_is_json) {
    const simdjson::padded_string padded(parts.name);
    ondemand::document document;
    std::string_view name;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return false;
    if (document.get_string().get(name) != simdjson::SUCCESS || !at_end(document)) return false;
    out.add_bytes(field::kEventName, name);
  } else if (!parts.name_is_key) {
    out.add_bytes(field::kEventName, parts.name);
  }
  const simdjson::padded_string padded(parts.attributes);
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return false;
  if (document.get_object().get(object) != simdjson::SUCCESS) return false;
  if (!parts.name_is_key) {
    if (!AttributeWriter(event).write_members(object, field::kEventAttributes, 1)) return false;
  } else {
    bool is_first = true;
    for (auto member : object) {
      std::string_view name;
      ondemand::object attributes;
      if (!is_first || member.unescaped_key().get(name) != simdjson::SUCCESS) return false;
      is_first = false;
      out.add_bytes(field::kEventName, name);
      if (std::move(member).value().get_object().get(attributes) != simdjson::SUCCESS) return false;
      if (!AttributeWriter(event).write_members(attributes, field::kEventAttributes, 1)) return false;
    }
    if (is_first) return false;
  }
  if (parts.dropped_count != 0) out.add_varint(field::kEventDroppedAttributesCount, parts.dropped_count);
  return at_end(document);
}

}  // namespace

void append_event(uint64_t time_unix_nano, std::string_view text, std::string& event) {
  MessageWriter out(event);
  out.add_fixed64(field::kEventTimeUnixNano, time_unix_nano);
  const size_t size_before = event.size();
  if (const auto parts = parts_of(text); parts && append_parts(*parts, event)) return;
  event.resize(size_before);
  out.add_bytes(field::kEventName, text);
}

}  // namespace clew::receive_zipkin
