#include "receive/otlp/otlp_item_count.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>
#include <span>
#include <vector>

namespace clew::receive_otlp {

namespace {

// One step from a message to those inside it: the fields that hold them, by number and by their two JSON names.
struct Step {
  std::vector<uint32_t> fields;
  std::vector<std::string_view> keys;
};
using Path = std::span<const Step>;

// ResourceLogs, ScopeLogs, LogRecord.
const std::vector<Step> kLogsPath = {
    {{1}, {"resourceLogs", "resource_logs"}},
    {{2}, {"scopeLogs", "scope_logs"}},
    {{2}, {"logRecords", "log_records"}},
};
// ResourceMetrics, ScopeMetrics, Metric, one of its data, data points.
const std::vector<Step> kMetricsPath = {
    {{1}, {"resourceMetrics", "resource_metrics"}},
    {{2}, {"scopeMetrics", "scope_metrics"}},
    {{2}, {"metrics"}},
    {{5, 7, 9, 10, 11}, {"gauge", "sum", "histogram", "exponentialHistogram", "exponential_histogram", "summary"}},
    {{1}, {"dataPoints", "data_points"}},
};
const std::vector<Step> kTracesPath = {
    {{1}, {"resourceSpans", "resource_spans"}},
    {{2}, {"scopeSpans", "scope_spans"}},
    {{2}, {"spans"}},
};

Path path_of(Signal signal) {
  switch (signal) {
    case Signal::kTraces: return kTracesPath;
    case Signal::kLogs: return kLogsPath;
    case Signal::kMetrics: return kMetricsPath;
  }
  return kTracesPath;
}

// Throws protozero::exception. As deep as the path is long.
int64_t count_fields(protozero::pbf_reader message, Path path) {
  int64_t count = 0;
  while (message.next()) {
    if (std::ranges::find(path[0].fields, message.tag()) == path[0].fields.end()) {
      message.skip();
      continue;
    }
    if (message.wire_type() != protozero::pbf_wire_type::length_delimited) throw protozero::unknown_pbf_wire_type_exception();
    if (path.size() == 1) {
      message.skip();
      ++count;
    } else {
      count += count_fields(message.get_message(), path.subspan(1));
    }
  }
  return count;
}

namespace ondemand = simdjson::ondemand;

simdjson::error_code count_members(ondemand::object object, Path path, int64_t& count);

simdjson::error_code count_value(ondemand::value value, Path path, int64_t& count) {
  ondemand::json_type type;
  if (auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    return count_members(object, path, count);
  }
  if (type == ondemand::json_type::null) return simdjson::SUCCESS;
  ondemand::array array;
  if (auto error = value.get_array().get(array)) return error;
  for (auto element : array) {
    ondemand::value item;
    if (auto error = element.get(item)) return error;
    if (path.empty()) {
      ++count;
      continue;
    }
    ondemand::object object;
    if (auto error = item.get_object().get(object)) return error;
    if (auto error = count_members(object, path, count)) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code count_members(ondemand::object object, Path path, int64_t& count) {
  for (auto member : object) {
    std::string_view key;  // Of the result, not of the field: only there do all releases of simdjson take no argument.
    if (auto error = member.unescaped_key().get(key)) return error;
    ondemand::field field;
    if (auto error = std::move(member).get(field)) return error;
    if (path.empty() || std::ranges::find(path[0].keys, key) == path[0].keys.end()) continue;
    if (auto error = count_value(field.value(), path.subspan(1), count)) return error;
  }
  return simdjson::SUCCESS;
}

}  // namespace

stdx::Result<int64_t> count_items(Signal signal, std::string_view protobuf) {
  try {
    return count_fields(protozero::pbf_reader(protobuf.data(), protobuf.size()), path_of(signal));
  } catch (const protozero::exception& error) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("malformed protobuf: {}", error.what()));
  }
}

stdx::Result<int64_t> count_items_json(Signal signal, std::string_view json) {
  const simdjson::padded_string text(json);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  int64_t count = 0;
  auto error = parser.iterate(text).get(document);
  if (!error) error = document.get_object().get(object);
  if (!error) error = count_members(object, path_of(signal), count);
  const char* rest = nullptr;
  if (!error && document.current_location().get(rest) == simdjson::SUCCESS) error = simdjson::TAPE_ERROR;  // More follows.
  if (error) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("malformed JSON: {}", simdjson::error_message(error)));
  }
  return count;
}

}  // namespace clew::receive_otlp
