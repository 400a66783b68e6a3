#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "query/plan/plan.h"
#include "query/plan/predicate.h"
#include "query/traceql/golden_file.h"
#include "query/traceql/parser.h"
#include "query/traceql/type_check.h"

namespace clew::query_plan {
namespace {

// The order in which conditions are asked, with their costs.
TEST(Plan, Table) {
  query_test::run_golden_file(std::string(CLEW_SOURCE_DIR) + "/src/query/plan/testdata/plan.golden",
                              [](const std::string& input) {
                                const auto filter = query_traceql::parse_filter(input);
                                if (!filter) return "error: " + filter.error().message;
                                const auto plan = make_plan(*filter);
                                if (!plan) return "error: " + plan.error().message;
                                std::string text = to_text(*plan);
                                if (plan->trace_id) text += "\ntrace " + otlp::to_hex(*plan->trace_id);
                                return text;
                              });
}

Predicate predicate(const std::string& comparison) {
  const auto filter = query_traceql::parse_filter("{ " + comparison + " }");
  EXPECT_TRUE(filter.has_value()) << comparison;
  return *make_predicate(*filter);
}

// Every operator, ints and doubles on both sides, at the places where rounding and overflow lurk.
TEST(Predicate, NumbersAreComparedExactly) {
  using query_traceql::CompareOp;
  const int64_t ints[] = {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::min() + 1, -9007199254740993,
                          -1, 0, 1, 7, 9007199254740992, 9007199254740993, 9007199254740995,
                          std::numeric_limits<int64_t>::max() - 1, std::numeric_limits<int64_t>::max()};
  const double doubles[] = {-1e300, -9223372036854775808.0, -1.5, -1, -0.0, 0.5, 1, 7.25, 9007199254740992.0,
                            9223372036854774784.0, 9223372036854775808.0, 1e300};
  const auto expect = [](CompareOp op, long double a, long double b) {
    return query_traceql::holds(op, a < b ? -1 : a > b);
  };
  for (int i = 0; i <= static_cast<int>(CompareOp::kGreaterEqual); ++i) {
    query_traceql::Expression comparison;
    comparison.kind = query_traceql::Expression::Kind::kCompare;
    comparison.op = static_cast<CompareOp>(i);
    const auto check = [&](auto literal) {
      comparison.literal = literal;
      const Predicate made = *make_predicate(comparison);
      for (const int64_t value : ints) {
        EXPECT_EQ(made.int_matches(value), expect(comparison.op, value, literal)) << value << " op " << i << " " << literal;
      }
      for (const double value : doubles) {
        EXPECT_EQ(made.double_matches(value), expect(comparison.op, value, literal))
            << value << " op " << i << " " << literal;
      }
      EXPECT_EQ(made.double_matches(std::nan("")), comparison.op == CompareOp::kNotEqual);
    };
    for (const int64_t literal : ints) check(literal);
    for (const double literal : doubles) check(literal);
  }
}

TEST(Predicate, PatternsOfLiteralsAreAlternatives) {
  EXPECT_EQ(predicate(R"(name =~ "a|b\\.c|")").alternatives, (std::vector<std::string>{"a", "b.c", ""}));
  EXPECT_TRUE(predicate(R"(name =~ "a.*|b")").alternatives.empty());
  EXPECT_TRUE(predicate(R"(name =~ "\\d")").alternatives.empty());
  EXPECT_TRUE(predicate(R"x(name =~ "(a|b)")x").alternatives.empty());
  const Predicate made = predicate(R"(name !~ "a|b")");
  EXPECT_FALSE(made.string_matches("a"));
  EXPECT_TRUE(made.string_matches("ab"));
  EXPECT_TRUE(made.exact_strings().empty());
}

}  // namespace
}  // namespace clew::query_plan
