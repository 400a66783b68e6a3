#include "receive/skywalking/segment_json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <span>

#include "otlp/message_writer.h"
#include "receive/skywalking/attributes.h"

namespace clew::receive_skywalking {
namespace {

namespace ondemand = simdjson::ondemand;

enum class Type : uint8_t { kText, kInt, kBool, kDouble, kEnum, kMessage, kMap };

struct Message;
struct Field {
  std::string_view name;
  uint32_t number;
  Type type;
  const Message* message = nullptr;
  std::span<const std::string_view> names{};  // Of an enum, in the order of their numbers.
};
struct Message {
  std::span<const Field> fields;
};

constexpr std::string_view kSpanTypes[] = {"Entry", "Exit", "Local"};
constexpr std::string_view kLayers[] = {"Unknown", "Database", "RPCFramework", "Http", "MQ", "Cache", "FAAS"};
constexpr std::string_view kRefTypes[] = {"CrossProcess", "CrossThread"};
constexpr std::string_view kEventTypes[] = {"Normal", "Error"};

constexpr Field kPairFields[] = {{"key", 1, Type::kText}, {"value", 2, Type::kText}};
constexpr Message kPair{kPairFields};

constexpr Field kLogFields[] = {{"time", 1, Type::kInt}, {"data", 2, Type::kMessage, &kPair}};
constexpr Message kLog{kLogFields};

constexpr Field kRefFields[] = {
    {"refType", 1, Type::kEnum, nullptr, kRefTypes}, {"traceId", 2, Type::kText},
    {"parentTraceSegmentId", 3, Type::kText},        {"parentSpanId", 4, Type::kInt},
    {"parentService", 5, Type::kText},               {"parentServiceInstance", 6, Type::kText},
    {"parentEndpoint", 7, Type::kText},              {"networkAddressUsedAtPeer", 8, Type::kText},
};
constexpr Message kRef{kRefFields};

constexpr Field kSpanFields[] = {
    {"spanId", 1, Type::kInt},
    {"parentSpanId", 2, Type::kInt},
    {"startTime", 3, Type::kInt},
    {"endTime", 4, Type::kInt},
    {"refs", 5, Type::kMessage, &kRef},
    {"operationName", 6, Type::kText},
    {"peer", 7, Type::kText},
    {"spanType", 8, Type::kEnum, nullptr, kSpanTypes},
    {"spanLayer", 9, Type::kEnum, nullptr, kLayers},
    {"componentId", 10, Type::kInt},
    {"isError", 11, Type::kBool},
    {"tags", 12, Type::kMessage, &kPair},
    {"logs", 13, Type::kMessage, &kLog},
    {"skipAnalysis", 14, Type::kBool},
};
constexpr Message kSpan{kSpanFields};

constexpr Field kSegmentFields[] = {
    {"traceId", 1, Type::kText},  {"traceSegmentId", 2, Type::kText},  {"spans", 3, Type::kMessage, &kSpan},
    {"service", 4, Type::kText},  {"serviceInstance", 5, Type::kText}, {"isSizeLimited", 6, Type::kBool},
};
constexpr Message kSegment{kSegmentFields};

constexpr Field kInstanceFields[] = {{"service", 1, Type::kText},
                                     {"serviceInstance", 2, Type::kText},
                                     {"properties", 3, Type::kMessage, &kPair},
                                     {"layer", 4, Type::kText}};
constexpr Message kInstance{kInstanceFields};
constexpr Field kPingFields[] = {
    {"service", 1, Type::kText}, {"serviceInstance", 2, Type::kText}, {"layer", 3, Type::kText}};
constexpr Message kPing{kPingFields};

constexpr Field kTextFields[] = {{"text", 1, Type::kText}, {"json", 1, Type::kText}, {"yaml", 1, Type::kText}};
constexpr Message kText{kTextFields};
constexpr Field kBodyFields[] = {{"type", 1, Type::kText},
                                 {"text", 2, Type::kMessage, &kText},
                                 {"json", 3, Type::kMessage, &kText},
                                 {"yaml", 4, Type::kMessage, &kText}};
constexpr Message kBody{kBodyFields};
constexpr Field kContextFields[] = {
    {"traceId", 1, Type::kText}, {"traceSegmentId", 2, Type::kText}, {"spanId", 3, Type::kInt}};
constexpr Message kContext{kContextFields};
constexpr Field kTagsFields[] = {{"data", 1, Type::kMessage, &kPair}};
constexpr Message kTags{kTagsFields};
constexpr Field kLogDataFields[] = {
    {"timestamp", 1, Type::kInt},         {"service", 2, Type::kText},
    {"serviceInstance", 3, Type::kText},  {"endpoint", 4, Type::kText},
    {"body", 5, Type::kMessage, &kBody},  {"traceContext", 6, Type::kMessage, &kContext},
    {"tags", 7, Type::kMessage, &kTags},  {"layer", 8, Type::kText},
};
constexpr Message kLogData{kLogDataFields};

constexpr Field kSourceFields[] = {
    {"service", 1, Type::kText}, {"serviceInstance", 2, Type::kText}, {"endpoint", 3, Type::kText}};
constexpr Message kSource{kSourceFields};
constexpr Field kEventFields[] = {
    {"uuid", 1, Type::kText},        {"source", 2, Type::kMessage, &kSource},
    {"name", 3, Type::kText},        {"type", 4, Type::kEnum, nullptr, kEventTypes},
    {"message", 5, Type::kText},     {"parameters", 6, Type::kMap},
    {"startTime", 7, Type::kInt},    {"endTime", 8, Type::kInt},
    {"layer", 9, Type::kText},
};
constexpr Message kEvent{kEventFields};

constexpr Field kLabelFields[] = {{"name", 1, Type::kText}, {"value", 2, Type::kText}};
constexpr Message kLabel{kLabelFields};
constexpr Field kBucketFields[] = {
    {"bucket", 1, Type::kDouble}, {"count", 2, Type::kInt}, {"isNegativeInfinity", 3, Type::kBool}};
constexpr Message kBucket{kBucketFields};
constexpr Field kSingleFields[] = {
    {"name", 1, Type::kText}, {"labels", 2, Type::kMessage, &kLabel}, {"value", 3, Type::kDouble}};
constexpr Message kSingle{kSingleFields};
constexpr Field kHistogramFields[] = {
    {"name", 1, Type::kText}, {"labels", 2, Type::kMessage, &kLabel}, {"values", 3, Type::kMessage, &kBucket}};
constexpr Message kHistogram{kHistogramFields};
constexpr Field kMeterFields[] = {{"singleValue", 1, Type::kMessage, &kSingle},
                                  {"histogram", 2, Type::kMessage, &kHistogram},
                                  {"service", 3, Type::kText},
                                  {"serviceInstance", 4, Type::kText},
                                  {"timestamp", 5, Type::kInt}};
constexpr Message kMeter{kMeterFields};

const Message& message_of(JsonMessageKind kind) {
  switch (kind) {
    case JsonMessageKind::kSegment: return kSegment;
    case JsonMessageKind::kInstanceProperties: return kInstance;
    case JsonMessageKind::kInstancePing: return kPing;
    case JsonMessageKind::kLog: return kLogData;
    case JsonMessageKind::kEvent: return kEvent;
    case JsonMessageKind::kMeter: break;
  }
  return kMeter;
}

// The depth is that of the tables above; nothing else is descended into.
class Reader {
 public:
  explicit Reader(std::string& out) : writer_(out) {}

