// Where a row's attributes are that have no column of their own: as one JSON object in a field of their scope.
#pragma once

#include <string_view>
#include <utility>

#include "table/segment.h"
#include "table/span_fields.h"

namespace clew::table {

// `scope`: kResource, kInstrumentation, or any other for the attributes of the row itself.
inline std::pair<Scope, std::string_view> overflow_field(Scope scope) {
  switch (scope) {
    case Scope::kResource: return {Scope::kResourceField, field::kResourceOverflow};
    case Scope::kInstrumentation: return {Scope::kInstrumentationField, field::kScopeOverflow};
    default: return {Scope::kSpanField, field::kAttributesOverflow};
  }
}

// Whether a field of that name is such an object.
inline bool is_overflow_field(std::string_view key) {
  return key == field::kAttributesOverflow || key == field::kResourceOverflow || key == field::kScopeOverflow;
}

}  // namespace clew::table
