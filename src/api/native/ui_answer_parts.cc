#include "api/native/ui_answer_parts.h"

#include <algorithm>
#include <cmath>

namespace clew::api_native {

using table::ConnectionType;

double seconds_of(table::TimeRange range) {
  return std::max(1e-9, static_cast<double>(range.end_ns - range.begin_ns) / 1e9);
}

std::optional<table::TimeRange> baseline_of(std::string_view word, table::TimeRange range) {
  constexpr int64_t kDayNs = 86'400'000'000'000;
  int64_t back = 0;
  if (word == "previous") back = range.end_ns - range.begin_ns;
  if (word == "day") back = kDayNs;
  if (word == "week") back = 7 * kDayNs;
  if (back <= 0 || range.begin_ns < INT64_MIN + back) return std::nullopt;
  return table::TimeRange{range.begin_ns - back, range.end_ns - back};
}

void write_numbers_of(wire::JsonWriter& json, const query::RequestNumbers& numbers, double seconds, std::string_view count_name) {
  json.member(count_name, numbers.count).member("error_count", numbers.error_count);
  json.member("rate", static_cast<double>(numbers.count) / seconds).member("error_share", numbers.error_share());
  if (numbers.count == 0) return;
  json.member("p50_ns", numbers.quantile_ns(0.5)).member("p95_ns", numbers.quantile_ns(0.95));
  json.member("p99_ns", numbers.quantile_ns(0.99));
}

void write_latency(wire::JsonWriter& json, std::string_view name, const table::Histogram& durations) {
  const auto quantile = [&](double q) { return static_cast<int64_t>(std::llround(table::histogram_quantile_ns(durations, q))); };
  json.key(name).begin_object().member("p50_ns", quantile(0.5)).member("p95_ns", quantile(0.95));
  json.member("p99_ns", quantile(0.99)).end_object();
}

std::string_view connection_word(ConnectionType type) {
  switch (type) {
    case ConnectionType::kHttp: return "http";
    case ConnectionType::kRpc: return "rpc";
    case ConnectionType::kDb: return "db";
    case ConnectionType::kCache: return "cache";
    case ConnectionType::kMessaging: return "messaging";
    case ConnectionType::kBrowser: return "browser";
    case ConnectionType::kUnknown: return "unknown";
  }
  return "unknown";
}

std::string_view node_word(ConnectionType type, bool is_virtual) {
  if (!is_virtual) return "service";
  switch (type) {
    case ConnectionType::kDb: return "database";
    case ConnectionType::kCache: return "cache";
    case ConnectionType::kMessaging: return "messaging";
    default: return "external";
  }
}

}  // namespace clew::api_native
