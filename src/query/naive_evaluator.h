// For tests: what a filter means, said a second time and as directly as possible, over OTLP objects.
//
// Knows nothing of columns, plans or predicates; shares only the syntax tree and RE2 with the engine.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <re2/re2.h>

#include "otlp/ids.h"
#include "otlp/model.h"
#include "query/naive_span_set.h"
#include "query/traceql/ast.h"

namespace clew::query_test {

class NaiveEvaluator {
 public:
  // `all` are the spans of all sets: trace: conditions and childCount look at whole traces.
  explicit NaiveEvaluator(const std::vector<FlatSpan>& all) {
    for (const FlatSpan& flat : all) traces_[flat.span->trace_id].push_back(flat);
  }

  bool matches(const query_traceql::Expression& expression, const FlatSpan& flat) const {
    using Kind = query_traceql::Expression::Kind;
    switch (expression.kind) {
      case Kind::kConstant: return expression.constant;
      case Kind::kNot: return !matches(expression.children[0], flat);
      case Kind::kAnd:
        for (const auto& child : expression.children) {
          if (!matches(child, flat)) return false;
        }
        return true;
      case Kind::kOr:
        for (const auto& child : expression.children) {
          if (matches(child, flat)) return true;
        }
        return false;
      case Kind::kCompare: return compare(expression, flat);
    }
    return false;
  }

 private:
  using Op = query_traceql::CompareOp;
  // Durations are ints; words have types of their own.
  using Value = std::variant<otlp::AnyValue, otlp::StatusCode, otlp::SpanKind>;

  // All values that the field has on the span; several for events, links and arrays. `present` even where the list is
  // empty, as for an empty array.
  struct Values {
    std::vector<Value> values;
    bool present = false;
    bool from_array = false;
    void add(Value value) {
      values.push_back(std::move(value));
      present = true;
    }
    void add_attribute(const otlp::AnyValue& value) {
      present = true;
      if (const auto* array = std::get_if<otlp::ArrayValue>(&value.value)) {
        for (const auto& element : array->values) elements.push_back(element);
      } else {
        values.push_back(value);
      }
    }
    std::vector<Value> elements;  // Of arrays: they take part in = != =~ !~ only.
  };

  static const otlp::AnyValue* find(const otlp::Attributes& attributes, const std::string& key) {
    for (const auto& attribute : attributes) {
      if (attribute.key == key) return &attribute.value;
    }
    return nullptr;
  }
  static void add(Values& values, const otlp::Attributes& attributes, const std::string& key) {
    if (const auto* value = find(attributes, key)) values.add_attribute(*value);
  }
  static Value text(std::string value) { return otlp::AnyValue{std::move(value)}; }
  static Value number(int64_t value) { return otlp::AnyValue{value}; }

  Values values_of(const query_traceql::Field& field, const FlatSpan& flat) const {
    using query_traceql::FieldScope;
    using query_traceql::Intrinsic;
    const otlp::Span& span = *flat.span;
    Values out;
    switch (field.scope) {
      case FieldScope::kSpan: add(out, span.attributes, field.key); return out;
      case FieldScope::kResource: add(out, flat.resource->attributes, field.key); return out;
      case FieldScope::kInstrumentation: add(out, flat.scope->attributes, field.key); return out;
      case FieldScope::kAny:
        add(out, find(span.attributes, field.key) != nullptr ? span.attributes : flat.resource->attributes, field.key);
        return out;
      case FieldScope::kEvent:
        for (const auto& event : span.events) add(out, event.attributes, field.key);
        return out;
      case FieldScope::kLink:
        for (const auto& link : span.links) add(out, link.attributes, field.key);
        return out;
      case FieldScope::kIntrinsic: break;
    }
    switch (field.intrinsic) {
      case Intrinsic::kDuration: out.add(number(duration_of(flat))); break;
      case Intrinsic::kName: out.add(text(span.name)); break;
      case Intrinsic::kStatus: out.add(span.status_code); break;
      case Intrinsic::kStatusMessage: out.add(text(span.status_message)); break;
      case Intrinsic::kKind: out.add(span.kind); break;
      case Intrinsic::kSpanId: out.add(text(otlp::span_id_hex(span.span_id))); break;
      case Intrinsic::kParentId:
        out.add(text(span.parent_span_id == 0 ? "" : otlp::span_id_hex(span.parent_span_id)));
        break;
      case Intrinsic::kNestedSetParent: out.add(number(span.parent_span_id == 0 ? -1 : 1)); break;
      case Intrinsic::kChildCount: {
        int64_t count = 0;
        for (const FlatSpan& other : traces_.at(span.trace_id)) count += other.span->parent_span_id == span.span_id;
        out.add(number(count));
        break;
      }
      case Intrinsic::kTraceId: out.add(text(otlp::to_hex(span.trace_id))); break;
      case Intrinsic::kTraceDuration:
      case Intrinsic::kRootName:
      case Intrinsic::kRootService: out.add(of_trace(field.intrinsic, span.trace_id)); break;
      case Intrinsic::kEventName:
        for (const auto& event : span.events) out.add(text(event.name));
        break;
      case Intrinsic::kEventTimeSinceStart:
        for (const auto& event : span.events) {
          out.add(number(static_cast<int64_t>(event.time_unix_nano - span.start_time_unix_nano)));
        }
        break;
      case Intrinsic::kLinkTraceId:
        for (const auto& link : span.links) out.add(text(otlp::to_hex(link.trace_id)));
        break;
      case Intrinsic::kLinkSpanId:
        for (const auto& link : span.links) out.add(text(otlp::span_id_hex(link.span_id)));
        break;
      case Intrinsic::kInstrumentationName: out.add(text(flat.scope->name)); break;
      case Intrinsic::kInstrumentationVersion: out.add(text(flat.scope->version)); break;
      case Intrinsic::kCount: break;
    }
    return out;
  }

