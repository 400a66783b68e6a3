// A trace as one binary body of columns: docs/reference/trace_columns.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/analyse/trace_columns.h"

namespace clew::api_native {

inline constexpr const char* kTraceColumnsType = "application/x-clew-trace";

// `colors` by index of trace.services. `may_grow`: more spans may still arrive.
std::string trace_columns_body(const query_analyse::TraceColumns& trace, const std::vector<uint32_t>& colors, bool may_grow);

}  // namespace clew::api_native