  // Errors are texts: what is wrong; simdjson's errors become one, too.
  bool object(const Message& message, ondemand::object object);
  bool element(uint32_t number, const Message& message, ondemand::value value);
  const std::string& error() const { return error_; }

 private:
  bool field(const Field& field, ondemand::value value);
  bool repeated(const Field& field, ondemand::value value);
  bool map(const Field& field, ondemand::value value);
  bool enumeration(const Field& field, ondemand::value value);
  bool number(const Field& field, ondemand::value value, int64_t& into);
  bool fail(std::string_view name, std::string_view what) {
    error_ = fmt::format("{} {}", name, what);
    return false;
  }

  otlp::MessageWriter writer_;
  std::string error_;
};

bool Reader::number(const Field& field, ondemand::value value, int64_t& into) {
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return fail(field.name, "is malformed");
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS && parse_number(text, into)) return true;
  } else if (type == ondemand::json_type::number) {
    if (value.get_int64().get(into) == simdjson::SUCCESS) return true;
    double real = 0;  // 1.0 is a whole number, too; and some write times as 1.6e12.
    if (value.get_double().get(real) == simdjson::SUCCESS && real > -9e18 && real < 9e18) {
      into = static_cast<int64_t>(real);
      return true;
    }
  }
  return fail(field.name, "is not a whole number");
}

bool Reader::enumeration(const Field& field, ondemand::value value) {
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return fail(field.name, "is malformed");
  int64_t number = 0;
  if (type == ondemand::json_type::string) {
    std::string_view name;
    if (value.get_string().get(name) != simdjson::SUCCESS) return fail(field.name, "is malformed");
    size_t index = 0;
    while (index < field.names.size() && field.names[index] != name) ++index;
    if (index == field.names.size()) return fail(field.name, "has an unknown name");
    number = static_cast<int64_t>(index);
  } else if (!this->number(field, value, number)) {
    return false;
  }
  writer_.add_varint(field.number, static_cast<uint64_t>(number));
  return true;
}

