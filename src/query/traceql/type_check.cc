#include "query/traceql/type_check.h"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "query/traceql/fields.h"

namespace clew::query_traceql {
namespace {

enum class LiteralType : uint8_t { kNil, kString, kNumber, kBool, kDuration, kStatus, kKind };

LiteralType literal_type(const Literal& literal) {
  struct Visitor {
    LiteralType operator()(std::monostate) const { return LiteralType::kNil; }
    LiteralType operator()(const std::string&) const { return LiteralType::kString; }
    LiteralType operator()(int64_t) const { return LiteralType::kNumber; }
    LiteralType operator()(double) const { return LiteralType::kNumber; }
    LiteralType operator()(bool) const { return LiteralType::kBool; }
    LiteralType operator()(Duration) const { return LiteralType::kDuration; }
    LiteralType operator()(otlp::StatusCode) const { return LiteralType::kStatus; }
    LiteralType operator()(otlp::SpanKind) const { return LiteralType::kKind; }
  };
  return std::visit(Visitor{}, literal);
}

bool is_equality(CompareOp op) { return op == CompareOp::kEqual || op == CompareOp::kNotEqual; }
bool is_regex(CompareOp op) { return op == CompareOp::kMatch || op == CompareOp::kNotMatch; }

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::kAttribute: return "attribute";
    case FieldType::kDuration: return "duration";
    case FieldType::kString: return "string";
    case FieldType::kInt: return "number";
    case FieldType::kStatus: return "status (unset, ok, error)";
    case FieldType::kKind: return "kind (unspecified, internal, server, client, producer, consumer)";
  }
  return "";
}

bool fits(FieldType type, LiteralType literal) {
  const bool numeric = literal == LiteralType::kNumber || literal == LiteralType::kDuration;
  switch (type) {
    case FieldType::kAttribute: return true;
    case FieldType::kDuration: return numeric;
    case FieldType::kInt: return literal == LiteralType::kNumber;
    case FieldType::kString: return literal == LiteralType::kString;
    case FieldType::kStatus: return literal == LiteralType::kStatus;
    case FieldType::kKind: return literal == LiteralType::kKind;
  }
  return false;
}

// A non-root's position is not stored, only that it has one; so a comparison must come out alike for all of them.
bool tells_roots_apart(CompareOp op, const Literal& literal) {
  double value = 0;
  if (const int64_t* number = std::get_if<int64_t>(&literal)) value = static_cast<double>(*number);
  if (const double* number = std::get_if<double>(&literal)) value = *number;
  switch (op) {
    case CompareOp::kLess:
    case CompareOp::kGreaterEqual: return value <= 0;
    default: return value < 0;
  }
}

std::optional<int> order(const Literal& a, const Literal& b) {
  const auto as_int = [](const Literal& literal) -> std::optional<int64_t> {
    if (const int64_t* number = std::get_if<int64_t>(&literal)) return *number;
    if (const Duration* duration = std::get_if<Duration>(&literal)) return duration->ns;
    return std::nullopt;
  };
  const std::optional<int64_t> int_a = as_int(a);
  const std::optional<int64_t> int_b = as_int(b);
  const double* double_a = std::get_if<double>(&a);
  const double* double_b = std::get_if<double>(&b);
  if (int_a && int_b) return *int_a < *int_b ? -1 : *int_a > *int_b;
  if (int_a && double_b != nullptr) return order_of(*int_a, *double_b);
  if (double_a != nullptr && int_b) {
    const std::optional<int> flipped = order_of(*int_b, *double_a);
    return flipped ? std::optional<int>(-*flipped) : std::nullopt;
  }
  if (double_a != nullptr && double_b != nullptr) return *double_a < *double_b ? -1 : *double_a > *double_b;
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

}  // namespace

std::optional<std::string> check_types(const Field& field, CompareOp op, const Literal& literal) {
  const FieldType type = type_of(field);
  const LiteralType value = literal_type(literal);
  const std::string name = to_text(field);
  if (value == LiteralType::kNil) {
    if (!is_equality(op)) return fmt::format("nil can only be compared by = or !=, not by {}", symbol(op));
    const bool always_there = type != FieldType::kAttribute ||
                              (field.scope == FieldScope::kResource && field.key == "service.name");
    if (always_there && op == CompareOp::kEqual) return fmt::format("{} can never be nil", name);
    return std::nullopt;
  }
  if (is_regex(op) && value != LiteralType::kString) {
    return fmt::format("the right side of {} must be a string, not {}", symbol(op), to_text(literal));
  }
  if (!fits(type, value)) {
    return fmt::format("{} is a {} and cannot be compared with {}", name, type_name(type), to_text(literal));
  }
  const bool equality_only = value == LiteralType::kBool || value == LiteralType::kStatus || value == LiteralType::kKind;
  if (equality_only && !is_equality(op)) {
    return fmt::format("{} can only be compared by = or !=, not by {}", to_text(literal), symbol(op));
  }
  if (field.intrinsic == Intrinsic::kNestedSetParent && !tells_roots_apart(op, literal)) {
    return "nestedSetParent is only supported to tell roots (< 0) from other spans (>= 0)";
  }
  return std::nullopt;
}

std::expected<bool, std::string> fold(const Literal& left, CompareOp op, const Literal& right) {
  if (is_regex(op)) return std::unexpected(fmt::format("the left side of {} must be an attribute or an intrinsic", symbol(op)));
  const LiteralType a = literal_type(left);
  const LiteralType b = literal_type(right);
  const auto numeric = [](LiteralType type) { return type == LiteralType::kNumber || type == LiteralType::kDuration; };
  if (a != b && !(numeric(a) && numeric(b))) {
    return std::unexpected(fmt::format("{} and {} are of different types", to_text(left), to_text(right)));
  }
  if (!numeric(a) && a != LiteralType::kString && !is_equality(op)) {
    return std::unexpected(fmt::format("{} can only be compared by = or !=, not by {}", to_text(left), symbol(op)));
  }
  return holds(op, order(left, right));
}

CompareOp mirrored(CompareOp op) {
  switch (op) {
    case CompareOp::kLess: return CompareOp::kGreater;
    case CompareOp::kLessEqual: return CompareOp::kGreaterEqual;
    case CompareOp::kGreater: return CompareOp::kLess;
    case CompareOp::kGreaterEqual: return CompareOp::kLessEqual;
    default: return op;
  }
}

bool holds(CompareOp op, std::optional<int> order) {
  if (!order) return op == CompareOp::kNotEqual;
  switch (op) {
    case CompareOp::kEqual: return *order == 0;
    case CompareOp::kNotEqual: return *order != 0;
    case CompareOp::kLess: return *order < 0;
    case CompareOp::kLessEqual: return *order <= 0;
    case CompareOp::kGreater: return *order > 0;
    case CompareOp::kGreaterEqual: return *order >= 0;
    case CompareOp::kMatch:
    case CompareOp::kNotMatch: break;
  }
  return false;
}

std::optional<int> order_of(int64_t a, double b) {
  if (std::isnan(b)) return std::nullopt;
  if (b >= 9223372036854775808.0) return -1;
  if (b < -9223372036854775808.0) return 1;
  const auto whole = static_cast<int64_t>(b);
  if (a != whole) return a < whole ? -1 : 1;
  const double fraction = b - static_cast<double>(whole);
  if (fraction == 0) return 0;
  return fraction > 0 ? -1 : 1;
}

}  // namespace clew::query_traceql
