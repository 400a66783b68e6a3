// OTLP spans as Jaeger's UI model in JSON. Pure.
//
// Facts of jaegertracing/jaeger model/json and of the OTLP-to-Jaeger mapping of the OpenTelemetry specification. Lost on the
// way: nanoseconds (times are µs), empty values and dropped counts; arrays and maps become their JSON text.
#pragma once

#include <string>

#include "api/jaeger/jaeger_adjust.h"
#include "otlp/model.h"
#include "wire/json_writer.h"

namespace clew::api_jaeger {

// Appends one {"traceID":…,"spans":[…],"processes":{…},"warnings":null} per trace in `data`, by trace id in the order in which
// they first occur.
void write_traces(wire::JsonWriter& json, const otlp::TracesData& data, const Warnings& warnings);

// 32 hex digits, or 16 where the first half is zero.
std::string jaeger_trace_id(otlp::TraceId id);

}  // namespace clew::api_jaeger
