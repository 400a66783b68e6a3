// Field numbers of the OTLP trace messages: opentelemetry-proto v1, trace.proto, common.proto, resource.proto and
// collector/trace/v1/trace_service.proto. The only place where they are written down.
#pragma once

#include <cstdint>

namespace clew::otlp {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

// What precedes a field on the wire. Comparing whole tags checks number and wire type at once.
constexpr uint32_t wire_tag(uint32_t field, WireType type) { return field << 3 | static_cast<uint32_t>(type); }

namespace field {

// ExportTraceServiceRequest, TracesData.
inline constexpr uint32_t kTracesResourceSpans = 1;

// ExportTraceServiceResponse and its ExportTracePartialSuccess.
inline constexpr uint32_t kResponsePartialSuccess = 1;
inline constexpr uint32_t kPartialRejectedSpans = 1;  // int64
inline constexpr uint32_t kPartialErrorMessage = 2;   // string

// ResourceSpans.
inline constexpr uint32_t kResourceSpansResource = 1;
inline constexpr uint32_t kResourceSpansScopeSpans = 2;
inline constexpr uint32_t kResourceSpansSchemaUrl = 3;

// Resource. Field 3, entity_refs, is not read.
inline constexpr uint32_t kResourceAttributes = 1;
inline constexpr uint32_t kResourceDroppedAttributesCount = 2;  // uint32

// ScopeSpans.
inline constexpr uint32_t kScopeSpansScope = 1;
inline constexpr uint32_t kScopeSpansSpans = 2;
inline constexpr uint32_t kScopeSpansSchemaUrl = 3;

// InstrumentationScope.
inline constexpr uint32_t kScopeName = 1;
inline constexpr uint32_t kScopeVersion = 2;
inline constexpr uint32_t kScopeAttributes = 3;
inline constexpr uint32_t kScopeDroppedAttributesCount = 4;  // uint32

// Span. Every number from 1 to kSpanFieldMax is taken.
inline constexpr uint32_t kSpanTraceId = 1;                  // bytes, 16
inline constexpr uint32_t kSpanSpanId = 2;                   // bytes, 8
inline constexpr uint32_t kSpanTraceState = 3;               // string
inline constexpr uint32_t kSpanParentSpanId = 4;             // bytes, 8 or none
inline constexpr uint32_t kSpanName = 5;                     // string
inline constexpr uint32_t kSpanKind = 6;                     // enum
inline constexpr uint32_t kSpanStartTimeUnixNano = 7;        // fixed64
inline constexpr uint32_t kSpanEndTimeUnixNano = 8;          // fixed64
inline constexpr uint32_t kSpanAttributes = 9;               // KeyValue
inline constexpr uint32_t kSpanDroppedAttributesCount = 10;  // uint32
inline constexpr uint32_t kSpanEvents = 11;                  // Event
inline constexpr uint32_t kSpanDroppedEventsCount = 12;      // uint32
inline constexpr uint32_t kSpanLinks = 13;                   // Link
inline constexpr uint32_t kSpanDroppedLinksCount = 14;       // uint32
inline constexpr uint32_t kSpanStatus = 15;                  // Status
inline constexpr uint32_t kSpanFlags = 16;                   // fixed32
inline constexpr uint32_t kSpanFieldMax = 16;

// Span.Event.
inline constexpr uint32_t kEventTimeUnixNano = 1;            // fixed64
inline constexpr uint32_t kEventName = 2;                    // string
inline constexpr uint32_t kEventAttributes = 3;              // KeyValue
inline constexpr uint32_t kEventDroppedAttributesCount = 4;  // uint32

// Span.Link.
inline constexpr uint32_t kLinkTraceId = 1;                 // bytes, 16
inline constexpr uint32_t kLinkSpanId = 2;                  // bytes, 8
inline constexpr uint32_t kLinkTraceState = 3;              // string
inline constexpr uint32_t kLinkAttributes = 4;              // KeyValue
inline constexpr uint32_t kLinkDroppedAttributesCount = 5;  // uint32
inline constexpr uint32_t kLinkFlags = 6;                   // fixed32

// Status.
inline constexpr uint32_t kStatusMessage = 2;  // string
inline constexpr uint32_t kStatusCode = 3;     // enum

// KeyValue.
inline constexpr uint32_t kKeyValueKey = 1;    // string
inline constexpr uint32_t kKeyValueValue = 2;  // AnyValue

// AnyValue, a oneof. Every number from 1 to kAnyValueFieldMax is taken.
inline constexpr uint32_t kAnyValueString = 1;        // string
inline constexpr uint32_t kAnyValueBool = 2;          // bool
inline constexpr uint32_t kAnyValueInt = 3;           // int64
inline constexpr uint32_t kAnyValueDouble = 4;        // double
inline constexpr uint32_t kAnyValueArray = 5;         // ArrayValue
inline constexpr uint32_t kAnyValueKeyValueList = 6;  // KeyValueList
inline constexpr uint32_t kAnyValueBytes = 7;         // bytes
inline constexpr uint32_t kAnyValueFieldMax = 7;

// ArrayValue and KeyValueList.
inline constexpr uint32_t kArrayValues = 1;
inline constexpr uint32_t kKeyValueListValues = 1;

}  // namespace field
}  // namespace clew::otlp
