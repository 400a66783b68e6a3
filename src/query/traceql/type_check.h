// Which comparisons TraceQL allows, and those between two values, which are decided while parsing.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "query/traceql/ast.h"

namespace clew::query_traceql {

// nullopt if `field op literal` is a comparison that can hold; otherwise what is wrong with it.
std::optional<std::string> check_types(const Field& field, CompareOp op, const Literal& literal);

// `left op right` of two values.
std::expected<bool, std::string> fold(const Literal& left, CompareOp op, const Literal& right);

// `a op b` is `b mirrored(op) a`.
CompareOp mirrored(CompareOp op);

// The outcome of `op` from that of a three-way comparison: -1, 0, 1, or nullopt where the two are unordered (NaN).
bool holds(CompareOp op, std::optional<int> order);
// Exact also where the int has no double.
std::optional<int> order_of(int64_t a, double b);

}  // namespace clew::query_traceql
