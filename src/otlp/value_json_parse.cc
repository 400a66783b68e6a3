#include <fmt/format.h>
#include <simdjson.h>

#include <limits>

#include "otlp/base64.h"
#include "otlp/value_json.h"

namespace clew::otlp {
namespace {

using simdjson::dom::element_type;

// A parser keeps its buffers; beyond this they are given back after use.
constexpr size_t kKeptCapacityBytesMax = size_t{1} << 20;

std::unexpected<stdx::Error> bad(std::string_view what) {
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("value JSON: {}", what));
}

stdx::Result<AnyValue> value_of(simdjson::dom::element element, int depth);

stdx::Result<std::vector<KeyValue>> members_of(simdjson::dom::object object, int depth) {
  std::vector<KeyValue> members;
  members.reserve(object.size());
  for (const auto [key, element] : object) {
    auto value = value_of(element, depth);
    if (!value) return std::unexpected(std::move(value.error()));
    members.push_back({std::string(key), std::move(*value)});
  }
  return members;
}

stdx::Result<AnyValue> map_of(simdjson::dom::object object, int depth) {
  auto members = members_of(object, depth);
  if (!members) return std::unexpected(std::move(members.error()));
  return AnyValue{KeyValueList{std::move(*members)}};
}

stdx::Result<AnyValue> special_double(std::string_view name) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (name == "NaN") return AnyValue{std::numeric_limits<double>::quiet_NaN()};
  if (name == "Infinity") return AnyValue{kInfinity};
  if (name == "-Infinity") return AnyValue{-kInfinity};
  return bad("unknown $double");
}

// An object whose first key begins with '$' is one of the three that JSON has no word for.
stdx::Result<AnyValue> marked_value(std::string_view marker, simdjson::dom::object object, int depth) {
  const simdjson::dom::element content = (*object.begin()).value;
  if (++object.begin() != object.end()) return bad("an object with a '$' key has more than one");
  if (marker == "$map") {
    simdjson::dom::object map;
    if (content.get(map) != simdjson::SUCCESS) return bad("$map is not an object");
    return map_of(map, depth);
  }
  std::string_view text;
  if (content.get(text) != simdjson::SUCCESS) return bad("the value of a '$' key is not a string");
  if (marker == "$double") return special_double(text);
  if (marker != "$bytes") return bad("unknown '$' key");
  std::optional<std::string> bytes = parse_base64(text);
  if (!bytes) return bad("$bytes is not base64");
  return AnyValue{Bytes{std::move(*bytes)}};
}

stdx::Result<AnyValue> value_of(simdjson::dom::element element, int depth) {
  // The element was parsed whole, so a get of its own type cannot fail.
  switch (element.type()) {
    case element_type::NULL_VALUE:
      return AnyValue{};
    case element_type::BOOL:
      return AnyValue{element.get_bool().value_unsafe()};
    case element_type::INT64:
      return AnyValue{element.get_int64().value_unsafe()};
    case element_type::DOUBLE:
      return AnyValue{element.get_double().value_unsafe()};
    case element_type::STRING:
      return AnyValue{std::string(element.get_string().value_unsafe())};
    case element_type::OBJECT: {
      const simdjson::dom::object object = element.get_object().value_unsafe();
      const bool marked = object.begin() != object.end() && (*object.begin()).key.starts_with('$');
      const std::string_view first_key = marked ? (*object.begin()).key : std::string_view();
      if (marked && first_key != "$map") return marked_value(first_key, object, depth);
      if (depth >= kValueDepthMax) return bad("nested too deep");
      if (marked) return marked_value(first_key, object, depth + 1);
      return map_of(object, depth + 1);
    }
    case element_type::ARRAY: {
      if (depth >= kValueDepthMax) return bad("nested too deep");
      ArrayValue array;
      const simdjson::dom::array children = element.get_array().value_unsafe();
      for (const simdjson::dom::element child : children) {
        auto value = value_of(child, depth + 1);
        if (!value) return value;
        array.values.push_back(std::move(*value));
      }
      return AnyValue{std::move(array)};
    }
    default:
      return bad("an integer beyond 64 bits");
  }
}

// Parses and hands the root to `use`; the document lives only that long.
template <class Use>
auto with_document(std::string_view json, Use use) -> decltype(use(simdjson::dom::element())) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root); error != simdjson::SUCCESS) {
    return bad(simdjson::error_message(error));
  }
  auto result = use(root);
  if (parser.capacity() > kKeptCapacityBytesMax) parser = simdjson::dom::parser();
  return result;
}

}  // namespace

stdx::Result<AnyValue> parse_value_json(std::string_view json) {
  return with_document(json, [](simdjson::dom::element root) { return value_of(root, 0); });
}

stdx::Result<Attributes> parse_attributes_json(std::string_view json) {
  return with_document(json, [](simdjson::dom::element root) -> stdx::Result<Attributes> {
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return bad("attributes are not an object");
    return members_of(object, 0);
  });
}

}  // namespace clew::otlp
