#include "api/jaeger/jaeger_envelope.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "api/jaeger/jaeger_trace.h"
#include "stdx/time_text.h"

namespace clew::api_jaeger {
namespace {

void add_retry_after(net::HttpResponse& response) {
  if (response.status == 503) response.headers.emplace_back("Retry-After", std::to_string(net::kRetryAfterSeconds));
}

stdx::Result<int64_t> unparsable(std::string_view name, std::string_view why) {
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("unable to parse param '{}': {}", name, why));
}

}  // namespace

net::HttpResponse json_response(std::string body) {
  net::HttpResponse response;
  response.body = std::move(body);
  return response;
}

net::HttpResponse text_response(int status, std::string_view text) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = text;
  return response;
}

net::HttpResponse envelope(const std::function<void(wire::JsonWriter&)>& write_data, size_t total,
                           const std::vector<LegacyError>& errors) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("data");
  write_data(json);
  json.member("total", total).member("limit", 0).member("offset", 0);
  json.key("errors");
  if (errors.empty()) {
    json.null();
  } else {
    json.begin_array();
    for (const LegacyError& error : errors) {
      json.begin_object();
      if (error.code != 0) json.member("code", error.code);
      json.member("msg", error.message);
      if (error.trace_id) json.member("traceID", jaeger_trace_id(*error.trace_id));
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return json_response(std::move(body));
}

net::HttpResponse legacy_error(int status, std::string_view message) {
  net::HttpResponse response =
      envelope([](wire::JsonWriter& json) { json.null(); }, 0, {{status, std::string(message), std::nullopt}});
  response.status = status;
  add_retry_after(response);
  return response;
}
net::HttpResponse legacy_error(const stdx::Error& error) {
  return legacy_error(net::http_status(error.code), error.message);
}

net::HttpResponse v3_error(int status, std::string_view message) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("error").begin_object();
  json.member("httpCode", status).member("message", message);
  json.end_object().end_object();
  net::HttpResponse response = json_response(std::move(body));
  response.status = status;
  add_retry_after(response);
  return response;
}
net::HttpResponse v3_error(const stdx::Error& error) { return v3_error(net::http_status(error.code), error.message); }

bool wants_pretty(const net::HttpRequest& request) {
  const std::string* value = request.parameter("prettyPrint");
  return value != nullptr && !value->empty() && *value != "false";
}

std::string indented(std::string_view json) {
  std::string out;
  out.reserve(json.size() * 2);
  size_t depth = 0;
  bool quoted = false;
  const auto new_line = [&] {
    out += '\n';
    out.append(depth * 4, ' ');
  };
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      out += c;
      if (c == '\\' && i + 1 < json.size()) out += json[++i];
      if (c == '"') quoted = false;
    } else if ((c == '{' || c == '[') && i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']')) {
      out += c;
      out += json[++i];
    } else if (c == '{' || c == '[') {
      out += c;
      ++depth;
      new_line();
    } else if (c == '}' || c == ']') {
      --depth;
      new_line();
      out += c;
    } else if (c == ',') {
      out += c;
      new_line();
    } else if (c == ':') {
      out += ": ";
    } else {
      quoted = c == '"';
      out += c;
    }
  }
  return out;
}

stdx::Result<std::optional<int64_t>> integer_parameter(const net::HttpRequest& request, std::string_view name) {
  const std::string* text = request.parameter(name);
  if (text == nullptr || text->empty()) return std::nullopt;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc() && end == text->data() + text->size()) return value;
  const std::string_view why = error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax";
  return unparsable(name, fmt::format("strconv.ParseInt: parsing \"{}\": {}", *text, why));
}

stdx::Result<std::optional<int64_t>> duration_parameter(const net::HttpRequest& request, std::string_view name) {
  const std::string* text = request.parameter(name);
  if (text == nullptr || text->empty()) return std::nullopt;
  if (const auto ns = stdx::parse_duration_ns(*text)) return *ns;
  return unparsable(name, fmt::format("time: invalid duration \"{}\"", *text));
}

stdx::Result<bool> flag_parameter(const net::HttpRequest& request, std::string_view name) {
  const std::string* text = request.parameter(name);
  if (text == nullptr || text->empty()) return false;
  for (const char* word : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (*text == word) return true;
  }
  for (const char* word : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (*text == word) return false;
  }
  return stdx::fail(
      stdx::ErrorCode::kInvalidArgument,
      fmt::format("unable to parse param '{}': strconv.ParseBool: parsing \"{}\": invalid syntax", name, *text));
}

std::vector<std::string_view> all_values(const net::HttpRequest& request, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : request.query) {
    if (key == name) values.push_back(value);
  }
  return values;
}

}  // namespace clew::api_jaeger
