#include "query/chart_cells.h"

#include <algorithm>
#include <utility>

#include "query/engine_steps.h"
#include "query/rollup_visit.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

using query_execute::Batch;
using query_execute::BatchPlace;
using query_execute::Selection;
using table::ColumnWindow;
using table::CoreColumn;

constexpr auto kBuckets = static_cast<size_t>(table::kDurationBucketCount);

table::Histogram histogram_of(const std::vector<uint32_t>& counts) {
  table::Histogram histogram;
  for (size_t bucket = 0; bucket < counts.size(); ++bucket) {
    if (counts[bucket] != 0) histogram.push_back({static_cast<int32_t>(bucket), counts[bucket]});
  }
  return histogram;
}

void add_buckets(std::vector<uint32_t>& target, const std::vector<uint32_t>& source) {
  if (source.empty()) return;
  target.resize(kBuckets);
  for (size_t i = 0; i < kBuckets; ++i) target[i] += source[i];
}

// What all parts have counted.
struct Whole {
  ChartCells cells;
  // Hash of trace and step, so that a trace whose spans lie in several places counts once a step.
  absl::flat_hash_set<uint64_t> traces;
  bool too_many_traces = false;
};

uint64_t trace_step_hash(otlp::TraceId id, int64_t step) {
  uint64_t hash = id.lo * 0x9e3779b97f4a7c15u ^ (id.hi + static_cast<uint64_t>(step) * 0xc2b2ae3d27d4eb4fu);
  hash ^= hash >> 29;
  return hash * 0xbf58476d1ce4e5b9u;
}

class CellPart final : public PartCollector {
 public:
  CellPart(const ChartQuestion& question, Whole& whole)
      : question_(question), whole_(whole), cells_(static_cast<size_t>(question.steps.count)) {}

  stdx::Result<void> add(Batch& batch, const Selection& matched, BatchPlace, query_execute::TraceLookup&) override {
    const ColumnWindow& starts = batch.column(CoreColumn::kStartTime);
    const ColumnWindow& statuses = batch.column(CoreColumn::kStatusCode);
    if (question_.with_durations) batch.column(CoreColumn::kDuration);
    if (question_.with_traces) batch.column(CoreColumn::kTraceId);
    if (batch.error()) return std::unexpected(*batch.error());
    const ColumnWindow* durations = question_.with_durations ? &batch.column(CoreColumn::kDuration) : nullptr;
    const ColumnWindow* traces = question_.with_traces ? &batch.column(CoreColumn::kTraceId) : nullptr;
    matched.for_each([&](uint32_t row) {
      const int64_t step = question_.steps.index_of(starts.ints[row]);
      const bool failed = statuses.has(row) && statuses.small[row] == static_cast<uint8_t>(otlp::StatusCode::kError);
      ChartCell& cell = cells_[static_cast<size_t>(step)];
      if (durations != nullptr) {
        cell.add(durations->has(row) ? durations->ints[row] : 0, failed);
      } else {
        ++cell.count;
        cell.error_count += failed;
      }
      if (traces == nullptr) return;
      // Rows of a trace are mostly neighbours.
      if (traces->trace_ids[row] == last_trace_ && step == last_step_) return;
      last_trace_ = traces->trace_ids[row];
      last_step_ = step;
      traces_.emplace_back(trace_step_hash(last_trace_, step), step);
    });
    return {};
  }

  stdx::Result<void> merge() override {
    for (size_t i = 0; i < cells_.size(); ++i) whole_.cells.cells[i].add(cells_[i]);
    for (const auto& [hash, step] : traces_) {
      if (whole_.too_many_traces) break;
      if (whole_.traces.insert(hash).second) ++(*whole_.cells.trace_counts)[static_cast<size_t>(step)];
      whole_.too_many_traces = whole_.traces.size() > kCountedTracesMax;
    }
    if (whole_.too_many_traces) whole_.cells.trace_counts.reset();
    return {};
  }

 private:
  const ChartQuestion& question_;
  Whole& whole_;
  std::vector<ChartCell> cells_;
  std::vector<std::pair<uint64_t, int64_t>> traces_;
  otlp::TraceId last_trace_;
  int64_t last_step_ = -1;
};

stdx::Result<ChartCells> from_rollups(const table::Catalog& catalog, const ChartQuestion& question, const RollupFilter& filter) {
  ChartCells cells;
  cells.cells.resize(static_cast<size_t>(question.steps.count));
  auto done = for_each_red(catalog.snapshot(), question.range, [&](const table::RedRow& row) {
    if (filter.matches(row)) cells.cells[static_cast<size_t>(question.steps.index_of(row.minute_ns))].add(row);
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return cells;
}

}  // namespace

void ChartCell::add(int64_t duration_ns, bool failed) {
  ++count;
  error_count += failed;
  total_ns += duration_ns;
  std::vector<uint32_t>& buckets = failed ? bad : good;
  if (buckets.empty()) buckets.resize(kBuckets);
  ++buckets[static_cast<size_t>(table::duration_bucket(duration_ns))];
}

void ChartCell::add(const table::RedRow& row) {
  count += row.count;
  error_count += row.error_count;
  total_ns += row.duration_sum_ns;
  std::vector<uint32_t>& buckets = row.error_count != 0 ? bad : good;
  if (buckets.empty()) buckets.resize(kBuckets);
  for (const table::BucketCount& entry : row.durations) {
    if (entry.bucket >= 0 && static_cast<size_t>(entry.bucket) < kBuckets) {
      buckets[static_cast<size_t>(entry.bucket)] += static_cast<uint32_t>(entry.count);
    }
  }
}

void ChartCell::add(const ChartCell& other) {
  count += other.count;
  error_count += other.error_count;
  total_ns += other.total_ns;
  add_buckets(good, other.good);
  add_buckets(bad, other.bad);
}

RequestNumbers ChartCell::numbers() const {
  RequestNumbers numbers;
  numbers.count = count;
  numbers.error_count = error_count;
  numbers.total_ns = total_ns;
  numbers.good_durations = histogram_of(good);
  numbers.durations = numbers.good_durations;
  table::merge_into(numbers.durations, histogram_of(bad));
  return numbers;
}

stdx::Result<ChartCells> count_cells(const table::Catalog& catalog, const ChartQuestion& question, const QueryControl& control,
                                     const ScanHooks& hooks, const std::function<void(const ChartCells&)>& partial) {
  if (auto valid = check_range(question.range); !valid) return std::unexpected(std::move(valid.error()));
  auto filter = RollupFilter::of(question.traceql);
  if (!filter) return std::unexpected(std::move(filter.error()));
  if (*filter && question.rollups_suffice) return from_rollups(catalog, question, **filter);
  auto plan = plan_filter(question.traceql);
  if (!plan) return std::unexpected(std::move(plan.error()));

  Whole whole;
  whole.cells.source = Source::kScan;
  whole.cells.cells.resize(static_cast<size_t>(question.steps.count));
  if (question.with_traces) whole.cells.trace_counts.emplace(static_cast<size_t>(question.steps.count));
  const table::Catalog::Sets sets = catalog.snapshot();
  const PartScanRequest request{.sets = sets,
                                .plan = *plan,
                                .range = question.range,
                                .make_part = [&] { return std::make_unique<CellPart>(question, whole); },
                                .show_partial = [&] {
                                  if (partial) partial(whole.cells);
                                }};
  auto stats = scan_parts(request, control, hooks);
  if (!stats) return std::unexpected(std::move(stats.error()));
  whole.cells.stats = *stats;
  return std::move(whole.cells);
}

}  // namespace clew::query
