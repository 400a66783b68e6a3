#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <vector>

#include "receive/zipkin/zipkin_readers.h"
#include "receive/zipkin/zipkin_v1_span.h"

namespace clew::receive_zipkin {

namespace {

namespace ondemand = simdjson::ondemand;
using ondemand::json_type;

// What both versions share: walking with the first fault kept, and values read leniently where Zipkin's clients differ.
// Texts are views into the parser's memory, good until the next document. Every method returns false after fault().
class JsonReader {
 public:
  explicit JsonReader(std::string body) : body_(std::move(body)) { body_.reserve(body_.size() + simdjson::SIMDJSON_PADDING); }

  // `read_span` gets each object of the list.
  template <class ReadSpan>
  stdx::Result<void> run(ReadSpan read_span) {
    ondemand::document document;
    const simdjson::padded_string_view padded(body_.data(), body_.size(), body_.capacity());
    ondemand::array list;
    json_type type = json_type::null;
    bool good = got(parser_.iterate(padded).get(document)) && got(document.type().get(type)) &&
                (type == json_type::array || fault("expected a list of spans")) && got(document.get_array().get(list));
    if (good) {
      for (auto element : list) {
        ondemand::object span;
        good = got(std::move(element).get_object().get(span)) && read_span(span);
        if (!good) break;
        ++index_;
      }
      const char* rest = nullptr;  // Only what is behind the end has no location.
      if (good && document.current_location().get(rest) == simdjson::SUCCESS) fault("something follows the list");
    }
    if (fault_.empty()) return {};
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, std::move(fault_));
  }

  // `take(key, value)` for each member that is not null.
  template <class Take>
  bool each_member(ondemand::object object, Take take) {
    for (auto member : object) {
      std::string_view key;
      ondemand::value value;
      bool is_null = false;
      if (!read_key(member, key) || !got(std::move(member).value().get(value))) return false;
      // Asked only where it may be so, because the question costs as much as reading a short text.
      if (*token_begin(value) == 'n' && !got(value.is_null().get(is_null))) return false;
      if (!is_null && !take(key, value)) return false;
    }
    return true;
  }
  template <class Take>
  bool each_member(ondemand::value& value, std::string_view key, Take take) {
    ondemand::object object;
    return expect(value, json_type::object, key, "an object") && got(value.get_object().get(object)) &&
           each_member(object, take);
  }
  // `take(object)` for each element of an array of objects.
  template <class Take>
  bool each_object(ondemand::value& value, std::string_view key, Take take) {
    ondemand::array array;
    if (!expect(value, json_type::array, key, "a list") || !got(value.get_array().get(array))) return false;
    for (auto child : array) {
      ondemand::value element;
      if (!got(std::move(child).get(element)) || !take(element)) return false;
    }
    return true;
  }

  bool read_text(ondemand::value& value, std::string_view key, std::string_view& text) {
    if (*token_begin(value) != '"') return fault_at(key, "expected a string");
    return read_string(value, text);
  }
  bool read_bool(ondemand::value& value, std::string_view key, bool& truth) {
    return expect(value, json_type::boolean, key, "true or false") && got(value.get_bool().get(truth));
  }
  // Microseconds: a number, also with a point or exponent, or a string of digits. Not positive: not known.
  bool read_time(ondemand::value& value, std::string_view key, uint64_t& time) {
    json_type type = json_type::null;
    if (!got(value.type().get(type))) return false;
    if (type == json_type::string) {
      std::string_view text;
      if (!got(value.get_string().get(text))) return false;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time);
      return (error == std::errc() && end == text.data() + text.size()) || fault_at(key, "expected a number");
    }
    ondemand::number number;
    if (type != json_type::number) return fault_at(key, "expected a number");
    if (!got(value.get_number().get(number))) return false;
    if (number.is_uint64()) {
      time = number.get_uint64();
    } else if (number.is_int64()) {
      time = number.get_int64() > 0 ? static_cast<uint64_t>(number.get_int64()) : 0;
    } else {
      const double real = number.get_double();
      time = real >= 0x1p64 ? UINT64_MAX : real > 0 ? static_cast<uint64_t>(real) : 0;
    }
    return true;
  }
  // A tag's value: a string as the format has it, or what else a client made of it.
  bool read_value(ondemand::value& value, std::string_view key, TagValue& into) {
    if (*token_begin(value) == '"') {
      into.type = TagValue::Type::kString;
      return read_string(value, into.text);
    }
    json_type type = json_type::null;
    if (!got(value.type().get(type))) return false;
    if (type == json_type::boolean) {
      bool truth = false;
      into.type = TagValue::Type::kBool;
      if (!got(value.get_bool().get(truth))) return false;
      into.integer = truth ? 1 : 0;
      return true;
    }
    if (type != json_type::number) return fault_at(key, "expected a string, a number, true or false");
    ondemand::number number;
    if (!got(value.get_number().get(number))) return false;
    if (number.is_int64()) {
      into.type = TagValue::Type::kInt;
      into.integer = number.get_int64();
    } else {
      into.type = TagValue::Type::kDouble;
      into.real = number.as_double();
    }
    return true;
  }
  bool read_endpoint(ondemand::value& value, std::string_view key, Endpoint& endpoint) {
    return each_member(value, key, [&](std::string_view name, ondemand::value& member) {
      std::string_view text;
      if (name == "serviceName") return read_text(member, name, endpoint.service_name);
      if (name == "ipv4") return read_text(member, name, text) && (endpoint.ipv4.assign(text), true);
      if (name == "ipv6") return read_text(member, name, text) && (endpoint.ipv6.assign(text), true);
      if (name == "port") {
        uint64_t port = 0;
        if (!read_time(member, name, port)) return false;
        endpoint.port = port <= UINT16_MAX ? static_cast<uint16_t>(port) : 0;
      }
      return true;
    });
  }
  // Takes traceId, id and parentId; `known` says whether the key was one of them.
  bool read_id(std::string_view key, ondemand::value& value, SpanIds& ids, bool& known) {
    std::string_view hex;
    known = true;
    if (key == "traceId") return read_text(value, key, hex) && (ids.set_trace_id_hex(hex), true);
    if (key == "id") return read_text(value, key, hex) && (ids.set_id_hex(hex), true);
    if (key == "parentId") return read_text(value, key, hex) && (ids.set_parent_id_hex(hex), true);
    known = false;
    return true;
  }

