#include "api/jaeger/jaeger_query.h"

#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include "otlp/base64.h"
#include "otlp/foreign_ids.h"
#include "query/traceql/fields.h"

namespace clew::api_jaeger {
namespace {

using query_traceql::CompareOp;
using query_traceql::Field;
using query_traceql::FieldScope;
using query_traceql::Intrinsic;
using query_traceql::Literal;

std::string compare(const Field& field, CompareOp op, const Literal& literal) {
  return fmt::format("{} {} {}", to_text(field), symbol(op), to_text(literal));
}
std::string equal(const Field& field, const Literal& literal) { return compare(field, CompareOp::kEqual, literal); }
Field intrinsic(Intrinsic which) { return {.scope = FieldScope::kIntrinsic, .intrinsic = which, .key = {}}; }

// && and || have the same rank in TraceQL, so every group gets parentheses.
std::string joined(const std::vector<std::string>& parts, std::string_view op) {
  return parts.size() == 1 ? parts.front() : fmt::format("({})", fmt::join(parts, op));
}

template <class T>
std::optional<T> exact_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // "007" and "1.50" are texts that no number prints as.
  return fmt::format("{}", value) == text ? std::optional(value) : std::nullopt;
}

// The values of any type that Jaeger prints as `text`.
std::vector<Literal> literals_of(const std::string& text) {
  std::vector<Literal> literals = {text};
  if (text == "true" || text == "false") {
    literals.emplace_back(text == "true");
  } else if (const auto integer = exact_number<int64_t>(text)) {
    literals.emplace_back(*integer);
  } else if (const auto number = exact_number<double>(text); number && *number - *number == 0) {
    literals.emplace_back(*number);
  }
  return literals;
}

// What the tag would be if it came from a fixed field of OTLP.
void add_fixed_field(const std::string& key, const std::string& value, std::vector<std::string>& choices) {
  if (key == "span.kind") {
    if (const auto kind = query_traceql::kind_of_word(value)) choices.push_back(equal(intrinsic(Intrinsic::kKind), *kind));
  } else if (key == "error") {
    const CompareOp op = value == "true" ? CompareOp::kEqual : CompareOp::kNotEqual;
    if (value == "true" || value == "false") {
      choices.push_back(compare(intrinsic(Intrinsic::kStatus), op, otlp::StatusCode::kError));
    }
  } else if (key == "otel.status_code") {
    if (value == "ERROR") choices.push_back(equal(intrinsic(Intrinsic::kStatus), otlp::StatusCode::kError));
    if (value == "OK") choices.push_back(equal(intrinsic(Intrinsic::kStatus), otlp::StatusCode::kOk));
  } else if (key == "otel.status_description") {
    choices.push_back(equal(intrinsic(Intrinsic::kStatusMessage), value));
  } else if (key == "otel.scope.name" || key == "otel.library.name") {
    choices.push_back(equal(intrinsic(Intrinsic::kInstrumentationName), value));
  } else if (key == "otel.scope.version" || key == "otel.library.version") {
    choices.push_back(equal(intrinsic(Intrinsic::kInstrumentationVersion), value));
  } else if (key == "event") {
    choices.push_back(equal(intrinsic(Intrinsic::kEventName), value));
  }
}

std::string tag_condition(const std::string& key, const std::string& value) {
  std::vector<std::string> choices;
  const std::vector<Literal> literals = literals_of(value);
  for (const FieldScope scope :
       {FieldScope::kSpan, FieldScope::kResource, FieldScope::kInstrumentation, FieldScope::kEvent}) {
    for (const Literal& literal : literals) {
      choices.push_back(equal({.scope = scope, .intrinsic = Intrinsic::kCount, .key = key}, literal));
    }
  }
  add_fixed_field(key, value, choices);
  return joined(choices, " || ");
}

}  // namespace

std::string to_traceql(const SpanPredicate& predicate) {
  std::vector<std::string> conditions;
  if (!predicate.service.empty()) {
    conditions.push_back(equal({.scope = FieldScope::kResource, .intrinsic = Intrinsic::kCount, .key = "service.name"},
                               predicate.service));
  }
  if (!predicate.operation.empty()) conditions.push_back(equal(intrinsic(Intrinsic::kName), predicate.operation));
  const Field duration = intrinsic(Intrinsic::kDuration);
  if (predicate.duration_min_ns) {
    conditions.push_back(
        compare(duration, CompareOp::kGreaterEqual, query_traceql::Duration{*predicate.duration_min_ns}));
  }
  if (predicate.duration_max_ns) {
    conditions.push_back(compare(duration, CompareOp::kLessEqual, query_traceql::Duration{*predicate.duration_max_ns}));
  }
  for (const auto& [key, value] : predicate.tags) conditions.push_back(tag_condition(key, value));
  if (conditions.empty()) return "{ }";
  return fmt::format("{{ {} }}", fmt::join(conditions, " && "));
}

stdx::Result<void> parse_tag_map(std::string_view json, std::map<std::string, std::string>& tags) {
  const auto malformed = [](std::string_view why) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("malformed 'tags' parameter, cannot unmarshal JSON: {}", why));
  };
  const simdjson::padded_string padded(json);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (const auto error = parser.parse(padded).get(root)) return malformed(simdjson::error_message(error));
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return malformed("expecting an object of strings");
  for (const auto& [key, element] : object) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) return malformed(fmt::format("the value of \"{}\" is not a string", key));
    tags[std::string(key)] = text;
  }
  return {};
}

stdx::Result<void> parse_tag(std::string_view text, std::map<std::string, std::string>& tags) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("malformed 'tag' parameter, expecting key:value, received: {}", text));
  }
  tags[std::string(text.substr(0, colon))] = text.substr(colon + 1);
  return {};
}

std::optional<otlp::TraceId> parse_any_trace_id(std::string_view text) {
  std::optional<otlp::TraceId> id = otlp::trace_id_looked_for(text);
  if (!id && text.size() <= 24) {
    if (const auto bytes = otlp::parse_base64(text); bytes && bytes->size() == 16) {
      id = otlp::trace_id_from_bytes(*bytes);
    }
  }
  return id && !id->is_zero() ? id : std::nullopt;
}

}  // namespace clew::api_jaeger
