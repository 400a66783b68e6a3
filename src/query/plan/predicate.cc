#include "query/plan/predicate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <re2/re2.h>

#include "query/traceql/lexer.h"
#include "query/traceql/query_limits.h"
#include "query/traceql/type_check.h"

namespace clew::query_plan {
namespace {

using query_traceql::CompareOp;
using query_traceql::order_of;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Interval<int64_t> int_interval(CompareOp op, int64_t literal) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  switch (op) {
    case CompareOp::kLess: return literal == kMin ? Interval<int64_t>{1, 0} : Interval<int64_t>{kMin, literal - 1};
    case CompareOp::kLessEqual: return {kMin, literal};
    case CompareOp::kGreater: return literal == kMax ? Interval<int64_t>{1, 0} : Interval<int64_t>{literal + 1, kMax};
    case CompareOp::kGreaterEqual: return {literal, kMax};
    default: return {literal, literal};
  }
}

Interval<double> double_interval(CompareOp op, double literal) {
  switch (op) {
    case CompareOp::kLess: return {-kInfinity, std::nextafter(literal, -kInfinity)};
    case CompareOp::kLessEqual: return {-kInfinity, literal};
    case CompareOp::kGreater: return {std::nextafter(literal, kInfinity), kInfinity};
    case CompareOp::kGreaterEqual: return {literal, kInfinity};
    default: return {literal, literal};
  }
}

// Ints against a double literal: the nearest ints on either side decide.
Interval<int64_t> int_interval(CompareOp op, double literal) {
  constexpr Interval<int64_t> kNone{1, 0};
  constexpr Interval<int64_t> kAll{std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  const bool below = op == CompareOp::kLess || op == CompareOp::kLessEqual;
  const bool above = op == CompareOp::kGreater || op == CompareOp::kGreaterEqual;
  if (literal >= 9223372036854775808.0) return below ? kAll : kNone;
  if (literal < -9223372036854775808.0) return above ? kAll : kNone;
  const double whole = std::floor(literal);
  const auto floor = static_cast<int64_t>(whole);
  if (whole == literal) return int_interval(op, floor);
  if (below) return {kAll.low, floor};
  if (above) return floor == kAll.high ? kNone : Interval<int64_t>{floor + 1, kAll.high};
  return kNone;
}

// Doubles against an int literal, which need not be a double itself.
Interval<double> double_interval(CompareOp op, int64_t literal) {
  const auto nearest = static_cast<double>(literal);
  const std::optional<int> order = order_of(literal, nearest);
  if (order == 0) return double_interval(op, nearest);
  // `nearest` lies on one side; the next double towards the literal on the other.
  const double below = order > 0 ? nearest : std::nextafter(nearest, -kInfinity);
  const double above = order > 0 ? std::nextafter(nearest, kInfinity) : nearest;
  switch (op) {
    case CompareOp::kLess:
    case CompareOp::kLessEqual: return {-kInfinity, below};
    case CompareOp::kGreater:
    case CompareOp::kGreaterEqual: return {above, kInfinity};
    default: return {1, 0};
  }
}

// "a|b\.c" → a, b.c; nullopt if the pattern is more than literals.
std::optional<std::vector<std::string>> literal_alternatives(std::string_view pattern) {
  std::vector<std::string> alternatives(1);
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '|') {
      alternatives.emplace_back();
    } else if (c == '\\') {
      if (++i == pattern.size() || std::string_view(".|+*?()[]{}^$\\/-").find(pattern[i]) == std::string_view::npos) {
        return std::nullopt;
      }
      alternatives.back() += pattern[i];
    } else if (std::string_view(".+*?()[]{}^$").find(c) != std::string_view::npos) {
      return std::nullopt;
    } else {
      alternatives.back() += c;
    }
  }
  return alternatives;
}

stdx::Result<void> set_regex(Predicate& predicate, const std::string& pattern, query_traceql::Place place) {
  predicate.test = Predicate::Test::kRegex;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(query::kRegexBytesMax);
  auto regex = std::make_shared<const RE2>(pattern, options);
  if (!regex->ok()) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("{}: the regular expression is not valid: {}", query_traceql::at(place), regex->error()));
  }
  if (auto alternatives = literal_alternatives(pattern)) predicate.alternatives = std::move(*alternatives);
  predicate.regex = std::move(regex);
  return {};
}

// Fills in what depends on the literal's type.
struct LiteralVisitor {
  Predicate& predicate;
  const query_traceql::Expression& comparison;
  bool attribute;