  bool wrong_version(std::string_view expected, std::string_view received) {
    if (fault_.empty()) fault_ = fmt::format("Expected a {} encoded list, but received: {}", expected, received);
    return false;
  }

 private:
  // Where the value's text begins; there is always a byte, if only of the padding.
  static const char* token_begin(ondemand::value& value) { return value.raw_json_token().data(); }

  // The text from `begin` to its quote, in place, if nothing in it is escaped: then nothing must be copied.
  bool plain_text(const char* begin, std::string_view& text) const {
    const char* end = static_cast<const char*>(std::memchr(begin, '"', static_cast<size_t>(body_.data() + body_.size() - begin)));
    if (end == nullptr) return false;
    text = {begin, static_cast<size_t>(end - begin)};
    return text.find('\\') == std::string_view::npos;
  }
  bool read_key(simdjson::simdjson_result<ondemand::field>& member, std::string_view& key) {
    ondemand::raw_json_string raw;
    if (!got(member.key().get(raw))) return false;
    return plain_text(raw.raw(), key) || got(member.unescaped_key().get(key));
  }
  bool read_string(ondemand::value& value, std::string_view& text) {
    if (!plain_text(token_begin(value) + 1, text)) return got(value.get_string().get(text));
    ondemand::raw_json_string passed;
    return got(value.get_raw_json_string().get(passed));
  }

  bool expect(ondemand::value& value, json_type wanted, std::string_view key, std::string_view what) {
    json_type type = json_type::null;
    if (!got(value.type().get(type))) return false;
    return type == wanted || fault_at(key, fmt::format("expected {}", what));
  }
  bool got(simdjson::error_code error) { return error == simdjson::SUCCESS || fault(simdjson::error_message(error)); }
  bool fault_at(std::string_view key, std::string_view what) { return fault(fmt::format("{:.80}: {}", key, what)); }
  bool fault(std::string_view what) {
    if (fault_.empty()) fault_ = fmt::format("Malformed reading List<Span> from json at span {}: {}", index_, what);
    return false;
  }

  std::string body_;
  ondemand::parser parser_;
  size_t index_ = 0;
  std::string fault_;
};

class V2JsonReader {
 public:
  V2JsonReader(std::string body, OtlpBuilder& builder) : json_(std::move(body)), builder_(builder) {}
  stdx::Result<void> run() {
    return json_.run([this](ondemand::object object) { return read_span(object); });
  }

 private:
  bool read_span(ondemand::object object) {
    span_.clear();
    const bool good = json_.each_member(
        object, [this](std::string_view key, ondemand::value& value) { return read_member(key, value); });
    if (good) builder_.add(span_);
    return good;
  }

  bool read_member(std::string_view key, ondemand::value& value) {
    bool is_id = false;
    if (!json_.read_id(key, value, span_.ids, is_id)) return false;
    if (is_id) return true;
    if (key == "name") return json_.read_text(value, key, span_.name);
    if (key == "timestamp") return json_.read_time(value, key, span_.timestamp_us);
    if (key == "duration") return json_.read_time(value, key, span_.duration_us);
    if (key == "kind") {
      std::string_view kind;
      return json_.read_text(value, key, kind) && (span_.kind = kind_of_name(kind), true);
    }
    if (key == "localEndpoint") return json_.read_endpoint(value, key, span_.local);
    if (key == "remoteEndpoint") return json_.read_endpoint(value, key, span_.remote);
    if (key == "tags") {
      return json_.each_member(value, key, [this](std::string_view name, ondemand::value& tag) {
        return json_.read_value(tag, name, span_.tags.emplace_back(name, TagValue{}).value);
      });
    }
    if (key == "annotations") {
      return json_.each_object(value, key, [this](ondemand::value& element) { return read_annotation(element); });
    }
    if (key == "shared") return json_.read_bool(value, key, span_.shared);
    if (key == "debug") return json_.read_bool(value, key, span_.debug);
    return key != "binaryAnnotations" || json_.wrong_version("JSON_V2", "JSON_V1");
  }

