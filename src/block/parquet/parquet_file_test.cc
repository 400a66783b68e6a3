// What is written comes back: every type, nulls, lists, odd sizes; and damage is found.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "block/parquet/file_reader.h"
#include "block/parquet/file_writer.h"
#include "block/parquet/memory_source.h"
#include "block/parquet/page_decoder.h"
#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {
namespace {

class Strings final : public StringSource {
 public:
  explicit Strings(std::vector<std::string> values) : values_(std::move(values)) {}
  uint32_t code_count() const override { return static_cast<uint32_t>(values_.size()); }
  void views(std::span<const uint32_t> codes, std::string_view* out) const override {
    for (const uint32_t code : codes) *out++ = values_[code];
  }
  const std::string& at(uint32_t code) const { return values_[code]; }

 private:
  std::vector<std::string> values_;
};

std::string random_text(std::mt19937_64& random, size_t length) {
  std::string text;
  while (text.size() < length) text += "0123456789abcdefäöü€"[random() % 16];
  return text;
}

// One column of every kind; values as they should come back.
struct Expected {
  std::vector<uint32_t> list_begin;
  std::vector<std::optional<std::string>> texts;
  std::vector<std::optional<int64_t>> ints;
  std::vector<std::optional<double>> doubles;
  std::vector<std::optional<bool>> booleans;
  std::vector<std::optional<uint64_t>> ids8;
  std::vector<std::optional<otlp::TraceId>> ids16;
};

class ParquetFile : public ::testing::Test {
 protected:
  // `shape` 0: few distinct values; 1: all distinct; 2: constant; 3: no values; 4: rare values; 5: runs.
  void add_column(const LeafSpec& leaf, int shape, bool in_list) {
    leaves_.push_back({leaf, in_list});
    shapes_.push_back(shape);
  }

  void write(const std::vector<uint32_t>& group_rows, std::mt19937_64& random) {
    std::vector<FieldSpec> fields;
    for (size_t i = 0; i < leaves_.size(); ++i) {
      LeafSpec leaf = leaves_[i].first;
      leaf.name += std::to_string(i);
      fields.push_back(leaves_[i].second ? FieldSpec::list("list" + std::to_string(i), {leaf}) : FieldSpec::flat(leaf));
    }
    FileWriter writer(Schema(fields), group_rows, EncoderOptions{}, [&](std::string_view bytes) -> stdx::Result<void> {
      bytes_.append(bytes);
      return {};
    });
    expected_.resize(group_rows.size());
    for (auto& group : expected_) group.resize(leaves_.size());
    // Column by column across row groups, as a cut does it.
    for (uint32_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      for (uint32_t group = 0; group < group_rows.size(); ++group) {
        write_chunk(writer, group, leaf, group_rows[group], random);
      }
    }
    writer.add_key_value("key", "value");
    auto written = writer.finish();
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->size, bytes_.size());
    written_ = *written;
  }

