#include "query/plan/plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "otlp/foreign_ids.h"
#include "query/traceql/fields.h"

namespace clew::query_plan {
namespace {

using query_traceql::Expression;
using query_traceql::FieldScope;
using query_traceql::Intrinsic;

// What a condition costs for each row it is asked for, and how little it leaves over: equality of strings goes first,
// because a dictionary answers it and it usually leaves least; events and whole traces go last, because they have to be
// read row by row.
constexpr uint32_t kTimeRangeCost = 3;

uint32_t intrinsic_cost(const Predicate& predicate, bool exact) {
  switch (predicate.field.intrinsic) {
    case Intrinsic::kTraceId:
    case Intrinsic::kSpanId:
    case Intrinsic::kParentId: return exact ? 1 : 20;
    case Intrinsic::kName:
    case Intrinsic::kStatusMessage:
    case Intrinsic::kInstrumentationName:
    case Intrinsic::kInstrumentationVersion: return exact ? 1 : 7;
    case Intrinsic::kDuration: return 4;
    case Intrinsic::kStatus:
    case Intrinsic::kKind:
    case Intrinsic::kNestedSetParent: return 5;
    case Intrinsic::kEventName:
    case Intrinsic::kEventTimeSinceStart:
    case Intrinsic::kLinkTraceId:
    case Intrinsic::kLinkSpanId: return 100;
    case Intrinsic::kTraceDuration:
    case Intrinsic::kRootName:
    case Intrinsic::kRootService: return 200;
    case Intrinsic::kChildCount: return 400;
    case Intrinsic::kCount: break;
  }
  return 0;
}

uint32_t cost_of(const Predicate& predicate) {
  const bool exact = !predicate.exact_strings().empty();
  switch (predicate.field.scope) {
    case FieldScope::kIntrinsic: return intrinsic_cost(predicate, exact);
    case FieldScope::kEvent:
    case FieldScope::kLink: return 100;
    case FieldScope::kSpan:
    case FieldScope::kResource:
    case FieldScope::kInstrumentation: return exact ? 1 : (predicate.test == Predicate::Test::kNumber ? 6 : 8);
    case FieldScope::kAny: return exact ? 2 : (predicate.test == Predicate::Test::kNumber ? 8 : 10);
  }
  return 10;
}

Node constant(bool value) { return {.kind = value ? Node::Kind::kTrue : Node::Kind::kFalse, .predicate = 0, .cost = 0, .children = {}}; }

// Equal costs stay in the order written, so that a plan is the same with every library.
void order_by_cost(std::vector<Node>& nodes) {
  for (size_t i = 1; i < nodes.size(); ++i) {
    const auto place = std::upper_bound(nodes.begin(), nodes.begin() + static_cast<ptrdiff_t>(i), nodes[i].cost,
                                        [](uint32_t cost, const Node& node) { return cost < node.cost; });
    std::rotate(place, nodes.begin() + static_cast<ptrdiff_t>(i), nodes.begin() + static_cast<ptrdiff_t>(i) + 1);
  }
}

// Joins children of kAnd or kOr: constants fall away, equal kinds are merged, the rest is ordered by cost.
Node join(Node::Kind kind, std::vector<Node> children) {
  const Node::Kind absorbing = kind == Node::Kind::kAnd ? Node::Kind::kFalse : Node::Kind::kTrue;
  const Node::Kind neutral = kind == Node::Kind::kAnd ? Node::Kind::kTrue : Node::Kind::kFalse;
  Node node{.kind = kind, .predicate = 0, .cost = 0, .children = {}};
  for (Node& child : children) {
    if (child.kind == absorbing) return constant(absorbing == Node::Kind::kTrue);
    if (child.kind == neutral) continue;
    if (child.kind == kind) {
      std::ranges::move(child.children, std::back_inserter(node.children));
    } else {
      node.children.push_back(std::move(child));
    }
  }
  order_by_cost(node.children);
  if (node.children.empty()) return constant(neutral == Node::Kind::kTrue);
  if (node.children.size() == 1) return std::move(node.children.front());
  for (const Node& child : node.children) node.cost += child.cost;
  return node;
}

class Planner {
 public:
  stdx::Result<Plan> run(const Expression& filter) {
    stdx::Result<Node> root = convert(filter);
    if (!root) return std::unexpected(std::move(root.error()));
    find_trace_id(*root);
    std::vector<Node> parts;
    parts.push_back(std::move(*root));
    parts.push_back({.kind = Node::Kind::kTimeRange, .predicate = 0, .cost = kTimeRangeCost, .children = {}});
    plan_.root = join(Node::Kind::kAnd, std::move(parts));
    return std::move(plan_);
  }

