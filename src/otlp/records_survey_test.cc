#include "otlp/records_survey.h"

#include <gtest/gtest.h>

#include "otlp/log_fields.h"
#include "otlp/message_writer.h"
#include "otlp/metric_fields.h"
#include "otlp/traces_codec.h"

namespace clew::otlp {
namespace {

// A request around items, all of one resource that says who sent it.
std::string request_of(const std::vector<std::string>& items) {
  std::string bytes;
  MessageWriter out(bytes);
  const size_t resource_level = out.open(field::kTracesResourceSpans);
  const size_t resource = out.open(field::kResourceSpansResource);
  const size_t pair = out.open(field::kResourceAttributes);
  out.add_bytes(field::kKeyValueKey, "service.name");
  const size_t value = out.open(field::kKeyValueValue);
  out.add_bytes(field::kAnyValueString, "shop");
  out.close(value);
  out.close(pair);
  out.close(resource);
  const size_t scope = out.open(field::kResourceSpansScopeSpans);
  for (const std::string& item : items) out.add_bytes(field::kScopeSpansSpans, item);
  out.close(scope);
  out.close(resource_level);
  return bytes;
}

template <class Write>
std::string message(Write&& write) {
  std::string bytes;
  MessageWriter out(bytes);
  write(out);
  return bytes;
}

std::string point_in(uint32_t data_field, const std::string& point) {
  return message([&](MessageWriter& out) {
    out.add_bytes(field::kMetricName, "m");
    const size_t data = out.open(data_field);
    out.add_bytes(field::kDataPoints, point);
    out.close(data);
  });
}

SpanRefusal refusal_of(const TracesSurvey& survey) {
  return survey.refused_count == 0 ? SpanRefusal::kNone : survey.first_refusal;
}

TEST(RecordsSurvey, CountsLogsBySender) {
  const std::string good = message([](MessageWriter& out) { out.add_fixed64(field::kLogTimeUnixNano, 7); });
  const std::string late = message([](MessageWriter& out) { out.add_fixed64(field::kLogObservedTimeUnixNano, UINT64_MAX); });
  std::vector<ResourceSurvey> resources;
  const std::string request = request_of({"", good, late, "\xff"});
  const auto survey = survey_logs(request, &resources);
  ASSERT_TRUE(survey);
  EXPECT_EQ(survey->span_count, 4u);
  EXPECT_EQ(survey->refused_count, 2u);
  EXPECT_EQ(survey->first_refused_index, 2u);
  EXPECT_EQ(survey->refused_by[static_cast<size_t>(SpanRefusal::kTimeOutOfRange)], 1u);
  EXPECT_EQ(survey->refused_by[static_cast<size_t>(SpanRefusal::kMalformed)], 1u);
  ASSERT_EQ(resources.size(), 1u);
  EXPECT_EQ(resources[0].service_name, "shop");
  EXPECT_EQ(resources[0].span_count, 4u);
  EXPECT_EQ(resources[0].refused_count, 2u);
}

TEST(RecordsSurvey, EachLogFieldHasOneWireType) {
  for (uint32_t number = 1; number <= field::kLogFieldMax + 2; ++number) {
    const auto refused = [&](auto&& write) {
      return refusal_of(*survey_logs(request_of({message(write)}))) == SpanRefusal::kMalformed;
    };
    const int accepted = !refused([&](MessageWriter& out) { out.add_varint(number, 1); }) +
                         !refused([&](MessageWriter& out) { out.add_fixed64(number, 1); }) +
                         !refused([&](MessageWriter& out) { out.add_fixed32(number, 1); }) +
                         !refused([&](MessageWriter& out) { out.add_bytes(number, ""); });
    const bool known = number <= field::kLogFieldMax && number != 4;
    EXPECT_EQ(accepted, known ? 1 : 4) << "field " << number;
  }
}

TEST(RecordsSurvey, CountsPointsOfEveryType) {
  const std::string time = message([](MessageWriter& out) { out.add_fixed64(field::kPointTimeUnixNano, 5); });
  const std::string late = message([](MessageWriter& out) { out.add_fixed64(field::kPointTimeUnixNano, UINT64_MAX); });
  const std::string varint_time = message([](MessageWriter& out) { out.add_varint(field::kPointTimeUnixNano, 5); });
  for (const uint32_t data : {field::kMetricGauge, field::kMetricSum, field::kMetricHistogram,
                              field::kMetricExponentialHistogram, field::kMetricSummary}) {
    const auto survey = survey_metrics(
        request_of({point_in(data, time), point_in(data, late), point_in(data, varint_time), point_in(data, "\xff")}));
    ASSERT_TRUE(survey);
    EXPECT_EQ(survey->span_count, 4u) << data;
    EXPECT_EQ(survey->refused_by[static_cast<size_t>(SpanRefusal::kTimeOutOfRange)], 1u) << data;
    EXPECT_EQ(survey->refused_by[static_cast<size_t>(SpanRefusal::kMalformed)], 2u) << data;
  }
  // Nobody knows how many points a malformed metric has: it is one. One without data has none.
  const std::string malformed = message([](MessageWriter& out) { out.add_varint(field::kMetricName, 1); });
  const std::string empty = message([](MessageWriter& out) { out.add_bytes(field::kMetricName, "m"); });
  const auto survey = survey_metrics(request_of({malformed, empty}));
  EXPECT_EQ(survey->span_count, 1u);
  EXPECT_EQ(survey->refused_count, 1u);
}

TEST(RecordsSurvey, ListsOfNumbersPackedAndNot) {
  PointFields point;
  const std::string both = message([](MessageWriter& out) {
    out.add_bytes(field::kHistogramBucketCounts, std::string("\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0", 16));
    out.add_fixed64(field::kHistogramBucketCounts, 3);
    out.add_double(field::kHistogramExplicitBounds, 0.5);
  });
  EXPECT_EQ(read_point(MetricType::kHistogram, both, point), SpanRefusal::kNone);
  EXPECT_EQ(point.bucket_counts, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ(point.bounds, std::vector<double>{0.5});
  const std::string torn = message([](MessageWriter& out) { out.add_bytes(field::kHistogramBucketCounts, "1234567"); });
  EXPECT_EQ(read_point(MetricType::kHistogram, torn, point), SpanRefusal::kMalformed);

  Buckets buckets;
  EXPECT_TRUE(read_buckets(message([](MessageWriter& out) {
                             out.add_varint(field::kBucketsOffset, 5);  // Zigzag: -3.
                             out.add_bytes(field::kBucketsCounts, "\x01\xac\x02");
                             out.add_varint(field::kBucketsCounts, UINT64_MAX);
                           }),
                           buckets));
  EXPECT_EQ(buckets.offset, -3);
  EXPECT_EQ(buckets.counts, (std::vector<uint64_t>{1, 300, UINT64_MAX}));
  EXPECT_FALSE(read_buckets(message([](MessageWriter& out) { out.add_bytes(field::kBucketsCounts, "\x01\x80"); }), buckets));
  EXPECT_FALSE(read_buckets(message([](MessageWriter& out) {
                              out.add_bytes(field::kBucketsCounts, std::string(11, '\x80'));
                            }),
                            buckets));
}

TEST(RecordsSurvey, BrokenEnvelopesAreNamed) {
  const auto logs = survey_logs(std::string("\x0A\x02\x12\x05", 4));
  ASSERT_FALSE(logs);
  EXPECT_EQ(logs.error().message, "malformed protobuf in resource_logs[0]: truncated, or not this message");
  const auto metrics = survey_metrics(std::string("\x0A\x04\x12\x02\x10\x05", 6));
  ASSERT_FALSE(metrics);
  EXPECT_EQ(metrics.error().message, "malformed protobuf in resource_metrics[0].scope_metrics[0]: field 2 has wire type 0");
}

// JSON as the protobuf mapping allows it: enums by name and number, 64-bit numbers as texts, zeros kept where they mean
// something, faults by their place.
TEST(RecordsJson, EnumsNumbersAndFaults) {
  const auto of_log = [](const std::string& members) {
    return logs_json_to_protobuf(R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{)" + members + "}]}]}]}");
  };
  EXPECT_EQ(*of_log(R"("severityNumber":"SEVERITY_NUMBER_FATAL4")"), *of_log(R"("severity_number":24)"));
  EXPECT_EQ(*of_log(R"("timeUnixNano":"5")"), *of_log(R"("time_unix_nano":5)"));
  EXPECT_EQ(of_log(R"("severityNumber":"LOUD")").error().message.substr(0, 66),
            "OTLP JSON at $.resourceLogs[0].scopeLogs[0].logRecords[0].severity");
  const auto of_point = [](const std::string& data) {
    return metrics_json_to_protobuf(R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{)" + data + "}]}]}]}");
  };
  EXPECT_EQ(*of_point(R"("sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE"})"),
            *of_point(R"("sum":{"aggregation_temporality":2})"));
  const auto zero = of_point(R"("gauge":{"dataPoints":[{"asInt":"0"}]})"), none = of_point(R"("gauge":{"dataPoints":[{}]})");
  EXPECT_NE(*zero, *none);
  EXPECT_FALSE(of_point(R"("gauge":{"dataPoints":[{"asInt":"9223372036854775808"}]})"));
  EXPECT_FALSE(of_point(R"("histogram":{"dataPoints":[{"bucketCounts":["-1"]}]})"));
  EXPECT_FALSE(of_point(R"("exponentialHistogram":{"dataPoints":[{"scale":2147483648}]})"));
}

}  // namespace
}  // namespace clew::otlp
