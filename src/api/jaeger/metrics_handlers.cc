// Service performance (Jaeger's "Monitor" tab) from the RED rollups instead of a Prometheus behind us.
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "api/jaeger/jaeger_envelope.h"
#include "api/jaeger/jaeger_handlers.h"
#include "api/jaeger/jaeger_limits.h"
#include "query/traceql/fields.h"
#include "stdx/time_text.h"

namespace clew::api_jaeger {
namespace {

using stdx::ErrorCode;

constexpr int64_t kMilli = 1'000'000;
constexpr int64_t kMinute = 60'000'000'000;
constexpr int64_t kEndMsMax = 9'000'000'000'000;  // In the year 2255, so that ns and sums stay within 64 bits.
constexpr size_t kKindCount = 6;

enum class Metric { kLatencies, kCalls, kErrors };

struct MetricsQuestion {
  std::vector<std::string> services;
  double quantile = 0.95;
  bool by_operation = false;
  std::vector<otlp::SpanKind> kinds;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
  int64_t step_ns = kMinute;
  int64_t rate_window_ns = 10 * kMinute;
};

int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

// A positive time in ms, in ns; at most ten years, so that sums cannot overflow.
stdx::Result<int64_t> milliseconds(const net::HttpRequest& request, std::string_view name, int64_t fallback_ms) {
  const auto given = integer_parameter(request, name);
  if (!given) return std::unexpected(given.error());
  const int64_t ms = given->value_or(fallback_ms);
  if (ms <= 0 || ms > 315'360'000'000) {
    return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("unable to parse param '{}': out of range", name));
  }
  return ms * kMilli;
}

stdx::Result<double> read_quantile(const net::HttpRequest& request) {
  const std::string* text = request.parameter("quantile");
  if (text == nullptr || text->empty()) {
    return stdx::fail(ErrorCode::kInvalidArgument, "unable to parse param 'quantile': required");
  }
  double quantile = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), quantile);
  if (error == std::errc() && end == text->data() + text->size() && quantile > 0 && quantile <= 1) return quantile;
  return stdx::fail(ErrorCode::kInvalidArgument,
                    fmt::format("unable to parse param 'quantile': \"{}\" is not in (0, 1]", *text));
}

stdx::Result<std::vector<otlp::SpanKind>> read_kinds(const net::HttpRequest& request) {
  std::vector<otlp::SpanKind> kinds;
  for (const std::string_view word : all_values(request, "spanKind")) {
    const auto kind = query_traceql::kind_of_word(word);
    if (!kind) {
      return stdx::fail(ErrorCode::kInvalidArgument,
                        fmt::format("unable to parse param 'spanKind': unsupported span kind: '{}'", word));
    }
    if (std::ranges::find(kinds, *kind) == kinds.end()) kinds.push_back(*kind);
  }
  if (kinds.empty()) kinds.push_back(otlp::SpanKind::kServer);
  return kinds;
}

std::vector<std::string> read_services(const net::HttpRequest& request, FirstError& errors) {
  std::vector<std::string> services;
  for (const std::string_view service : all_values(request, "service")) {
    if (std::ranges::find(services, service) == services.end()) services.emplace_back(service);
  }
  if (services.empty()) errors.add("unable to parse param 'service': please provide at least one service name");
  if (services.size() > kServicesMax) errors.add(fmt::format("more than {} services", kServicesMax));
  return services;
}

