#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "otlp/base64.h"
#include "otlp/message_writer.h"
#include "otlp/traces_codec.h"
#include "otlp/traces_json_schema.h"

namespace clew::otlp {
namespace {

namespace ondemand = simdjson::ondemand;
using ondemand::json_type;

// Messages within messages. A value of value_json.h's depth limit needs three messages a level, so this lets them all in.
constexpr size_t kMessageDepthMax = 128;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// An id that is not hex becomes one byte: a length that no id has, so the survey refuses this span and no other.
std::string id_bytes(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::string(1, '\0');
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t at = 0; at < hex.size(); at += 2) {
    const int high = hex_digit(hex[at]);
    const int low = hex_digit(hex[at + 1]);
    if (high < 0 || low < 0) return std::string(1, '\0');
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

// A number of JSON, or of a string that holds one.
struct Number {
  enum class Type : uint8_t { kSigned, kUnsigned, kDouble } type = Type::kSigned;
  int64_t as_signed = 0;
  uint64_t as_unsigned = 0;  // Only what is beyond int64.
  double as_double = 0;
};

template <class T>
bool parse_whole(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Number> parse_number(std::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Number number;
  if (parse_whole(text, number.as_signed)) return number;
  number.type = Number::Type::kUnsigned;
  if (parse_whole(text, number.as_unsigned)) return number;
  number.type = Number::Type::kDouble;
  if (text == "NaN") {
    number.as_double = std::numeric_limits<double>::quiet_NaN();
  } else if (text == "Infinity") {
    number.as_double = kInfinity;
  } else if (text == "-Infinity") {
    number.as_double = -kInfinity;
  } else if (!parse_whole(text, number.as_double) || !std::isfinite(number.as_double)) {
    return std::nullopt;  // from_chars would take "inf" and "nan" too.
  }
  return number;
}

// The JSON mapping lets integers be written with a point or an exponent, if they are whole.
std::optional<Number> as_whole(Number number) {
  if (number.type != Number::Type::kDouble) return number;
  const double value = number.as_double;
  if (!(value >= -0x1p63 && value < 0x1p64) || std::trunc(value) != value) return std::nullopt;
  if (value < 0x1p63) return Number{Number::Type::kSigned, static_cast<int64_t>(value)};
  return Number{Number::Type::kUnsigned, 0, static_cast<uint64_t>(value)};
}

double to_double(Number number) {
  switch (number.type) {
    case Number::Type::kSigned:
      return static_cast<double>(number.as_signed);
    case Number::Type::kUnsigned:
      return static_cast<double>(number.as_unsigned);
    default:
      return number.as_double;
  }
}

// Walks a JSON document along the tables of traces_json_schema.h and writes protobuf as it goes. Each value is looked at
// once, in order, as on-demand parsing wants it; recursion ends at kMessageDepthMax. Every method returns false after
// fault(), which keeps the JSON path of the first thing wrong.
class JsonTranslator {
 public:
  stdx::Result<std::string> run(std::string_view json, const JsonMessage& root) {
    const simdjson::padded_string padded(json);
    ondemand::parser parser;
    ondemand::document document;
    if (const auto error = parser.iterate(padded).get(document); error != simdjson::SUCCESS) {
      fault(simdjson::error_message(error));
    } else {
      translate_root(document, root);
    }
    if (!fault_.empty()) return stdx::fail(stdx::ErrorCode::kInvalidArgument, std::move(fault_));
    return std::move(protobuf_);
  }

 private:
  bool translate_root(ondemand::document& document, const JsonMessage& root) {
    json_type type = json_type::null;
    if (document.type().get(type) != simdjson::SUCCESS || type != json_type::object) {
      return fault("expected a JSON object");
    }
    ondemand::object object;
    if (!got(document.get_object().get(object)) || !translate_message(object, root)) return false;
    const char* rest = nullptr;  // Only what is behind the end has no location.
    return document.current_location().get(rest) != simdjson::SUCCESS || fault("something follows the JSON object");
  }

  bool translate_message(ondemand::object object, const JsonMessage& message) {
    if (depth_ == kMessageDepthMax) return fault("nested too deep");
    ++depth_;
    for (auto member : object) {
      ondemand::field pair;
      std::string_view name;
      // Of the result, not of the pair: only there do all releases of simdjson take no argument.
      if (!got(member.unescaped_key().get(name)) || !got(std::move(member).get(pair))) return false;
      const JsonField* field = find_field(message, name);
      if (field == nullptr) continue;  // Of a later version, or not ours: the specification says to ignore it.
      path_.push_back({field->name, kNoIndex});
      if (!translate_field(pair.value(), *field)) return false;
      path_.pop_back();
    }
    --depth_;
    return true;
  }

  static const JsonField* find_field(const JsonMessage& message, std::string_view name) {
    for (const JsonField& field : message.fields) {
      if (field.name == name || field.original_name == name) return &field;
    }
    return nullptr;
  }

  bool translate_field(ondemand::value& value, const JsonField& field) {
    json_type type = json_type::null;
    if (!got(value.type().get(type))) return false;
    if (type == json_type::null) return take_null(value);
    if (!field.is_repeated) return translate_one(value, type, field);
    if (type != json_type::array) return fault("expected an array");
    ondemand::array array;
    if (!got(value.get_array().get(array))) return false;
    size_t index = 0;
    for (auto child : array) {
      path_.back().index = index++;
      ondemand::value element;
      if (!got(std::move(child).get(element)) || !got(element.type().get(type))) return false;
      if (!translate_one(element, type, field)) return false;
    }
    path_.back().index = kNoIndex;
    return true;
  }

  // Null is the same as an absent field.
  bool take_null(ondemand::value& value) {
    bool is_null = false;
    return got(value.is_null().get(is_null)) && (is_null || fault("expected a JSON value"));
  }

  bool translate_one(ondemand::value& value, json_type type, const JsonField& field) {
    switch (field.type) {
      case JsonFieldType::kMessage: {
        if (type != json_type::object) return fault("expected an object");
        ondemand::object object;
        if (!got(value.get_object().get(object))) return false;
        const size_t content = out_.open(field.number);
        if (!translate_message(object, *field.message)) return false;
        out_.close(content);
        return true;
      }
      case JsonFieldType::kString:
      case JsonFieldType::kId:
      case JsonFieldType::kBytes:
        return translate_text(value, type, field);
      case JsonFieldType::kBool: {
        bool truth = false;
        if (type != json_type::boolean) return fault("expected true or false");
        if (!got(value.get_bool().get(truth))) return false;
        out_.add_varint(field.number, truth ? 1 : 0);
        return true;
      }
      case JsonFieldType::kSpanKind:
        return translate_enum(value, type, field, span_kind_names());
      case JsonFieldType::kStatusCode:
        return translate_enum(value, type, field, status_code_names());
      case JsonFieldType::kSeverityNumber:
        return translate_enum(value, type, field, severity_number_names());
      case JsonFieldType::kTemporality:
        return translate_enum(value, type, field, temporality_names());
      default:
        return translate_number(value, type, field);
    }
  }

  bool translate_text(ondemand::value& value, json_type type, const JsonField& field) {
    std::string_view text;
    if (type != json_type::string) return fault("expected a string");
    if (!got(value.get_string().get(text))) return false;
    if (text.empty() && !field.has_presence) return true;
    if (field.type == JsonFieldType::kString) {
      out_.add_bytes(field.number, text);
    } else if (field.type == JsonFieldType::kId) {
      out_.add_bytes(field.number, id_bytes(text));
    } else {
      const std::optional<std::string> bytes = parse_base64(text);
      if (!bytes) return fault("expected base64");
      out_.add_bytes(field.number, *bytes);
    }
    return true;
  }

  bool translate_enum(ondemand::value& value, json_type type, const JsonField& field,
                      std::span<const std::string_view> names) {
    if (type == json_type::number) return translate_number(value, type, field);
    std::string_view name;
    if (type != json_type::string) return fault("expected a number or a name");
    if (!got(value.get_string().get(name))) return false;
    for (size_t number = 0; number < names.size(); ++number) {
      if (names[number] != name) continue;
      if (number != 0) out_.add_varint(field.number, number);
      return true;
    }
    return fault(fmt::format("unknown name; known are {}", fmt::join(names, ", ")));
  }

  bool read_number(ondemand::value& value, json_type type, Number& number) {
    if (type == json_type::string) {
      std::string_view text;
      if (!got(value.get_string().get(text))) return false;
      const std::optional<Number> parsed = parse_number(text);
      if (!parsed) return fault("expected a number");
      number = *parsed;
      return true;
    }
    if (type != json_type::number) return fault("expected a number");
    ondemand::number read;
    if (!got(value.get_number().get(read))) return false;
    if (read.is_int64()) {
      number = {Number::Type::kSigned, read.get_int64()};
    } else if (read.is_uint64()) {
      number = {Number::Type::kUnsigned, 0, read.get_uint64()};
    } else {
      number = {Number::Type::kDouble, 0, 0, read.get_double()};
    }
    return true;
  }

  bool translate_number(ondemand::value& value, json_type type, const JsonField& field) {
    if (field.type == JsonFieldType::kDouble && type == json_type::number) {  // "-0" and 1e30 in digits have no integer.
      double real = 0;
      if (!got(value.get_double().get(real))) return false;
      out_.add_double(field.number, real);
      return true;
    }
    Number number;
    if (!read_number(value, type, number)) return false;
    if (field.type == JsonFieldType::kDouble) {
      out_.add_double(field.number, to_double(number));
      return true;
    }
    const std::optional<Number> whole = as_whole(number);
    if (!whole) return fault("expected a whole number");
    const bool beyond_signed = whole->type == Number::Type::kUnsigned;
    const uint64_t bits = beyond_signed ? whole->as_unsigned : static_cast<uint64_t>(whole->as_signed);
    const bool negative = !beyond_signed && whole->as_signed < 0;
    switch (field.type) {
      case JsonFieldType::kInt64:
        if (beyond_signed) return fault("beyond 64 bits with sign");
        break;
      case JsonFieldType::kFixed64:
        if (negative) return fault("must not be negative");
        if (bits != 0 || field.has_presence) out_.add_fixed64(field.number, bits);
        return true;
      case JsonFieldType::kSfixed64:
        if (beyond_signed) return fault("beyond 64 bits with sign");
        if (bits != 0 || field.has_presence) out_.add_fixed64(field.number, bits);
        return true;
      case JsonFieldType::kUint64:
        if (negative) return fault("must not be negative");
        break;
      case JsonFieldType::kSint32: {
        if (beyond_signed || whole->as_signed < INT32_MIN || whole->as_signed > INT32_MAX) return fault("beyond 32 bits");
        const auto number = static_cast<int32_t>(whole->as_signed);
        if (number != 0) out_.add_varint(field.number, (static_cast<uint32_t>(number) << 1) ^ static_cast<uint32_t>(number >> 31));
        return true;
      }
      case JsonFieldType::kFixed32:
        if (negative || bits > UINT32_MAX) return fault("beyond 32 bits");
        if (bits != 0) out_.add_fixed32(field.number, static_cast<uint32_t>(bits));
        return true;
      case JsonFieldType::kUint32:
        if (negative || bits > UINT32_MAX) return fault("beyond 32 bits");
        break;
      default:  // Enums are 32 bits with sign, and open.
        if (beyond_signed || whole->as_signed < INT32_MIN || whole->as_signed > INT32_MAX) return fault("beyond 32 bits");
    }
    if (bits != 0 || field.has_presence) out_.add_varint(field.number, bits);
    return true;
  }

  bool got(simdjson::error_code error) {
    return error == simdjson::SUCCESS || fault(simdjson::error_message(error));
  }

  bool fault(std::string_view what) {
    if (!fault_.empty()) return false;
    std::string place = "$";
    for (const Step& step : path_) {
      place += '.';
      place += step.name;
      if (step.index != kNoIndex) place += fmt::format("[{}]", step.index);
    }
    fault_ = fmt::format("OTLP JSON at {}: {}", place, what);
    return false;
  }

  static constexpr size_t kNoIndex = SIZE_MAX;
  struct Step {
    std::string_view name;
    size_t index;
  };
  std::string protobuf_;
  MessageWriter out_{protobuf_};
  std::vector<Step> path_;
  size_t depth_ = 0;
  std::string fault_;
};

}  // namespace

stdx::Result<std::string> traces_json_to_protobuf(std::string_view json) {
  return JsonTranslator().run(json, kTracesDataJson);
}
stdx::Result<std::string> logs_json_to_protobuf(std::string_view json) { return JsonTranslator().run(json, kLogsDataJson); }
stdx::Result<std::string> metrics_json_to_protobuf(std::string_view json) {
  return JsonTranslator().run(json, kMetricsDataJson);
}

}  // namespace clew::otlp
