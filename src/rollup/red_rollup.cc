#include <algorithm>
#include <tuple>

#include <absl/container/flat_hash_map.h>

#include "rollup/histogram_builder.h"
#include "rollup/rollups.h"

namespace clew::rollup {
namespace {

struct RedKey {
  uint32_t service;
  uint32_t name;
  uint8_t kind;
  uint8_t status;
  int64_t minute_ns;

  bool operator==(const RedKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const RedKey& k) {
    return H::combine(std::move(h), k.service, k.name, k.kind, k.status, k.minute_ns);
  }
};

struct RedCell {
  int64_t count = 0;
  int64_t duration_sum_ns = 0;
  HistogramBuilder durations;
};

auto sort_key(const table::RedRow& row) {
  return std::tie(row.service, row.minute_ns, row.operation, row.kind, row.status);
}

// Sorted, and one row a key: a name has several codes once its dictionary stopped looking for repetitions.
std::vector<table::RedRow> merged(std::vector<table::RedRow> rows) {
  std::ranges::sort(rows, {}, sort_key);
  std::vector<table::RedRow> result;
  for (table::RedRow& row : rows) {
    if (result.empty() || sort_key(result.back()) != sort_key(row)) {
      result.push_back(std::move(row));
      continue;
    }
    table::RedRow& same = result.back();
    same.count += row.count;
    same.error_count += row.error_count;
    same.duration_sum_ns += row.duration_sum_ns;
    table::merge_into(same.durations, row.durations);
  }
  return result;
}

}  // namespace

std::vector<table::RedRow> build_red(const table::SpanTable& table, const table::TraceOrder& order) {
  absl::flat_hash_map<RedKey, uint32_t> cell_by_key;
  std::vector<RedCell> cells;
  HistogramPool pool;
  const auto add = [&](uint32_t row) {
    const RedKey key{table.resource_services()[table.resources()[row]].load(std::memory_order_acquire),
                     table.names()[row], table.kinds()[row], table.statuses()[row], minute_of(table.starts()[row])};
    const auto [found, added] = cell_by_key.try_emplace(key, static_cast<uint32_t>(cells.size()));
    if (added) cells.emplace_back();
    RedCell& cell = cells[found->second];
    const int64_t duration_ns = table.durations()[row];
    ++cell.count;
    cell.duration_sum_ns += duration_ns;
    cell.durations.add(pool, duration_ns);
  };
  for (const uint32_t index : order.runs_by_arrival) {
    const table::TraceRun& run = order.runs[index];
    for (uint32_t i = run.first; i < run.first + run.count; ++i) add(order.rows[i]);
  }

  std::vector<table::RedRow> rows;
  rows.reserve(cells.size());
  for (const auto& [key, index] : cell_by_key) {
    const RedCell& cell = cells[index];
    table::RedRow& row = rows.emplace_back();
    if (key.service != table::kNullCode) row.service = table.service_dictionary().at(key.service);
    row.operation = table.name_dictionary().at(key.name);
    row.kind = static_cast<otlp::SpanKind>(key.kind);
    row.status = static_cast<otlp::StatusCode>(key.status);
    row.minute_ns = key.minute_ns;
    row.count = cell.count;
    row.error_count = row.status == otlp::StatusCode::kError ? cell.count : 0;
    row.duration_sum_ns = cell.duration_sum_ns;
    row.durations = cell.durations.build(pool);
  }
  return merged(std::move(rows));
}

}  // namespace clew::rollup