stdx::Result<MetricsQuestion> read_question(const Asked& asked, Metric metric) {
  const net::HttpRequest& request = asked.request;
  FirstError errors;
  MetricsQuestion question;
  question.services = read_services(request, errors);
  if (metric == Metric::kLatencies) question.quantile = errors.take(read_quantile(request));
  question.by_operation = errors.take(flag_parameter(request, "groupByOperation"));
  question.kinds = errors.take(read_kinds(request));
  question.end_ns = asked.options.clock->now_ns();
  if (const auto end_ms = errors.take(integer_parameter(request, "endTs"))) {
    if (*end_ms <= 0 || *end_ms > kEndMsMax) errors.add("unable to parse param 'endTs': out of range");
    question.end_ns = std::clamp<int64_t>(*end_ms, 0, kEndMsMax) * kMilli;
  }
  const int64_t lookback_ns = errors.take(milliseconds(request, "lookback", 3'600'000));
  question.begin_ns = question.end_ns - lookback_ns;
  // The rollups know minutes.
  question.step_ns = std::max(kMinute, round_up(errors.take(milliseconds(request, "step", 5'000)), kMinute));
  question.rate_window_ns = std::max(kMinute, round_up(errors.take(milliseconds(request, "ratePer", 600'000)), kMinute));
  if ((lookback_ns + question.rate_window_ns) / kMinute > kMetricPointsMax) {
    errors.add(fmt::format("unable to parse param 'lookback': with 'ratePer' more than {} minutes", kMetricPointsMax));
  }
  if (errors.error()) return std::unexpected(*errors.error());
  return question;
}

struct Point {
  int64_t time_ns = 0;
  double value = 0;
};
struct Series {
  std::string service;
  std::string operation;
  std::vector<Point> points;
};

// One kind, or none for all of them; a mixture is added up by the caller.
stdx::Result<std::vector<query::RedSeries>> ask(const Asked& asked, const MetricsQuestion& question,
                                                const std::string& service, std::optional<otlp::SpanKind> kind,
                                                table::TimeRange range, int64_t step_ns) {
  return asked.options.engine->red({.service = service,
                                    .operation = std::nullopt,
                                    .kind = kind,
                                    .range = range,
                                    .step_ns = step_ns,
                                    .quantiles = {question.quantile},
                                    .by_operation = question.by_operation});
}

std::vector<std::optional<otlp::SpanKind>> kinds_to_ask(const MetricsQuestion& question) {
  if (question.kinds.size() == kKindCount) return {std::nullopt};
  return {question.kinds.begin(), question.kinds.end()};
}

stdx::Result<std::vector<Series>> latencies(const Asked& asked, const MetricsQuestion& question) {
  const auto kinds = kinds_to_ask(question);
  if (kinds.size() != 1) {
    return stdx::fail(ErrorCode::kUnimplemented, "latencies of several span kinds together are not supported; ask for one or all");
  }
  std::vector<Series> all;
  for (const std::string& service : question.services) {
    const auto red =
        ask(asked, question, service, kinds.front(), {question.begin_ns, question.end_ns}, question.step_ns);
    if (!red) return std::unexpected(red.error());
    for (const query::RedSeries& one : *red) {
      Series series{service, one.operation, {}};
      for (const query::RedPoint& point : one.points) {
        // A point tells of the time before it, as Prometheus has it.
        if (point.count > 0) {
          series.points.push_back({point.time_ns + question.step_ns, point.quantiles_ns.front() / double{kMilli}});
        }
      }
      if (!series.points.empty()) all.push_back(std::move(series));
    }
  }
  return all;
}

struct Calls {
  int64_t count = 0;
  int64_t error_count = 0;
};

// Calls of each minute, by operation.
stdx::Result<std::map<std::string, std::map<int64_t, Calls>>> calls_by_minute(const Asked& asked,
                                                                              const MetricsQuestion& question,
                                                                              const std::string& service) {
  std::map<std::string, std::map<int64_t, Calls>> minutes_of;
  const table::TimeRange range{question.begin_ns - question.rate_window_ns, question.end_ns};
  for (const auto kind : kinds_to_ask(question)) {
    const auto red = ask(asked, question, service, kind, range, kMinute);
    if (!red) return std::unexpected(red.error());
    for (const query::RedSeries& one : *red) {
      for (const query::RedPoint& point : one.points) {
        if (point.count == 0) continue;
        Calls& calls = minutes_of[one.operation][point.time_ns];
        calls.count += point.count;
        calls.error_count += point.error_count;
      }
    }
  }
  return minutes_of;
}

// Prometheus's rate(): what happened in the window before each point.
std::vector<Point> windowed(const std::map<int64_t, Calls>& minutes, const MetricsQuestion& question, Metric metric) {
  std::vector<Point> points;
  const double window_s = static_cast<double>(question.rate_window_ns) / 1e9;
  Calls sum;
  auto entering = minutes.begin();
  auto leaving = minutes.begin();
  for (int64_t time_ns = round_up(question.begin_ns, kMinute); time_ns <= question.end_ns; time_ns += question.step_ns) {
    for (; entering != minutes.end() && entering->first < time_ns; ++entering) {
      sum.count += entering->second.count;
      sum.error_count += entering->second.error_count;
    }
    for (; leaving != entering && leaving->first < time_ns - question.rate_window_ns; ++leaving) {
      sum.count -= leaving->second.count;
      sum.error_count -= leaving->second.error_count;
    }
    if (sum.count == 0) continue;
    const double calls = static_cast<double>(sum.count);
    points.push_back(
        {time_ns, metric == Metric::kCalls ? calls / window_s : static_cast<double>(sum.error_count) / calls});
  }
  return points;
}

stdx::Result<std::vector<Series>> rates(const Asked& asked, const MetricsQuestion& question, Metric metric) {
  std::vector<Series> all;
  for (const std::string& service : question.services) {
    const auto minutes_of = calls_by_minute(asked, question, service);
    if (!minutes_of) return std::unexpected(minutes_of.error());
    for (const auto& [operation, minutes] : *minutes_of) {
      Series series{service, operation, windowed(minutes, question, metric)};
      if (!series.points.empty()) all.push_back(std::move(series));
    }
  }
  return all;
}

std::string name_of(Metric metric, bool by_operation) {
  const std::string_view prefix = by_operation ? "service_operation_" : "service_";
  switch (metric) {
    case Metric::kLatencies: return fmt::format("{}latencies", prefix);
    case Metric::kCalls: return fmt::format("{}call_rate", prefix);
    case Metric::kErrors: return fmt::format("{}error_rate", prefix);
  }
  return {};
}

std::string help_of(Metric metric, const MetricsQuestion& question) {
  const std::string_view grouping = question.by_operation ? "service & operation" : "service";
  switch (metric) {
    case Metric::kLatencies: return fmt::format("{:.2f}th quantile latency, grouped by {}", question.quantile, grouping);
    case Metric::kCalls: return fmt::format("calls/sec, grouped by {}", grouping);
    case Metric::kErrors:
      return fmt::format("error rate, computed as a fraction of errors/sec over calls/sec, grouped by {}", grouping);
  }
  return {};
}

void write_label(wire::JsonWriter& json, std::string_view name, std::string_view value) {
  json.begin_object().member("name", name).member("value", value).end_object();
}

// A bare MetricFamily in proto3 JSON, without the envelope.
net::HttpResponse family(Metric metric, const MetricsQuestion& question, const std::vector<Series>& all) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("name", name_of(metric, question.by_operation));
  json.member("type", "GAUGE").member("help", help_of(metric, question));
  json.key("metrics").begin_array();
  for (const Series& series : all) {
    json.begin_object().key("labels").begin_array();
    if (question.by_operation) write_label(json, "operation", series.operation);
    write_label(json, "service_name", series.service);
    json.end_array();
    json.key("metricPoints").begin_array();
    for (const Point& point : series.points) {
      json.begin_object().key("gaugeValue").begin_object().member("doubleValue", point.value).end_object();
      json.member("timestamp", stdx::rfc3339_text(point.time_ns)).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

net::HttpResponse answer(const Asked& asked, Metric metric) {
  const auto question = read_question(asked, metric);
  if (!question) return legacy_error(question.error());
  const auto series =
      metric == Metric::kLatencies ? latencies(asked, *question) : rates(asked, *question, metric);
  if (!series) return legacy_error(series.error());
  return family(metric, *question, *series);
}

}  // namespace

net::HttpResponse metrics_latencies(const Asked& asked) { return answer(asked, Metric::kLatencies); }
net::HttpResponse metrics_calls(const Asked& asked) { return answer(asked, Metric::kCalls); }
net::HttpResponse metrics_errors(const Asked& asked) { return answer(asked, Metric::kErrors); }

net::HttpResponse metrics_min_step(const Asked&) {
  return envelope([](wire::JsonWriter& json) { json.value(kMinute / kMilli); });
}

}  // namespace clew::api_jaeger
