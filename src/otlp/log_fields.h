// Field numbers of the OTLP log messages: opentelemetry-proto v1, logs.proto and collector/logs/v1/logs_service.proto. The
// envelope (request, ResourceLogs, ScopeLogs) has the numbers of that of traces: trace_fields.h.
#pragma once

#include <cstdint>

#include "otlp/trace_fields.h"

namespace clew::otlp::field {

// LogRecord. 4 was a name once; every other number from 1 to kLogFieldMax is taken.
inline constexpr uint32_t kLogTimeUnixNano = 1;            // fixed64
inline constexpr uint32_t kLogSeverityNumber = 2;          // enum
inline constexpr uint32_t kLogSeverityText = 3;            // string
inline constexpr uint32_t kLogBody = 5;                    // AnyValue
inline constexpr uint32_t kLogAttributes = 6;              // KeyValue
inline constexpr uint32_t kLogDroppedAttributesCount = 7;  // uint32
inline constexpr uint32_t kLogFlags = 8;                   // fixed32
inline constexpr uint32_t kLogTraceId = 9;                 // bytes, 16 or none
inline constexpr uint32_t kLogSpanId = 10;                 // bytes, 8 or none
inline constexpr uint32_t kLogObservedTimeUnixNano = 11;   // fixed64
inline constexpr uint32_t kLogEventName = 12;              // string
inline constexpr uint32_t kLogFieldMax = 12;
inline constexpr uint64_t kSeverityMax = 24;

}  // namespace clew::otlp::field
