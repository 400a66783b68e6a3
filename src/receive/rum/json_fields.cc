#include "receive/rum/json_fields.h"

#include <fmt/format.h>

#include <cmath>

#include "otlp/utf8.h"
#include "receive/rum/rum_limits.h"

namespace clew::receive_rum {

using simdjson::dom::element;

namespace {

constexpr double kTimeMsMax = 9'000'000'000'000;  // Year 2255: below what 64-bit nanoseconds hold.

// As nothing(), for what is no object.
simdjson::dom::object no_members() {
  static simdjson::dom::parser parser;
  static const simdjson::dom::object kEmpty = parser.parse(std::string_view("{}")).get_object().value_unsafe();
  return kEmpty;
}

}  // namespace

// Lives as long as the program, and is only read.
element nothing() {
  static simdjson::dom::parser parser;
  static const element kNull = parser.parse(std::string_view("null")).value_unsafe();
  return kNull;
}

stdx::Result<element> parse_body(std::string_view json, simdjson::dom::parser& parser) {
  std::string repaired;
  if (!otlp::is_valid_utf8(json)) json = repaired = otlp::repaired_utf8(json);
  element body;
  if (const auto error = parser.parse(json.data(), json.size()).get(body); error != simdjson::SUCCESS) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("the body is no JSON: {}", simdjson::error_message(error)));
  }
  return body;
}

std::optional<element> parse_inner(std::string_view json) {
  // Every request has two or three such texts, all small: a parser for each would be mostly allocation.
  thread_local simdjson::dom::parser parser;
  if (parser.capacity() > kInnerJsonBytesKept) parser = simdjson::dom::parser();
  element value;
  if (json.empty() || parser.parse(json.data(), json.size()).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

element member(element object, std::string_view key) {
  element found;
  if (object.is_object() && object.at_key(key).get(found) == simdjson::SUCCESS) return found;
  return nothing();
}

std::string text_of(element object, std::string_view key) {
  const element value = member(object, key);
  if (value.is_string()) return std::string(std::string_view(value).substr(0, kNameBytesMax));
  if (value.is_number() || value.is_bool()) return simdjson::minify(value);
  return {};
}

std::string_view long_text_of(element object, std::string_view key) {
  const element value = member(object, key);
  return value.is_string() ? std::string_view(value) : std::string_view();
}

std::optional<double> number_of(element object, std::string_view key) {
  const element value = member(object, key);
  double number;
  if (!value.is_number() || value.get(number) != simdjson::SUCCESS || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<simdjson::dom::array> array_of(element object, std::string_view key) {
  const element value = member(object, key);
  if (!value.is_array()) return std::nullopt;
  return simdjson::dom::array(value);
}

simdjson::dom::object object_of(element value) {
  return value.is_object() ? simdjson::dom::object(value) : no_members();
}

std::optional<int64_t> time_ms(element event) {
  const auto number = number_of(event, "timestamp");
  if (!number || *number <= 0 || *number > kTimeMsMax) return std::nullopt;
  return static_cast<int64_t>(*number);
}

double duration_ms(element event) {
  const double duration = number_of(event, "duration").value_or(0);
  return duration > 0 && duration <= kDurationMsMax ? duration : 0;
}

bool is_request(element event) {
  if (long_text_of(event, "event_type") != "resource") return false;
  const std::string_view type = long_text_of(event, "type");
  return type == "fetch" || type == "xmlhttprequest" || type == "api" || type == "rpc" || !long_text_of(event, "trace_id").empty();
}

std::optional<double> timing_start_ms(element event) {
  const std::string_view timing = long_text_of(event, "timing_data");
  const auto parsed = parse_inner(timing);
  if (!parsed) return std::nullopt;
  const auto start = number_of(*parsed, "startTime");
  return start && *start >= 0 && *start <= kDurationMsMax ? start : std::nullopt;
}

std::optional<bool> succeeded(element event) {
  const auto success = number_of(event, "success");
  if (!success || *success < 0) return std::nullopt;
  return *success > 0;
}

std::string request_name(element event) {
  std::string name = text_of(event, "name");
  if (!name.empty()) return name;
  return std::string(path_of(long_text_of(event, "url").substr(0, kNameBytesMax)));
}

std::string_view path_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  if (const size_t host = url.find("//"); host != std::string_view::npos) {
    const size_t path = url.find('/', host + 2);
    url = path == std::string_view::npos ? std::string_view("/") : url.substr(path);
  }
  return url;
}

}  // namespace clew::receive_rum
