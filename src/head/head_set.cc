#include "head/head_set.h"

#include <chrono>

#include "rollup/rollups.h"
#include "table/trace_order.h"

namespace clew::head {
namespace {

// A large head is summed up anew at most this often; a small one each time it changed.
constexpr int64_t kRollupAgeMaxNs = 500'000'000;
constexpr uint32_t kRollupRowsSmall = 10'000;

int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool overlaps(table::TimeRange range, int64_t minute_ns) {
  return minute_ns < range.end_ns && range.begin_ns < minute_ns + rollup::kMinuteNs;
}

template <class Row>
std::vector<Row> rows_in(const std::vector<Row>& rows, table::TimeRange range) {
  std::vector<Row> selected;
  for (const Row& row : rows) {
    if (overlaps(range, row.minute_ns)) selected.push_back(row);
  }
  return selected;
}

}  // namespace

std::shared_ptr<const table::Rollups> Generation::rollups(uint32_t row_count) const {
  std::lock_guard lock(rollup_cache.mutex);
  const int64_t now_ns = steady_ns();
  const bool recent = row_count > kRollupRowsSmall && now_ns - rollup_cache.computed_steady_ns < kRollupAgeMaxNs;
  if (rollup_cache.rollups != nullptr && (rollup_cache.row_count == row_count || recent)) return rollup_cache.rollups;
  const auto wanted = [this](uint32_t trace) { return left_behind == nullptr || !(*left_behind)[trace]; };
  rollup_cache.rollups = std::make_shared<const table::Rollups>(
      rollup::build_rollups(*table, table::order_by_trace(*table, row_count, wanted)));
  rollup_cache.row_count = row_count;
  rollup_cache.computed_steady_ns = steady_ns();
  return rollup_cache.rollups;
}

uint32_t Generation::row_count() const {
  uint32_t count = table->published_row_count();
  for (const auto& records_of_kind : records) count += records_of_kind->published_row_count();
  return count;
}

size_t Generation::used_bytes() const {
  size_t bytes = table->used_bytes();
  for (const auto& records_of_kind : records) bytes += records_of_kind->used_bytes();
  return bytes;
}

HeadSet::HeadSet(std::shared_ptr<const Generation> generation) : generation_(std::move(generation)) {
  segments_.push_back(std::make_shared<const HeadSegment>(generation_->table, generation_->left_behind));
  for (size_t i = 0; i < records_.size(); ++i) {
    if (generation_->records[i]->published_row_count() == 0) continue;
    records_[i].push_back(std::make_shared<const table::RecordSegment>(generation_->records[i]));
  }
}

uint32_t HeadSet::visible_trace(otlp::TraceId trace_id) const {
  const uint32_t trace = generation_->table->trace_index().find(trace_id);
  if (trace == table::kNoTrace) return trace;
  if (generation_->left_behind != nullptr && (*generation_->left_behind)[trace]) return table::kNoTrace;
  return trace;
}

stdx::Result<std::vector<table::SpanRows>> HeadSet::find_trace(otlp::TraceId trace_id) const {
  const uint32_t trace = visible_trace(trace_id);
  if (trace == table::kNoTrace) return std::vector<table::SpanRows>();
  table::SpanRows found;
  generation_->table->trace_index().rows_of(trace, segments_.front()->row_count(), found.rows);
  if (found.rows.empty()) return std::vector<table::SpanRows>();
  return std::vector<table::SpanRows>{std::move(found)};
}

stdx::Result<std::vector<table::TracePart>> HeadSet::trace_parts(std::span<const otlp::TraceId> trace_ids) const {
  std::vector<uint32_t> traces;
  for (const otlp::TraceId id : trace_ids) {
    if (const uint32_t trace = visible_trace(id); trace != table::kNoTrace) traces.push_back(trace);
  }
  return rollup::build_traces(*generation_->table,
                              table::order_traces(*generation_->table, segments_.front()->row_count(), traces));
}

stdx::Result<std::vector<table::RedRow>> HeadSet::red(table::TimeRange range) const {
  return rows_in(generation_->rollups(segments_.front()->row_count())->red, range);
}

stdx::Result<std::vector<table::EdgeRow>> HeadSet::edges(table::TimeRange range) const {
  return rows_in(generation_->rollups(segments_.front()->row_count())->edges, range);
}

}  // namespace clew::head
