#include <gtest/gtest.h>

#include "otlp/base64.h"
#include "otlp/ids.h"
#include "otlp/utf8.h"

namespace clew::otlp {
namespace {

TEST(Ids, OrderLikeTheirBytes) {
  const TraceId small = trace_id_from_bytes(std::string_view("\0\0\0\0\0\0\0\1\xff\xff\xff\xff\xff\xff\xff\xff", 16));
  const TraceId large = trace_id_from_bytes(std::string_view("\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0", 16));
  EXPECT_LT(small, large);
  EXPECT_LT(to_bytes(small), to_bytes(large));
  EXPECT_EQ(trace_id_from_bytes(to_bytes(small)), small);
}

TEST(Ids, HexBothWays) {
  const std::string hex = "0123456789abcdeffedcba9876543210";
  EXPECT_EQ(to_hex(*parse_trace_id(hex)), hex);
  EXPECT_EQ(parse_trace_id("0123456789ABCDEFFEDCBA9876543210"), parse_trace_id(hex));
  EXPECT_EQ(span_id_hex(*parse_span_id("0123456789abcdef")), "0123456789abcdef");
  EXPECT_EQ(span_id_from_bytes(span_id_bytes(42)), 42u);
}

TEST(Ids, ShortHexIsPadded) {
  EXPECT_EQ(to_hex(*parse_trace_id("abc")), "00000000000000000000000000000abc");
  EXPECT_EQ(to_hex(*parse_trace_id("1fedcba9876543210")), "0000000000000001fedcba9876543210");
  EXPECT_EQ(span_id_hex(*parse_span_id("7")), "0000000000000007");
}

TEST(Ids, NotAnId) {
  for (const char* text : {"", "xyz", "12-34", " 12", "0123456789abcdeffedcba98765432101"}) {
    EXPECT_FALSE(parse_trace_id(text)) << text;
  }
  for (const char* text : {"", "g", "0123456789abcdef0"}) EXPECT_FALSE(parse_span_id(text)) << text;
}

TEST(Base64, VectorsOfTheRfc) {
  const std::pair<std::string, std::string> kVectors[] = {{"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},  {"foob", "Zm9vYg=="},  {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kVectors) {
    std::string encoded;
    append_base64(bytes, encoded);
    EXPECT_EQ(encoded, text);
    EXPECT_EQ(parse_base64(text), bytes);
  }
}

TEST(Base64, UrlSafeAndUnpaddedAreRead) {
  EXPECT_EQ(parse_base64("-_-_"), parse_base64("+/+/"));
  EXPECT_EQ(parse_base64("Zg"), "f");
  for (const char* text : {"Z", "Zg=", "Zm9v=", "Z g=", "===="}) EXPECT_FALSE(parse_base64(text)) << text;
}

TEST(Utf8, ValidAndNot) {
  for (const char* text : {"", "plain", "Grüße", "数据", "\xF0\x9F\x94\x91", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
    EXPECT_EQ(repaired_utf8(text), text);
  }
  // Overlong, surrogate, beyond the last, lone continuation, cut off.
  const std::pair<std::string, std::string> kDamaged[] = {
      {"a\xC0\x80z", "a\xEF\xBF\xBD\xEF\xBF\xBDz"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\x80 eight bytes and more", "\xEF\xBF\xBD eight bytes and more"},
      {"cut \xE6\x95", "cut \xEF\xBF\xBD"},
  };
  for (const auto& [damaged, repaired] : kDamaged) {
    EXPECT_FALSE(is_valid_utf8(damaged));
    EXPECT_EQ(repaired_utf8(damaged), repaired);
    EXPECT_TRUE(is_valid_utf8(repaired));
  }
}

}  // namespace
}  // namespace clew::otlp
