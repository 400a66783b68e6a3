// Every encoding at every width, on its own.
#include <random>

#include <gtest/gtest.h>

#include "block/parquet/bit_packing.h"
#include "block/parquet/delta_packing.h"
#include "block/parquet/hybrid_rle.h"
#include "block/parquet/split_bloom_filter.h"
#include "block/parquet/thrift_compact.h"
#include "block/parquet/value_bounds.h"

namespace clew::block::parquet {
namespace {

TEST(BitPacking, EveryWidthComesBackFromEveryPlace) {
  std::mt19937_64 random(1);
  for (int width = 0; width <= 32; ++width) {
    std::vector<uint32_t> values(1000);
    for (uint32_t& value : values) value = width == 0 ? 0 : static_cast<uint32_t>(random() >> (64 - width));
    for (const size_t count : {size_t{0}, size_t{1}, size_t{7}, size_t{8}, size_t{33}, values.size()}) {
      std::string bytes;
      pack_bits(values.data(), count, width, bytes);
      ASSERT_EQ(bytes.size(), packed_size(count, width));
      for (size_t first = 0; first < count; first += 1 + random() % 40) {
        std::vector<uint32_t> read(random() % (count - first) + 1);
        unpack_bits(bytes.data(), bytes.size(), first, read.size(), width, read.data());
        for (size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], values[first + i]) << width;
      }
    }
  }
}

TEST(BitPacking, SixtyFourBitsToo) {
  std::mt19937_64 random(2);
  for (int width = 0; width <= 64; ++width) {
    uint64_t values[32], read[32];
    for (uint64_t& value : values) value = width == 0 ? 0 : random() >> (64 - width);
    std::string bytes;
    pack_bits_32(values, width, bytes);
    ASSERT_EQ(bytes.size(), static_cast<size_t>(4 * width));
    unpack_bits_32(bytes.data(), width, read);
    for (int i = 0; i < 32; ++i) ASSERT_EQ(read[i], values[i]) << width;
  }
}

// From parquet-format/Encodings.md: the numbers 0 to 7 with bit width 3.
TEST(BitPacking, ExampleOfTheFormat) {
  const uint32_t values[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  std::string bytes;
  pack_bits(values, 8, 3, bytes);
  EXPECT_EQ(bytes, "\x88\xc6\xfa");
}

TEST(DeltaPacking, AnyIntegersComeBack) {
  std::mt19937_64 random(3);
  for (int bits = 0; bits <= 64; ++bits) {
    for (const size_t count : {0, 1, 2, 32, 33, 128, 129, 1000}) {
      std::vector<int64_t> values(count);
      for (int64_t& value : values) value = bits == 0 ? 5 : static_cast<int64_t>(random()) >> (64 - bits);
      std::string bytes;
      append_delta_packed(values, bytes);
      const size_t size = bytes.size();
      bytes += "rest";
      DeltaReader reader(bytes);
      uint64_t found = 0;
      ASSERT_TRUE(reader.open(count, found));
      ASSERT_EQ(found, count);
      std::vector<int64_t> read(count);
      for (size_t at = 0; at < count;) {
        const size_t step = std::min<size_t>(count - at, 1 + random() % 50);
        ASSERT_TRUE(reader.read(step, read.data() + at));
        at += step;
      }
      ASSERT_EQ(read, values) << bits;
      if (count > 0) { ASSERT_EQ(reader.position(), size); }
    }
  }
}

TEST(HybridRle, RunsAndPackedGroupsComeBack) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 2000; ++round) {
    const int width = static_cast<int>(1 + random() % 20);
    std::vector<uint32_t> values;
    while (values.size() < random() % 500) {
      const auto value = static_cast<uint32_t>(random() >> (64 - width));
      values.insert(values.end(), random() % 3 == 0 ? random() % 40 : 1, value);
    }
    std::string bytes;
    if (round % 2 == 0) {
      append_hybrid(values.data(), values.size(), width, bytes);
    } else {
      append_packed(values.data(), values.size(), width, bytes);
    }
    std::vector<uint32_t> read(values.size());
    HybridReader reader(bytes, width);
    ASSERT_TRUE(reader.read(read.size(), read.data()));
    ASSERT_EQ(read, values);
    const size_t skip = values.empty() ? 0 : random() % values.size();
    HybridReader skipping(bytes, width);
    ASSERT_TRUE(skipping.skip(skip));
    ASSERT_TRUE(skipping.read(values.size() - skip, read.data()));
    ASSERT_TRUE(std::equal(values.begin() + static_cast<ptrdiff_t>(skip), values.end(), read.begin()));
  }
}

