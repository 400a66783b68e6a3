#include "otlp/value_json.h"

#include <gtest/gtest.h>

#include <limits>

#include "otlp/message_reader.h"
#include "otlp/random_traces.h"
#include "otlp/traces_codec.h"

namespace clew::otlp {
namespace {

std::string json_of(const AnyValue& value) {
  std::string json;
  append_value_json(value, json);
  return json;
}

// The attributes of a resource, as their own encoded KeyValue messages.
std::vector<std::string> encoded_key_values(const Attributes& attributes) {
  TracesData data;
  data.resource_spans.emplace_back().resource.attributes = attributes;
  const std::string request = encode_traces(data);
  std::vector<std::string> messages;
  MessageReader outer(request);
  outer.next();
  MessageReader resource_spans(outer.bytes());
  resource_spans.next();
  MessageReader resource(resource_spans.bytes());
  while (resource.next()) messages.emplace_back(resource.bytes());
  return messages;
}

TEST(ValueJson, EachTypeHasItsText) {
  const std::pair<AnyValue, std::string> kTable[] = {
      {{}, "null"},
      {{std::string("a\"b\\\n\x01")}, R"("a\"b\\\n\u0001")"},
      {{true}, "true"},
      {{int64_t{-7}}, "-7"},
      {{INT64_MIN}, "-9223372036854775808"},
      {{7.0}, "7.0"},
      {{-0.0}, "-0.0"},
      {{1e22}, "1e+22"},
      {{0.1}, "0.1"},
      {{std::numeric_limits<double>::quiet_NaN()}, R"({"$double":"NaN"})"},
      {{-std::numeric_limits<double>::infinity()}, R"({"$double":"-Infinity"})"},
      {{Bytes{std::string("\0\xff", 2)}}, R"({"$bytes":"AP8="})"},
      {{ArrayValue{}}, "[]"},
      {{ArrayValue{{{int64_t{1}}, {std::string("1")}, {}}}}, R"([1,"1",null])"},
      {{KeyValueList{}}, "{}"},
      {{KeyValueList{{{"b", {int64_t{1}}}, {"a", {}}, {"b", {true}}}}}, R"({"b":1,"a":null,"b":true})"},
      {{KeyValueList{{{"$bytes", {std::string("x")}}}}}, R"({"$map":{"$bytes":"x"}})"},
      {{KeyValueList{{{"a", {true}}, {"$b", {true}}}}}, R"({"a":true,"$b":true})"},
  };
  for (const auto& [value, json] : kTable) {
    EXPECT_EQ(json_of(value), json);
    const auto parsed = parse_value_json(json);
    ASSERT_TRUE(parsed) << json << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, value) << json;
  }
}

TEST(ValueJson, RefusesWhatItNeverWrites) {
  for (const char* json : {"", "{", "[1,]", "nul", R"({"$x":"y"})", R"({"$double":"1"})", R"({"$bytes":"*"})",
                           R"({"$bytes":"","a":1})", R"({"$map":[]})", R"({"$bytes":1})", "18446744073709551615", "1 2"}) {
    EXPECT_FALSE(parse_value_json(json)) << json;
  }
  EXPECT_FALSE(parse_attributes_json("[]"));
}

TEST(ValueJson, DepthIsCutOnTheWayOutAndRefusedOnTheWayIn) {
  AnyValue nested{int64_t{1}};
  for (int i = 0; i < kValueDepthMax; ++i) nested = AnyValue{ArrayValue{{std::move(nested)}}};
  EXPECT_EQ(parse_value_json(json_of(nested)), nested);
  const AnyValue deeper{ArrayValue{{nested}}};
  EXPECT_EQ(json_of(deeper), std::string(kValueDepthMax, '[') + "null" + std::string(kValueDepthMax, ']'));
  EXPECT_FALSE(parse_value_json(std::string(kValueDepthMax + 1, '[') + std::string(kValueDepthMax + 1, ']')));
  EXPECT_FALSE(parse_value_json(std::string(100'000, '[')));
}

TEST(ValueJson, InvalidUtf8IsReplaced) { EXPECT_EQ(json_of({std::string("a\xff z")}), "\"a\xEF\xBF\xBD z\""); }

TEST(ValueJson, RandomAttributesComeBackFromObjectsAndFromTheWire) {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const Attributes attributes = RandomTraces(seed).attributes(30);
    std::string json;
    append_attributes_json(attributes, json);
    const auto parsed = parse_attributes_json(json);
    ASSERT_TRUE(parsed) << "seed " << seed << ": " << parsed.error().message << "\n" << json;
    ASSERT_EQ(*parsed, attributes) << "seed " << seed;

    std::string wire_json = "{";
    bool first = true;
    for (const std::string& message : encoded_key_values(attributes)) {
      ASSERT_TRUE(append_wire_key_value_json(message, first, wire_json)) << "seed " << seed;
      first = false;
    }
    ASSERT_EQ(wire_json + "}", json) << "seed " << seed;
  }
}

TEST(ValueJson, DamagedWireValuesBecomeNull) {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string_view> kTable[] = {
      {""sv, "null"},
      {"\x0a\x05""abc"sv, "null"},           // Cut off.
      {"\x08\x01"sv, "null"},                // string_value as a varint.
      {"\x18\x07"sv, "7"},
      {"\x18\x07\x0a\x01x"sv, "\"x\""},      // The last member of a oneof counts.
      {"\x2a\x00"sv, "[]"},
      {"\x2a\x02\x08\x01"sv, "null"},        // An array whose elements are varints.
      {"\x2a\x06\x0a\x02\x18\x07\x0a\x00"sv, "[7,null]"},
      {"\x2a\x04\x0a\x02\x08\x01"sv, "[null]"},  // One damaged element.
      {"\x9a\x06\x01zz"sv, "null"},          // Something behind an unknown field.
  };
  const bool kWhole[] = {true, false, false, true, true, true, false, true, false, false};
  for (size_t i = 0; i < std::size(kTable); ++i) {
    std::string json;
    EXPECT_EQ(append_wire_value_json(kTable[i].first, json), kWhole[i]) << i;
    EXPECT_EQ(json, kTable[i].second) << i;
  }
}

}  // namespace
}  // namespace clew::otlp
