#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "query/traceql/fields.h"
#include "query/traceql/golden_file.h"
#include "query/traceql/lexer.h"
#include "query/traceql/parser.h"
#include "query/traceql/query_limits.h"
#include "query/traceql/type_check.h"

namespace clew::query_traceql {
namespace {

const std::string kData = std::string(CLEW_SOURCE_DIR) + "/src/query/traceql/testdata/";

std::string show(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd: return "end";
    case TokenKind::kSymbol: return token.text;
    case TokenKind::kWord: return "word:" + token.text;
    case TokenKind::kAttribute: return "attribute:" + to_text(token.field);
    case TokenKind::kLiteral: return "literal:" + to_text(token.literal);
  }
  return "";
}

TEST(Lexer, Table) {
  query_test::run_golden_file(kData + "lexer.golden", [](const std::string& input) -> std::string {
    const auto tokens = tokenize(input);
    if (!tokens) return "error: " + tokens.error().message;
    std::string out;
    for (const Token& token : *tokens) {
      if (token.kind != TokenKind::kEnd) out += (out.empty() ? "" : "\n") + show(token);
    }
    return out;
  });
}

TEST(Parser, Table) {
  query_test::run_golden_file(kData + "parser.golden", [](const std::string& input) {
    const auto filter = parse_filter(input);
    return filter ? to_text(*filter) : "error: " + filter.error().message;
  });
}

TEST(Parser, FieldTable) {
  query_test::run_golden_file(kData + "field.golden", [](const std::string& input) {
    const auto field = parse_field(input);
    return field ? to_text(*field) : "error: " + field.error().message;
  });
}

TEST(Parser, LimitsHold) {
  const auto nested = [](int depth) { return "{" + std::string(depth, '(') + "true" + std::string(depth, ')') + "}"; };
  EXPECT_TRUE(parse_filter(nested(query::kExpressionDepthMax - 1)).has_value());
  EXPECT_FALSE(parse_filter(nested(query::kExpressionDepthMax)).has_value());
  EXPECT_FALSE(parse_filter(nested(30'000)).has_value());
  EXPECT_FALSE(parse_filter("{" + std::string(30'000, '!') + "true}").has_value());

  const auto chained = [](size_t count) {
    std::string text = "{ .a = 1";
    for (size_t i = 1; i < count; ++i) text += i % 2 != 0 ? " && .a = 1" : " || .a = 1";
    return text + " }";
  };
  EXPECT_TRUE(parse_filter(chained(query::kConditionsMax)).has_value());
  EXPECT_FALSE(parse_filter(chained(query::kConditionsMax + 1)).has_value());

  const auto too_long = parse_filter("{" + std::string(query::kQueryBytesMax, ' ') + "}");
  ASSERT_FALSE(too_long.has_value());
  EXPECT_EQ(too_long.error().code, stdx::ErrorCode::kInvalidArgument);
}

TEST(Parser, IntrinsicNamesParseToThemselves) {
  for (const IntrinsicInfo& row : intrinsics()) {
    for (const std::string_view name : {row.scoped, row.unscoped}) {
      if (name.empty()) continue;
      const auto field = parse_field(name);
      ASSERT_TRUE(field.has_value()) << name;
      EXPECT_EQ(field->intrinsic, row.intrinsic) << name;
    }
    EXPECT_EQ(&info(row.intrinsic), &row);
  }
}

std::string type_word(FieldType type) {
  switch (type) {
    case FieldType::kDuration: return "duration";
    case FieldType::kInt: return "int";
    case FieldType::kStatus: return "status";
    case FieldType::kKind: return "kind";
    default: return "string";
  }
}

// The page that users read says what the tables say.
TEST(Reference, PageHasEveryIntrinsicAndLimit) {
  std::ifstream file(std::string(CLEW_SOURCE_DIR) + "/docs/reference/traceql.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const IntrinsicInfo& row : intrinsics()) {
    const std::string also = row.unscoped.empty() || row.unscoped == row.scoped ? "" : fmt::format("`{}`", row.unscoped);
    const std::string line = fmt::format("| `{}` | {} | {} | {} |\n", row.scoped, also, type_word(row.type), row.meaning);
    EXPECT_NE(page.find(line), std::string::npos) << line;
  }
  for (const size_t limit : {query::kQueryBytesMax, query::kConditionsMax, size_t{query::kExpressionDepthMax},
                             size_t{query::kSearchLimitMax}, query::kCandidatesMax, query::kDistinctValuesMax,
                             query::kExactDurationsMax}) {
    EXPECT_NE(page.find(fmt::format(" {} ", limit)), std::string::npos) << limit;
  }
}

TEST(TypeCheck, IntsAndDoublesCompareExactly) {
  EXPECT_EQ(order_of(1, 1.0), 0);
  EXPECT_EQ(order_of(1, 1.5), -1);
  EXPECT_EQ(order_of(-1, -1.5), 1);
  EXPECT_EQ(order_of(9007199254740993, 9007199254740992.0), 1);
  EXPECT_EQ(order_of(INT64_MAX, 9223372036854775808.0), -1);
  EXPECT_EQ(order_of(INT64_MIN, -9223372036854775808.0), 0);
  EXPECT_EQ(order_of(0, std::nan("")), std::nullopt);
}

}  // namespace
}  // namespace clew::query_traceql
