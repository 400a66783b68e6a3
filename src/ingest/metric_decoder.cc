#include <fmt/format.h>

#include <bit>
#include <iterator>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "ingest/envelope_walk.h"
#include "ingest/record_decoder.h"
#include "otlp/ids.h"
#include "otlp/metric_fields.h"
#include "otlp/value_json.h"
#include "table/span_fields.h"

namespace clew::ingest {
namespace {

namespace metric_field = table::metric_field;
using otlp::MetricType;
using otlp::WireType;
using otlp::wire_tag;
using table::Scope;
using table::ValueType;

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::kNone: break;
    case MetricType::kGauge: return "gauge";
    case MetricType::kSum: return "sum";
    case MetricType::kHistogram: return "histogram";
    case MetricType::kExponentialHistogram: return "exponential_histogram";
    case MetricType::kSummary: return "summary";
  }
  return "";
}

uint64_t hash_of(std::string_view bytes, uint64_t seed) { return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed); }

// A double as value_json.h writes it: with a point, and what JSON cannot say as an object.
void append_double(double value, std::string& json) { otlp::append_value_json({value}, json); }

void append_counts(const std::vector<uint64_t>& counts, std::string& json) {
  json += '[';
  fmt::format_to(std::back_inserter(json), "{}]", fmt::join(counts, ","));
}

}  // namespace

MetricDecoder::MetricDecoder(table::RecordTable& table)
    : table_(table), owners_(table, repairs_), attributes_(table, Scope::kSpan, repairs_) {}

RecordCounts MetricDecoder::decode(std::string_view request, int64_t receive_time_ns) {
  counts_ = {};
  receive_time_ns_ = receive_time_ns;
  Owners owners{};
  walk_envelope(
      request,
      [&](const Surroundings& around) {
        owners.resource = owners_.resource_ordinal(around.resource, around.resource_schema_url);
        owners.instrumentation = owners_.instrumentation_ordinal(around.scope, around.scope_schema_url);
        owners.hash = hash_of(around.scope, hash_of(around.resource, 0));
      },
      [&](std::string_view message) { decode_metric(message, owners); });
  table_.publish();
  return counts_;
}

RepairCounts MetricDecoder::repairs() const {
  RepairCounts repairs = repairs_;
  repairs.invalid_utf8 += table_.repaired_count();
  return repairs;
}

void MetricDecoder::decode_metric(std::string_view message, const Owners& owners) {
  if (otlp::read_metric(message, metric_) != otlp::SpanRefusal::kNone) [[unlikely]] {
    ++counts_.refused;
    return;
  }
  if (metric_.temporality > otlp::field::kTemporalityMax) {
    ++repairs_.unknown_enums;
    metric_.temporality = 0;
  }
  metadata_.clear();
  for (const std::string_view pair : metric_.metadata) {
    const bool first = metadata_.empty();
    if (first) metadata_ = '{';
    if (!otlp::append_wire_key_value_json(pair, first, metadata_)) ++repairs_.malformed_attributes;
  }
  if (!metadata_.empty()) metadata_ += '}';
  for (const std::string_view point : metric_.points) decode_point(point, owners);
}

void MetricDecoder::decode_point(std::string_view message, const Owners& owners) {
  if (otlp::read_point(metric_.type, message, point_) != otlp::SpanRefusal::kNone) [[unlikely]] {
    ++counts_.refused;
    return;
  }
  const uint32_t row = table_.next_row();
  attributes_.begin(row);
  for (const std::string_view attribute : point_.attributes) attributes_.add(attribute);
  attributes_.finish();
  write_metric_fields(row);
  write_values(row);
  table_.field(metric_field::kSeries).append_int(row, series_of(owners));
  if (point_.start_time_unix_nano != 0) {
    table_.field(metric_field::kStartTime).append_int(row, static_cast<int64_t>(point_.start_time_unix_nano));
  }
  owners_.set_count(Scope::kSpanField, table::field::kFlags, row, point_.flags);
  auto time_ns = static_cast<int64_t>(point_.time_unix_nano);
  if (time_ns == 0) {
    time_ns = receive_time_ns_;
    table_.attribute(Scope::kSpanField, table::field::kTimeUnset, ValueType::kBool)->append_bool(row, true);
  }
  table_.append_record(time_ns, owners.resource, owners.instrumentation);
  ++counts_.written;
}

// Attributes in any order are the same series.
int64_t MetricDecoder::series_of(const Owners& owners) const {
  uint64_t attributes = 0;
  for (const std::string_view attribute : point_.attributes) attributes += hash_of(attribute, 1);
  const uint64_t parts[] = {owners.hash, attributes, static_cast<uint64_t>(metric_.type)};
  return std::bit_cast<int64_t>(hash_of(metric_.name, XXH3_64bits(parts, sizeof parts)));
}

void MetricDecoder::set_text(size_t field, uint32_t row, std::string_view text) {
  if (!text.empty()) table_.field(field).append_text(row, text);
}

void MetricDecoder::write_metric_fields(uint32_t row) {
  table_.field(metric_field::kMetric).append_text(row, metric_.name);
  table_.field(metric_field::kType).append_text(row, type_name(metric_.type));
  if (metric_.temporality != 0) {
    table_.field(metric_field::kTemporality).append_text(row, metric_.temporality == 1 ? "delta" : "cumulative");
  }
  if (metric_.type == MetricType::kSum) table_.field(metric_field::kMonotonic).append_bool(row, metric_.is_monotonic);
  set_text(metric_field::kUnit, row, metric_.unit);
  set_text(metric_field::kDescription, row, metric_.description);
  if (!metadata_.empty()) {
    table_.attribute(Scope::kSpanField, table::field::kMetadata, ValueType::kJson)->append_text(row, metadata_);
  }
}

