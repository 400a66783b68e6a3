#include "query/charts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "query/chart_cells.h"
#include "query/engine_steps.h"
#include "query/rollup_visit.h"
#include "query/traceql/fields.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

std::unexpected<stdx::Error> bad(std::string message) {
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, std::move(message));
}

stdx::Result<void> check_points(const char* name, int64_t points, int64_t most) {
  if (points >= 1 && points <= most) return {};
  return bad(fmt::format("{} must be 1 to {}, not {}", name, most, points));
}

// Rollups will do where their minutes give at least a quarter of the points that were asked for: a chart of an hour is better
// at once by minutes than later by half minutes.
struct ChosenSteps {
  TimeSteps steps;
  bool rollups_suffice = true;
};
ChosenSteps choose_steps(table::TimeRange range, int64_t points) {
  ChosenSteps chosen;
  const auto width = static_cast<uint64_t>(range.end_ns) - static_cast<uint64_t>(range.begin_ns);
  chosen.rollups_suffice = width / static_cast<uint64_t>(kRollupStepNs) >= static_cast<uint64_t>(points) / 4;
  chosen.steps = TimeSteps::of(range, points, chosen.rollups_suffice ? kRollupStepNs : 1'000'000);
  return chosen;
}

std::string quoted(const std::string& text) { return query_traceql::to_text(query_traceql::Literal(text)); }

std::string kinds_filter(Basis basis) {
  switch (basis) {
    case Basis::kEntry: return "(kind = server || kind = consumer)";
    case Basis::kInternal: return "(kind = internal || kind = unspecified)";
    case Basis::kAll: return "true";
  }
  return "true";
}

