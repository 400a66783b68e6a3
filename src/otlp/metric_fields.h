// Field numbers of the OTLP metric messages: opentelemetry-proto v1, metrics.proto and
// collector/metrics/v1/metrics_service.proto. The envelope (request, ResourceMetrics, ScopeMetrics) has the numbers of that
// of traces: trace_fields.h.
#pragma once

#include <cstdint>

#include "otlp/trace_fields.h"

namespace clew::otlp::field {

// Metric. One of the five kinds of data.
inline constexpr uint32_t kMetricName = 1;                   // string
inline constexpr uint32_t kMetricDescription = 2;            // string
inline constexpr uint32_t kMetricUnit = 3;                   // string
inline constexpr uint32_t kMetricGauge = 5;                  // Gauge
inline constexpr uint32_t kMetricSum = 7;                    // Sum
inline constexpr uint32_t kMetricHistogram = 9;              // Histogram
inline constexpr uint32_t kMetricExponentialHistogram = 10;  // ExponentialHistogram
inline constexpr uint32_t kMetricSummary = 11;               // Summary
inline constexpr uint32_t kMetricMetadata = 12;              // KeyValue
inline constexpr uint32_t kMetricFieldMax = 12;

// Gauge, Sum, Histogram, ExponentialHistogram, Summary.
inline constexpr uint32_t kDataPoints = 1;
inline constexpr uint32_t kDataTemporality = 2;  // enum
inline constexpr uint32_t kSumIsMonotonic = 3;   // bool
inline constexpr uint64_t kTemporalityMax = 2;

// All kinds of points, unless said otherwise below.
inline constexpr uint32_t kPointStartTimeUnixNano = 2;  // fixed64
inline constexpr uint32_t kPointTimeUnixNano = 3;       // fixed64

// NumberDataPoint.
inline constexpr uint32_t kNumberAsDouble = 4;    // double
inline constexpr uint32_t kNumberExemplars = 5;   // Exemplar
inline constexpr uint32_t kNumberAsInt = 6;       // sfixed64
inline constexpr uint32_t kNumberAttributes = 7;  // KeyValue
inline constexpr uint32_t kNumberFlags = 8;       // uint32

// HistogramDataPoint.
inline constexpr uint32_t kHistogramCount = 4;           // fixed64
inline constexpr uint32_t kHistogramSum = 5;             // double
inline constexpr uint32_t kHistogramBucketCounts = 6;    // fixed64, packed
inline constexpr uint32_t kHistogramExplicitBounds = 7;  // double, packed
inline constexpr uint32_t kHistogramExemplars = 8;       // Exemplar
inline constexpr uint32_t kHistogramAttributes = 9;      // KeyValue
inline constexpr uint32_t kHistogramFlags = 10;          // uint32
inline constexpr uint32_t kHistogramMin = 11;            // double
inline constexpr uint32_t kHistogramMax = 12;            // double

// ExponentialHistogramDataPoint.
inline constexpr uint32_t kExponentialAttributes = 1;      // KeyValue
inline constexpr uint32_t kExponentialCount = 4;           // fixed64
inline constexpr uint32_t kExponentialSum = 5;             // double
inline constexpr uint32_t kExponentialScale = 6;           // sint32
inline constexpr uint32_t kExponentialZeroCount = 7;       // fixed64
inline constexpr uint32_t kExponentialPositive = 8;        // Buckets
inline constexpr uint32_t kExponentialNegative = 9;        // Buckets
inline constexpr uint32_t kExponentialFlags = 10;          // uint32
inline constexpr uint32_t kExponentialExemplars = 11;      // Exemplar
inline constexpr uint32_t kExponentialMin = 12;            // double
inline constexpr uint32_t kExponentialMax = 13;            // double
inline constexpr uint32_t kExponentialZeroThreshold = 14;  // double

// ExponentialHistogramDataPoint.Buckets.
inline constexpr uint32_t kBucketsOffset = 1;  // sint32
inline constexpr uint32_t kBucketsCounts = 2;  // uint64, packed

// SummaryDataPoint.
inline constexpr uint32_t kSummaryCount = 4;       // fixed64
inline constexpr uint32_t kSummarySum = 5;         // double
inline constexpr uint32_t kSummaryQuantiles = 6;   // ValueAtQuantile
inline constexpr uint32_t kSummaryAttributes = 7;  // KeyValue
inline constexpr uint32_t kSummaryFlags = 8;       // uint32

// SummaryDataPoint.ValueAtQuantile.
inline constexpr uint32_t kQuantileQuantile = 1;  // double
inline constexpr uint32_t kQuantileValue = 2;     // double

// Exemplar.
inline constexpr uint32_t kExemplarTimeUnixNano = 2;  // fixed64
inline constexpr uint32_t kExemplarAsDouble = 3;      // double
inline constexpr uint32_t kExemplarSpanId = 4;        // bytes
inline constexpr uint32_t kExemplarTraceId = 5;       // bytes
inline constexpr uint32_t kExemplarAsInt = 6;         // sfixed64
inline constexpr uint32_t kExemplarAttributes = 7;    // KeyValue

}  // namespace clew::otlp::field