 private:
  stdx::Result<Node> convert(const Expression& expression) {
    switch (expression.kind) {
      case Expression::Kind::kConstant: return constant(expression.constant);
      case Expression::Kind::kCompare: return convert_comparison(expression);
      case Expression::Kind::kNot: {
        stdx::Result<Node> child = convert(expression.children.front());
        if (!child) return child;
        if (child->kind == Node::Kind::kTrue || child->kind == Node::Kind::kFalse) {
          return constant(child->kind == Node::Kind::kFalse);
        }
        Node node{.kind = Node::Kind::kNot, .predicate = 0, .cost = child->cost + 1, .children = {}};
        node.children.push_back(std::move(*child));
        return node;
      }
      case Expression::Kind::kAnd:
      case Expression::Kind::kOr: break;
    }
    std::vector<Node> children;
    for (const Expression& child : expression.children) {
      stdx::Result<Node> node = convert(child);
      if (!node) return node;
      children.push_back(std::move(*node));
    }
    return join(expression.kind == Expression::Kind::kAnd ? Node::Kind::kAnd : Node::Kind::kOr, std::move(children));
  }

  stdx::Result<Node> convert_comparison(const Expression& expression) {
    stdx::Result<Predicate> predicate = make_predicate(expression);
    if (!predicate) return std::unexpected(std::move(predicate.error()));
    if (predicate->test == Predicate::Test::kNever) return constant(false);
    const bool intrinsic = predicate->field.scope == FieldScope::kIntrinsic;
    const bool of_child = predicate->field.intrinsic == Intrinsic::kEventName ||
                          predicate->field.intrinsic == Intrinsic::kEventTimeSinceStart ||
                          predicate->field.intrinsic == Intrinsic::kLinkTraceId ||
                          predicate->field.intrinsic == Intrinsic::kLinkSpanId;
    // Every span has every other intrinsic.
    if (intrinsic && !of_child && predicate->test == Predicate::Test::kPresent) return constant(true);
    if (intrinsic && predicate->test == Predicate::Test::kString) normalise_id(*predicate);
    Node node{.kind = Node::Kind::kPredicate,
              .predicate = static_cast<uint32_t>(plan_.predicates.size()),
              .cost = cost_of(*predicate),
              .children = {}};
    plan_.predicates.push_back(std::move(*predicate));
    return node;
  }

  // Ids may be written in either case and without leading zeros where they are compared as a whole.
  static void normalise_id(Predicate& predicate) {
    if (predicate.op != query_traceql::CompareOp::kEqual && predicate.op != query_traceql::CompareOp::kNotEqual) return;
    switch (predicate.field.intrinsic) {
      case Intrinsic::kTraceId:
      case Intrinsic::kLinkTraceId:
        if (const auto id = otlp::trace_id_looked_for(predicate.text)) predicate.text = otlp::to_hex(*id);
        break;
      case Intrinsic::kSpanId:
      case Intrinsic::kParentId:
      case Intrinsic::kLinkSpanId:
        if (const auto id = otlp::parse_span_id(predicate.text)) predicate.text = otlp::span_id_hex(*id);
        break;
      default: break;
    }
  }

  void find_trace_id(const Node& root) {
    const auto look = [this](const Node& node) {
      if (node.kind != Node::Kind::kPredicate) return;
      const Predicate& predicate = plan_.predicates[node.predicate];
      if (predicate.field.intrinsic != Intrinsic::kTraceId || predicate.test != Predicate::Test::kString) return;
      if (predicate.op == query_traceql::CompareOp::kEqual) plan_.trace_id = otlp::parse_trace_id(predicate.text);
    };
    look(root);
    if (root.kind == Node::Kind::kAnd) std::ranges::for_each(root.children, look);
  }

  Plan plan_;
};

std::string to_text(const Plan& plan, const Node& node) {
  std::string out;
  switch (node.kind) {
    case Node::Kind::kTrue: return "true";
    case Node::Kind::kFalse: return "false";
    case Node::Kind::kTimeRange: return "in-range";
    case Node::Kind::kPredicate: {
      const Predicate& predicate = plan.predicates[node.predicate];
      return fmt::format("{} {}", query_traceql::to_text(predicate.field), query_traceql::symbol(predicate.op));
    }
    case Node::Kind::kNot: out = "not"; break;
    case Node::Kind::kAnd: out = "and"; break;
    case Node::Kind::kOr: out = "or"; break;
  }
  out += fmt::format("[{}](", node.cost);
  for (size_t i = 0; i < node.children.size(); ++i) out += (i == 0 ? "" : ", ") + to_text(plan, node.children[i]);
  return out + ")";
}

}  // namespace

stdx::Result<Plan> make_plan(const Expression& filter) { return Planner().run(filter); }

std::string to_text(const Plan& plan) { return to_text(plan, plan.root); }

}  // namespace clew::query_plan
