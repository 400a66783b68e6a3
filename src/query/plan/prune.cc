#include "query/plan/prune.h"

#include <algorithm>

namespace clew::query_plan {
namespace {

using query_traceql::FieldScope;
using query_traceql::Intrinsic;
using table::ColumnBounds;
using table::ColumnId;
using table::CoreColumn;
using table::ValueType;

class Pruner {
 public:
  Pruner(const BoundPlan& bound, const table::TimeRange& range, std::optional<uint32_t> window)
      : bound_(bound), range_(range), window_(window) {}

  bool may_match(const Node& node) const {
    switch (node.kind) {
      case Node::Kind::kFalse: return false;
      case Node::Kind::kAnd: return std::ranges::all_of(node.children, [this](const Node& n) { return may_match(n); });
      case Node::Kind::kOr: return std::ranges::any_of(node.children, [this](const Node& n) { return may_match(n); });
      case Node::Kind::kTimeRange: return may_be_in_range();
      case Node::Kind::kPredicate: return may_match(node.predicate);
      case Node::Kind::kTrue:
      case Node::Kind::kNot: break;
    }
    return true;
  }

 private:
  std::optional<ColumnBounds> bounds(ColumnId column) const {
    return window_ ? bound_.segment.window_bounds(column, *window_) : bound_.segment.bounds(column);
  }

  bool may_be_in_range() const {
    const std::optional<ColumnBounds> starts = bounds(table::core(CoreColumn::kStartTime));
    return !starts || (starts->high_int >= range_.begin_ns && starts->low_int < range_.end_ns);
  }

  bool may_match(uint32_t index) const {
    const Predicate& predicate = bound_.plan.predicates[index];
    const FieldColumns& columns = bound_.columns[index];
    if (predicate.test == Predicate::Test::kMissing) return true;
    switch (predicate.field.scope) {
      case FieldScope::kEvent: return may_have(CoreColumn::kEventCount);
      case FieldScope::kLink: return may_have(CoreColumn::kLinkCount);
      case FieldScope::kIntrinsic: return may_match_intrinsic(predicate, columns);
      default: break;
    }
    for (const AttributeColumns* part : {&columns.first, &columns.second}) {
      if (!part->overflow.empty()) return true;
      for (const ColumnId column : part->typed) {
        if (may_match_column(predicate, column)) return true;
      }
    }
    return false;
  }

  bool may_match_intrinsic(const Predicate& predicate, const FieldColumns& columns) const {
    switch (predicate.field.intrinsic) {
      case Intrinsic::kEventName:
      case Intrinsic::kEventTimeSinceStart: return may_have(CoreColumn::kEventCount);
      case Intrinsic::kLinkTraceId:
      case Intrinsic::kLinkSpanId: return may_have(CoreColumn::kLinkCount);
      case Intrinsic::kName:
      case Intrinsic::kDuration: return may_match_column(predicate, columns.first.typed.front());
      case Intrinsic::kStatusMessage:
      case Intrinsic::kInstrumentationName:
      case Intrinsic::kInstrumentationVersion: {
        // These are empty where they are missing, which the column's filters do not know.
        if (predicate.string_matches("")) return true;
        return !columns.first.typed.empty() && may_match_column(predicate, columns.first.typed.front());
      }
      default: return true;
    }
  }

  bool may_have(CoreColumn count) const {
    const std::optional<ColumnBounds> counts = bounds(table::core(count));
    return !counts || counts->high_int > 0;
  }

  bool may_match_column(const Predicate& predicate, ColumnId column) const {
    const ValueType type = bound_.segment.columns()[column].type;
    if (predicate.test == Predicate::Test::kPresent || type == ValueType::kJson) return true;
    switch (predicate.test) {
      case Predicate::Test::kString:
      case Predicate::Test::kRegex: {
        if (type != ValueType::kString) return false;
        const std::vector<std::string_view> exact = predicate.exact_strings();
        // A dictionary or filter is the segment's, so asking it again for each window would be for nothing.
        if (exact.empty() || window_) return true;
        return std::ranges::any_of(
            exact, [&](std::string_view value) { return bound_.segment.may_equal(column, value); });
      }
      case Predicate::Test::kNumber: return may_match_number(predicate, column, type);
      case Predicate::Test::kBool: return type == ValueType::kBool;
      default: return true;
    }
  }

  bool may_match_number(const Predicate& predicate, ColumnId column, ValueType type) const {
    if (type != ValueType::kInt64 && type != ValueType::kDouble) return false;
    if (predicate.negated) return true;
    const std::optional<ColumnBounds> known = bounds(column);
    if (!known) return true;
    if (type == ValueType::kInt64) {
      return known->high_int >= predicate.ints.low && known->low_int <= predicate.ints.high;
    }
    return known->high_double >= predicate.doubles.low && known->low_double <= predicate.doubles.high;
  }

  const BoundPlan& bound_;
  const table::TimeRange& range_;
  const std::optional<uint32_t> window_;
};

}  // namespace

BoundPlan::BoundPlan(const Plan& plan_in, const table::Segment& segment_in) : plan(plan_in), segment(segment_in) {
  columns.reserve(plan.predicates.size());
  for (const Predicate& predicate : plan.predicates) columns.push_back(columns_of(predicate.field, segment));
}

bool may_match_segment(const BoundPlan& bound, const table::TimeRange& range) {
  return Pruner(bound, range, std::nullopt).may_match(bound.plan.root);
}

bool may_match_window(const BoundPlan& bound, const table::TimeRange& range, uint32_t window) {
  return Pruner(bound, range, window).may_match(bound.plan.root);
}

}  // namespace clew::query_plan
