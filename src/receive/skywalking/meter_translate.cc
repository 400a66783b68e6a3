#include "receive/skywalking/meter_translate.h"

#include <fmt/format.h>

#include <algorithm>

#include "otlp/message_reader.h"
#include "receive/skywalking/attributes.h"
#include "receive/skywalking/metric_writer.h"
#include "receive/skywalking/segment_v3.h"
#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {

using otlp::MessageReader;
using otlp::WireType;

namespace {

constexpr uint32_t text(uint32_t field) { return otlp::wire_tag(field, WireType::kLength); }
constexpr uint32_t number(uint32_t field) { return otlp::wire_tag(field, WireType::kVarint); }
constexpr uint32_t real(uint32_t field) { return otlp::wire_tag(field, WireType::kFixed64); }

struct Bucket {
  double lower = 0;
  uint64_t count = 0;
  bool is_lowest = false;  // Its lower bound is minus infinity.
};

struct Meter {
  std::string_view name;
  std::vector<TextPair> labels;
  double value = 0;
  std::vector<Bucket> buckets;
  bool is_histogram = false;
};

bool read_bucket(std::string_view message, Bucket& bucket) {
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == real(1)) bucket.lower = reader.as_double();
    if (reader.tag() == number(2)) bucket.count = reader.number();
    if (reader.tag() == number(3)) bucket.is_lowest = reader.as_bool();
  }
  return reader.ok();
}

// MeterSingleValue or MeterHistogram: the same but for field 3.
bool read_metric(std::string_view message, Meter& meter) {
  uint32_t dropped = 0;
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() == text(1)) meter.name = reader.bytes();
    if (reader.tag() == text(2) && !append_pair(reader.bytes(), kPairsMax, meter.labels, dropped)) return false;
    if (reader.tag() == real(3)) meter.value = reader.as_double();
    if (reader.tag() != text(3) || meter.buckets.size() >= kPairsMax) continue;
    if (!read_bucket(reader.bytes(), meter.buckets.emplace_back())) return false;
  }
  return reader.ok();
}

bool read_meter(std::string_view message, Meter& meter, StreamSource& source) {
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case text(1):
      case text(2):
        meter.is_histogram = reader.tag() == text(2);
        if (!read_metric(reader.bytes(), meter)) return false;
        break;
      case text(3):
        if (!reader.bytes().empty()) source.service = reader.bytes().substr(0, kNameBytesMax);
        break;
      case text(4):
        if (!reader.bytes().empty()) source.instance = reader.bytes().substr(0, kNameBytesMax);
        break;
      case number(5): source.time_ms = reader.as_int64(); break;
    }
  }
  return reader.ok();
}

// SkyWalking names a bucket by its lower bound, OTLP by its upper.
void write_histogram(uint64_t time_ns, Meter& meter, MetricWriter& out) {
  std::ranges::sort(meter.buckets, [](const Bucket& left, const Bucket& right) {
    return left.is_lowest != right.is_lowest ? left.is_lowest : left.lower < right.lower;
  });
  std::vector<double> bounds;
  std::vector<uint64_t> counts;
  for (const Bucket& bucket : meter.buckets) {
    if (bucket.is_lowest && counts.empty()) {
      counts.push_back(bucket.count);
      continue;
    }
    if (counts.empty()) counts.push_back(0);  // Below the lowest bound there is nothing.
    bounds.push_back(bucket.lower);
    counts.push_back(bucket.count);
  }
  if (!counts.empty()) out.histogram_point(time_ns, bounds, counts, meter.labels);
}

stdx::Error malformed(std::string_view what) {
  return {stdx::ErrorCode::kInvalidArgument, fmt::format("not {} of SkyWalking: malformed protobuf", what)};
}

}  // namespace

stdx::Result<void> translate_meter(std::string_view message, StreamSource& source, Instances& instances, int64_t now_ms,
                                   std::string& request) {
  Meter meter;
  if (!read_meter(message, meter, source)) return std::unexpected(malformed("MeterData"));
  if (meter.name.empty()) return stdx::fail(stdx::ErrorCode::kInvalidArgument, "a meter has no name");
  const uint64_t time_ns = nanoseconds(source.time_ms > 0 ? source.time_ms : now_ms);
  MetricWriter out(request, *instances.resource_of(source.service, source.instance, 0));
  if (meter.is_histogram) {
    out.begin_histogram(meter.name);
    write_histogram(time_ns, meter, out);
  } else {
    out.begin(meter.name, {}, MetricWriter::Form::kGauge);
    out.point(time_ns, meter.value, meter.labels);
  }
  out.end();
  return {};
}

stdx::Result<void> translate_meters(std::string_view message, StreamSource& source, Instances& instances, int64_t now_ms,
                                    std::string& request) {
  const size_t before = request.size();
  MessageReader reader(message);
  while (reader.next()) {
    if (reader.tag() != text(1)) continue;
    auto added = translate_meter(reader.bytes(), source, instances, now_ms, request);
    if (added && request.size() > kOtlpBytesMax) {
      added = stdx::fail(stdx::ErrorCode::kPayloadTooLarge, fmt::format("the meters become more than {} bytes", kOtlpBytesMax));
    }
    if (added) continue;
    request.resize(before);
    return added;
  }
  if (reader.ok()) return {};
  request.resize(before);
  return std::unexpected(malformed("MeterDataCollection"));
}

}  // namespace clew::receive_skywalking
