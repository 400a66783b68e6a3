// The intrinsic fields of TraceQL as data: the parser, the tag listing and the reference page read the same table.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "query/traceql/ast.h"

namespace clew::query_traceql {

enum class FieldType : uint8_t { kAttribute, kDuration, kString, kInt, kStatus, kKind };

struct IntrinsicInfo {
  Intrinsic intrinsic;
  std::string_view scoped;    // "span:duration"
  std::string_view unscoped;  // The old name, "duration"; empty if there is none.
  FieldType type;
  std::string_view meaning;
};

// In the order of the enumeration.
std::span<const IntrinsicInfo> intrinsics();
const IntrinsicInfo& info(Intrinsic intrinsic);
std::optional<Intrinsic> find_intrinsic(std::string_view name);

FieldType type_of(const Field& field);

// "span", "resource", …; empty for kAny and kIntrinsic.
std::string_view scope_word(FieldScope scope);

// Words that stand for values. `unset`, `ok`, `error`; `unspecified`, `internal`, `server`, `client`, `producer`, `consumer`.
std::string_view word(otlp::StatusCode status);
std::string_view word(otlp::SpanKind kind);
std::optional<otlp::StatusCode> status_of_word(std::string_view word);
std::optional<otlp::SpanKind> kind_of_word(std::string_view word);

std::string_view symbol(CompareOp op);

// A string literal that means the text.
std::string quoted(std::string_view text);

// TraceQL text that parses back to the same.
std::string to_text(const Field& field);
std::string to_text(const Literal& literal);
// The tree with every grouping written out: (and (= span.a 1) (not (> duration 5ns))).
std::string to_text(const Expression& expression);

}  // namespace clew::query_traceql
