#include <cmath>

#include <fmt/format.h>

#include "api/native/answers.h"
#include "otlp/base64.h"

namespace clew::api_native {
namespace {

std::string base64(std::string_view bytes) {
  std::string text;
  otlp::append_base64(bytes, text);
  return text;
}

struct ValueWriter {
  wire::JsonWriter& json;

  void operator()(std::monostate) const {}
  void operator()(const std::string& text) const { json.member("stringValue", text); }
  void operator()(bool flag) const { json.member("boolValue", flag); }
  void operator()(int64_t number) const { json.key("intValue").int64_string(number); }
  void operator()(double number) const {
    json.key("doubleValue");
    if (std::isnan(number)) {
      json.value("NaN");
    } else if (std::isinf(number)) {
      json.value(number > 0 ? "Infinity" : "-Infinity");
    } else {
      json.value(number);
    }
  }
  void operator()(const otlp::Bytes& bytes) const { json.member("bytesValue", base64(bytes.data)); }
  // Values come from our own reader, which bounds their depth (otlp::kValueDepthMax).
  void operator()(const otlp::ArrayValue& array) const {
    json.key("arrayValue").begin_object().key("values").begin_array();
    for (const otlp::AnyValue& value : array.values) write_value(json, value);
    json.end_array().end_object();
  }
  void operator()(const otlp::KeyValueList& list) const {
    json.key("kvlistValue").begin_object().key("values").begin_array();
    for (const otlp::KeyValue& entry : list.values) {
      json.begin_object().member("key", entry.key).key("value");
      write_value(json, entry.value);
      json.end_object();
    }
    json.end_array().end_object();
  }
};

}  // namespace

void write_value(wire::JsonWriter& json, const otlp::AnyValue& value) {
  json.begin_object();
  std::visit(ValueWriter{json}, value.value);
  json.end_object();
}

void write_attributes(wire::JsonWriter& json, std::string_view name, const otlp::Attributes& attributes) {
  json.key(name).begin_array();
  for (const otlp::KeyValue& attribute : attributes) {
    json.begin_object().member("key", attribute.key).key("value");
    write_value(json, attribute.value);
    json.end_object();
  }
  json.end_array();
}

void write_range(wire::JsonWriter& json, table::TimeRange range) {
  json.key("range").begin_object();
  json.key("start_ns").int64_string(range.begin_ns);
  json.key("end_ns").int64_string(range.end_ns);
  json.end_object();
}

void write_stats(wire::JsonWriter& json, const query::QueryStats& stats) {
  json.key("stats").begin_object();
  json.member("rows_total", stats.rows_total);
  json.member("rows_scanned", stats.rows_scanned);
  json.member("blocks_total", stats.blocks_total);
  json.member("blocks_pruned", stats.blocks_pruned);
  json.member("elapsed_ns", stats.elapsed_ns);
  json.end_object();
}

void write_numbers(wire::JsonWriter& json, std::string_view name, const std::vector<double>& numbers) {
  json.key(name).begin_array();
  for (const double number : numbers) json.value(number);
  json.end_array();
}

void write_durations(wire::JsonWriter& json, std::string_view name, const std::vector<double>& durations_ns) {
  json.key(name).begin_array();
  for (const double duration_ns : durations_ns) json.value(static_cast<int64_t>(std::llround(duration_ns)));
  json.end_array();
}

std::expected<table::TimeRange, ApiError> time_range(const Arguments& arguments) {
  const table::TimeRange range{arguments.number("start"), arguments.number("end")};
  if (range.begin_ns < range.end_ns) return range;
  return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument, "start must be before end", "start"});
}

std::unexpected<ApiError> refused(stdx::Error error, std::string_view parameter) {
  if (error.code != stdx::ErrorCode::kInvalidArgument) parameter = {};
  for (const std::string_view name : {"cursor", "select"}) {
    if (!parameter.empty() && error.message.starts_with(name)) parameter = name;
  }
  if (parameter == "q" && error.message.starts_with("by \"")) parameter = "by";
  return std::unexpected(ApiError{error.code, std::move(error.message), std::string(parameter)});
}

}  // namespace clew::api_native
