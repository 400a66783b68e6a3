// A filter ready to run: compiled predicates under a tree whose cheap and selective parts come first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "otlp/ids.h"
#include "query/plan/predicate.h"
#include "query/traceql/ast.h"
#include "stdx/error.h"

namespace clew::query_plan {

struct Node {
  enum class Kind : uint8_t { kTrue, kFalse, kPredicate, kTimeRange, kNot, kAnd, kOr };
  Kind kind = Kind::kTrue;
  uint32_t predicate = 0;  // kPredicate: index into Plan::predicates.
  uint32_t cost = 0;       // Relative; children are ordered by it.
  std::vector<Node> children;
};

// Immutable; any thread. The root always asks for the query's time range too (kTimeRange, by span start).
struct Plan {
  std::vector<Predicate> predicates;
  Node root;
  // The filter can only hold in this trace: `trace:id = …` is a condition of the whole.
  std::optional<otlp::TraceId> trace_id;
};

// kInvalidArgument for a regular expression that RE2 does not take.
stdx::Result<Plan> make_plan(const query_traceql::Expression& filter);

// The tree with costs, for tests and for people: and[12](…).
std::string to_text(const Plan& plan);

}  // namespace clew::query_plan
