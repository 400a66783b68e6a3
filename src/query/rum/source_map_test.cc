#include "query/rum/source_map.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <random>
#include <vector>

#include "query/rum/error_limits.h"
#include "query/rum/source_scopes.h"
#include "query/traceql/golden_file.h"

namespace clew::query_rum {
namespace {

std::string vlq(int64_t value) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint64_t bits = value < 0 ? (static_cast<uint64_t>(-value) << 1) | 1 : static_cast<uint64_t>(value) << 1;
  std::string out;
  do {
    const uint64_t digit = bits & 31;
    bits >>= 5;
    out += kDigits[digit | (bits != 0 ? 32 : 0)];
  } while (bits != 0);
  return out;
}

SourceMapTable table_of(const std::string& json) {
  auto compiled = compile_source_map(json);
  EXPECT_TRUE(compiled.has_value()) << compiled.error().message;
  auto table = SourceMapTable::open(std::move(compiled->table));
  EXPECT_TRUE(table.has_value()) << table.error().message;
  return std::move(*table);
}

std::string error_of(const std::string& json) {
  const auto compiled = compile_source_map(json);
  return compiled ? "accepted" : compiled.error().message;
}

TEST(SourceMap, FindsWhatEveryMappingSays) {
  struct Mapping {
    uint32_t line, column;
    bool has_source;
    uint32_t source, source_line, source_column;
    std::optional<uint32_t> name;
  };
  std::mt19937 random(7);
  const auto below = [&](uint32_t most) { return std::uniform_int_distribution<uint32_t>(0, most - 1)(random); };
  std::vector<Mapping> mappings;
  std::string text;
  uint32_t source = 0, line = 0, column = 0, name = 0;
  for (uint32_t row = 0; row < 40; ++row) {
    uint32_t at = 0;
    // Lines of none, few and many blocks.
    const uint32_t count = row % 7 == 0 ? 0 : row % 5 == 0 ? 1000 : below(90);
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t step = i == 0 ? below(5) : 1 + below(9);
      at += step;
      Mapping mapping{row, at, below(10) != 0, below(5), below(9000), below(300), {}};
      text += (i == 0 ? "" : ",") + vlq(step);
      if (mapping.has_source) {
        text += vlq(int64_t{mapping.source} - source) + vlq(int64_t{mapping.source_line} - line) +
                vlq(int64_t{mapping.source_column} - column);
        source = mapping.source, line = mapping.source_line, column = mapping.source_column;
        if (below(3) == 0) {
          mapping.name = below(4);
          text += vlq(int64_t{*mapping.name} - name);
          name = *mapping.name;
        }
      }
      mappings.push_back(mapping);
    }
    text += ';';
  }
  const SourceMapTable table =
      table_of(R"({"version":3,"sources":["a","b","c","d","e"],"names":["w","x","y","z"],"mappings":")" + text + "\"}");
  for (size_t i = 0; i < mappings.size(); ++i) {
    const Mapping& mapping = mappings[i];
    const bool last = i + 1 == mappings.size() || mappings[i + 1].line != mapping.line;
    for (const uint32_t at : {mapping.column, last ? mapping.column + 1000 : mappings[i + 1].column - 1}) {
      const auto found = table.find(mapping.line, at);
      ASSERT_EQ(found.has_value(), mapping.has_source) << mapping.line << ":" << at;
      if (!found) continue;
      EXPECT_EQ(found->source, mapping.source);
      EXPECT_EQ(found->line, mapping.source_line);
      EXPECT_EQ(found->column, mapping.source_column);
      EXPECT_EQ(found->name, mapping.name);
    }
    if (i == 0 || mappings[i - 1].line != mapping.line) {
      EXPECT_FALSE(mapping.column > 0 && table.find(mapping.line, mapping.column - 1).has_value());
    }
  }
  EXPECT_FALSE(table.find(0, 0).has_value());
  EXPECT_FALSE(table.find(4000, 0).has_value());
}

TEST(SourceMap, KeepsSourcesAndNames) {
  const auto compiled = compile_source_map(
      ")]}'\n"
      R"({"version":3,"file":"app.js","debug_id":"d-1","sourceRoot":"/src","sources":["a.ts",null,"webpack://x/b.ts"],)"
      R"("sourcesContent":["const a = 1;",null],"names":["total"],"mappings":"AAAAA","ignoreList":[2]})");
  ASSERT_TRUE(compiled.has_value()) << compiled.error().message;
  EXPECT_EQ(compiled->debug_id, "d-1");
  EXPECT_EQ(compiled->file, "app.js");
  const auto table = SourceMapTable::open(compiled->table);
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->source_name(0), "/src/a.ts");
  EXPECT_EQ(table->source_content(0), "const a = 1;");
  EXPECT_EQ(table->source_name(1), "");
  EXPECT_EQ(table->source_name(2), "webpack://x/b.ts");
  EXPECT_TRUE(table->is_ignored(2));
  EXPECT_FALSE(table->is_ignored(0));
  ASSERT_TRUE(table->find(0, 0).has_value());
  EXPECT_EQ(table->name(*table->find(0, 0)->name), "total");
}

