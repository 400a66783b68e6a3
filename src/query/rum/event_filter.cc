#include "query/rum/event_filter.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "otlp/ids.h"
#include "query/execute/column_match.h"
#include "query/rum/event_columns.h"
#include "query/traceql/fields.h"
#include "query/traceql/parser.h"
#include "table/record_kind.h"

namespace clew::query_rum {
namespace {

using query_execute::ColumnMatch;
using query_execute::Selection;
using query_plan::AttributeColumns;
using query_plan::FieldColumns;
using query_plan::Predicate;
using query_traceql::CompareOp;
using query_traceql::Expression;
using query_traceql::FieldScope;
using query_traceql::Intrinsic;
using table::ColumnId;
using table::ColumnWindow;

stdx::Result<void> check_field(const Expression& comparison) {
  const query_traceql::Field& field = comparison.field;
  constexpr std::array kAllowed = {Intrinsic::kName, Intrinsic::kTraceId, Intrinsic::kSpanId};
  const bool refused = field.scope == FieldScope::kEvent || field.scope == FieldScope::kLink ||
                       (field.scope == FieldScope::kIntrinsic && std::ranges::find(kAllowed, field.intrinsic) == kAllowed.end());
  if (!refused) return {};
  return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                    fmt::format("line {}, column {}: events of sessions have no {}; they have attributes (.view.name, "
                                "resource.service.version), name, trace:id and span:id",
                                comparison.place.line, comparison.place.column, query_traceql::to_text(field)));
}

stdx::Result<EventFilter::Node> compile(const Expression& expression, std::vector<Predicate>& predicates) {
  EventFilter::Node node{.kind = expression.kind, .constant = expression.constant, .predicate = 0, .children = {}};
  if (expression.kind == Expression::Kind::kCompare) {
    if (auto valid = check_field(expression); !valid) return std::unexpected(std::move(valid.error()));
    auto predicate = query_plan::make_predicate(expression);
    if (!predicate) return std::unexpected(std::move(predicate.error()));
    node.predicate = static_cast<uint32_t>(predicates.size());
    predicates.push_back(std::move(*predicate));
  }
  for (const Expression& child : expression.children) {
    auto compiled = compile(child, predicates);  // As deep as the parser lets an expression be.
    if (!compiled) return compiled;
    node.children.push_back(std::move(*compiled));
  }
  return node;
}

FieldColumns columns_of(const query_traceql::Field& field, const table::Segment& segment) {
  switch (field.scope) {
    case FieldScope::kAny:
      return {event_attribute(segment, table::Scope::kSpan, field.key),
              event_attribute(segment, table::Scope::kResource, field.key)};
    case FieldScope::kSpan: return {event_attribute(segment, table::Scope::kSpan, field.key), {}};
    case FieldScope::kResource: return {event_attribute(segment, table::Scope::kResource, field.key), {}};
    case FieldScope::kInstrumentation: return {event_attribute(segment, table::Scope::kInstrumentation, field.key), {}};
    default: break;
  }
  const size_t at = field.intrinsic == Intrinsic::kTraceId  ? table::log_field::kTraceId
                    : field.intrinsic == Intrinsic::kSpanId ? table::log_field::kSpanId
                                                            : table::log_field::kEventName;
  return event_field(at);
}

}  // namespace

stdx::Result<EventFilter> EventFilter::parse(std::string_view q) {
  EventFilter filter;
  if (q.find_first_not_of(" \t\r\n") == std::string_view::npos) return filter;
  auto expression = query_traceql::parse_filter(q);
  if (!expression) return std::unexpected(std::move(expression.error()));
  auto root = compile(*expression, filter.predicates_);
  if (!root) return std::unexpected(std::move(root.error()));
  filter.root_ = std::move(*root);
  return filter;
}

EventFilter EventFilter::with(std::string_view key, std::string_view value) const {
  Expression comparison;
  comparison.kind = Expression::Kind::kCompare;
  const bool of_resource = key.starts_with("resource.");
  comparison.field.scope = of_resource ? FieldScope::kResource : FieldScope::kAny;
  comparison.field.key = of_resource ? key.substr(9) : key;
  if (!value.empty()) comparison.literal = std::string(value);
  EventFilter both = *this;
  auto compiled = compile(comparison, both.predicates_);
  if (!compiled) return both;  // Equality always compiles.
  Node root{.kind = Expression::Kind::kAnd, .constant = true, .predicate = 0, .children = {}};
  root.children.push_back(std::move(*compiled));
  root.children.push_back(std::move(both.root_));
  both.root_ = std::move(root);
  return both;
}

class EventMatcher::Impl {
 public:
  Impl(const EventFilter& filter, const table::Segment& segment)
      : filter_(filter), segment_(segment), matchers_(filter.predicates().size()) {
    for (const Predicate& predicate : filter.predicates()) columns_.push_back(columns_of(predicate.field, segment));
  }

  bool may_match(const EventFilter::Node& node) const {
    switch (node.kind) {
      case Expression::Kind::kConstant: return node.constant;
      case Expression::Kind::kNot: return true;
      case Expression::Kind::kAnd: return std::ranges::all_of(node.children, [&](const auto& child) { return may_match(child); });
      case Expression::Kind::kOr: return std::ranges::any_of(node.children, [&](const auto& child) { return may_match(child); });
      case Expression::Kind::kCompare: break;
    }
    const Predicate& predicate = filter_.predicates()[node.predicate];
    const auto& [first, second] = columns_[node.predicate];
    if (predicate.test == Predicate::Test::kMissing) return true;
    if (first.empty() && second.empty()) return false;
    if (predicate.field.scope == FieldScope::kIntrinsic && predicate.field.intrinsic != Intrinsic::kName) return true;
    const auto exact = predicate.exact_strings();
    if (exact.empty() || !first.overflow.empty() || !second.overflow.empty()) return true;
    const auto may_have = [&](ColumnId id) {
      if (segment_.columns()[id].type != table::ValueType::kString) return true;
      return std::ranges::any_of(exact, [&](std::string_view text) { return segment_.may_equal(id, text); });
    };
    return std::ranges::any_of(first.typed, may_have) || std::ranges::any_of(second.typed, may_have);
  }

