#include "receive/skywalking/metric_writer.h"

#include <bit>
#include <numeric>

#include "receive/skywalking/attributes.h"

namespace clew::receive_skywalking {
namespace {

constexpr uint32_t kMetricName = 1;
constexpr uint32_t kMetricUnit = 3;
constexpr uint32_t kMetricGauge = 5;
constexpr uint32_t kMetricSum = 7;
constexpr uint32_t kMetricHistogram = 9;
constexpr uint32_t kDataPoints = 1;
constexpr uint32_t kTemporality = 2;
constexpr uint64_t kDelta = 1;
constexpr uint64_t kCumulative = 2;
constexpr uint32_t kIsMonotonic = 3;
constexpr uint32_t kPointTime = 3;
constexpr uint32_t kPointDouble = 4;
constexpr uint32_t kPointInt = 6;
constexpr uint32_t kPointAttributes = 7;
constexpr uint32_t kHistogramCount = 4;
constexpr uint32_t kHistogramBucketCounts = 6;
constexpr uint32_t kHistogramBounds = 7;
constexpr uint32_t kHistogramAttributes = 9;

void append_fixed64(uint64_t value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

// The envelope's numbers are those of traces: ResourceMetrics and ScopeMetrics are fields 1 and 2 as ResourceSpans and ScopeSpans.
MetricWriter::MetricWriter(std::string& request, std::string_view resource) : request_(request), writer_(request) {
  resource_metrics_ = writer_.open(otlp::field::kTracesResourceSpans);
  const size_t open = writer_.open(otlp::field::kResourceSpansResource);
  request_ += resource;
  writer_.close(open);
  scope_metrics_ = writer_.open(otlp::field::kResourceSpansScopeSpans);
}

void MetricWriter::end() {
  close_metric();
  writer_.close(scope_metrics_);
  writer_.close(resource_metrics_);
}

void MetricWriter::close_metric() {
  if (metric_ == 0) return;
  if (is_histogram_ || form_ != Form::kGauge) {
    writer_.add_varint(kTemporality, !is_histogram_ && form_ == Form::kDeltaSum ? kDelta : kCumulative);
  }
  if (!is_histogram_ && form_ != Form::kGauge) writer_.add_varint(kIsMonotonic, 1);
  writer_.close(data_);
  writer_.close(metric_);
  metric_ = 0;
}

void MetricWriter::begin(std::string_view name, std::string_view unit, Form form) {
  close_metric();
  form_ = form;
  is_histogram_ = false;
  metric_ = writer_.open(otlp::field::kScopeSpansSpans);
  writer_.add_bytes(kMetricName, name);
  if (!unit.empty()) writer_.add_bytes(kMetricUnit, unit);
  data_ = writer_.open(form == Form::kGauge ? kMetricGauge : kMetricSum);
}

void MetricWriter::begin_histogram(std::string_view name) {
  close_metric();
  is_histogram_ = true;
  metric_ = writer_.open(otlp::field::kScopeSpansSpans);
  writer_.add_bytes(kMetricName, name);
  data_ = writer_.open(kMetricHistogram);
}

void MetricWriter::point(uint64_t time_ns, double value, const std::vector<TextPair>& attributes) {
  const size_t open = writer_.open(kDataPoints);
  writer_.add_fixed64(kPointTime, time_ns);
  writer_.add_double(kPointDouble, value);
  write_attributes(kPointAttributes, attributes);
  writer_.close(open);
}

void MetricWriter::point(uint64_t time_ns, int64_t value, const std::vector<TextPair>& attributes) {
  const size_t open = writer_.open(kDataPoints);
  writer_.add_fixed64(kPointTime, time_ns);
  writer_.add_fixed64(kPointInt, static_cast<uint64_t>(value));
  write_attributes(kPointAttributes, attributes);
  writer_.close(open);
}

void MetricWriter::histogram_point(uint64_t time_ns, const std::vector<double>& bounds, const std::vector<uint64_t>& counts,
                                   const std::vector<TextPair>& attributes) {
  const size_t open = writer_.open(kDataPoints);
  writer_.add_fixed64(kPointTime, time_ns);
  writer_.add_fixed64(kHistogramCount, std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
  std::string packed;
  for (const uint64_t count : counts) append_fixed64(count, packed);
  writer_.add_bytes(kHistogramBucketCounts, packed);
  packed.clear();
  for (const double bound : bounds) append_fixed64(std::bit_cast<uint64_t>(bound), packed);
  writer_.add_bytes(kHistogramBounds, packed);
  write_attributes(kHistogramAttributes, attributes);
  writer_.close(open);
}

void MetricWriter::write_attributes(uint32_t field, const std::vector<TextPair>& attributes) {
  AttributeWriter out(request_, field);
  for (const TextPair& attribute : attributes) out.text_even_empty(attribute.key, attribute.value);
}

}  // namespace clew::receive_skywalking
