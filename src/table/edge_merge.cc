#include <algorithm>
#include <tuple>

#include "table/histogram_sum.h"
#include "table/rollup_rows.h"

namespace clew::table {
namespace {

auto service_key(const EdgeRow& row) {
  return std::tie(row.caller_service, row.minute_ns, row.callee_service, row.type, row.callee_virtual);
}

}  // namespace

std::vector<EdgeRow> merge_operations(std::vector<EdgeRow> rows) {
  std::ranges::sort(rows, {}, service_key);
  std::vector<EdgeRow> merged;
  for (size_t begin = 0; begin < rows.size();) {
    size_t end = begin;
    HistogramSum callers, callees;
    EdgeRow sum = rows[begin];
    sum.count = sum.error_count = 0;
    sum.caller_operation.clear();
    sum.callee_operation.clear();
    for (; end < rows.size() && service_key(rows[end]) == service_key(rows[begin]); ++end) {
      sum.count += rows[end].count;
      sum.error_count += rows[end].error_count;
      callers.add(rows[end].caller_durations);
      callees.add(rows[end].callee_durations);
    }
    sum.caller_durations = callers.take();
    sum.callee_durations = callees.take();
    merged.push_back(std::move(sum));
    begin = end;
  }
  return merged;
}

}  // namespace clew::table