  bool read_annotation(ondemand::value& element) {
    Annotation& annotation = span_.annotations.emplace_back();
    return json_.each_member(element, "annotations", [&](std::string_view key, ondemand::value& value) {
      if (key == "timestamp") return json_.read_time(value, key, annotation.timestamp_us);
      if (key == "value") return json_.read_text(value, key, annotation.value);
      return key != "endpoint" || json_.wrong_version("JSON_V2", "JSON_V1");
    });
  }

  JsonReader json_;
  OtlpBuilder& builder_;
  ZipkinSpan span_;
};

class V1JsonReader {
 public:
  V1JsonReader(std::string body, OtlpBuilder& builder) : json_(std::move(body)), builder_(builder) {}
  stdx::Result<void> run() {
    return json_.run([this](ondemand::object object) { return read_span(object); });
  }

 private:
  bool read_span(ondemand::object object) {
    span_.clear();
    const bool good = json_.each_member(
        object, [this](std::string_view key, ondemand::value& value) { return read_member(key, value); });
    if (!good) return false;
    for (const ZipkinSpan& half : splitter_.split(span_)) builder_.add(half);
    return true;
  }

  bool read_member(std::string_view key, ondemand::value& value) {
    bool is_id = false;
    if (!json_.read_id(key, value, span_.ids, is_id)) return false;
    if (is_id) return true;
    if (key == "name") return json_.read_text(value, key, span_.name);
    if (key == "timestamp") return json_.read_time(value, key, span_.timestamp_us);
    if (key == "duration") return json_.read_time(value, key, span_.duration_us);
    if (key == "debug") return json_.read_bool(value, key, span_.debug);
    if (key == "annotations") {
      return json_.each_object(value, key, [this](ondemand::value& element) { return read_annotation(element); });
    }
    if (key == "binaryAnnotations") {
      return json_.each_object(value, key, [this](ondemand::value& element) { return read_binary_annotation(element); });
    }
    const bool is_v2 = key == "localEndpoint" || key == "remoteEndpoint" || key == "tags" || key == "kind" || key == "shared";
    return !is_v2 || json_.wrong_version("JSON_V1", "JSON_V2");
  }

  bool read_annotation(ondemand::value& element) {
    V1Annotation& annotation = span_.annotations.emplace_back();
    return json_.each_member(element, "annotations", [&](std::string_view key, ondemand::value& value) {
      if (key == "timestamp") return json_.read_time(value, key, annotation.timestamp_us);
      if (key == "value") return json_.read_text(value, key, annotation.value);
      return key != "endpoint" || json_.read_endpoint(value, key, annotation.endpoint);
    });
  }

  bool read_binary_annotation(ondemand::value& element) {
    V1BinaryAnnotation& annotation = span_.binary_annotations.emplace_back();
    std::string_view type;
    const bool good = json_.each_member(element, "binaryAnnotations", [&](std::string_view key, ondemand::value& value) {
      if (key == "key") return json_.read_text(value, key, annotation.key);
      if (key == "value") return json_.read_value(value, key, annotation.value);
      if (key == "type") return json_.read_text(value, key, type);
      return key != "endpoint" || json_.read_endpoint(value, key, annotation.endpoint);
    });
    if (good) apply_type(type, annotation.value);
    return good;
  }

  // Where "type" says what JSON does not: numbers in strings, doubles without a point. BYTES stay the text (base64) they are.
  static void apply_type(std::string_view type, TagValue& value) {
    if (type.empty() || type == "STRING" || type == "BYTES") return;
    const char* begin = value.text.data();
    const char* end = begin + value.text.size();
    const bool is_text = value.type == TagValue::Type::kString;
    if (type == "BOOL" && is_text && (value.text == "true" || value.text == "false")) {
      value = {TagValue::Type::kBool, {}, value.text == "true", 0};
    } else if (type == "DOUBLE") {
      double real = value.type == TagValue::Type::kInt ? static_cast<double>(value.integer) : 0;
      if (value.type == TagValue::Type::kInt || (is_text && std::from_chars(begin, end, real).ptr == end && begin != end)) {
        value = {TagValue::Type::kDouble, {}, 0, real};
      }
    } else if (is_text && (type == "I16" || type == "I32" || type == "I64")) {
      int64_t integer = 0;
      if (const auto read = std::from_chars(begin, end, integer); read.ec == std::errc() && read.ptr == end) {
        value = {TagValue::Type::kInt, {}, integer, 0};
      }
    }
  }

  JsonReader json_;
  OtlpBuilder& builder_;
  V1Span span_;
  V1Splitter splitter_;
};

}  // namespace

stdx::Result<void> read_v1_json(std::string body, OtlpBuilder& builder) { return V1JsonReader(std::move(body), builder).run(); }
stdx::Result<void> read_v2_json(std::string body, OtlpBuilder& builder) { return V2JsonReader(std::move(body), builder).run(); }

}  // namespace clew::receive_zipkin
