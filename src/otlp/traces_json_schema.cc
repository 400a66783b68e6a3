#include "otlp/traces_json_schema.h"

namespace clew::otlp {
namespace {

using enum JsonFieldType;

constexpr JsonField scalar(std::string_view name, std::string_view original, uint32_t number, JsonFieldType type) {
  return {name, original, number, type};
}
constexpr JsonField one_of(std::string_view name, std::string_view original, uint32_t number, JsonFieldType type,
                           const JsonMessage* message = nullptr) {
  return {name, original, number, type, false, true, message};
}
constexpr JsonField one(std::string_view name, std::string_view original, uint32_t number, const JsonMessage* message) {
  return {name, original, number, kMessage, false, true, message};
}
constexpr JsonField many(std::string_view name, std::string_view original, uint32_t number,
                         const JsonMessage* message) {
  return {name, original, number, kMessage, true, true, message};
}

extern const JsonMessage kAnyValue;
extern const JsonMessage kKeyValue;

constexpr JsonField kArrayValueFields[] = {many("values", "values", field::kArrayValues, &kAnyValue)};
constexpr JsonMessage kArrayValue{kArrayValueFields};
constexpr JsonField kKeyValueListFields[] = {many("values", "values", field::kKeyValueListValues, &kKeyValue)};
constexpr JsonMessage kKeyValueList{kKeyValueListFields};

constexpr JsonField kAnyValueFields[] = {
    one_of("stringValue", "string_value", field::kAnyValueString, kString),
    one_of("intValue", "int_value", field::kAnyValueInt, kInt64),
    one_of("boolValue", "bool_value", field::kAnyValueBool, kBool),
    one_of("doubleValue", "double_value", field::kAnyValueDouble, kDouble),
    one_of("arrayValue", "array_value", field::kAnyValueArray, kMessage, &kArrayValue),
    one_of("kvlistValue", "kvlist_value", field::kAnyValueKeyValueList, kMessage, &kKeyValueList),
    one_of("bytesValue", "bytes_value", field::kAnyValueBytes, kBytes),
};
constexpr JsonMessage kAnyValue{kAnyValueFields};

constexpr JsonField kKeyValueFields[] = {
    scalar("key", "key", field::kKeyValueKey, kString),
    one("value", "value", field::kKeyValueValue, &kAnyValue),
};
constexpr JsonMessage kKeyValue{kKeyValueFields};

constexpr JsonField kEventFields[] = {
    scalar("timeUnixNano", "time_unix_nano", field::kEventTimeUnixNano, kFixed64),
    scalar("name", "name", field::kEventName, kString),
    many("attributes", "attributes", field::kEventAttributes, &kKeyValue),
    scalar("droppedAttributesCount", "dropped_attributes_count", field::kEventDroppedAttributesCount, kUint32),
};
constexpr JsonMessage kEvent{kEventFields};

constexpr JsonField kLinkFields[] = {
    scalar("traceId", "trace_id", field::kLinkTraceId, kId),
    scalar("spanId", "span_id", field::kLinkSpanId, kId),
    scalar("traceState", "trace_state", field::kLinkTraceState, kString),
    many("attributes", "attributes", field::kLinkAttributes, &kKeyValue),
    scalar("droppedAttributesCount", "dropped_attributes_count", field::kLinkDroppedAttributesCount, kUint32),
    scalar("flags", "flags", field::kLinkFlags, kFixed32),
};
constexpr JsonMessage kLink{kLinkFields};

constexpr JsonField kStatusFields[] = {
    scalar("message", "message", field::kStatusMessage, kString),
    scalar("code", "code", field::kStatusCode, kStatusCode),
};
constexpr JsonMessage kStatus{kStatusFields};

constexpr JsonField kSpanFields[] = {
    scalar("traceId", "trace_id", field::kSpanTraceId, kId),
    scalar("spanId", "span_id", field::kSpanSpanId, kId),
    scalar("traceState", "trace_state", field::kSpanTraceState, kString),
    scalar("parentSpanId", "parent_span_id", field::kSpanParentSpanId, kId),
    scalar("flags", "flags", field::kSpanFlags, kFixed32),
    scalar("name", "name", field::kSpanName, kString),
    scalar("kind", "kind", field::kSpanKind, kSpanKind),
    scalar("startTimeUnixNano", "start_time_unix_nano", field::kSpanStartTimeUnixNano, kFixed64),
    scalar("endTimeUnixNano", "end_time_unix_nano", field::kSpanEndTimeUnixNano, kFixed64),
    many("attributes", "attributes", field::kSpanAttributes, &kKeyValue),
    scalar("droppedAttributesCount", "dropped_attributes_count", field::kSpanDroppedAttributesCount, kUint32),
    many("events", "events", field::kSpanEvents, &kEvent),
    scalar("droppedEventsCount", "dropped_events_count", field::kSpanDroppedEventsCount, kUint32),
    many("links", "links", field::kSpanLinks, &kLink),
    scalar("droppedLinksCount", "dropped_links_count", field::kSpanDroppedLinksCount, kUint32),
    one("status", "status", field::kSpanStatus, &kStatus),
};
constexpr JsonMessage kSpan{kSpanFields};

constexpr JsonField kScopeFields[] = {
    scalar("name", "name", field::kScopeName, kString),
    scalar("version", "version", field::kScopeVersion, kString),
    many("attributes", "attributes", field::kScopeAttributes, &kKeyValue),
    scalar("droppedAttributesCount", "dropped_attributes_count", field::kScopeDroppedAttributesCount, kUint32),
};
constexpr JsonMessage kScope{kScopeFields};

constexpr JsonField kScopeSpansFields[] = {
    one("scope", "scope", field::kScopeSpansScope, &kScope),
    many("spans", "spans", field::kScopeSpansSpans, &kSpan),
    scalar("schemaUrl", "schema_url", field::kScopeSpansSchemaUrl, kString),
};
constexpr JsonMessage kScopeSpans{kScopeSpansFields};

constexpr JsonField kResourceFields[] = {
    many("attributes", "attributes", field::kResourceAttributes, &kKeyValue),
    scalar("droppedAttributesCount", "dropped_attributes_count", field::kResourceDroppedAttributesCount, kUint32),
};
constexpr JsonMessage kResource{kResourceFields};

constexpr JsonField kResourceSpansFields[] = {
    one("resource", "resource", field::kResourceSpansResource, &kResource),
    many("scopeSpans", "scope_spans", field::kResourceSpansScopeSpans, &kScopeSpans),
    scalar("schemaUrl", "schema_url", field::kResourceSpansSchemaUrl, kString),
};
constexpr JsonMessage kResourceSpans{kResourceSpansFields};

constexpr JsonField kTracesDataFields[] = {
    many("resourceSpans", "resource_spans", field::kTracesResourceSpans, &kResourceSpans),
};

constexpr std::string_view kSpanKindNames[] = {
    "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER",
};
constexpr std::string_view kStatusCodeNames[] = {"STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"};

}  // namespace

const JsonMessage kTracesDataJson{kTracesDataFields};

std::span<const std::string_view> span_kind_names() { return kSpanKindNames; }
std::span<const std::string_view> status_code_names() { return kStatusCodeNames; }

}  // namespace clew::otlp
