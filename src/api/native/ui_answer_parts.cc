#include "api/native/ui_answer_parts.h"

#include "api/native/answers.h"

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

void write_call_numbers(wire::JsonWriter& json, int64_t call_count, int64_t error_count, double seconds) {
  json.member("call_count", call_count).member("error_count", error_count);
  json.member("rate", static_cast<double>(call_count) / seconds);
  json.member("error_share", call_count == 0 ? 0.0 : static_cast<double>(error_count) / static_cast<double>(call_count));
}

void write_scan_end(wire::JsonWriter& json, bool exact, table::TimeRange range, const query::QueryStats& stats) {
  json.member("source", "scan").member("exact", exact);
  write_range(json, range);
  write_stats(json, stats);
}

void write_reason(wire::JsonWriter& json, const query::ServiceReason& reason) {
  json.key("why").begin_object().member("code", reason.code);
  if (!reason.operation.empty()) json.member("operation", reason.operation);
  if (!reason.callee.empty()) json.member("callee", reason.callee);
  if (reason.callee_type) json.member("callee_type", connection_word(*reason.callee_type));
  if (reason.share) json.member("share", *reason.share);
  if (reason.error_share) json.member("error_share", *reason.error_share);
  if (reason.per_request) json.member("per_request", *reason.per_request);
  if (reason.p99_ns) json.member("p99_ns", *reason.p99_ns);
  if (reason.baseline_p99_ns) json.member("baseline_p99_ns", *reason.baseline_p99_ns);
  json.member("q", reason.traceql).end_object();
}

void write_profile(wire::JsonWriter& json, const query::ServiceProfile& profile) {
  if (!profile.name_space.empty()) json.member("namespace", profile.name_space);
  if (!profile.language.empty()) json.member("language", profile.language);
  if (!profile.sdk.empty()) json.member("sdk", profile.sdk);
  json.member("type", profile.is_browser() ? "browser" : "service");
}

}  // namespace clew::api_native
