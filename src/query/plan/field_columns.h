// Which columns of a segment hold a field's values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/traceql/ast.h"
#include "table/segment.h"

namespace clew::query_plan {

// Columns of one attribute in one scope: one per type, and its name in the overflow columns, if the segment has any.
struct AttributeColumns {
  std::vector<table::ColumnId> typed;
  std::vector<table::ColumnId> overflow;
  std::string overflow_key;  // "span.<key>", "resource.<key>", "scope.<key>"
  std::string overflow_needle;  // The key as JSON text with its quotes: objects without it need not be parsed.
  bool empty() const { return typed.empty() && overflow.empty(); }
};

struct FieldColumns {
  AttributeColumns first;
  AttributeColumns second;  // kAny: the resource's, where the span has none.
  bool empty() const { return first.empty() && second.empty(); }
};

// Attributes of span, resource and instrumentation scope, and the intrinsics that are columns. Empty for the others.
FieldColumns columns_of(const query_traceql::Field& field, const table::Segment& segment);

// Overflow columns of the segment, in any scope.
std::vector<table::ColumnId> overflow_columns(const table::Segment& segment);

// The core column of an intrinsic, if it is one.
std::optional<table::CoreColumn> core_column(query_traceql::Intrinsic intrinsic);

// The prefix of a scope's keys in the overflow columns, with its point.
std::string_view overflow_prefix(table::Scope scope);

}  // namespace clew::query_plan