void MetricDecoder::write_values(uint32_t row) {
  const auto set_double = [&](size_t field, std::optional<double> value) {
    if (value) table_.field(field).append_double(row, *value);
  };
  set_double(metric_field::kValue, point_.value);
  if (point_.value_int) table_.field(metric_field::kValueInt).append_int(row, *point_.value_int);
  if (metric_.type != MetricType::kGauge && metric_.type != MetricType::kSum) {
    table_.field(metric_field::kPointCount).append_int(row, std::bit_cast<int64_t>(point_.count));
    if (metric_.type == MetricType::kSummary && !point_.sum) point_.sum = 0;  // Not optional in a summary.
    set_double(metric_field::kPointSum, point_.sum);
    set_double(metric_field::kMin, point_.min);
    set_double(metric_field::kMax, point_.max);
  }
  if (!point_.bounds.empty()) {
    json_ = '[';
    for (const double bound : point_.bounds) {
      if (json_.size() > 1) json_ += ',';
      append_double(bound, json_);
    }
    json_ += ']';
    table_.field(metric_field::kBounds).append_text(row, json_);
  }
  if (!point_.bucket_counts.empty()) {
    json_.clear();
    append_counts(point_.bucket_counts, json_);
    table_.field(metric_field::kBucketCounts).append_text(row, json_);
  }
  if (metric_.type == MetricType::kExponentialHistogram) write_exponential(row);
  if (!point_.quantiles.empty()) write_quantiles(row);
  if (!point_.exemplars.empty()) {
    json_ = '[';
    for (const std::string_view exemplar : point_.exemplars) append_exemplar(exemplar);
    json_ += ']';
    table_.field(metric_field::kExemplars).append_text(row, json_);
  }
}

void MetricDecoder::write_exponential(uint32_t row) {
  json_ = fmt::format(R"({{"scale":{},"zero_count":{},"zero_threshold":)", point_.scale, point_.zero_count);
  append_double(point_.zero_threshold, json_);
  if (point_.positive) append_buckets("positive", *point_.positive);
  if (point_.negative) append_buckets("negative", *point_.negative);
  json_ += '}';
  table_.field(metric_field::kExponential).append_text(row, json_);
}

void MetricDecoder::append_buckets(std::string_view name, std::string_view message) {
  if (!otlp::read_buckets(message, buckets_)) {
    ++repairs_.malformed_children;
    return;
  }
  fmt::format_to(std::back_inserter(json_), R"(,"{}":{{"offset":{},"bucket_counts":)", name, buckets_.offset);
  append_counts(buckets_.counts, json_);
  json_ += '}';
}

void MetricDecoder::write_quantiles(uint32_t row) {
  json_ = '[';
  for (const std::string_view message : point_.quantiles) {
    double quantile = 0, value = 0;
    otlp::MessageReader fields(message);
    while (fields.next()) {
      if (fields.tag() == wire_tag(otlp::field::kQuantileQuantile, WireType::kFixed64)) quantile = fields.as_double();
      if (fields.tag() == wire_tag(otlp::field::kQuantileValue, WireType::kFixed64)) value = fields.as_double();
    }
    if (!fields.ok()) {
      ++repairs_.malformed_children;
      continue;
    }
    json_ += json_.size() > 1 ? ",{\"quantile\":" : "{\"quantile\":";
    append_double(quantile, json_);
    json_ += ",\"value\":";
    append_double(value, json_);
    json_ += '}';
  }
  json_ += ']';
  table_.field(metric_field::kQuantiles).append_text(row, json_);
}

void MetricDecoder::append_exemplar(std::string_view message) {
  uint64_t time = 0;
  std::string value, attributes;
  std::string_view trace_id, span_id;
  otlp::MessageReader fields(message);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(otlp::field::kExemplarTimeUnixNano, WireType::kFixed64): time = fields.number(); break;
      case wire_tag(otlp::field::kExemplarAsDouble, WireType::kFixed64):
        value.clear();
        append_double(fields.as_double(), value);
        break;
      case wire_tag(otlp::field::kExemplarAsInt, WireType::kFixed64): value = std::to_string(fields.as_int64()); break;
      case wire_tag(otlp::field::kExemplarTraceId, WireType::kLength): trace_id = fields.bytes(); break;
      case wire_tag(otlp::field::kExemplarSpanId, WireType::kLength): span_id = fields.bytes(); break;
      case wire_tag(otlp::field::kExemplarAttributes, WireType::kLength): {
        const bool first = attributes.empty();
        if (first) attributes = '{';
        if (!otlp::append_wire_key_value_json(fields.bytes(), first, attributes)) ++repairs_.malformed_attributes;
        break;
      }
      default: break;
    }
  }
  if (!fields.ok() || (!trace_id.empty() && trace_id.size() != 16) || (!span_id.empty() && span_id.size() != 8)) {
    ++repairs_.malformed_children;
    return;
  }
  fmt::format_to(std::back_inserter(json_), R"({}{{"time":"{}")", json_.size() > 1 ? "," : "", time);
  if (!value.empty()) fmt::format_to(std::back_inserter(json_), R"(,"value":{})", value);
  if (!trace_id.empty()) {
    fmt::format_to(std::back_inserter(json_), R"(,"trace_id":"{}")", otlp::to_hex(otlp::trace_id_from_bytes(trace_id)));
  }
  if (!span_id.empty()) {
    fmt::format_to(std::back_inserter(json_), R"(,"span_id":"{}")", otlp::span_id_hex(otlp::span_id_from_bytes(span_id)));
  }
  if (!attributes.empty()) fmt::format_to(std::back_inserter(json_), R"(,"attributes":{}}})", attributes);
  json_ += '}';
}

}  // namespace clew::ingest