  void write_chunk(FileWriter& writer, uint32_t group, uint32_t leaf_index, uint32_t rows, std::mt19937_64& random) {
    const Leaf& leaf = writer.schema().leaves()[leaf_index];
    const int shape = shapes_[leaf_index];
    Expected& expected = expected_[group][leaf_index];
    ColumnInput input;
    input.row_count = rows;
    uint32_t elements = rows;
    if (leaf.in_list()) {
      expected.list_begin.push_back(0);
      for (uint32_t row = 0; row < rows; ++row) {
        const uint32_t count = shape == 3 ? 0 : random() % 5 == 0 ? random() % 4 : 0;
        expected.list_begin.push_back(expected.list_begin.back() + count);
      }
      elements = expected.list_begin.back();
      input.list_begin = expected.list_begin;
    }
    std::vector<uint64_t> valid((elements + 63) / 64);
    std::vector<bool> present(elements);
    for (uint32_t i = 0; i < elements; ++i) {
      present[i] = !leaf.spec.optional || (shape == 0   ? random() % 3 != 0
                                           : shape == 3 ? false
                                           : shape == 4 ? random() % 5000 == 0
                                           : shape == 5 ? i / 777 % 2 == 0
                                                        : true);
      if (present[i]) valid[i / 64] |= uint64_t{1} << (i % 64);
    }
    if (leaf.spec.optional) input.valid = valid.data();
    uint64_t run = 7;
    const auto number = [&](uint32_t i) -> uint64_t {
      switch (shape) {
        case 0: return random() % 300;
        case 2: return 42;
        case 5: return run += i % 20 == 0 ? random() % 1000 : 0;
        default: return random();
      }
    };
    std::vector<uint32_t> codes;
    std::vector<int64_t> ints;
    std::vector<int32_t> ints32;
    std::vector<double> doubles;
    std::vector<uint8_t> booleans;
    std::vector<uint64_t> ids8;
    std::vector<otlp::TraceId> ids16;
    Strings strings({});
    switch (leaf.spec.physical) {
      case PhysicalType::kByteArray: {
        std::vector<std::string> values;
        const size_t distinct = shape == 0 ? 300 : shape == 2 ? 1 : std::max<size_t>(elements, 1);
        for (size_t i = 0; i < distinct; ++i) values.push_back(random_text(random, random() % 40));
        if (shape == 1) values[0] = random_text(random, 200'000);
        strings = Strings(values);
        for (uint32_t i = 0; i < elements; ++i) {
          const uint32_t code = shape == 0 || shape == 2 ? random() % distinct : shape == 5 ? i / 9 : i;
          codes.push_back(present[i] ? code : kNullIndex);
          expected.texts.push_back(present[i] ? std::optional(strings.at(code)) : std::nullopt);
        }
        input.codes = codes;
        input.strings = &strings;
        break;
      }
      case PhysicalType::kInt64:
        for (uint32_t i = 0; i < elements; ++i) {
          ints.push_back(static_cast<int64_t>(number(i)));
          expected.ints.push_back(present[i] ? std::optional(ints[i]) : std::nullopt);
        }
        input.ints = ints;
        break;
      case PhysicalType::kInt32:
        for (uint32_t i = 0; i < elements; ++i) {
          ints32.push_back(static_cast<int32_t>(number(i)));
          expected.ints.push_back(present[i] ? std::optional(int64_t{ints32[i]}) : std::nullopt);
        }
        input.ints32 = ints32;
        break;
      case PhysicalType::kDouble:
        for (uint32_t i = 0; i < elements; ++i) {
          doubles.push_back(shape == 1 && i % 100 == 0 ? NAN : shape == 0 ? number(i) / 8.0 : std::ldexp(number(i), -20));
          expected.doubles.push_back(present[i] ? std::optional(doubles[i]) : std::nullopt);
        }
        input.doubles = doubles;
        break;
      case PhysicalType::kBoolean:
        for (uint32_t i = 0; i < elements; ++i) {
          booleans.push_back(number(i) % 2);
          expected.booleans.push_back(present[i] ? std::optional(booleans[i] != 0) : std::nullopt);
        }
        input.booleans = booleans;
        break;
      case PhysicalType::kFixed:
        if (leaf.spec.fixed_length == 16) {
          for (uint32_t i = 0; i < elements; ++i) {
            ids16.push_back({number(i), number(i)});
            expected.ids16.push_back(present[i] ? std::optional(ids16[i]) : std::nullopt);
          }
          input.ids16 = ids16;
        } else {
          for (uint32_t i = 0; i < elements; ++i) {
            ids8.push_back(number(i));
            expected.ids8.push_back(present[i] ? std::optional(ids8[i]) : std::nullopt);
          }
          input.ids8 = ids8;
        }
        break;
    }
    auto done = writer.write_chunk(group, leaf_index, input, true);
    ASSERT_TRUE(done) << done.error().message;
  }

  void check_page(const Leaf& leaf, const DecodedPage& page, const Expected& expected, RowRange rows) {
    ASSERT_EQ(page.row_count, rows.end - rows.begin);
    uint32_t first = rows.begin, count = rows.end - rows.begin;
    if (leaf.in_list()) {
      first = expected.list_begin[rows.begin];
      count = expected.list_begin[rows.end] - first;
      ASSERT_EQ(page.list_begin.size(), page.row_count + 1);
      for (uint32_t i = 0; i <= page.row_count; ++i) {
        ASSERT_EQ(page.list_begin[i], expected.list_begin[rows.begin + i] - first);
      }
    }
    const auto has = [&](uint32_t i) {
      return !page.all_null && (page.valid.empty() || (page.valid[i / 64] >> (i % 64) & 1) != 0);
    };
    for (uint32_t i = 0; i < count; ++i) {
      switch (leaf.spec.physical) {
        case PhysicalType::kByteArray: {
          const auto& wanted = expected.texts[first + i];
          const bool got = !page.all_null && page.codes[i] != kNullIndex;
          ASSERT_EQ(got, wanted.has_value());
          if (got) { ASSERT_EQ(page.values->text(page.codes[i]), *wanted); }
          break;
        }
        case PhysicalType::kInt32:
        case PhysicalType::kInt64:
          ASSERT_EQ(has(i), expected.ints[first + i].has_value());
          if (has(i)) { ASSERT_EQ(page.ints[i], *expected.ints[first + i]); }
          break;
        case PhysicalType::kDouble:
          ASSERT_EQ(has(i), expected.doubles[first + i].has_value());
          if (has(i)) {
            ASSERT_EQ(std::bit_cast<uint64_t>(page.doubles[i]), std::bit_cast<uint64_t>(*expected.doubles[first + i]));
          }
          break;
        case PhysicalType::kBoolean:
          ASSERT_EQ(has(i), expected.booleans[first + i].has_value());
          if (has(i)) { ASSERT_EQ(page.booleans[i] != 0, *expected.booleans[first + i]); }
          break;
        case PhysicalType::kFixed:
          if (leaf.spec.fixed_length == 16) {
            ASSERT_EQ(has(i), expected.ids16[first + i].has_value());
            if (has(i)) { ASSERT_EQ(page.ids16[i], *expected.ids16[first + i]); }
          } else {
            ASSERT_EQ(has(i), expected.ids8[first + i].has_value());
            if (has(i)) { ASSERT_EQ(page.ids8[i], *expected.ids8[first + i]); }
          }
      }
    }
  }

  void check_file(std::mt19937_64& random) {
    const MemorySource source("test.parquet", bytes_);
    auto meta = read_footer(source, FooterCheck{written_.footer_length, written_.footer_xxh3});
    ASSERT_TRUE(meta) << meta.error().message;
    ASSERT_EQ(meta->schema.leaves().size(), leaves_.size());
    ASSERT_EQ(*meta->find_key_value("key"), "value");
    for (uint32_t group = 0; group < meta->row_groups.size(); ++group) {
      for (uint32_t leaf_index = 0; leaf_index < leaves_.size(); ++leaf_index) {
        const Leaf& leaf = meta->schema.leaves()[leaf_index];
        SCOPED_TRACE(leaf.path() + " group " + std::to_string(group));
        const ChunkMeta& chunk = meta->row_groups[group].chunks[leaf_index];
        const ChunkPlace place{source, leaf, chunk, group, meta->row_groups[group].row_count};
        auto index = read_chunk_index(place);
        ASSERT_TRUE(index) << index.error().message;
        auto dictionary = read_dictionary(place, *index);
        ASSERT_TRUE(dictionary) << dictionary.error().message;
        auto bloom = read_bloom_filter(place);
        ASSERT_TRUE(bloom) << bloom.error().message;
        const Expected& expected = expected_[group][leaf_index];
        if (*bloom) {
          for (const auto& text : expected.texts) ASSERT_TRUE(!text || (*bloom)->may_contain(bloom_hash(*text)));
        }
        for (uint32_t page = 0; page < index->pages.size(); ++page) {
          auto bytes = read_page_bytes(place, *index, page);
          ASSERT_TRUE(bytes) << bytes.error().message;
          const uint32_t first = page * kPageRows, rows = std::min(kPageRows, place.row_count - first);
          uint32_t low = random() % rows, high = random() % rows;
          if (low > high) std::swap(low, high);
          for (const RowRange range : {RowRange{0, rows}, RowRange{low, high}, RowRange{low, std::min(rows, low + 20)}}) {
            auto decoded = decode_page(leaf, chunk.codec, *bytes, rows, *dictionary, range);
            ASSERT_TRUE(decoded) << decoded.error().message;
            check_page(leaf, *decoded, expected, {first + range.begin, first + range.end});
            if (HasFatalFailure()) return;
          }
        }
      }
    }
  }

  // The file and what it should hold, for test/judge/: other readers must see the same.
  void leave_for_judges(const std::string& name) {
    const char* folder = std::getenv("CLEW_JUDGE_DIR");
    if (folder == nullptr) return;
    std::ofstream(std::string(folder) + "/" + name + ".parquet", std::ios::binary) << bytes_;
    std::ofstream out(std::string(folder) + "/" + name + ".expected");
    // Lines: column TAB row group TAB element counts of lists TAB values, separated by spaces; strings in hex.
    for (size_t group = 0; group < expected_.size(); ++group) {
      for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
        const Expected& expected = expected_[group][leaf];
        out << leaves_[leaf].first.name << leaf << '\t' << group << '\t';
        for (size_t i = 1; i < expected.list_begin.size(); ++i) {
          out << expected.list_begin[i] - expected.list_begin[i - 1] << ' ';
        }
        out << '\t';
        for (const auto& text : expected.texts) {
          if (!text) {
            out << "- ";
            continue;
          }
          out << "x";
          for (const char c : *text) out << fmt::format("{:02x}", static_cast<uint8_t>(c));
          out << ' ';
        }
        for (const auto& number : expected.ints) out << (number ? std::to_string(*number) : "-") << ' ';
        for (const auto& real : expected.doubles) {
          out << (real ? fmt::format("{:016x}", std::bit_cast<uint64_t>(*real)) : "-") << ' ';
        }
        for (const auto& flag : expected.booleans) out << (flag ? *flag ? "1" : "0" : "-") << ' ';
        for (const auto& id : expected.ids8) out << (id ? fmt::format("{:016x}", *id) : "-") << ' ';
        for (const auto& id : expected.ids16) out << (id ? otlp::to_hex(*id) : "-") << ' ';
        out << '\n';
      }
    }
  }

