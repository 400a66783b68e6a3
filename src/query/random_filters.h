// For tests: random filters whose fields and values are mostly those of given spans, so that they match some.
#pragma once

#include <string>
#include <vector>

#include <re2/re2.h>

#include "otlp/random_traces.h"
#include "query/naive_span_set.h"
#include "query/traceql/ast.h"
#include "query/traceql/fields.h"
#include "query/traceql/type_check.h"

namespace clew::query_test {

class RandomFilters {
 public:
  RandomFilters(uint64_t seed, const std::vector<FlatSpan>& spans) : random_(seed), spans_(spans) {}

  std::string filter() { return "{ " + condition(3) + " }"; }
  uint64_t below(uint64_t bound) { return random_.below(bound); }

 private:
  using Field = query_traceql::Field;
  using FieldScope = query_traceql::FieldScope;
  using FieldType = query_traceql::FieldType;
  using Intrinsic = query_traceql::Intrinsic;
  using Op = query_traceql::CompareOp;
  using Literal = query_traceql::Literal;

  std::string condition(int depth) {
    if (depth == 0 || below(3) == 0) return comparison();
    if (below(5) == 0) return "!(" + condition(depth - 1) + ")";
    std::string text;
    const size_t parts = 2 + below(3);
    for (size_t i = 0; i < parts; ++i) {
      if (i != 0) text += below(2) == 0 ? " && " : " || ";
      text += below(3) == 0 ? "(" + condition(depth - 1) + ")" : comparison();
    }
    return text;
  }

  std::string comparison() {
    while (true) {
      const FlatSpan& flat = spans_[below(spans_.size())];
      Field field;
      Literal literal;
      pick(flat, field, literal);
      const auto op = static_cast<Op>(below(8));
      if (op == Op::kMatch || op == Op::kNotMatch) literal = pattern(literal);
      if (below(12) == 0) literal = std::monostate();
      if (query_traceql::check_types(field, op, literal)) continue;
      return query_traceql::to_text(field) + " " + std::string(query_traceql::symbol(op)) + " " +
             query_traceql::to_text(literal);
    }
  }

  std::string pattern(const Literal& literal) {
    const auto* text = std::get_if<std::string>(&literal);
    if (text == nullptr) return ".*";
    const auto quoted = [](std::string_view part) { return RE2::QuoteMeta(re2::StringPiece(part.data(), part.size())); };
    switch (below(4)) {
      case 0: return quoted(*text);
      case 1: return quoted(*text) + "|GET|x";
      case 2: return ".*";
      default: break;
    }
    size_t length = below(text->size() + 1);
    while (length < text->size() && (static_cast<unsigned char>((*text)[length]) & 0xc0) == 0x80) ++length;
    return "(?s)" + quoted(std::string_view(*text).substr(0, length)) + ".*";
  }

  // A field, and a value near one that the span has for it.
  void pick(const FlatSpan& flat, Field& field, Literal& literal) {
    switch (below(8)) {
      case 0:
      case 1: attribute(FieldScope::kSpan, flat.span->attributes, field, literal); return;
      case 2: attribute(FieldScope::kResource, flat.resource->attributes, field, literal); return;
      case 3: attribute(FieldScope::kInstrumentation, flat.scope->attributes, field, literal); return;
      case 4:
        attribute(FieldScope::kAny, below(2) == 0 ? flat.span->attributes : flat.resource->attributes, field, literal);
        return;
      case 5:
        if (!flat.span->events.empty()) {
          attribute(FieldScope::kEvent, flat.span->events[below(flat.span->events.size())].attributes, field, literal);
          return;
        }
        break;
      case 6:
        if (!flat.span->links.empty()) {
          attribute(FieldScope::kLink, flat.span->links[below(flat.span->links.size())].attributes, field, literal);
          return;
        }
        break;
      default: break;
    }
    intrinsic(flat, field, literal);
  }

  void attribute(FieldScope scope, const otlp::Attributes& attributes, Field& field, Literal& literal) {
    field = {scope, Intrinsic::kCount, random_.key()};
    otlp::AnyValue value = random_.value();
    if (!attributes.empty()) {
      const otlp::KeyValue& chosen = attributes[below(attributes.size())];
      field.key = chosen.key;
      value = chosen.value;
    }
    if (below(8) == 0) value = random_.value();
    if (const auto* array = std::get_if<otlp::ArrayValue>(&value.value); array != nullptr && !array->values.empty()) {
      value = otlp::AnyValue(array->values[below(array->values.size())]);
    }
    literal = near(value);
  }

  Literal near(const otlp::AnyValue& value) {
    if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
    if (const auto* number = std::get_if<int64_t>(&value.value)) {
      switch (below(4)) {
        case 0: return static_cast<double>(*number);
        case 1: return query_traceql::Duration{*number == INT64_MIN ? 0 : *number};
        default: return *number;
      }
    }
    if (const auto* number = std::get_if<double>(&value.value)) {
      if (!std::isfinite(*number)) return int64_t{7};
      if (below(3) == 0 && std::abs(*number) < 9e18) return static_cast<int64_t>(*number);
      return *number;
    }
    if (const auto* flag = std::get_if<bool>(&value.value)) return *flag;
    return otlp::StatusCode::kError;  // No attribute has it.
  }

  void intrinsic(const FlatSpan& flat, Field& field, Literal& literal) {
    const otlp::Span& span = *flat.span;
    field = {FieldScope::kIntrinsic, static_cast<Intrinsic>(below(static_cast<uint64_t>(Intrinsic::kCount))), ""};
    switch (field.intrinsic) {
      case Intrinsic::kName: literal = span.name; break;
      case Intrinsic::kStatusMessage: literal = span.status_message; break;
      case Intrinsic::kSpanId: literal = otlp::span_id_hex(span.span_id); break;
      case Intrinsic::kParentId:
        literal = span.parent_span_id == 0 ? std::string() : otlp::span_id_hex(span.parent_span_id);
        break;
      case Intrinsic::kTraceId: literal = otlp::to_hex(span.trace_id); break;
      case Intrinsic::kRootName: literal = span.name; break;
      case Intrinsic::kRootService: literal = service_of(flat); break;
      case Intrinsic::kEventName: literal = span.events.empty() ? std::string() : span.events[0].name; break;
      case Intrinsic::kLinkTraceId: literal = span.links.empty() ? "" : otlp::to_hex(span.links[0].trace_id); break;
      case Intrinsic::kLinkSpanId: literal = span.links.empty() ? "" : otlp::span_id_hex(span.links[0].span_id); break;
      case Intrinsic::kInstrumentationName: literal = flat.scope->name; break;
      case Intrinsic::kInstrumentationVersion: literal = flat.scope->version; break;
      case Intrinsic::kDuration:
      case Intrinsic::kTraceDuration: literal = query_traceql::Duration{duration_of(flat)}; break;
      case Intrinsic::kEventTimeSinceStart:
        literal = span.events.empty()
                      ? int64_t{0}
                      : static_cast<int64_t>(span.events[0].time_unix_nano - span.start_time_unix_nano);
        break;
      case Intrinsic::kChildCount: literal = static_cast<int64_t>(below(3)); break;
      case Intrinsic::kNestedSetParent: literal = static_cast<int64_t>(below(2)) - 1; break;
      case Intrinsic::kStatus: literal = span.status_code; break;
      case Intrinsic::kKind: literal = span.kind; break;
      case Intrinsic::kCount: break;
    }
  }

  otlp::RandomTraces random_;
  const std::vector<FlatSpan>& spans_;
};

}  // namespace clew::query_test
