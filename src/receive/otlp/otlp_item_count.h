// How many log records or data points a request holds, for signals that are refused and must say how much was.
#pragma once

#include <cstdint>
#include <string_view>

#include "receive/otlp/otlp_signal.h"
#include "stdx/error.h"

namespace clew::receive_otlp {

// Pure; kInvalidArgument if the request is malformed on the way to what is counted. Source: opentelemetry-proto v1.x,
// logs/v1/logs.proto and metrics/v1/metrics.proto. Guarded by otlp_http_fuzz.
stdx::Result<int64_t> count_items(Signal signal, std::string_view protobuf);
stdx::Result<int64_t> count_items_json(Signal signal, std::string_view json);

}  // namespace clew::receive_otlp
