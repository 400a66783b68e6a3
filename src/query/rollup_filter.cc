#include "query/rollup_filter.h"

#include <algorithm>
#include <utility>

#include "query/traceql/parser.h"

namespace clew::query {
namespace {

using query_plan::Predicate;
using query_traceql::Expression;
using query_traceql::Field;
using query_traceql::FieldScope;
using query_traceql::Intrinsic;

bool is_service(const Field& field) { return field.scope == FieldScope::kResource && field.key == "service.name"; }
bool is_intrinsic(const Field& field, Intrinsic intrinsic) {
  return field.scope == FieldScope::kIntrinsic && field.intrinsic == intrinsic;
}

// Whether a service.name is missing or no text, rollups do not tell.
bool answered_by_rollups(const Predicate& predicate) {
  if (is_service(predicate.field)) return predicate.test != Predicate::Test::kMissing && predicate.test != Predicate::Test::kPresent;
  return is_intrinsic(predicate.field, Intrinsic::kName) || is_intrinsic(predicate.field, Intrinsic::kKind) ||
         is_intrinsic(predicate.field, Intrinsic::kStatus);
}

}  // namespace

stdx::Result<std::optional<RollupFilter>> RollupFilter::of(const std::string& traceql) {
  const auto expression = query_traceql::parse_filter(traceql.empty() ? "{}" : traceql);
  if (!expression) return std::unexpected(expression.error());
  auto root = node_of(*expression);
  if (!root) return std::unexpected(std::move(root.error()));
  if (!*root) return std::nullopt;
  RollupFilter filter;
  filter.root_ = std::move(**root);
  return filter;
}

stdx::Result<std::optional<RollupFilter::Node>> RollupFilter::node_of(const Expression& expression) {
  Node node;
  node.kind = expression.kind;
  node.constant = expression.constant;
  if (expression.kind == Expression::Kind::kCompare) {
    auto predicate = query_plan::make_predicate(expression);
    if (!predicate) return std::unexpected(std::move(predicate.error()));
    if (!answered_by_rollups(*predicate)) return std::nullopt;
    node.predicate = std::move(*predicate);
  }
  // Depth is bounded by the parser.
  for (const Expression& child : expression.children) {
    auto made = node_of(child);
    if (!made) return std::unexpected(std::move(made.error()));
    if (!*made) return std::nullopt;
    node.children.push_back(std::move(**made));
  }
  return node;
}

bool RollupFilter::holds(const Node& node, const table::RedRow& row) {
  switch (node.kind) {
    case Expression::Kind::kConstant: return node.constant;
    case Expression::Kind::kCompare: return predicate_holds(*node.predicate, row);
    case Expression::Kind::kNot: return !holds(node.children.front(), row);
    case Expression::Kind::kAnd: return std::ranges::all_of(node.children, [&](const Node& child) { return holds(child, row); });
    case Expression::Kind::kOr: return std::ranges::any_of(node.children, [&](const Node& child) { return holds(child, row); });
  }
  return false;
}

bool RollupFilter::predicate_holds(const Predicate& predicate, const table::RedRow& row) {
  if (is_service(predicate.field)) return !row.service.empty() && predicate.string_matches(row.service);
  if (is_intrinsic(predicate.field, Intrinsic::kName)) {
    return predicate.test == Predicate::Test::kPresent || predicate.string_matches(row.operation);
  }
  const auto word = is_intrinsic(predicate.field, Intrinsic::kKind) ? static_cast<uint8_t>(row.kind) : static_cast<uint8_t>(row.status);
  switch (predicate.test) {
    case Predicate::Test::kPresent: return true;
    case Predicate::Test::kWord: return (predicate.word == word) != predicate.negated;
    default: return false;
  }
}

}  // namespace clew::query