// Which of a service's spans are its requests, by all that the rollups of the range know of it.
stdx::Result<Basis> basis_of(const table::Catalog& catalog, const std::string& service, table::TimeRange range) {
  KindsSeen kinds;
  auto done = for_each_red(catalog.snapshot(), range, [&](const table::RedRow& row) {
    if (service.empty() || row.service == service) kinds.add(row.kind);
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return kinds.basis();
}

Series series_of(const ChartCells& cells, const TimeSteps& steps, std::optional<Basis> basis) {
  Series series;
  series.steps = steps;
  series.basis = basis;
  series.source = cells.source;
  series.stats = cells.stats;
  for (const ChartCell& cell : cells.cells) {
    series.points.push_back(cell.numbers());
    series.total.add(series.points.back());
  }
  return series;
}

Timeline timeline_of(const ChartCells& cells, const TimeSteps& steps) {
  Timeline timeline;
  timeline.steps = steps;
  for (const ChartCell& cell : cells.cells) {
    timeline.span_counts.push_back(cell.count);
    timeline.error_counts.push_back(cell.error_count);
  }
  timeline.trace_counts = cells.trace_counts;
  timeline.source = cells.source;
  timeline.stats = cells.stats;
  return timeline;
}

// Rows of equal height on a logarithmic scale between the shortest and the longest duration there is.
Heatmap heatmap_of(const ChartCells& cells, const TimeSteps& steps, int64_t rows_max) {
  Heatmap map;
  map.steps = steps;
  map.source = cells.source;
  map.stats = cells.stats;
  int first = table::kDurationBucketCount, last = -1;
  for (const ChartCell& cell : cells.cells) {
    map.span_count += cell.count;
    map.error_count += cell.error_count;
    for (const auto* buckets : {&cell.good, &cell.bad}) {
      for (size_t bucket = 0; bucket < buckets->size(); ++bucket) {
        if ((*buckets)[bucket] == 0) continue;
        first = std::min(first, static_cast<int>(bucket));
        last = std::max(last, static_cast<int>(bucket));
      }
    }
  }
  const int bucket_count = last < 0 ? 0 : last - first + 1;
  const int per_row = std::max(1, (bucket_count + static_cast<int>(rows_max) - 1) / static_cast<int>(rows_max));
  const int row_count = (bucket_count + per_row - 1) / per_row;
  const auto bound = [](int bucket) {
    return bucket < 0 ? int64_t{-1} : static_cast<int64_t>(std::floor(std::min(table::duration_bucket_upper_ns(bucket), 9.2e18)));
  };
  for (int row = 0; row <= row_count && bucket_count != 0; ++row) map.row_bounds_ns.push_back(std::max<int64_t>(0, bound(first + row * per_row - 1)));
  // Bucket 0 holds zero, too, which no open lower bound would let in; nothing is shorter.
  for (const ChartCell& cell : cells.cells) {
    std::vector<int64_t>& counts = map.counts.emplace_back(static_cast<size_t>(row_count));
    std::vector<int64_t>& errors = map.error_counts.emplace_back(static_cast<size_t>(row_count));
    for (int bucket = first; bucket <= last; ++bucket) {
      const auto row = static_cast<size_t>((bucket - first) / per_row);
      if (!cell.good.empty()) counts[row] += cell.good[static_cast<size_t>(bucket)];
      if (cell.bad.empty()) continue;
      counts[row] += cell.bad[static_cast<size_t>(bucket)];
      errors[row] += cell.bad[static_cast<size_t>(bucket)];
    }
    const RequestNumbers numbers = cell.numbers();
    map.p50_ns.push_back(cell.count == 0 ? std::nullopt : std::optional(numbers.quantile_ns(0.5)));
    map.p99_ns.push_back(cell.count == 0 ? std::nullopt : std::optional(numbers.quantile_ns(0.99)));
  }
  return map;
}

}  // namespace

std::string_view word(Source source) { return source == Source::kRollups ? "rollups" : "scan"; }

stdx::Result<Series> series(const table::Catalog& catalog, const SeriesRequest& request, const QueryControl& control,
                            const ScanHooks& hooks, const std::function<void(const Series&)>& partial) {
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  if (auto valid = check_points("points", request.points, kChartPointsMax); !valid) return std::unexpected(std::move(valid.error()));
  ChosenSteps chosen = choose_steps(request.range, request.points);
  if (request.step_ns) {
    const auto width = static_cast<uint64_t>(request.range.end_ns) - static_cast<uint64_t>(request.range.begin_ns);
    if (*request.step_ns <= 0 || width / static_cast<uint64_t>(*request.step_ns) > static_cast<uint64_t>(kChartPointsMax)) {
      return bad(fmt::format("step: a chart has at most {} points", kChartPointsMax));
    }
    chosen.steps = TimeSteps::with_step(request.range, *request.step_ns);
    chosen.rollups_suffice = *request.step_ns % kRollupStepNs == 0;
  }
  ChartQuestion question{.traceql = {}, .range = request.range, .steps = chosen.steps, .rollups_suffice = chosen.rollups_suffice};
  std::optional<Basis> basis;
  if (request.traceql) {
    question.traceql = *request.traceql;
  } else {
    std::string filter = "true";
    if (!request.service.empty()) filter = "resource.service.name = " + quoted(request.service);
    if (request.operation) filter += " && name = " + quoted(*request.operation);
    if (request.kind) {
      filter += fmt::format(" && kind = {}", query_traceql::word(*request.kind));
    } else if (!request.any_kind && !request.operation) {
      auto found = basis_of(catalog, request.service, request.range);
      if (!found) return std::unexpected(std::move(found.error()));
      basis = *found;
      filter += " && " + kinds_filter(*basis);
    }
    question.traceql = fmt::format("{{ {} }}", filter);
  }
  auto cells = count_cells(catalog, question, control, hooks, [&](const ChartCells& so_far) {
    if (partial) partial(series_of(so_far, question.steps, basis));
  });
  if (!cells) return std::unexpected(std::move(cells.error()));
  return series_of(*cells, question.steps, basis);
}

stdx::Result<Timeline> timeline(const table::Catalog& catalog, const TimelineRequest& request, const QueryControl& control,
                                const ScanHooks& hooks, const std::function<void(const Timeline&)>& partial) {
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  if (auto valid = check_points("points", request.points, kChartPointsMax); !valid) return std::unexpected(std::move(valid.error()));
  const ChosenSteps chosen = choose_steps(request.range, request.points);
  const ChartQuestion question{.traceql = request.traceql,
                               .range = request.range,
                               .steps = chosen.steps,
                               .with_durations = false,
                               .with_traces = true,
                               .rollups_suffice = chosen.rollups_suffice};
  auto cells = count_cells(catalog, question, control, hooks, [&](const ChartCells& so_far) {
    if (partial) partial(timeline_of(so_far, question.steps));
  });
  if (!cells) return std::unexpected(std::move(cells.error()));
  return timeline_of(*cells, question.steps);
}

stdx::Result<Heatmap> heatmap(const table::Catalog& catalog, const HeatmapRequest& request, const QueryControl& control,
                              const ScanHooks& hooks, const std::function<void(const Heatmap&)>& partial) {
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  if (auto valid = check_points("columns", request.columns, kHeatmapColumnsMax); !valid) return std::unexpected(std::move(valid.error()));
  if (auto valid = check_points("rows", request.rows, kHeatmapRowsMax); !valid) return std::unexpected(std::move(valid.error()));
  const ChosenSteps chosen = choose_steps(request.range, request.columns);
  const ChartQuestion question{.traceql = request.traceql,
                               .range = request.range,
                               .steps = chosen.steps,
                               .rollups_suffice = chosen.rollups_suffice};
  auto cells = count_cells(catalog, question, control, hooks, [&](const ChartCells& so_far) {
    if (partial) partial(heatmap_of(so_far, question.steps, request.rows));
  });
  if (!cells) return std::unexpected(std::move(cells.error()));
  return heatmap_of(*cells, question.steps, request.rows);
}

}  // namespace clew::query
