#include "otlp/traces_json_schema.h"

#include "otlp/log_fields.h"
#include "otlp/metric_fields.h"

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

// A list of numbers.
constexpr JsonField numbers(std::string_view name, std::string_view original, uint32_t number, JsonFieldType type) {
  return {name, original, number, type, true, true};
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

// ---- Logs.

constexpr JsonField kLogRecordFields[] = {
    scalar("timeUnixNano", "time_unix_nano", field::kLogTimeUnixNano, kFixed64),
    scalar("observedTimeUnixNano", "observed_time_unix_nano", field::kLogObservedTimeUnixNano, kFixed64),
    scalar("severityNumber", "severity_number", field::kLogSeverityNumber, kSeverityNumber),
    scalar("severityText", "severity_text", field::kLogSeverityText, kString),
    one("body", "body", field::kLogBody, &kAnyValue),
    many("attributes", "attributes", field::kLogAttributes, &kKeyValue),
    scalar("droppedAttributesCount", "dropped_attributes_count", field::kLogDroppedAttributesCount, kUint32),
    scalar("flags", "flags", field::kLogFlags, kFixed32),
    scalar("traceId", "trace_id", field::kLogTraceId, kId),
    scalar("spanId", "span_id", field::kLogSpanId, kId),
    scalar("eventName", "event_name", field::kLogEventName, kString),
};
constexpr JsonMessage kLogRecord{kLogRecordFields};
constexpr JsonField kScopeLogsFields[] = {
    one("scope", "scope", field::kScopeSpansScope, &kScope),
    many("logRecords", "log_records", field::kScopeSpansSpans, &kLogRecord),
    scalar("schemaUrl", "schema_url", field::kScopeSpansSchemaUrl, kString),
};
constexpr JsonMessage kScopeLogs{kScopeLogsFields};
constexpr JsonField kResourceLogsFields[] = {
    one("resource", "resource", field::kResourceSpansResource, &kResource),
    many("scopeLogs", "scope_logs", field::kResourceSpansScopeSpans, &kScopeLogs),
    scalar("schemaUrl", "schema_url", field::kResourceSpansSchemaUrl, kString),
};
constexpr JsonMessage kResourceLogs{kResourceLogsFields};
constexpr JsonField kLogsDataFields[] = {
    many("resourceLogs", "resource_logs", field::kTracesResourceSpans, &kResourceLogs),
};

// ---- Metrics.

constexpr JsonField kExemplarFields[] = {
    many("filteredAttributes", "filtered_attributes", field::kExemplarAttributes, &kKeyValue),
    scalar("timeUnixNano", "time_unix_nano", field::kExemplarTimeUnixNano, kFixed64),
    one_of("asDouble", "as_double", field::kExemplarAsDouble, kDouble),
    one_of("asInt", "as_int", field::kExemplarAsInt, kSfixed64),
    scalar("spanId", "span_id", field::kExemplarSpanId, kId),
    scalar("traceId", "trace_id", field::kExemplarTraceId, kId),
};
constexpr JsonMessage kExemplar{kExemplarFields};

constexpr JsonField kNumberPointFields[] = {
    many("attributes", "attributes", field::kNumberAttributes, &kKeyValue),
    scalar("startTimeUnixNano", "start_time_unix_nano", field::kPointStartTimeUnixNano, kFixed64),
    scalar("timeUnixNano", "time_unix_nano", field::kPointTimeUnixNano, kFixed64),
    one_of("asDouble", "as_double", field::kNumberAsDouble, kDouble),
    one_of("asInt", "as_int", field::kNumberAsInt, kSfixed64),
    many("exemplars", "exemplars", field::kNumberExemplars, &kExemplar),
    scalar("flags", "flags", field::kNumberFlags, kUint32),
};
constexpr JsonMessage kNumberPoint{kNumberPointFields};

constexpr JsonField kHistogramPointFields[] = {
    many("attributes", "attributes", field::kHistogramAttributes, &kKeyValue),
    scalar("startTimeUnixNano", "start_time_unix_nano", field::kPointStartTimeUnixNano, kFixed64),
    scalar("timeUnixNano", "time_unix_nano", field::kPointTimeUnixNano, kFixed64),
    scalar("count", "count", field::kHistogramCount, kFixed64),
    one_of("sum", "sum", field::kHistogramSum, kDouble),
    numbers("bucketCounts", "bucket_counts", field::kHistogramBucketCounts, kFixed64),
    numbers("explicitBounds", "explicit_bounds", field::kHistogramExplicitBounds, kDouble),
    many("exemplars", "exemplars", field::kHistogramExemplars, &kExemplar),
    scalar("flags", "flags", field::kHistogramFlags, kUint32),
    one_of("min", "min", field::kHistogramMin, kDouble),
    one_of("max", "max", field::kHistogramMax, kDouble),
};
constexpr JsonMessage kHistogramPoint{kHistogramPointFields};

constexpr JsonField kBucketsFields[] = {
    scalar("offset", "offset", field::kBucketsOffset, kSint32),
    numbers("bucketCounts", "bucket_counts", field::kBucketsCounts, kUint64),
};
constexpr JsonMessage kBuckets{kBucketsFields};

constexpr JsonField kExponentialPointFields[] = {
    many("attributes", "attributes", field::kExponentialAttributes, &kKeyValue),
    scalar("startTimeUnixNano", "start_time_unix_nano", field::kPointStartTimeUnixNano, kFixed64),
    scalar("timeUnixNano", "time_unix_nano", field::kPointTimeUnixNano, kFixed64),
    scalar("count", "count", field::kExponentialCount, kFixed64),
    one_of("sum", "sum", field::kExponentialSum, kDouble),
    scalar("scale", "scale", field::kExponentialScale, kSint32),
    scalar("zeroCount", "zero_count", field::kExponentialZeroCount, kFixed64),
    one("positive", "positive", field::kExponentialPositive, &kBuckets),
    one("negative", "negative", field::kExponentialNegative, &kBuckets),
    scalar("flags", "flags", field::kExponentialFlags, kUint32),
    many("exemplars", "exemplars", field::kExponentialExemplars, &kExemplar),
    one_of("min", "min", field::kExponentialMin, kDouble),
    one_of("max", "max", field::kExponentialMax, kDouble),
    scalar("zeroThreshold", "zero_threshold", field::kExponentialZeroThreshold, kDouble),
};
constexpr JsonMessage kExponentialPoint{kExponentialPointFields};

constexpr JsonField kQuantileFields[] = {
    scalar("quantile", "quantile", field::kQuantileQuantile, kDouble),
    scalar("value", "value", field::kQuantileValue, kDouble),
};
constexpr JsonMessage kQuantile{kQuantileFields};
constexpr JsonField kSummaryPointFields[] = {
    many("attributes", "attributes", field::kSummaryAttributes, &kKeyValue),
    scalar("startTimeUnixNano", "start_time_unix_nano", field::kPointStartTimeUnixNano, kFixed64),
    scalar("timeUnixNano", "time_unix_nano", field::kPointTimeUnixNano, kFixed64),
    scalar("count", "count", field::kSummaryCount, kFixed64),
    scalar("sum", "sum", field::kSummarySum, kDouble),
    many("quantileValues", "quantile_values", field::kSummaryQuantiles, &kQuantile),
    scalar("flags", "flags", field::kSummaryFlags, kUint32),
};
constexpr JsonMessage kSummaryPoint{kSummaryPointFields};

constexpr JsonField kGaugeFields[] = {many("dataPoints", "data_points", field::kDataPoints, &kNumberPoint)};
constexpr JsonMessage kGauge{kGaugeFields};
constexpr JsonField kSumFields[] = {
    many("dataPoints", "data_points", field::kDataPoints, &kNumberPoint),
    scalar("aggregationTemporality", "aggregation_temporality", field::kDataTemporality, kTemporality),
    one_of("isMonotonic", "is_monotonic", field::kSumIsMonotonic, kBool),
};
constexpr JsonMessage kSum{kSumFields};
constexpr JsonField kHistogramFields[] = {
    many("dataPoints", "data_points", field::kDataPoints, &kHistogramPoint),
    scalar("aggregationTemporality", "aggregation_temporality", field::kDataTemporality, kTemporality),
};
constexpr JsonMessage kHistogram{kHistogramFields};
constexpr JsonField kExponentialFields[] = {
    many("dataPoints", "data_points", field::kDataPoints, &kExponentialPoint),
    scalar("aggregationTemporality", "aggregation_temporality", field::kDataTemporality, kTemporality),
};
constexpr JsonMessage kExponential{kExponentialFields};
constexpr JsonField kSummaryFields[] = {many("dataPoints", "data_points", field::kDataPoints, &kSummaryPoint)};
constexpr JsonMessage kSummary{kSummaryFields};

constexpr JsonField kMetricFields[] = {
    scalar("name", "name", field::kMetricName, kString),
    scalar("description", "description", field::kMetricDescription, kString),
    scalar("unit", "unit", field::kMetricUnit, kString),
    one("gauge", "gauge", field::kMetricGauge, &kGauge),
    one("sum", "sum", field::kMetricSum, &kSum),
    one("histogram", "histogram", field::kMetricHistogram, &kHistogram),
    one("exponentialHistogram", "exponential_histogram", field::kMetricExponentialHistogram, &kExponential),
    one("summary", "summary", field::kMetricSummary, &kSummary),
    many("metadata", "metadata", field::kMetricMetadata, &kKeyValue),
};
constexpr JsonMessage kMetric{kMetricFields};
constexpr JsonField kScopeMetricsFields[] = {
    one("scope", "scope", field::kScopeSpansScope, &kScope),
    many("metrics", "metrics", field::kScopeSpansSpans, &kMetric),
    scalar("schemaUrl", "schema_url", field::kScopeSpansSchemaUrl, kString),
};
constexpr JsonMessage kScopeMetrics{kScopeMetricsFields};
constexpr JsonField kResourceMetricsFields[] = {
    one("resource", "resource", field::kResourceSpansResource, &kResource),
    many("scopeMetrics", "scope_metrics", field::kResourceSpansScopeSpans, &kScopeMetrics),
    scalar("schemaUrl", "schema_url", field::kResourceSpansSchemaUrl, kString),
};
constexpr JsonMessage kResourceMetrics{kResourceMetricsFields};
constexpr JsonField kMetricsDataFields[] = {
    many("resourceMetrics", "resource_metrics", field::kTracesResourceSpans, &kResourceMetrics),
};

constexpr std::string_view kSpanKindNames[] = {
    "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER",
};
constexpr std::string_view kStatusCodeNames[] = {"STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"};

constexpr std::string_view kSeverityNumberNames[] = {
    "SEVERITY_NUMBER_UNSPECIFIED", "SEVERITY_NUMBER_TRACE",  "SEVERITY_NUMBER_TRACE2", "SEVERITY_NUMBER_TRACE3",
    "SEVERITY_NUMBER_TRACE4",      "SEVERITY_NUMBER_DEBUG",  "SEVERITY_NUMBER_DEBUG2", "SEVERITY_NUMBER_DEBUG3",
    "SEVERITY_NUMBER_DEBUG4",      "SEVERITY_NUMBER_INFO",   "SEVERITY_NUMBER_INFO2",  "SEVERITY_NUMBER_INFO3",
    "SEVERITY_NUMBER_INFO4",       "SEVERITY_NUMBER_WARN",   "SEVERITY_NUMBER_WARN2",  "SEVERITY_NUMBER_WARN3",
    "SEVERITY_NUMBER_WARN4",       "SEVERITY_NUMBER_ERROR",  "SEVERITY_NUMBER_ERROR2", "SEVERITY_NUMBER_ERROR3",
    "SEVERITY_NUMBER_ERROR4",      "SEVERITY_NUMBER_FATAL",  "SEVERITY_NUMBER_FATAL2", "SEVERITY_NUMBER_FATAL3",
    "SEVERITY_NUMBER_FATAL4",
};
static_assert(std::size(kSeverityNumberNames) == field::kSeverityMax + 1);
constexpr std::string_view kTemporalityNames[] = {"AGGREGATION_TEMPORALITY_UNSPECIFIED", "AGGREGATION_TEMPORALITY_DELTA",
                                                  "AGGREGATION_TEMPORALITY_CUMULATIVE"};

}  // namespace

const JsonMessage kTracesDataJson{kTracesDataFields};
const JsonMessage kLogsDataJson{kLogsDataFields};
const JsonMessage kMetricsDataJson{kMetricsDataFields};

std::span<const std::string_view> span_kind_names() { return kSpanKindNames; }
std::span<const std::string_view> status_code_names() { return kStatusCodeNames; }
std::span<const std::string_view> severity_number_names() { return kSeverityNumberNames; }
std::span<const std::string_view> temporality_names() { return kTemporalityNames; }

}  // namespace clew::otlp
