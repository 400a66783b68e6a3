// Questions that the rollups answer: services, operations, RED series, dependencies.
#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <tuple>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/rollup_visit.h"
#include "query/traceql/query_limits.h"
#include "table/histogram_sum.h"

namespace clew::query {
namespace {

using stdx::ErrorCode;
using table::HistogramSum;

constexpr int64_t kMinuteNs = kRollupStepNs;

int64_t floor_to(int64_t time_ns, int64_t step_ns) {
  const int64_t rest = time_ns % step_ns;
  return time_ns - (rest < 0 ? rest + step_ns : rest);
}

struct SeriesCell {
  int64_t count = 0;
  int64_t error_count = 0;
  HistogramSum durations;
};
// (service, operation) → time → cell.
using SeriesCells = std::map<std::pair<std::string, std::string>, std::map<int64_t, SeriesCell>>;

RedPoint point_of(int64_t time_ns, const SeriesCell* cell, const std::vector<double>& quantiles) {
  RedPoint point;
  point.time_ns = time_ns;
  static const SeriesCell kEmpty;
  if (cell == nullptr) cell = &kEmpty;
  point.count = cell->count;
  point.error_count = cell->error_count;
  const table::Histogram durations = cell->durations.take();
  for (const double quantile : quantiles) {
    point.quantiles_ns.push_back(table::histogram_quantile_ns(durations, quantile));
  }
  return point;
}

}  // namespace

stdx::Result<std::vector<ServiceInfo>> Engine::services(table::TimeRange range) const {
  absl::flat_hash_map<std::string, ServiceInfo> by_name;
  auto done = for_each_red(catalog_.snapshot(), range, [&](const table::RedRow& row) {
    ServiceInfo& service = by_name[row.service];
    service.span_count += row.count;
    service.error_count += row.error_count;
  });
  if (!done) return std::unexpected(std::move(done.error()));
  std::vector<ServiceInfo> services;
  for (auto& [name, service] : by_name) {
    service.name = name;
    services.push_back(std::move(service));
  }
  std::ranges::sort(services, {}, &ServiceInfo::name);
  return services;
}

stdx::Result<std::vector<OperationInfo>> Engine::operations(const std::string& service, table::TimeRange range) const {
  std::map<std::pair<std::string, otlp::SpanKind>, int64_t> counts;
  auto done = for_each_red(catalog_.snapshot(), range, [&](const table::RedRow& row) {
    if (row.service == service) counts[{row.operation, row.kind}] += row.count;
  });
  if (!done) return std::unexpected(std::move(done.error()));
  std::vector<OperationInfo> operations;
  for (const auto& [key, count] : counts) operations.push_back({key.first, key.second, count});
  return operations;
}

stdx::Result<std::vector<RedSeries>> Engine::red(const RedRequest& request) const {
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  if (request.quantiles.size() > kQuantilesMax) {
    return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("at most {} quantiles are allowed", kQuantilesMax));
  }
  if (request.step_ns <= 0 || request.step_ns > std::numeric_limits<int64_t>::max() - kMinuteNs) {
    return stdx::fail(ErrorCode::kInvalidArgument, "the step must be positive");
  }
  const int64_t step = (request.step_ns + kMinuteNs - 1) / kMinuteNs * kMinuteNs;
  SeriesCells cells;
  int64_t first = std::numeric_limits<int64_t>::max();
  int64_t last = std::numeric_limits<int64_t>::min();
  auto done = for_each_red(catalog_.snapshot(), request.range, [&](const table::RedRow& row) {
    const bool wanted = (request.service.empty() || row.service == request.service) &&
                        (!request.operation || row.operation == *request.operation) &&
                        (!request.kind || row.kind == *request.kind);
    if (!wanted) return;
    const int64_t time = floor_to(row.minute_ns, step);
    first = std::min(first, time);
    last = std::max(last, time);
    SeriesCell& cell = cells[{request.service, request.by_operation ? row.operation : std::string()}][time];
    cell.count += row.count;
    cell.error_count += row.error_count;
    cell.durations.add(row.durations);
  });
  if (!done) return std::unexpected(std::move(done.error()));
  if (cells.empty()) return std::vector<RedSeries>();
  // An open range ends where the data does.
  if (request.range.begin_ns > 0) first = floor_to(request.range.begin_ns, step);
  if (request.range.end_ns != INT64_MAX) last = floor_to(request.range.end_ns - 1, step);
  const int64_t points = (last - first) / step + 1;
  if (points > kSeriesPointsMax || static_cast<size_t>(points) * cells.size() > kSeriesPointsTotalMax) {
    return stdx::fail(ErrorCode::kInvalidArgument,
                      fmt::format("{} points in {} series are too many; take a longer step or a shorter range", points,
                                  cells.size()));
  }
  std::vector<RedSeries> all;
  for (const auto& [key, by_time] : cells) {
    RedSeries series{key.first, key.second, {}};
    for (int64_t i = 0; i < points; ++i) {
      const auto at = by_time.find(first + i * step);
      series.points.push_back(
          point_of(first + i * step, at == by_time.end() ? nullptr : &at->second, request.quantiles));
    }
    all.push_back(std::move(series));
  }
  return all;
}

namespace {

struct EdgeSum {
  int64_t call_count = 0;
  int64_t error_count = 0;
  HistogramSum caller_durations;
  HistogramSum callee_durations;
};
using EdgeKey = std::tuple<std::string, std::string, table::ConnectionType, bool>;

bool is_of(const EdgeKey& key, const table::EdgeRow& row) {
  return std::get<0>(key) == row.caller_service && std::get<1>(key) == row.callee_service &&
         std::get<2>(key) == row.type && std::get<3>(key) == row.callee_virtual;
}

}  // namespace

stdx::Result<std::vector<Dependency>> Engine::dependencies(table::TimeRange range) const {
  if (auto valid = check_range(range); !valid) return std::unexpected(std::move(valid.error()));
  std::map<EdgeKey, EdgeSum> sums;
  auto at = sums.end();  // Rows of one pair often follow each other.
  const auto visit = [&](const table::EdgeRow& row) {
    if (at == sums.end() || !is_of(at->first, row)) {
      at = sums.try_emplace({row.caller_service, row.callee_service, row.type, row.callee_virtual}).first;
    }
    EdgeSum& sum = at->second;
    sum.call_count += row.count;
    sum.error_count += row.error_count;
    sum.caller_durations.add(row.caller_durations);
    sum.callee_durations.add(row.callee_durations);
  };
  const auto is_service = [](const std::string&) { return false; };
  if (auto done = for_each_call(catalog_.snapshot(), range, interrupt_of({}), is_service, visit); !done) {
    return std::unexpected(std::move(done.error()));
  }
  std::vector<Dependency> dependencies;
  for (const auto& [key, sum] : sums) {
    const auto& [parent, child, type, child_virtual] = key;
    dependencies.push_back({parent, child, type, child_virtual, sum.call_count, sum.error_count,
                            sum.caller_durations.take(), sum.callee_durations.take()});
  }
  return dependencies;
}

}  // namespace clew::query
