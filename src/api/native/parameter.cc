#include "api/native/parameter.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/native/native_limits.h"
#include "otlp/foreign_ids.h"
#include "stdx/time_text.h"

namespace clew::api_native {
namespace {

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Entries between commas; a key that holds a comma is written in quotes: span."a,b". Quotes stay, TraceQL reads them.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> entries(1);
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',' && !quoted) {
      entries.emplace_back();
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\\' && quoted && i + 1 < text.size()) entries.back().push_back(text[i++]);
    entries.back().push_back(text[i]);
  }
  return entries;
}

std::optional<int64_t> parse_unix_time_ns(std::string_view text) {
  const auto whole = parse_number<int64_t>(text);
  if (!whole) {
    const auto seconds = parse_number<double>(text);
    // With a fraction only seconds make sense; std::from_chars also takes "inf" and "nan".
    if (!seconds || !(std::abs(*seconds) < 9e9)) return std::nullopt;
    return static_cast<int64_t>(std::llround(*seconds * 1e6)) * 1'000;
  }
  const int64_t size = *whole == INT64_MIN ? INT64_MAX : std::abs(*whole);
  const int64_t unit = size < 100'000'000'000             ? 1'000'000'000
                       : size < 100'000'000'000'000       ? 1'000'000
                       : size < 100'000'000'000'000'000   ? 1'000
                                                          : 1;
  int64_t ns = 0;
  if (__builtin_mul_overflow(*whole, unit, &ns)) return std::nullopt;
  return ns;
}

std::optional<otlp::SpanId> parse_span_id(std::string_view text) {
  otlp::SpanId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  if (error != std::errc() || end != text.data() + text.size() || text.size() > 16 || id == 0) return std::nullopt;
  return id;
}

std::expected<std::vector<double>, std::string> read_quantiles(const Parameter& parameter, std::string_view text) {
  std::vector<double> quantiles;
  for (const std::string& entry : split_list(text)) {
    const auto quantile = parse_number<double>(entry);
    if (!quantile || !(*quantile > 0 && *quantile <= 1)) {
      return std::unexpected(fmt::format("\"{}\" is not a quantile: numbers above 0 up to 1, separated by commas", entry));
    }
    quantiles.push_back(*quantile);
  }
  if (std::ssize(quantiles) > parameter.high) {
    return std::unexpected(fmt::format("at most {} quantiles", parameter.high));
  }
  return quantiles;
}

}  // namespace

std::optional<int64_t> parse_time_ns(std::string_view text, int64_t now_ns) {
  if (text == "now") return now_ns;
  if (text.starts_with("now-") || text.starts_with("now+")) {
    const bool back = text[3] == '-';
    text.remove_prefix(4);
    if (text.starts_with('-') || text.starts_with('+')) return std::nullopt;
    const auto distance = stdx::parse_duration_ns(text);
    int64_t ns = 0;
    if (!distance || __builtin_add_overflow(now_ns, back ? -*distance : *distance, &ns)) return std::nullopt;
    return ns;
  }
  if (const auto instant = stdx::parse_rfc3339_ns(text)) return instant;
  return parse_unix_time_ns(text);
}

