// Rows of parameters that many endpoints have.
#pragma once

#include <string_view>
#include <vector>

#include "api/native/native_limits.h"
#include "api/native/parameter.h"

namespace clew::api_native {

inline Parameter start_parameter() {
  return {.name = "start", .type = ParameterType::kTime, .description = "Begin of the time range, inclusive",
          .fallback = "now-1h"};
}
inline Parameter end_parameter() {
  return {.name = "end", .type = ParameterType::kTime, .description = "End of the time range, exclusive", .fallback = "now"};
}
inline Parameter query_parameter() {
  return {.name = "q", .description = "A TraceQL filter such as `{ resource.service.name = \"cart\" && duration > 100ms }`",
          .fallback = "{}"};
}
inline Parameter limit_parameter(std::string_view fallback, int64_t high, std::string_view what) {
  return {.name = "limit", .type = ParameterType::kInteger, .description = what, .fallback = fallback, .low = 1,
          .high = high};
}
inline Parameter quantiles_parameter() {
  return {.name = "quantiles", .type = ParameterType::kQuantiles,
          .description = "Which quantiles of durations: numbers above 0 up to 1", .fallback = "0.5,0.95,0.99",
          .high = kQuantilesMax};
}
inline std::vector<std::string_view> kind_words() {
  return {"unspecified", "internal", "server", "client", "producer", "consumer"};
}
inline Parameter open_parameter() {
  return {.name = "open", .description = "Of a file opened with `POST /api/v1/traces/open`: its `open`"};
}
inline Parameter trace_id_parameter() {
  return {.name = "trace_id", .type = ParameterType::kTraceId,
          .description = "1 to 32 hex digits, zeros on the left may be left out; or a UUID, or SkyWalking's `a.b.c`", .in_path = true, .required = true};
}

}  // namespace clew::api_native
