#include "query/rum/text_search.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace clew::query_rum {
namespace {

std::string lowered(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

TEST(Needle, EndsAndCases) {
  EXPECT_TRUE(Needle("").in(""));
  EXPECT_TRUE(Needle("").in("x"));
  EXPECT_FALSE(Needle("x").in(""));
  EXPECT_TRUE(Needle("CART").in("/shop/Cart"));
  EXPECT_FALSE(Needle("cart").in("/shop/car"));
  EXPECT_TRUE(Needle("/shop/cart?").in("/shop/cart?"));
  // Characters that differ from a letter, a sign or a digit in the bit of its case are others.
  EXPECT_FALSE(Needle("@").in("````````````"));
  EXPECT_FALSE(Needle("{").in("[[[[[[[[[[[["));
  EXPECT_FALSE(Needle("[").in("{{{{{{{{{{{{"));
  EXPECT_TRUE(Needle("\xc3\xa4").in("12345678\xc3\xa4"));
  EXPECT_FALSE(Needle("\xc3\xa4").in("12345678\xc3\x84"));
}

// Wherever it stands, in texts of all lengths around the eight bytes that are looked at together.
TEST(Needle, SaysWhatAPlainSearchSays) {
  std::mt19937 random(7);
  const auto text_of = [&](size_t size) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += "aAbB@`-1\x81\xe1"[random() % 10];
    return text;
  };
  int found = 0;
  for (int round = 0; round < 100'000; ++round) {
    const std::string text = text_of(random() % 40), needle = text_of(random() % 5);
    const bool expected = lowered(text).find(lowered(needle)) != std::string::npos;
    ASSERT_EQ(Needle(needle).in(text), expected) << '"' << text << "\", \"" << needle << '"';
    found += expected ? 1 : 0;
  }
  EXPECT_GT(found, 10'000);
  EXPECT_LT(found, 90'000);
}

}  // namespace
}  // namespace clew::query_rum