std::expected<Arguments::Value, std::string> Arguments::read(const Parameter& parameter, std::string_view text,
                                                             int64_t now_ns) {
  switch (parameter.type) {
    case ParameterType::kText:
      return std::string(text);
    case ParameterType::kTime:
      if (const auto ns = parse_time_ns(text, now_ns)) return *ns;
      return std::unexpected(fmt::format(
          "\"{}\" is not a time: RFC 3339, Unix time in s, ms, \u00b5s or ns, or relative such as now-1h", text));
    case ParameterType::kDuration:
      if (const auto ns = stdx::parse_duration_ns(text); ns && *ns > 0) return *ns;
      return std::unexpected(fmt::format("\"{}\" is not a positive duration such as 90s, 5m or 1h", text));
    case ParameterType::kInteger:
      if (const auto number = parse_number<int64_t>(text);
          number && *number >= parameter.low && *number <= parameter.high) {
        return *number;
      }
      return std::unexpected(
          fmt::format("\"{}\" is not an integer from {} to {}", text, parameter.low, parameter.high));
    case ParameterType::kChoice:
      if (std::ranges::find(parameter.choices, text) != parameter.choices.end()) return std::string(text);
      return std::unexpected(fmt::format("\"{}\" is none of {}", text, fmt::join(parameter.choices, ", ")));
    case ParameterType::kTextList: {
      std::vector<std::string> entries = split_list(text);
      if (std::ssize(entries) > parameter.high) return std::unexpected(fmt::format("at most {} entries", parameter.high));
      if (std::ranges::any_of(entries, &std::string::empty)) return std::unexpected("an entry of the list is empty");
      return entries;
    }
    case ParameterType::kQuantiles:
      return read_quantiles(parameter, text);
    case ParameterType::kTraceId:
      if (const auto id = otlp::trace_id_looked_for(text)) return *id;
      return std::unexpected(fmt::format(
          "\"{}\" is not a trace id: 1 to 32 hexadecimal digits, not all zero, or SkyWalking's form with dots or dashes", text));
    case ParameterType::kSpanId:
      if (const auto id = parse_span_id(text)) return SpanIdValue{*id};
      return std::unexpected(fmt::format("\"{}\" is not a span id: 1 to 16 hexadecimal digits, not all zero", text));
  }
  __builtin_unreachable();
}

std::expected<Arguments, ApiError> Arguments::parse(const std::vector<Parameter>& table, const Pairs& query,
                                                    const std::vector<std::string>& path_values, int64_t now_ns) {
  const auto refuse = [](std::string_view name, std::string message) {
    return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument, std::move(message), std::string(name)});
  };
  for (const auto& [name, text] : query) {
    const auto known = std::ranges::find_if(table, [&](const Parameter& p) { return p.name == name && !p.in_path; });
    if (known == table.end()) return refuse(name, fmt::format("unknown parameter \"{}\"", name));
    if (std::ranges::count(query, name, &Pairs::value_type::first) > 1) {
      return refuse(name, "given more than once");
    }
    if (text.size() > kTextBytesMax) return refuse(name, fmt::format("longer than {} bytes", kTextBytesMax));
  }
  Arguments arguments;
  size_t path_index = 0;
  for (const Parameter& parameter : table) {
    std::string_view text = parameter.fallback;
    if (parameter.in_path) {
      assert(path_index < path_values.size());
      text = path_values[path_index++];
    } else if (const auto sent = std::ranges::find(query, parameter.name, &Pairs::value_type::first);
               sent != query.end()) {
      // "limit=" means the same as leaving it out, as HTML forms send it.
      if (!sent->second.empty()) text = sent->second;
    }
    if (text.empty()) {
      if (parameter.required) return refuse(parameter.name, "required");
      continue;
    }
    auto value = read(parameter, text, now_ns);
    if (!value) return refuse(parameter.name, std::move(value.error()));
    arguments.values_.emplace_back(parameter.name, std::move(*value));
  }
  return arguments;
}

const Arguments::Value* Arguments::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return &value;
  }
  return nullptr;
}

const std::string& Arguments::text(std::string_view name) const {
  static const std::string kEmpty;
  const Value* value = find(name);
  return value == nullptr ? kEmpty : std::get<std::string>(*value);
}

int64_t Arguments::number(std::string_view name) const {
  const Value* value = find(name);
  assert(value != nullptr);
  return std::get<int64_t>(*value);
}

const std::vector<std::string>& Arguments::texts(std::string_view name) const {
  static const std::vector<std::string> kEmpty;
  const Value* value = find(name);
  return value == nullptr ? kEmpty : std::get<std::vector<std::string>>(*value);
}

const std::vector<double>& Arguments::quantiles(std::string_view name) const {
  static const std::vector<double> kEmpty;
  const Value* value = find(name);
  return value == nullptr ? kEmpty : std::get<std::vector<double>>(*value);
}

otlp::TraceId Arguments::trace_id(std::string_view name) const {
  const Value* value = find(name);
  assert(value != nullptr);
  return std::get<otlp::TraceId>(*value);
}

otlp::SpanId Arguments::span_id(std::string_view name) const {
  const Value* value = find(name);
  assert(value != nullptr);
  return std::get<SpanIdValue>(*value).id;
}

}  // namespace clew::api_native
