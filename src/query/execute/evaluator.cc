#include "query/execute/evaluator.h"

#include <string>

#include "otlp/ids.h"

namespace clew::query_execute {
namespace {

using query_plan::AttributeColumns;
using query_plan::Node;
using query_plan::Predicate;
using query_traceql::FieldScope;
using query_traceql::Intrinsic;
using table::ColumnWindow;
using table::CoreColumn;

}  // namespace

Evaluator::Evaluator(const query_plan::BoundPlan& bound, TraceLookup& traces)
    : bound_(bound), traces_(traces), matchers_(bound.plan.predicates.size()) {}

Selection Evaluator::run(Batch& batch, const Selection& selection, const table::TimeRange& range) {
  batch_ = &batch;
  range_ = range;
  return eval(bound_.plan.root, selection);
}

Selection Evaluator::eval(const Node& node, const Selection& selection) {
  switch (node.kind) {
    case Node::Kind::kTrue: return selection;
    case Node::Kind::kFalse: return Selection::none(selection.row_count());
    case Node::Kind::kTimeRange: return eval_time_range(selection);
    case Node::Kind::kPredicate: return eval_predicate(node.predicate, selection);
    case Node::Kind::kNot: {
      Selection out = selection;
      return out.remove(eval(node.children.front(), selection));
    }
    case Node::Kind::kAnd: {
      Selection left = selection;
      for (const Node& child : node.children) {
        if (!left.any()) break;
        left = eval(child, left);
      }
      return left;
    }
    case Node::Kind::kOr: {
      Selection matched = Selection::none(selection.row_count());
      Selection open = selection;
      for (const Node& child : node.children) {
        if (!open.any()) break;
        const Selection more = eval(child, open);
        matched |= more;
        open.remove(more);
      }
      return matched;
    }
  }
  return selection;
}

Selection Evaluator::eval_time_range(const Selection& selection) {
  const auto id = table::core(CoreColumn::kStartTime);
  const auto inside = [this](const std::optional<table::ColumnBounds>& bounds) {
    return bounds && range_.begin_ns <= bounds->low_int && bounds->high_int < range_.end_ns;
  };
  if (range_.begin_ns <= 0 && range_.end_ns == INT64_MAX) return selection;  // No span starts before 1970.
  if (inside(bound_.segment.bounds(id))) return selection;
  if (batch_->window() && inside(bound_.segment.window_bounds(id, *batch_->window()))) return selection;
  const ColumnWindow& starts = batch_->column(id);
  if (starts.all_null) return Selection::none(selection.row_count());
  const int64_t* values = starts.ints.data();
  const table::TimeRange range = range_;
  return filter(selection, [=](uint32_t row) { return range.contains(values[row]); });
}

ColumnMatch& Evaluator::matcher(uint32_t index, size_t slot) {
  std::vector<ColumnMatch>& slots = matchers_[index];
  while (slots.size() <= slot) slots.emplace_back(bound_.plan.predicates[index]);
  return slots[slot];
}

Selection Evaluator::eval_predicate(uint32_t index, const Selection& selection) {
  switch (bound_.plan.predicates[index].field.scope) {
    case FieldScope::kIntrinsic: return eval_intrinsic(index, selection);
    case FieldScope::kEvent: return eval_events(index, selection);
    case FieldScope::kLink: return eval_links(index, selection);
    default: return eval_attribute(index, selection);
  }
}

Selection Evaluator::present(const AttributeColumns& columns, const Selection& selection) {
  Selection found = Selection::none(selection.row_count());
  Selection open = selection;
  const auto add = [&](const Selection& more) {
    found |= more;
    open.remove(more);
  };
  for (const table::ColumnId column : columns.typed) {
    if (open.any()) add(rows_with_value(batch_->column(column), open));
  }
  for (const table::ColumnId column : columns.overflow) {
    if (open.any()) add(rows_with_overflow_key(batch_->column(column), open, columns));
  }
  return found;
}

Selection Evaluator::match_attribute(uint32_t index, const AttributeColumns& columns, size_t first_slot,
                                     const Selection& selection) {
  Selection matched = Selection::none(selection.row_count());
  size_t slot = first_slot;
  for (const table::ColumnId column : columns.typed) {
    matched |= matcher(index, slot++).run(batch_->column(column), selection);
  }
  for (const table::ColumnId column : columns.overflow) {
    matched |= matcher(index, slot++).run_overflow(batch_->column(column), selection, columns);
  }
  return matched;
}

Selection Evaluator::eval_attribute(uint32_t index, const Selection& selection) {
  const Predicate& predicate = bound_.plan.predicates[index];
  const auto& [first, second] = bound_.columns[index];
  if (predicate.test == Predicate::Test::kPresent || predicate.test == Predicate::Test::kMissing) {
    Selection found = present(first, selection);
    Selection open = selection;
    open.remove(found);
    if (!second.empty() && open.any()) {
      const Selection more = present(second, open);
      found |= more;
      open.remove(more);
    }
    return predicate.test == Predicate::Test::kPresent ? found : open;
  }
  Selection matched = match_attribute(index, first, 0, selection);
  if (second.empty()) return matched;
  // The resource's value counts only where the span has none, of whatever type.
  Selection open = selection;
  open.remove(matched);
  const Selection from_resource =
      match_attribute(index, second, first.typed.size() + first.overflow.size(), open);
  if (!from_resource.any()) return matched;
  open = from_resource;
  open.remove(present(first, from_resource));
  return matched |= open;
}

Selection Evaluator::eval_intrinsic(uint32_t index, const Selection& selection) {
  const Predicate& predicate = bound_.plan.predicates[index];
  switch (predicate.field.intrinsic) {
    case Intrinsic::kDuration:
      return matcher(index, 0).run(batch_->column(CoreColumn::kDuration), selection);
    case Intrinsic::kStatus:
    case Intrinsic::kKind:
      return matcher(index, 0).run(batch_->column(bound_.columns[index].first.typed.front()), selection);
    case Intrinsic::kName:
    case Intrinsic::kStatusMessage:
    case Intrinsic::kInstrumentationName:
    case Intrinsic::kInstrumentationVersion: return eval_string_or_empty(index, selection);
    case Intrinsic::kSpanId:
    case Intrinsic::kParentId:
    case Intrinsic::kTraceId: return eval_id(index, selection);
    case Intrinsic::kNestedSetParent: {
      const ColumnWindow& parents = batch_->column(CoreColumn::kParentSpanId);
      const bool roots = predicate.int_matches(-1);
      return filter(selection, [&](uint32_t row) {
        return (!parents.has(row) || parents.span_ids[row] == 0) ? roots : predicate.int_matches(INT64_MAX / 2);
      });
    }
    case Intrinsic::kTraceDuration:
    case Intrinsic::kRootName:
    case Intrinsic::kRootService: return eval_whole_trace(index, selection);
    case Intrinsic::kChildCount: return eval_child_count(index, selection);
    case Intrinsic::kEventName:
    case Intrinsic::kEventTimeSinceStart: return eval_events(index, selection);
    case Intrinsic::kLinkTraceId:
    case Intrinsic::kLinkSpanId: return eval_links(index, selection);
    case Intrinsic::kCount: break;
  }
  return Selection::none(selection.row_count());
}

// Intrinsic strings are empty, not missing, where nothing is stored.
Selection Evaluator::eval_string_or_empty(uint32_t index, const Selection& selection) {
  const Predicate& predicate = bound_.plan.predicates[index];
  const bool empty_matches = predicate.string_matches("");
  const auto& columns = bound_.columns[index].first.typed;
  if (columns.empty()) return empty_matches ? selection : Selection::none(selection.row_count());
  const ColumnWindow& window = batch_->column(columns.front());
  Selection matched = matcher(index, 0).run(window, selection);
  if (empty_matches) {
    Selection empty = selection;
    matched |= empty.remove(rows_with_value(window, selection));
  }
  return matched;
}

Selection Evaluator::eval_id(uint32_t index, const Selection& selection) {
  const Predicate& predicate = bound_.plan.predicates[index];
  const ColumnWindow& window = batch_->column(bound_.columns[index].first.typed.front());
  if (window.all_null && predicate.field.intrinsic != Intrinsic::kParentId) {
    return Selection::none(selection.row_count());
  }
  const bool equality = predicate.test == Predicate::Test::kString &&
                        (predicate.op == query_traceql::CompareOp::kEqual ||
                         predicate.op == query_traceql::CompareOp::kNotEqual);
  if (predicate.field.intrinsic == Intrinsic::kTraceId) {
    if (!equality) {
      return filter(selection,
                    [&](uint32_t row) { return predicate.string_matches(otlp::to_hex(window.trace_ids[row])); });
    }
    const auto wanted = otlp::parse_trace_id(predicate.text);
    if (!wanted) return predicate.negated ? selection : Selection::none(selection.row_count());
    return filter(selection, [&](uint32_t row) { return (window.trace_ids[row] == *wanted) != predicate.negated; });
  }
  const auto id_of = [&](uint32_t row) { return window.has(row) ? window.span_ids[row] : otlp::SpanId{0}; };
  if (!equality) {
    return filter(selection, [&](uint32_t row) {
      const otlp::SpanId id = id_of(row);
      return predicate.string_matches(id == 0 ? std::string() : otlp::span_id_hex(id));
    });
  }
  std::optional<otlp::SpanId> wanted = otlp::parse_span_id(predicate.text);
  if (wanted == otlp::SpanId{0}) wanted = std::nullopt;  // No span has it; none at all is "".
  if (predicate.text.empty()) wanted = otlp::SpanId{0};
  if (!wanted) return predicate.negated ? selection : Selection::none(selection.row_count());
  return filter(selection, [&](uint32_t row) { return (id_of(row) == *wanted) != predicate.negated; });
}

Selection Evaluator::eval_whole_trace(uint32_t index, const Selection& selection) {
  const Predicate& predicate = bound_.plan.predicates[index];
  const Selection none = Selection::none(selection.row_count());
  const ColumnWindow& ids = batch_->column(CoreColumn::kTraceId);
  if (ids.all_null || error_) return none;
  std::vector<otlp::TraceId> wanted;
  selection.for_each([&](uint32_t row) {
    if (wanted.empty() || wanted.back() != ids.trace_ids[row]) wanted.push_back(ids.trace_ids[row]);
  });
  if (auto loaded = traces_.load(std::move(wanted)); !loaded) {
    error_ = std::move(loaded.error());
    return none;
  }
  return filter(selection, [&](uint32_t row) {
    const TraceFacts* facts = traces_.find(ids.trace_ids[row]);
    if (facts == nullptr) return false;
    switch (predicate.field.intrinsic) {
      case Intrinsic::kTraceDuration: return predicate.int_matches(facts->end_ns - facts->start_ns);
      case Intrinsic::kRootName: return predicate.string_matches(facts->root_name);
      default: return predicate.string_matches(facts->root_service);
    }
  });
}

Selection Evaluator::eval_child_count(uint32_t index, const Selection& selection) {
  const Predicate& predicate = bound_.plan.predicates[index];
  const ColumnWindow& traces = batch_->column(CoreColumn::kTraceId);
  const ColumnWindow& spans = batch_->column(CoreColumn::kSpanId);
  if (traces.all_null || spans.all_null) return Selection::none(selection.row_count());
  return filter(selection, [&](uint32_t row) {
    if (error_) return false;
    const auto counts = traces_.child_counts(traces.trace_ids[row]);
    if (!counts) {
      error_ = counts.error();
      return false;
    }
    const auto at = (*counts)->find(spans.span_ids[row]);
    return predicate.int_matches(at == (*counts)->end() ? 0 : at->second);
  });
}

}  // namespace clew::query_execute
