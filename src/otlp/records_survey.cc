#include "otlp/records_survey.h"

#include <bit>
#include <cstring>

#include "otlp/envelope_surveyor.h"
#include "otlp/log_fields.h"
#include "otlp/message_reader.h"
#include "otlp/metric_fields.h"

namespace clew::otlp {
namespace {

constexpr WireType kVarint = WireType::kVarint;
constexpr WireType kFixed64 = WireType::kFixed64;
constexpr WireType kLength = WireType::kLength;
constexpr WireType kFixed32 = WireType::kFixed32;

SpanRefusal judge_times(uint64_t first, uint64_t second) {
  return first > INT64_MAX || second > INT64_MAX ? SpanRefusal::kTimeOutOfRange : SpanRefusal::kNone;
}

// sint32: zigzag.
int32_t signed_number(const MessageReader& fields) {
  const uint32_t bits = fields.as_uint32();
  return static_cast<int32_t>(bits >> 1) ^ -static_cast<int32_t>(bits & 1);
}

// A packed list of fixed64 or double; false if its length is no multiple of 8.
template <class T>
bool append_packed(std::string_view bytes, std::vector<T>& values) {
  if (bytes.size() % sizeof(T) != 0) return false;
  const size_t count = values.size();
  values.resize(count + bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(values.data() + count, bytes.data(), bytes.size());
  return true;
}

void clear(PointFields& point) {
  point.start_time_unix_nano = point.time_unix_nano = point.flags = point.count = point.zero_count = 0;
  point.attributes.clear();
  point.exemplars.clear();
  point.value.reset();
  point.value_int.reset();
  point.sum.reset();
  point.min.reset();
  point.max.reset();
  point.bucket_counts.clear();
  point.bounds.clear();
  point.scale = 0;
  point.zero_threshold = 0;
  point.positive.reset();
  point.negative.reset();
  point.quantiles.clear();
}

// Take the current field; false for one that the point's type has with another wire type.
bool take_number_field(const MessageReader& fields, PointFields& point) {
  switch (fields.tag()) {
    case wire_tag(field::kNumberAttributes, kLength): point.attributes.push_back(fields.bytes()); return true;
    case wire_tag(field::kNumberAsDouble, kFixed64):
      point.value = fields.as_double();
      point.value_int.reset();
      return true;
    case wire_tag(field::kNumberAsInt, kFixed64):
      point.value_int = fields.as_int64();
      point.value.reset();
      return true;
    case wire_tag(field::kNumberExemplars, kLength): point.exemplars.push_back(fields.bytes()); return true;
    case wire_tag(field::kNumberFlags, kVarint): point.flags = fields.as_uint32(); return true;
    default: return fields.field() > field::kNumberFlags || fields.field() == 1;
  }
}

bool take_histogram_field(const MessageReader& fields, PointFields& point) {
  switch (fields.tag()) {
    case wire_tag(field::kHistogramAttributes, kLength): point.attributes.push_back(fields.bytes()); return true;
    case wire_tag(field::kHistogramCount, kFixed64): point.count = fields.number(); return true;
    case wire_tag(field::kHistogramSum, kFixed64): point.sum = fields.as_double(); return true;
    case wire_tag(field::kHistogramMin, kFixed64): point.min = fields.as_double(); return true;
    case wire_tag(field::kHistogramMax, kFixed64): point.max = fields.as_double(); return true;
    case wire_tag(field::kHistogramBucketCounts, kLength): return append_packed(fields.bytes(), point.bucket_counts);
    case wire_tag(field::kHistogramBucketCounts, kFixed64):
      point.bucket_counts.push_back(fields.number());
      return true;
    case wire_tag(field::kHistogramExplicitBounds, kLength): return append_packed(fields.bytes(), point.bounds);
    case wire_tag(field::kHistogramExplicitBounds, kFixed64): point.bounds.push_back(fields.as_double()); return true;
    case wire_tag(field::kHistogramExemplars, kLength): point.exemplars.push_back(fields.bytes()); return true;
    case wire_tag(field::kHistogramFlags, kVarint): point.flags = fields.as_uint32(); return true;
    default: return fields.field() > field::kHistogramMax || fields.field() == 1;
  }
}

bool take_exponential_field(const MessageReader& fields, PointFields& point) {
  switch (fields.tag()) {
    case wire_tag(field::kExponentialAttributes, kLength): point.attributes.push_back(fields.bytes()); return true;
    case wire_tag(field::kExponentialCount, kFixed64): point.count = fields.number(); return true;
    case wire_tag(field::kExponentialSum, kFixed64): point.sum = fields.as_double(); return true;
    case wire_tag(field::kExponentialScale, kVarint): point.scale = signed_number(fields); return true;
    case wire_tag(field::kExponentialZeroCount, kFixed64): point.zero_count = fields.number(); return true;
    case wire_tag(field::kExponentialPositive, kLength): point.positive = fields.bytes(); return true;
    case wire_tag(field::kExponentialNegative, kLength): point.negative = fields.bytes(); return true;
    case wire_tag(field::kExponentialFlags, kVarint): point.flags = fields.as_uint32(); return true;
    case wire_tag(field::kExponentialExemplars, kLength): point.exemplars.push_back(fields.bytes()); return true;
    case wire_tag(field::kExponentialMin, kFixed64): point.min = fields.as_double(); return true;
    case wire_tag(field::kExponentialMax, kFixed64): point.max = fields.as_double(); return true;
    case wire_tag(field::kExponentialZeroThreshold, kFixed64): point.zero_threshold = fields.as_double(); return true;
    default: return fields.field() > field::kExponentialZeroThreshold;
  }
}

bool take_summary_field(const MessageReader& fields, PointFields& point) {
  switch (fields.tag()) {
    case wire_tag(field::kSummaryAttributes, kLength): point.attributes.push_back(fields.bytes()); return true;
    case wire_tag(field::kSummaryCount, kFixed64): point.count = fields.number(); return true;
    case wire_tag(field::kSummarySum, kFixed64): point.sum = fields.as_double(); return true;
    case wire_tag(field::kSummaryQuantiles, kLength): point.quantiles.push_back(fields.bytes()); return true;
    case wire_tag(field::kSummaryFlags, kVarint): point.flags = fields.as_uint32(); return true;
    default: return fields.field() > field::kSummaryFlags || fields.field() == 1;
  }
}

MetricType type_of_field(uint32_t number) {
  switch (number) {
    case field::kMetricGauge: return MetricType::kGauge;
    case field::kMetricSum: return MetricType::kSum;
    case field::kMetricHistogram: return MetricType::kHistogram;
    case field::kMetricExponentialHistogram: return MetricType::kExponentialHistogram;
    case field::kMetricSummary: return MetricType::kSummary;
    default: return MetricType::kNone;
  }
}

// The message of one of the five types.
bool read_data(MetricType type, std::string_view message, MetricFields& metric) {
  // A oneof: of several types the last counts, and parts of one type are one.
  if (type != metric.type) metric.points.clear();
  metric.type = type;
  const bool has_temporality = type != MetricType::kGauge && type != MetricType::kSummary;
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(field::kDataPoints, kLength): metric.points.push_back(fields.bytes()); break;
      case wire_tag(field::kDataTemporality, kVarint):
        if (has_temporality) metric.temporality = fields.number();
        break;
      case wire_tag(field::kSumIsMonotonic, kVarint):
        if (type == MetricType::kSum) metric.is_monotonic = fields.as_bool();
        break;
      default:
        if (fields.field() == field::kDataPoints) return false;
        if (has_temporality && fields.field() == field::kDataTemporality) return false;
        if (type == MetricType::kSum && fields.field() == field::kSumIsMonotonic) return false;
    }
  }
  return fields.ok();
}

}  // namespace

