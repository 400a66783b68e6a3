#include "table/dictionary.h"

#include <gtest/gtest.h>

#include <string>

namespace clew::table {
namespace {

TEST(Dictionary, GivesEqualStringsOneCode) {
  Dictionary dictionary;
  const uint32_t get = dictionary.intern("GET");
  const uint32_t post = dictionary.intern("POST");
  EXPECT_NE(get, post);
  EXPECT_EQ(dictionary.intern("GET"), get);
  EXPECT_EQ(dictionary.intern(""), dictionary.intern(""));
  EXPECT_EQ(dictionary.at(post), "POST");
  EXPECT_EQ(dictionary.size(), 3u);
}

TEST(Dictionary, FindsAValueUnderItsCode) {
  Dictionary dictionary;
  for (int i = 0; i < 1000; ++i) dictionary.intern("value-" + std::to_string(i));
  std::vector<uint32_t> codes;
  dictionary.find("value-417", codes);
  ASSERT_EQ(codes.size(), 1u);
  EXPECT_EQ(dictionary.at(codes[0]), "value-417");
  codes.clear();
  dictionary.find("value-1000", codes);
  EXPECT_TRUE(codes.empty());
}

TEST(Dictionary, StopsDeduplicatingDistinctValuesAndStillFindsThemAll) {
  Dictionary dictionary;
  for (int i = 0; i < 40'000; ++i) dictionary.intern("id-" + std::to_string(i));
  EXPECT_FALSE(dictionary.deduplicates());
  dictionary.intern("id-39999");
  std::vector<uint32_t> codes;
  dictionary.find("id-39999", codes);
  ASSERT_EQ(codes.size(), 2u);
  for (const uint32_t code : codes) EXPECT_EQ(dictionary.at(code), "id-39999");
}

TEST(Dictionary, GoesOnDeduplicatingWhereValuesRepeat) {
  Dictionary dictionary;
  for (int i = 0; i < 200'000; ++i) dictionary.intern("id-" + std::to_string(i % 5'000));
  EXPECT_TRUE(dictionary.deduplicates());
  EXPECT_EQ(dictionary.size(), 5'000u);
}

TEST(Dictionary, RepairsInvalidUtf8AndCountsIt) {
  Dictionary dictionary;
  const uint32_t code = dictionary.intern("caf\xc3");
  EXPECT_EQ(dictionary.at(code), "caf\xef\xbf\xbd");
  EXPECT_EQ(dictionary.repaired_count(), 1u);
}

TEST(Dictionary, HoldsLongStrings) {
  Dictionary dictionary;
  const std::string text(3'000'000, 'x');
  EXPECT_EQ(dictionary.at(dictionary.intern(text)), text);
}

}  // namespace
}  // namespace clew::table