  stdx::Result<void> operator()(std::monostate) const {
    predicate.test = predicate.negated ? Predicate::Test::kPresent : Predicate::Test::kMissing;
    predicate.negated = false;
    return {};
  }
  stdx::Result<void> operator()(const std::string& text) const {
    if (comparison.op == CompareOp::kMatch || comparison.op == CompareOp::kNotMatch) {
      return set_regex(predicate, text, comparison.place);
    }
    predicate.test = Predicate::Test::kString;
    predicate.text = text;
    return {};
  }
  stdx::Result<void> operator()(int64_t number) const { return set_number(number); }
  stdx::Result<void> operator()(double number) const { return set_number(number); }
  stdx::Result<void> operator()(query_traceql::Duration duration) const { return set_number(duration.ns); }
  stdx::Result<void> operator()(bool flag) const {
    predicate.test = Predicate::Test::kBool;
    predicate.flag = flag;
    return {};
  }
  stdx::Result<void> operator()(otlp::StatusCode status) const { return set_word(static_cast<uint8_t>(status)); }
  stdx::Result<void> operator()(otlp::SpanKind kind) const { return set_word(static_cast<uint8_t>(kind)); }

  template <class T>
  stdx::Result<void> set_number(T number) const {
    predicate.test = Predicate::Test::kNumber;
    predicate.ints = int_interval(comparison.op, number);
    predicate.doubles = double_interval(comparison.op, number);
    return {};
  }
  // No attribute holds a status or kind, so such a comparison is with another type.
  stdx::Result<void> set_word(uint8_t word) const {
    predicate.test = attribute ? Predicate::Test::kNever : Predicate::Test::kWord;
    predicate.word = word;
    return {};
  }
};

}  // namespace

bool Predicate::string_passes(std::string_view value) const {
  if (test == Test::kRegex) {
    if (!alternatives.empty()) return std::ranges::find(alternatives, value) != alternatives.end();
    return RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex);
  }
  switch (op) {
    case CompareOp::kLess: return value < text;
    case CompareOp::kLessEqual: return value <= text;
    case CompareOp::kGreater: return value > text;
    case CompareOp::kGreaterEqual: return value >= text;
    default: return value == text;
  }
}

Outcome Predicate::outcome(const otlp::AnyValue& scalar) const {
  const auto of = [](bool passed) { return passed ? Outcome::kYes : Outcome::kNo; };
  if (const auto* value = std::get_if<std::string>(&scalar.value)) {
    return test == Test::kString || test == Test::kRegex ? of(string_passes(*value)) : Outcome::kOtherType;
  }
  if (const auto* value = std::get_if<int64_t>(&scalar.value)) {
    return test == Test::kNumber ? of(ints.holds(*value)) : Outcome::kOtherType;
  }
  if (const auto* value = std::get_if<double>(&scalar.value)) {
    return test == Test::kNumber ? of(doubles.holds(*value)) : Outcome::kOtherType;
  }
  if (const auto* value = std::get_if<bool>(&scalar.value)) {
    return test == Test::kBool ? of(*value == flag) : Outcome::kOtherType;
  }
  return Outcome::kOtherType;
}

void Predicate::tally(const otlp::AnyValue& value, Tally& tally) const {
  const auto* array = std::get_if<otlp::ArrayValue>(&value.value);
  if (array == nullptr) {
    tally.add(outcome(value));
    return;
  }
  const bool by_element = op == CompareOp::kEqual || op == CompareOp::kNotEqual || op == CompareOp::kMatch ||
                          op == CompareOp::kNotMatch;
  if (!by_element) return;
  for (const otlp::AnyValue& element : array->values) tally.add(outcome(element));
}

bool Predicate::matches(const otlp::AnyValue& value) const {
  if (test == Test::kPresent) return true;
  if (test == Test::kMissing) return false;
  Tally sum;
  tally(value, sum);
  return sum.verdict(negated);
}

std::vector<std::string_view> Predicate::exact_strings() const {
  if (negated) return {};
  if (test == Test::kString && op == CompareOp::kEqual) return {text};
  return {alternatives.begin(), alternatives.end()};
}

stdx::Result<Predicate> make_predicate(const query_traceql::Expression& comparison) {
  Predicate predicate;
  predicate.field = comparison.field;
  predicate.op = comparison.op;
  predicate.negated = comparison.op == CompareOp::kNotEqual || comparison.op == CompareOp::kNotMatch;

  const bool attribute = comparison.field.scope != query_traceql::FieldScope::kIntrinsic;
  if (auto done = std::visit(LiteralVisitor{predicate, comparison, attribute}, comparison.literal); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return predicate;
}

}  // namespace clew::query_plan
