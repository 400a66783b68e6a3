// A TraceQL filter as a tree: what the parser makes and the planner reads.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "otlp/model.h"

namespace clew::query_traceql {

// Where a name is looked up. kAny (`.x`) is the span, then its resource.
enum class FieldScope : uint8_t { kAny, kSpan, kResource, kInstrumentation, kEvent, kLink, kIntrinsic };

// The order is that of the table in fields.cc.
enum class Intrinsic : uint8_t {
  kDuration,
  kName,
  kStatus,
  kStatusMessage,
  kKind,
  kSpanId,
  kParentId,
  kChildCount,
  kNestedSetParent,
  kTraceId,
  kTraceDuration,
  kRootName,
  kRootService,
  kEventName,
  kEventTimeSinceStart,
  kLinkTraceId,
  kLinkSpanId,
  kInstrumentationName,
  kInstrumentationVersion,
  kCount,
};

struct Field {
  FieldScope scope = FieldScope::kAny;
  Intrinsic intrinsic = Intrinsic::kCount;  // Only with kIntrinsic.
  std::string key;                          // Attribute name, empty for an intrinsic.
  bool operator==(const Field&) const = default;
};

struct Duration {
  int64_t ns = 0;
  auto operator<=>(const Duration&) const = default;
};

// std::monostate is nil.
using Literal = std::variant<std::monostate, std::string, int64_t, double, bool, Duration, otlp::StatusCode, otlp::SpanKind>;

enum class CompareOp : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kMatch, kNotMatch };

struct Place {
  uint32_t line = 1;
  uint32_t column = 1;  // In characters, from 1.
};

// Types are checked by the parser: a kCompare is always one that §"Types" of docs/reference/traceql.md allows.
struct Expression {
  enum class Kind : uint8_t { kConstant, kCompare, kNot, kAnd, kOr };

  Kind kind = Kind::kConstant;
  bool constant = true;                        // kConstant.
  Field field;                                 // kCompare.
  CompareOp op = CompareOp::kEqual;            // kCompare.
  Literal literal;                             // kCompare.
  Place place;                                 // kCompare: of the literal.
  std::vector<Expression> children;            // kNot: one; kAnd, kOr: two or more.
};

}  // namespace clew::query_traceql
