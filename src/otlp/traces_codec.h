// Objects of model.h from and to OTLP protobuf and OTLP JSON.
//
// Source of the format: opentelemetry-proto v1.x, trace/v1/trace.proto, common/v1/common.proto; JSON by the OTLP
// specification's mapping (hex ids, enums as numbers, 64-bit integers as strings). For answers, tests and tools; the hot path
// is ingest/span_decoder.h.
#pragma once

#include <string>
#include <string_view>

#include "otlp/model.h"
#include "stdx/error.h"

namespace clew::otlp {

// An ExportTraceServiceRequest / TracesData message.
std::string encode_traces(const TracesData& data);
// Strict: any malformed part is kInvalidArgument with its place.
stdx::Result<TracesData> decode_traces(std::string_view protobuf);

// OTLP JSON of a TracesData object: {"resourceSpans":[…]}.
std::string traces_to_json(const TracesData& data);
// OTLP JSON straight to protobuf bytes; unknown fields are ignored as the specification demands, both lowerCamelCase and
// the original snake_case names are taken. kInvalidArgument names the JSON path at fault.
stdx::Result<std::string> traces_json_to_protobuf(std::string_view json);
// The same of the other signals: {"resourceLogs":[…]}, {"resourceMetrics":[…]}.
stdx::Result<std::string> logs_json_to_protobuf(std::string_view json);
stdx::Result<std::string> metrics_json_to_protobuf(std::string_view json);

}  // namespace clew::otlp