TEST(HybridRle, BitmapsComeBack) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 2000; ++round) {
    const size_t count = random() % 700;
    std::vector<uint64_t> words((count + 63) / 64 + 1);
    bool bit = false;
    size_t ones = 0, ones_before = 0;
    const size_t skip = count == 0 ? 0 : random() % count;
    for (size_t i = 0; i < count; ++i) {
      if (random() % (round % 3 == 0 ? 2 : 60) == 0) bit = !bit;
      words[i / 64] |= static_cast<uint64_t>(bit) << (i % 64);
      ones += bit;
      ones_before += bit && i < skip;
    }
    std::string bytes;
    append_hybrid_bits(words.data(), count, bytes);
    std::vector<uint64_t> read(words.size());
    HybridReader reader(bytes, 1);
    ASSERT_TRUE(reader.read_bits(count, read.data()));
    ASSERT_EQ(read, words);
    HybridReader counting(bytes, 1);
    size_t counted = 0;
    ASSERT_TRUE(counting.skip_count_ones(skip, counted));
    ASSERT_EQ(counted, ones_before);
    ASSERT_TRUE(counting.skip_count_ones(count - skip, counted));
    ASSERT_EQ(counted, ones);
  }
}

TEST(BloomFilter, HasNoFalseNegativesAndFewFalsePositives) {
  std::vector<uint64_t> hashes;
  for (int i = 0; i < 20'000; ++i) hashes.push_back(bloom_hash("value " + std::to_string(i)));
  std::string bytes;
  build_bloom_filter(hashes, bytes);
  auto filter = BloomFilter::parse(bytes);
  ASSERT_TRUE(filter);
  for (const uint64_t hash : hashes) ASSERT_TRUE(filter->may_contain(hash));
  int wrong = 0;
  for (int i = 0; i < 20'000; ++i) wrong += filter->may_contain(bloom_hash("other " + std::to_string(i)));
  EXPECT_LT(wrong, 1000);  // 5 %.
  EXPECT_FALSE(BloomFilter::parse(bytes.substr(0, bytes.size() - 1)));
}

TEST(CutBounds, LongStringsAreCutAtCharacters) {
  Bounds bounds;
  std::string low, high;
  for (int i = 0; i < 40; ++i) {
    low += "\u00e9";
    high += "\u00e9";
  }
  ASSERT_TRUE(cut_bounds(low, high, bounds));
  EXPECT_FALSE(bounds.low_exact || bounds.high_exact);
  EXPECT_LE(bounds.low, low);
  EXPECT_GT(bounds.high, high);
  EXPECT_EQ(bounds.low.size(), 64u);
  EXPECT_EQ(bounds.high.size(), 64u);
  EXPECT_TRUE(cut_bounds("a", "b", bounds));
  EXPECT_TRUE(bounds.low_exact && bounds.high_exact && bounds.low == "a" && bounds.high == "b");
  const std::string top(100, '\x7f');
  EXPECT_FALSE(cut_bounds("a", top, bounds));
}

TEST(ThriftCompact, DepthAndLengthsAreBounded) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += '\x1c';  // Field 1 is a struct, whose field 1 is a struct …
  ThriftReader deep(bytes);
  ThriftReader::Field field;
  deep.begin_struct();
  while (deep.next_field(field)) deep.skip(field.type);
  EXPECT_TRUE(deep.failed());
  ThriftReader long_text(std::string_view("\x18\xff\xff\xff\xff\x0f", 6));
  long_text.begin_struct();
  ASSERT_TRUE(long_text.next_field(field));
  EXPECT_EQ(long_text.read_binary(field.type), "");
  EXPECT_TRUE(long_text.failed());
}

}  // namespace
}  // namespace clew::block::parquet