  Selection eval(const EventFilter::Node& node, WindowColumns& columns, const Selection& selection) {
    switch (node.kind) {
      case Expression::Kind::kConstant: return node.constant ? selection : Selection::none(selection.row_count());
      case Expression::Kind::kCompare: return compare(node.predicate, columns, selection);
      case Expression::Kind::kNot: {
        Selection out = selection;
        return out.remove(eval(node.children.front(), columns, selection));
      }
      case Expression::Kind::kAnd: {
        Selection left = selection;
        for (const auto& child : node.children) {
          if (!left.any()) break;
          left = eval(child, columns, left);
        }
        return left;
      }
      case Expression::Kind::kOr: {
        Selection matched = Selection::none(selection.row_count());
        Selection open = selection;
        for (const auto& child : node.children) {
          if (!open.any()) break;
          const Selection more = eval(child, columns, open);
          matched |= more;
          open.remove(more);
        }
        return matched;
      }
    }
    return selection;
  }

 private:
  ColumnMatch& matcher(uint32_t index, size_t slot) {
    std::vector<ColumnMatch>& slots = matchers_[index];
    while (slots.size() <= slot) slots.emplace_back(filter_.predicates()[index]);
    return slots[slot];
  }

  static Selection present(const AttributeColumns& wanted, WindowColumns& columns, const Selection& selection) {
    Selection found = Selection::none(selection.row_count());
    for (const ColumnId id : wanted.typed) found |= query_execute::rows_with_value(columns.at(id), selection);
    for (const ColumnId id : wanted.overflow) found |= query_execute::rows_with_overflow_key(columns.at(id), selection, wanted);
    return found;
  }

  Selection match_attribute(uint32_t index, const AttributeColumns& wanted, size_t first_slot, WindowColumns& columns,
                            const Selection& selection) {
    Selection matched = Selection::none(selection.row_count());
    size_t slot = first_slot;
    for (const ColumnId id : wanted.typed) matched |= matcher(index, slot++).run(columns.at(id), selection);
    for (const ColumnId id : wanted.overflow) matched |= matcher(index, slot++).run_overflow(columns.at(id), selection, wanted);
    return matched;
  }

  Selection compare(uint32_t index, WindowColumns& columns, const Selection& selection) {
    const Predicate& predicate = filter_.predicates()[index];
    const auto& [first, second] = columns_[index];
    if (predicate.field.scope == FieldScope::kIntrinsic && predicate.field.intrinsic != Intrinsic::kName) {
      return compare_ids(predicate, columns.at(first.typed.front()), selection);
    }
    if (predicate.test == Predicate::Test::kPresent || predicate.test == Predicate::Test::kMissing) {
      Selection found = present(first, columns, selection);
      if (!second.empty()) found |= present(second, columns, selection);
      if (predicate.test == Predicate::Test::kPresent) return found;
      Selection missing = selection;
      return missing.remove(found);
    }
    Selection matched = match_attribute(index, first, 0, columns, selection);
    if (second.empty()) return matched;
    // The resource's value counts only where the event has none, of whatever type.
    Selection open = selection;
    open.remove(matched);
    Selection from_resource = match_attribute(index, second, first.typed.size() + first.overflow.size(), columns, open);
    if (!from_resource.any()) return matched;
    from_resource.remove(present(first, columns, from_resource));
    return matched |= from_resource;
  }

  // Events without an id have none that could be compared.
  static Selection compare_ids(const Predicate& predicate, const ColumnWindow& window, const Selection& selection) {
    const Selection some = query_execute::rows_with_value(window, selection);
    if (window.type == table::ValueType::kTraceId) {
      const auto parsed = otlp::parse_trace_id(predicate.text);
      const bool exact = predicate.test == Predicate::Test::kString && parsed.has_value();
      const otlp::TraceId wanted = parsed.value_or(otlp::TraceId());
      return query_execute::filter(some, [&](uint32_t row) {
        if (exact) return (window.trace_ids[row] == wanted) != predicate.negated;
        return predicate.string_matches(otlp::to_hex(window.trace_ids[row]));
      });
    }
    return query_execute::filter(some, [&](uint32_t row) {
      return window.span_ids[row] != 0 && predicate.string_matches(otlp::span_id_hex(window.span_ids[row]));
    });
  }

  const EventFilter& filter_;
  const table::Segment& segment_;
  std::vector<FieldColumns> columns_;               // By predicate.
  std::vector<std::vector<ColumnMatch>> matchers_;  // By predicate and column.
};

EventMatcher::EventMatcher(const EventFilter& filter, const table::Segment& segment)
    : filter_(filter), impl_(std::make_unique<Impl>(filter, segment)) {}
EventMatcher::~EventMatcher() = default;
bool EventMatcher::may_match() const { return impl_->may_match(filter_.root()); }
Selection EventMatcher::match(WindowColumns& columns, const Selection& candidates) {
  return impl_->eval(filter_.root(), columns, candidates);
}

}  // namespace clew::query_rum