SpanRefusal read_log(std::string_view record, LogFields& log) {
  log.attributes.clear();
  log.time_unix_nano = log.observed_time_unix_nano = log.severity_number = 0;
  log.dropped_attributes_count = log.flags = 0;
  log.severity_text = log.trace_id = log.span_id = log.event_name = {};
  log.body.reset();
  MessageReader fields(record);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(field::kLogAttributes, kLength): log.attributes.push_back(fields.bytes()); break;
      case wire_tag(field::kLogTimeUnixNano, kFixed64): log.time_unix_nano = fields.number(); break;
      case wire_tag(field::kLogObservedTimeUnixNano, kFixed64): log.observed_time_unix_nano = fields.number(); break;
      case wire_tag(field::kLogSeverityNumber, kVarint): log.severity_number = fields.number(); break;
      case wire_tag(field::kLogSeverityText, kLength): log.severity_text = fields.bytes(); break;
      case wire_tag(field::kLogBody, kLength): log.body = fields.bytes(); break;
      case wire_tag(field::kLogDroppedAttributesCount, kVarint):
        log.dropped_attributes_count = fields.as_uint32();
        break;
      case wire_tag(field::kLogFlags, kFixed32): log.flags = fields.as_uint32(); break;
      case wire_tag(field::kLogTraceId, kLength): log.trace_id = fields.bytes(); break;
      case wire_tag(field::kLogSpanId, kLength): log.span_id = fields.bytes(); break;
      case wire_tag(field::kLogEventName, kLength): log.event_name = fields.bytes(); break;
      default:
        if (fields.field() <= field::kLogFieldMax && fields.field() != 4) return SpanRefusal::kMalformed;
    }
  }
  if (!fields.ok()) return SpanRefusal::kMalformed;
  return judge_times(log.time_unix_nano, log.observed_time_unix_nano);
}

