// One comparison of a query, compiled: how values of each type are tested.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "otlp/model.h"
#include "query/traceql/ast.h"
#include "stdx/error.h"

namespace re2 {
class RE2;
}

namespace clew::query_plan {

// Numbers that pass: low <= x <= high. Every comparison of ints and doubles with an int, a double or a duration is one of
// these, computed exactly, so that the loops over columns know no mixed types. Empty if low > high.
template <class T>
struct Interval {
  T low;
  T high;
  bool holds(T x) const { return low <= x && x <= high; }
};

// What a value that is compared says about `=` or `=~` (for != and !~ too: they are these, negated).
enum class Outcome : uint8_t { kOtherType, kNo, kYes };

// Several values against one predicate: elements of an array, or all events of a span. Positive comparisons hold if any
// value passes; != and !~ hold if there is a value of the literal's type and none is equal.
struct Tally {
  bool comparable = false;
  bool passed = false;
  void add(Outcome outcome) {
    comparable |= outcome != Outcome::kOtherType;
    passed |= outcome == Outcome::kYes;
  }
  bool verdict(bool negated) const { return negated ? comparable && !passed : passed; }
};

// Immutable once made; any thread. A value of another type than the literal's never matches, whatever the operator.
class Predicate {
 public:
  enum class Test : uint8_t {
    kPresent,  // != nil
    kMissing,  // = nil
    kString,
    kRegex,
    kNumber,
    kBool,
    kWord,   // A status or kind.
    kNever,  // A literal that no stored value can have, e.g. an attribute against a status.
  };

  query_traceql::Field field;
  query_traceql::CompareOp op = query_traceql::CompareOp::kEqual;
  Test test = Test::kNever;
  bool negated = false;           // != and !~: `test` is of the opposite.
  std::string text;               // kString
  std::vector<std::string> alternatives;  // kRegex that is only literals: any of these. Then `regex` is not needed.
  std::shared_ptr<const re2::RE2> regex;  // Shared because plans are copied into each worker; RE2 is thread-safe.
  Interval<int64_t> ints{1, 0};   // kNumber
  Interval<double> doubles{1, 0};
  bool flag = false;              // kBool
  uint8_t word = 0;               // kWord: value of the enumeration.

  // Without negation.
  bool string_passes(std::string_view value) const;
  // With negation.
  bool string_matches(std::string_view value) const {
    return (test == Test::kString || test == Test::kRegex) && string_passes(value) != negated;
  }
  bool int_matches(int64_t value) const { return test == Test::kNumber && ints.holds(value) != negated; }
  bool double_matches(double value) const { return test == Test::kNumber && doubles.holds(value) != negated; }
  bool bool_matches(bool value) const { return test == Test::kBool && (value == flag) != negated; }

  // A value of any type that is no array; kPresent and kMissing are not asked here.
  Outcome outcome(const otlp::AnyValue& scalar) const;
  void tally(const otlp::AnyValue& value, Tally& tally) const;  // Arrays count by element, for = != =~ !~ only.
  // Any value that is there.
  bool matches(const otlp::AnyValue& value) const;

  // The only strings that can match, if there are few; empty if others can.
  std::vector<std::string_view> exact_strings() const;
};

// kInvalidArgument for a regular expression that RE2 does not take.
stdx::Result<Predicate> make_predicate(const query_traceql::Expression& comparison);

}  // namespace clew::query_plan