  Value of_trace(query_traceql::Intrinsic intrinsic, otlp::TraceId id) const {
    const auto& spans = traces_.at(id);
    int64_t start = INT64_MAX, end = INT64_MIN;
    const FlatSpan* root = nullptr;
    const auto rank = [](const FlatSpan& flat) { return std::pair(flat.span->parent_span_id != 0, start_of(flat)); };
    for (const FlatSpan& flat : spans) {
      start = std::min(start, start_of(flat));
      end = std::max(end, start_of(flat) + duration_of(flat));
      if (root == nullptr || rank(flat) < rank(*root)) root = &flat;
    }
    if (intrinsic == query_traceql::Intrinsic::kTraceDuration) return number(end - start);
    return text(intrinsic == query_traceql::Intrinsic::kRootName ? root->span->name : service_of(*root));
  }

  // nullopt where the two are of different types.
  static std::optional<bool> holds(const Value& value, Op op, const query_traceql::Literal& literal) {
    const auto by = [op](auto a, auto b) {
      switch (op) {
        case Op::kEqual:
        case Op::kNotEqual: return a == b;
        case Op::kLess: return a < b;
        case Op::kLessEqual: return a <= b;
        case Op::kGreater: return a > b;
        case Op::kGreaterEqual: return a >= b;
        default: return false;
      }
    };
    if (const auto* status = std::get_if<otlp::StatusCode>(&value)) {
      const auto* wanted = std::get_if<otlp::StatusCode>(&literal);
      return wanted != nullptr ? std::optional(*status == *wanted) : std::nullopt;
    }
    if (const auto* kind = std::get_if<otlp::SpanKind>(&value)) {
      const auto* wanted = std::get_if<otlp::SpanKind>(&literal);
      return wanted != nullptr ? std::optional(*kind == *wanted) : std::nullopt;
    }
    const otlp::AnyValue& any = std::get<otlp::AnyValue>(value);
    if (const auto* string = std::get_if<std::string>(&any.value)) {
      const auto* wanted = std::get_if<std::string>(&literal);
      if (wanted == nullptr) return std::nullopt;
      if (op == Op::kMatch || op == Op::kNotMatch) return RE2::FullMatch(*string, RE2(*wanted));
      return by(*string, *wanted);
    }
    if (const auto* flag = std::get_if<bool>(&any.value)) {
      const auto* wanted = std::get_if<bool>(&literal);
      return wanted != nullptr ? std::optional(*flag == *wanted) : std::nullopt;
    }
    // On this machine a long double holds every int64 and every double exactly.
    std::optional<long double> number, wanted;
    if (const auto* integer = std::get_if<int64_t>(&any.value)) number = *integer;
    if (const auto* real = std::get_if<double>(&any.value)) number = *real;
    if (const auto* integer = std::get_if<int64_t>(&literal)) wanted = *integer;
    if (const auto* real = std::get_if<double>(&literal)) wanted = *real;
    if (const auto* duration = std::get_if<query_traceql::Duration>(&literal)) wanted = duration->ns;
    if (!number || !wanted) return std::nullopt;
    return by(*number, *wanted);
  }

  bool compare(const query_traceql::Expression& comparison, const FlatSpan& flat) const {
    const Values found = values_of(comparison.field, flat);
    const Op op = comparison.op;
    if (std::holds_alternative<std::monostate>(comparison.literal)) return found.present == (op == Op::kNotEqual);
    const bool negated = op == Op::kNotEqual || op == Op::kNotMatch;
    std::vector<Value> values = found.values;
    if (op == Op::kEqual || op == Op::kMatch || negated) {
      values.insert(values.end(), found.elements.begin(), found.elements.end());
    }
    bool comparable = false, any = false;
    for (const Value& value : values) {
      const std::optional<bool> result = holds(value, op, comparison.literal);
      comparable |= result.has_value();
      any |= result.value_or(false);
    }
    return negated ? comparable && !any : any;
  }

  std::map<otlp::TraceId, std::vector<FlatSpan>> traces_;
};

}  // namespace clew::query_test