SpanRefusal read_metric(std::string_view message, MetricFields& metric) {
  metric.name = metric.description = metric.unit = {};
  metric.metadata.clear();
  metric.points.clear();
  metric.type = MetricType::kNone;
  metric.temporality = 0;
  metric.is_monotonic = false;
  MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(field::kMetricName, kLength): metric.name = fields.bytes(); break;
      case wire_tag(field::kMetricDescription, kLength): metric.description = fields.bytes(); break;
      case wire_tag(field::kMetricUnit, kLength): metric.unit = fields.bytes(); break;
      case wire_tag(field::kMetricMetadata, kLength): metric.metadata.push_back(fields.bytes()); break;
      case wire_tag(field::kMetricGauge, kLength):
      case wire_tag(field::kMetricSum, kLength):
      case wire_tag(field::kMetricHistogram, kLength):
      case wire_tag(field::kMetricExponentialHistogram, kLength):
      case wire_tag(field::kMetricSummary, kLength):
        if (!read_data(type_of_field(fields.field()), fields.bytes(), metric)) return SpanRefusal::kMalformed;
        break;
      default: {
        const uint32_t number = fields.field();  // 4, 6, 8 are old or free.
        const bool known = number <= field::kMetricFieldMax && number != 4 && number != 6 && number != 8;
        if (known) return SpanRefusal::kMalformed;
      }
    }
  }
  return fields.ok() ? SpanRefusal::kNone : SpanRefusal::kMalformed;
}

SpanRefusal read_point(MetricType type, std::string_view message, PointFields& point) {
  clear(point);
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kPointTimeUnixNano, kFixed64)) {
      point.time_unix_nano = fields.number();
      continue;
    }
    if (fields.tag() == wire_tag(field::kPointStartTimeUnixNano, kFixed64)) {
      point.start_time_unix_nano = fields.number();
      continue;
    }
    bool fine = false;
    switch (type) {
      case MetricType::kNone: break;
      case MetricType::kGauge:
      case MetricType::kSum: fine = take_number_field(fields, point); break;
      case MetricType::kHistogram: fine = take_histogram_field(fields, point); break;
      case MetricType::kExponentialHistogram: fine = take_exponential_field(fields, point); break;
      case MetricType::kSummary: fine = take_summary_field(fields, point); break;
    }
    if (!fine) return SpanRefusal::kMalformed;
  }
  if (!fields.ok()) return SpanRefusal::kMalformed;
  return judge_times(point.time_unix_nano, point.start_time_unix_nano);
}

bool read_buckets(std::string_view message, Buckets& buckets) {
  buckets.offset = 0;
  buckets.counts.clear();
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kBucketsOffset, kVarint)) buckets.offset = signed_number(fields);
    if (fields.tag() == wire_tag(field::kBucketsCounts, kVarint)) buckets.counts.push_back(fields.number());
    if (fields.tag() == wire_tag(field::kBucketsCounts, kLength)) {
      std::string_view packed = fields.bytes();
      while (!packed.empty()) {
        uint64_t value = 0;
        unsigned shift = 0;
        size_t at = 0;
        while (at < packed.size() && at < 10) {
          const auto byte = static_cast<uint8_t>(packed[at++]);
          if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7f) << shift;
          shift += 7;
          if (byte < 0x80) break;
          if (at == packed.size() || at == 10) return false;
        }
        buckets.counts.push_back(value);
        packed.remove_prefix(at);
      }
    }
  }
  return fields.ok();
}

stdx::Result<TracesSurvey> survey_logs(std::string_view request, std::vector<ResourceSurvey>* resources) {
  constexpr EnvelopeNames kNames{"ExportLogsServiceRequest", "resource_logs", "scope_logs"};
  LogFields log;
  const auto judge = [&log](std::string_view record, auto&& note) {
    const SpanRefusal refusal = read_log(record, log);
    note(refusal, static_cast<int64_t>(log.time_unix_nano));
  };
  return EnvelopeSurveyor(kNames, judge, resources).run(request);
}

stdx::Result<TracesSurvey> survey_metrics(std::string_view request, std::vector<ResourceSurvey>* resources) {
  constexpr EnvelopeNames kNames{"ExportMetricsServiceRequest", "resource_metrics", "scope_metrics"};
  MetricFields metric;
  PointFields point;
  const auto judge = [&](std::string_view message, auto&& note) {
    if (const SpanRefusal refusal = read_metric(message, metric); refusal != SpanRefusal::kNone) return note(refusal, 0);
    for (const std::string_view bytes : metric.points) {
      const SpanRefusal refusal = read_point(metric.type, bytes, point);
      note(refusal, static_cast<int64_t>(point.time_unix_nano));
    }
  };
  return EnvelopeSurveyor(kNames, judge, resources).run(request);
}

}  // namespace clew::otlp