bool Reader::map(const Field& field, ondemand::value value) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return fail(field.name, "is not an object");
  for (auto member : object) {
    std::string_view key;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS) return fail(field.name, "is malformed");
    const size_t open = writer_.open(field.number);
    writer_.add_bytes(1, key);
    std::string_view text;
    if (member.value().get_string().get(text) != simdjson::SUCCESS) return fail(field.name, "has a value that is not text");
    writer_.add_bytes(2, text);
    writer_.close(open);
  }
  return true;
}

bool Reader::element(uint32_t number, const Message& message, ondemand::value value) {
  ondemand::object inner;
  if (value.get_object().get(inner) != simdjson::SUCCESS) return fail("an element", "is not an object");
  const size_t open = writer_.open(number);
  const bool good = object(message, inner);
  writer_.close(open);
  return good;
}

// A list, or a message by itself.
bool Reader::repeated(const Field& field, ondemand::value value) {
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return fail(field.name, "is malformed");
  if (type == ondemand::json_type::object) return element(field.number, *field.message, value);
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return fail(field.name, "is neither a list nor an object");
  for (auto one : array) {
    ondemand::value inner;
    if (one.get(inner) != simdjson::SUCCESS) return fail(field.name, "is malformed");
    if (!element(field.number, *field.message, inner)) return false;
  }
  return true;
}

bool Reader::field(const Field& field, ondemand::value value) {
  switch (field.type) {
    case Type::kText: {
      std::string_view text;
      if (value.get_string().get(text) != simdjson::SUCCESS) return fail(field.name, "is not text");
      writer_.add_bytes(field.number, text);
      return true;
    }
    case Type::kInt: {
      int64_t number = 0;
      if (!this->number(field, value, number)) return false;
      writer_.add_varint(field.number, static_cast<uint64_t>(number));
      return true;
    }
    case Type::kBool: {
      bool flag = false;
      if (value.get_bool().get(flag) != simdjson::SUCCESS) return fail(field.name, "is neither true nor false");
      writer_.add_varint(field.number, flag ? 1 : 0);
      return true;
    }
    case Type::kDouble: {
      double real = 0;
      if (value.get_double().get(real) != simdjson::SUCCESS) return fail(field.name, "is not a number");
      writer_.add_double(field.number, real);
      return true;
    }
    case Type::kEnum: return enumeration(field, value);
    case Type::kMap: return map(field, value);
    case Type::kMessage: break;
  }
  return repeated(field, value);
}

bool Reader::object(const Message& message, ondemand::object object) {
  for (auto member : object) {
    std::string_view key;
    ondemand::value value;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS || member.value().get(value) != simdjson::SUCCESS) {
      return fail("JSON", "is malformed");
    }
    const Field* found = nullptr;
    for (const Field& one : message.fields) {
      if (one.name == key) found = &one;
    }
    if (found == nullptr) continue;
    bool is_null = false;
    if (value.is_null().get(is_null) != simdjson::SUCCESS) return fail(found->name, "is malformed");
    if (!is_null && !field(*found, value)) {
      if (error_.empty()) error_ = fmt::format("{} is malformed", found->name);
      return false;
    }
  }
  return true;
}

}  // namespace

stdx::Result<void> json_to_messages(JsonMessageKind kind, std::string_view json, std::string& messages) {
  const auto bad = [](std::string_view what) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("not SkyWalking's JSON: {}", what));
  };
  ondemand::parser parser;
  const simdjson::padded_string padded(json);
  ondemand::document document;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return bad("JSON is malformed");
  ondemand::json_type type;
  if (document.type().get(type) != simdjson::SUCCESS) return bad("JSON is malformed");
  const Message& message = message_of(kind);
  Reader reader(messages);
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (document.get_array().get(array) != simdjson::SUCCESS) return bad("JSON is malformed");
    for (auto one : array) {
      ondemand::value value;
      if (one.get(value) != simdjson::SUCCESS) return bad("JSON is malformed");
      if (!reader.element(1, message, value)) return bad(reader.error());
    }
  } else {
    if (type != ondemand::json_type::object) return bad("neither an object nor a list");
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return bad("JSON is malformed");
    otlp::MessageWriter writer(messages);
    const size_t open = writer.open(1);
    const bool good = reader.object(message, object);
    writer.close(open);
    if (!good) return bad(reader.error());
  }
  const char* rest = nullptr;
  if (document.current_location().get(rest) == simdjson::SUCCESS) return bad("something follows its end");
  return {};
}

}  // namespace clew::receive_skywalking