TEST(SourceMap, ReadsSections) {
  const SourceMapTable table = table_of(
      R"({"version":3,"sections":[{"offset":{"line":0,"column":0},"map":{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA;AACA"}},)"
      R"({"offset":{"line":1,"column":10},"map":{"version":3,"sources":["b.ts"],"names":["n"],"mappings":"AAUAA;AACA"}}]})");
  EXPECT_EQ(table.find(1, 9)->source, 0u);
  EXPECT_EQ(table.find(1, 10)->source, 1u);
  EXPECT_EQ(table.find(1, 10)->line, 10u);
  EXPECT_EQ(table.find(2, 0)->line, 11u);
}

TEST(SourceMap, RefusesByName) {
  EXPECT_EQ(error_of("x"),
            "source map: the file is no JSON: The JSON document has an improper structure: missing or superfluous "
            "commas, braces, missing keys, etc.");
  EXPECT_EQ(error_of("[]"), "source map: the file is no JSON object");
  EXPECT_EQ(error_of(R"({"version":2})"), "source map: \"version\" is not 3");
  EXPECT_EQ(error_of(R"({"version":3,"sources":[]})"), "source map: \"mappings\" is missing");
  EXPECT_EQ(error_of(R"({"version":3,"mappings":""})"), "source map: \"sources\" is missing");
  const auto of_mappings = [](const std::string& text) {
    return error_of(R"({"version":3,"sources":["a"],"names":[],"mappings":")" + text + "\"}");
  };
  EXPECT_EQ(of_mappings("AA*A"), "source map: \"mappings\" has a byte that is no base64 at byte 2");
  EXPECT_EQ(of_mappings("AAAg"), "source map: a number of \"mappings\" has no end at byte 4");
  EXPECT_EQ(of_mappings("D"), "source map: \"mappings\" leads outside of the file at byte 1");
  EXPECT_EQ(of_mappings("ACAA"), "source map: a mapping names a source that is not there");
  EXPECT_EQ(of_mappings("AAAAA"), "source map: a mapping names a name that is not there");
  EXPECT_EQ(of_mappings("AAAAAA"), "source map: a mapping names a name that is not there");
  EXPECT_EQ(of_mappings("ggggggggggggggA"), "source map: a number of \"mappings\" has no end at byte 7");
  EXPECT_EQ(error_of(R"({"version":3,"sections":[{"offset":{"line":0,"column":0},"url":"x"}]})"),
            "source map: section 1 has no \"map\"; maps at a \"url\" are not fetched");
  EXPECT_EQ(error_of(R"({"version":3,"sources":[],"mappings":")" + std::string(kMapLinesMax + 1, ';') + "\"}"),
            fmt::format("source map: more than {} lines", kMapLinesMax));
}

TEST(SourceMap, DamagedTablesAreNoTables) {
  const auto compiled = compile_source_map(R"({"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA;AACA"})");
  ASSERT_TRUE(compiled.has_value());
  EXPECT_FALSE(SourceMapTable::open("").has_value());
  EXPECT_FALSE(SourceMapTable::open(compiled->table.substr(0, compiled->table.size() - 1)).has_value());
  for (size_t i = 0; i < compiled->table.size(); ++i) {
    std::string damaged = compiled->table;
    damaged[i] = static_cast<char>(damaged[i] ^ 0xFF);
    if (const auto table = SourceMapTable::open(damaged)) {  // Whatever it says, it must not read outside.
      for (uint32_t line = 0; line < 4; ++line) (void)table->find(line, 5);
      (void)table->source_name(0);
    }
  }
}

TEST(SourceScopes, FindTheFunctionAround) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/query/rum/testdata/source_scopes.golden", [](std::string source) {
    const size_t mark = source.find("◆");
    const auto line =
        static_cast<uint32_t>(std::count(source.begin(), source.begin() + static_cast<ptrdiff_t>(mark), '\n'));
    const size_t begin = line == 0 ? 0 : source.rfind('\n', mark) + 1;
    source.erase(mark, std::string_view("◆").size());
    return '"' + function_around(source, line, static_cast<uint32_t>(mark - begin)) + '"';
  });
}

}  // namespace
}  // namespace clew::query_rum
