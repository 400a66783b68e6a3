// TraceQL text → expression tree.
//
// Takes one spanset filter, `{ … }`, as Grafana's TraceQL defines it (docs/reference/traceql.md); pipelines, structural
// operators and arithmetic are refused by name. Checks types, so that what it returns can be evaluated without errors,
// but does not compile regular expressions: that is the planner's. Recursion and size are bounded (query_limits.h).
// Pure; any thread. Guarded by traceql_fuzz.
#pragma once

#include <string_view>

#include "query/traceql/ast.h"
#include "stdx/error.h"

namespace clew::query_traceql {

// Errors: kInvalidArgument, "line 1, column 9: expected …, found …".
stdx::Result<Expression> parse_filter(std::string_view query);

// One field alone: "span.http.method", ".x", "name", "trace:rootName".
stdx::Result<Field> parse_field(std::string_view text);

}  // namespace clew::query_traceql
