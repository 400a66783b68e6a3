// The same quick look as traces_survey.h at requests of logs and metrics before they are logged, and the walks over their
// records that the decoders share with it, so that both refuse the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "otlp/traces_survey.h"
#include "stdx/error.h"

namespace clew::otlp {

// The fields of an encoded LogRecord, as views into it. Ids of other lengths than OTLP's count as absent, as its
// specification demands.
struct LogFields {
  uint64_t time_unix_nano = 0;
  uint64_t observed_time_unix_nano = 0;
  uint64_t severity_number = 0;
  std::string_view severity_text;
  std::optional<std::string_view> body;
  std::vector<std::string_view> attributes;
  uint64_t dropped_attributes_count = 0;
  uint64_t flags = 0;
  std::string_view trace_id;
  std::string_view span_id;
  std::string_view event_name;
};
// Fills `log`, whose lists keep their memory from one record to the next. kNone, kMalformed or kTimeOutOfRange.
SpanRefusal read_log(std::string_view record, LogFields& log);

enum class MetricType : uint8_t { kNone, kGauge, kSum, kHistogram, kExponentialHistogram, kSummary };

struct MetricFields {
  std::string_view name;
  std::string_view description;
  std::string_view unit;
  std::vector<std::string_view> metadata;  // KeyValue
  MetricType type = MetricType::kNone;     // kNone has no points.
  uint64_t temporality = 0;
  bool is_monotonic = false;
  std::vector<std::string_view> points;
};
// kNone, or kMalformed: then nobody knows how many points there are, and the metric counts as one refused.
SpanRefusal read_metric(std::string_view metric, MetricFields& fields);

// A point of any type: what its type does not have stays empty.
struct PointFields {
  uint64_t start_time_unix_nano = 0;
  uint64_t time_unix_nano = 0;
  std::vector<std::string_view> attributes;
  std::vector<std::string_view> exemplars;
  uint64_t flags = 0;
  std::optional<double> value;  // At most one of these two.
  std::optional<int64_t> value_int;
  uint64_t count = 0;
  std::optional<double> sum, min, max;
  std::vector<uint64_t> bucket_counts;
  std::vector<double> bounds;
  int32_t scale = 0;
  uint64_t zero_count = 0;
  double zero_threshold = 0;
  std::optional<std::string_view> positive, negative;  // Buckets
  std::vector<std::string_view> quantiles;             // ValueAtQuantile
};
// kNone, kMalformed or kTimeOutOfRange.
SpanRefusal read_point(MetricType type, std::string_view message, PointFields& point);

// ExponentialHistogramDataPoint.Buckets; false if it is malformed.
struct Buckets {
  int32_t offset = 0;
  std::vector<uint64_t> counts;
};
bool read_buckets(std::string_view message, Buckets& buckets);

// As survey_traces(): kInvalidArgument if the envelope is not well-formed.
stdx::Result<TracesSurvey> survey_logs(std::string_view request, std::vector<ResourceSurvey>* resources = nullptr);
stdx::Result<TracesSurvey> survey_metrics(std::string_view request, std::vector<ResourceSurvey>* resources = nullptr);

}  // namespace clew::otlp
