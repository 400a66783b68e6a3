// Writes an ExportMetricsServiceRequest of one resource.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "otlp/message_writer.h"
#include "receive/skywalking/skywalking_segment.h"

namespace clew::receive_skywalking {

// Metric after metric, each of one or more points. Field numbers: opentelemetry-proto v1, metrics.proto. The string is the
// caller's. One thread.
class MetricWriter {
 public:
  // `resource` are encoded attributes of the resource.
  MetricWriter(std::string& request, std::string_view resource);
  void end();

  enum class Form : uint8_t { kGauge, kDeltaSum, kCumulativeSum };
  // A metric is open until the next begins. Of a histogram only histogram_point() may follow.
  void begin(std::string_view name, std::string_view unit, Form form);
  void begin_histogram(std::string_view name);
  void point(uint64_t time_ns, double value, const std::vector<TextPair>& attributes = {});
  void point(uint64_t time_ns, int64_t value, const std::vector<TextPair>& attributes = {});
  // Cumulative. There is one count more than bounds.
  void histogram_point(uint64_t time_ns, const std::vector<double>& bounds, const std::vector<uint64_t>& counts,
                       const std::vector<TextPair>& attributes);

 private:
  void close_metric();
  void write_attributes(uint32_t field, const std::vector<TextPair>& attributes);

  std::string& request_;
  otlp::MessageWriter writer_;
  size_t resource_metrics_ = 0;
  size_t scope_metrics_ = 0;
  size_t metric_ = 0;
  size_t data_ = 0;
  Form form_ = Form::kGauge;
  bool is_histogram_ = false;
};

}  // namespace clew::receive_skywalking
