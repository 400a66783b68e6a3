// Filters that the rollups can answer: those that ask for nothing but service, operation, kind and status.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/plan/predicate.h"
#include "query/traceql/ast.h"
#include "stdx/error.h"
#include "table/rollup_rows.h"

namespace clew::query {

// Immutable; any thread.
class RollupFilter {
 public:
  // nullopt if the filter asks for more than a rollup row knows. kInvalidArgument as the parser and planner say it.
  static stdx::Result<std::optional<RollupFilter>> of(const std::string& traceql);

  bool matches(const table::RedRow& row) const { return holds(root_, row); }

 private:
  struct Node {
    query_traceql::Expression::Kind kind = query_traceql::Expression::Kind::kConstant;
    bool constant = true;
    std::optional<query_plan::Predicate> predicate;
    std::vector<Node> children;
  };
  static stdx::Result<std::optional<Node>> node_of(const query_traceql::Expression& expression);
  static bool holds(const Node& node, const table::RedRow& row);
  static bool predicate_holds(const query_plan::Predicate& predicate, const table::RedRow& row);

  Node root_;
};

}  // namespace clew::query