  std::vector<std::pair<LeafSpec, bool>> leaves_;
  std::vector<int> shapes_;
  std::vector<std::vector<Expected>> expected_;
  std::string bytes_;
  WrittenFile written_;
};

TEST_F(ParquetFile, EveryTypeAndShapeComesBack) {
  std::mt19937_64 random(1);
  for (int shape = 0; shape <= 5; ++shape) {
    for (const bool optional : {false, true}) {
      if (!optional && (shape == 3 || shape == 4)) continue;
      for (const bool in_list : {false, true}) {
        add_column(LeafSpec::string("s", optional), shape, in_list);
        add_column(LeafSpec::int64("i", optional), shape, in_list);
        add_column(LeafSpec::int32("n", optional), shape, in_list);
        add_column(LeafSpec::real("d", optional), shape, in_list);
        add_column(LeafSpec::boolean("b", optional), shape, in_list);
        add_column(LeafSpec::fixed("f", 8, optional), shape, in_list);
        add_column(LeafSpec::fixed("t", 16, optional), shape, in_list);
      }
    }
  }
  write({20'000, 8192, 1, 8193}, random);
  leave_for_judges("every_type");
  check_file(random);
}

TEST_F(ParquetFile, EmptyFileHasSchemaOnly) {
  std::mt19937_64 random(2);
  add_column(LeafSpec::string("s", true), 0, false);
  write({}, random);
  leave_for_judges("empty");
  check_file(random);
}

// One flipped bit anywhere is either found or does not matter: no crash, no wrong value.
TEST_F(ParquetFile, FlippedBitsNeverGiveWrongRows) {
  std::mt19937_64 random(3);
  for (const bool in_list : {false, true}) {
    add_column(LeafSpec::string("s", true), 0, in_list);
    add_column(LeafSpec::string("u", true), 1, in_list);
    add_column(LeafSpec::int64("i", true), 1, in_list);
    add_column(LeafSpec::int32("n", true), 0, in_list);
  }
  write({500, 300}, random);
  const std::string good = bytes_;
  uint32_t found = 0;
  for (int round = 0; round < 3000; ++round) {
    bytes_ = good;
    const size_t at = random() % bytes_.size();
    bytes_[at] = static_cast<char>(bytes_[at] ^ 1 << random() % 8);
    const MemorySource source("test.parquet", bytes_);
    auto meta = read_footer(source, FooterCheck{written_.footer_length, written_.footer_xxh3});
    if (!meta) {
      ++found;
      continue;
    }
    for (uint32_t group = 0; group < meta->row_groups.size(); ++group) {
      for (uint32_t leaf_index = 0; leaf_index < leaves_.size(); ++leaf_index) {
        const Leaf& leaf = meta->schema.leaves()[leaf_index];
        const ChunkMeta& chunk = meta->row_groups[group].chunks[leaf_index];
        const ChunkPlace place{source, leaf, chunk, group, meta->row_groups[group].row_count};
        const auto check = [&]() -> stdx::Result<void> {
          auto index = read_chunk_index(place);
          if (!index) return std::unexpected(index.error());
          auto bloom = read_bloom_filter(place);
          if (!bloom) return std::unexpected(bloom.error());
          auto dictionary = read_dictionary(place, *index);
          if (!dictionary) return std::unexpected(dictionary.error());
          auto bytes = read_page_bytes(place, *index, 0);
          if (!bytes) return std::unexpected(bytes.error());
          auto decoded = decode_page(leaf, chunk.codec, *bytes, place.row_count, *dictionary, {0, place.row_count});
          if (!decoded) return std::unexpected(decoded.error());
          check_page(leaf, *decoded, expected_[group][leaf_index], {0, place.row_count});
          return {};
        };
        if (auto done = check(); !done) {
          ++found;
          EXPECT_EQ(done.error().code, stdx::ErrorCode::kDataLoss) << done.error().message;
          EXPECT_THAT(done.error().message, ::testing::HasSubstr("test.parquet: column " + leaf.path()));
        }
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(found, 2900u);  // All but flips in the leading magic.
}

}  // namespace
}  // namespace clew::block::parquet
