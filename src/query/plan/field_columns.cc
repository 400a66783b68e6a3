#include "query/plan/field_columns.h"

#include <algorithm>
#include <optional>

#include "otlp/value_json.h"
#include "table/span_fields.h"

namespace clew::query_plan {
namespace {

using query_traceql::FieldScope;
using query_traceql::Intrinsic;
using table::CoreColumn;
using table::Scope;

AttributeColumns attribute_columns(Scope scope, std::string_view key, const table::Segment& segment) {
  AttributeColumns columns;
  columns.typed = segment.find(scope, key);
  if (scope == Scope::kResource && key == "service.name") {
    const table::ColumnId service = table::core(CoreColumn::kServiceName);
    if (std::ranges::find(columns.typed, service) == columns.typed.end()) columns.typed.push_back(service);
  }
  columns.overflow = overflow_columns(segment);
  if (!columns.overflow.empty()) {
    columns.overflow_key = std::string(overflow_prefix(scope)) + std::string(key);
    otlp::append_json_string(columns.overflow_key, columns.overflow_needle);
  }
  return columns;
}

}  // namespace

std::vector<table::ColumnId> overflow_columns(const table::Segment& segment) {
  std::vector<table::ColumnId> columns = segment.find(Scope::kSpanField, table::field::kAttributesOverflow);
  for (const auto& [scope, name] : {std::pair{Scope::kResourceField, table::field::kResourceOverflow},
                                    std::pair{Scope::kInstrumentationField, table::field::kScopeOverflow}}) {
    std::ranges::copy(segment.find(scope, name), std::back_inserter(columns));
  }
  return columns;
}

std::string_view overflow_prefix(Scope scope) {
  switch (scope) {
    case Scope::kSpan: return "span.";
    case Scope::kResource: return "resource.";
    case Scope::kInstrumentation: return "scope.";
    default: return "";
  }
}

std::optional<CoreColumn> core_column(Intrinsic intrinsic) {
  switch (intrinsic) {
    case Intrinsic::kDuration: return CoreColumn::kDuration;
    case Intrinsic::kName: return CoreColumn::kName;
    case Intrinsic::kStatus: return CoreColumn::kStatusCode;
    case Intrinsic::kKind: return CoreColumn::kKind;
    case Intrinsic::kSpanId: return CoreColumn::kSpanId;
    case Intrinsic::kParentId:
    case Intrinsic::kNestedSetParent: return CoreColumn::kParentSpanId;
    case Intrinsic::kTraceId: return CoreColumn::kTraceId;
    case Intrinsic::kInstrumentationName: return CoreColumn::kScopeName;
    case Intrinsic::kInstrumentationVersion: return CoreColumn::kScopeVersion;
    default: return std::nullopt;
  }
}

FieldColumns columns_of(const query_traceql::Field& field, const table::Segment& segment) {
  FieldColumns columns;
  switch (field.scope) {
    case FieldScope::kAny:
      columns.first = attribute_columns(Scope::kSpan, field.key, segment);
      columns.second = attribute_columns(Scope::kResource, field.key, segment);
      break;
    case FieldScope::kSpan: columns.first = attribute_columns(Scope::kSpan, field.key, segment); break;
    case FieldScope::kResource: columns.first = attribute_columns(Scope::kResource, field.key, segment); break;
    case FieldScope::kInstrumentation:
      columns.first = attribute_columns(Scope::kInstrumentation, field.key, segment);
      break;
    case FieldScope::kEvent:
    case FieldScope::kLink: break;
    case FieldScope::kIntrinsic:
      if (field.intrinsic == Intrinsic::kStatusMessage) {
        columns.first.typed = segment.find(Scope::kSpanField, table::field::kStatusMessage);
      } else if (const std::optional<CoreColumn> core = core_column(field.intrinsic)) {
        columns.first.typed = {table::core(*core)};
      }
      break;
  }
  return columns;
}

}  // namespace clew::query_plan
