#include "wire/json_writer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

namespace clew::wire {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

TEST(JsonWriter, CommasAndNesting) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("a", 1).key("list").begin_array().value(true).null().begin_object().end_object().value("x").end_array();
  json.key("empty").begin_array().end_array();
  json.key("raw").raw("{\"k\":[1]}").member("last", std::string("s"));
  json.end_object();
  EXPECT_EQ(out, R"({"a":1,"list":[true,null,{},"x"],"empty":[],"raw":{"k":[1]},"last":"s"})");
}

TEST(JsonWriter, Integers) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().value(std::numeric_limits<int64_t>::min()).value(std::numeric_limits<uint64_t>::max());
  json.value(uint8_t{7}).value(int16_t{-3}).int64_string(std::numeric_limits<int64_t>::max());
  json.uint64_string(std::numeric_limits<uint64_t>::max()).end_array();
  EXPECT_EQ(out,
            "[-9223372036854775808,18446744073709551615,7,-3,\"9223372036854775807\",\"18446744073709551615\"]");
}

TEST(JsonWriter, DoublesReadBackTheSame) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    const uint64_t bits = random();
    double number;
    static_assert(sizeof number == sizeof bits);
    std::memcpy(&number, &bits, sizeof number);
    if (number != number || number - number != 0) continue;
    std::string out;
    JsonWriter(out).value(number);
    EXPECT_EQ(std::strtod(out.c_str(), nullptr), number) << out;
  }
  std::string out;
  JsonWriter json(out);
  json.begin_array().value(0.1).value(1.0).value(-0.0).value(1e300);
  json.value(std::numeric_limits<double>::quiet_NaN()).value(std::numeric_limits<double>::infinity()).end_array();
  EXPECT_EQ(out, "[0.1,1,-0,1e+300,null,null]");
}

TEST(JsonWriter, EscapesWhatJsonDemands) {
  EXPECT_EQ(quoted("plain"), "\"plain\"");
  EXPECT_EQ(quoted("\"\\/\n\r\t\b\f"), R"("\"\\/\n\r\t\b\f")");
  EXPECT_EQ(quoted(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(quoted("é漢😀"), "\"é漢😀\"");
}

// Unicode 15, table 3-8 and its text: one U+FFFD for each maximal part.
TEST(JsonWriter, RepairsInvalidUtf8) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(quoted("a\x80z"), "\"a" + r + "z\"");
  EXPECT_EQ(quoted("\xC0\xAF"), "\"" + r + r + "\"");
  EXPECT_EQ(quoted("\xE0\x80\xAF"), "\"" + r + r + r + "\"");
  EXPECT_EQ(quoted("\xED\xA0\x80"), "\"" + r + r + r + "\"");
  EXPECT_EQ(quoted("\xF4\x91\x92\x93\xFF\x41"), "\"" + r + r + r + r + r + "A\"");
  EXPECT_EQ(quoted("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), "\"" + r + r + r + r + "A\"");
  EXPECT_EQ(quoted("\xF0\x9F\x98"), "\"" + r + "\"");
  std::string plain;
  append_valid_utf8("q\"\n\xFF", plain);
  EXPECT_EQ(plain, "q\"\n" + r);
}

}  // namespace
}  // namespace clew::wire
