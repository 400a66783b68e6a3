#include "query/rum/trace_times.h"

#include <algorithm>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "query/execute/trace_facts.h"

namespace clew::query_rum {

using query_analyse::TraceColumns;
namespace flag = query_analyse::flag;

namespace {

bool is_browser(const TraceColumns& trace, uint32_t row) { return trace.service_is_browser[trace.service[row]]; }

// In display order parents come first, so one pass knows whether an ancestor was left out.
template <class Visit>
void for_each_backend_row(const TraceColumns& trace, Visit&& visit) {
  for (uint32_t row = 0; row < trace.row_count();) {
    if (trace.has(row, flag::kAsync)) {
      row += std::max<uint32_t>(1, trace.subtree[row]);
      continue;
    }
    if (!is_browser(trace, row)) visit(row);
    ++row;
  }
}

}  // namespace

std::optional<BackendPart> backend_of(const TraceColumns& trace, otlp::SpanId span_id, int64_t request_ns) {
  uint32_t begin = 0, end = trace.row_count();
  std::optional<uint32_t> request;
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    if (trace.span_id[row] != span_id || !is_browser(trace, row)) continue;
    request = row;
    begin = row + 1;
    end = row + trace.subtree[row];
    break;
  }
  std::optional<BackendPart> part;
  const auto take = [&](uint32_t from, uint32_t to) {
    for (uint32_t row = from; row < to;) {
      if (is_browser(trace, row)) {
        ++row;
        continue;
      }
      if (!trace.has(row, flag::kAsync)) {
        const int64_t start = trace.corrected_start(row), stop = trace.corrected_end(row);
        if (!part) {
          part = BackendPart{.row = row, .begin_ns = start, .end_ns = stop};
        } else {
          part->begin_ns = std::min(part->begin_ns, start);
          part->end_ns = std::max(part->end_ns, stop);
        }
      }
      row += std::max<uint32_t>(1, trace.subtree[row]);
    }
  };
  take(begin, end);
  // Spans that share the browser's id, or whose parent did not come, hang elsewhere.
  if (!part) take(0, trace.row_count());
  if (!part) return std::nullopt;
  const int64_t zero = request ? trace.corrected_start(*request) : part->begin_ns;
  part->begin_ns = std::clamp<int64_t>(part->begin_ns - zero, 0, request_ns);
  part->end_ns = std::clamp<int64_t>(part->end_ns - zero, part->begin_ns, request_ns);
  return part;
}

stdx::Result<StoredTraces> StoredTraces::of(const table::Catalog::Sets& sets, std::vector<otlp::TraceId> ids) {
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  auto facts = query_execute::load_trace_facts(sets, ids);
  if (!facts) return std::unexpected(std::move(facts.error()));
  StoredTraces traces;
  for (const query_execute::TraceFacts& trace : *facts) traces.counts_.emplace_back(trace.trace_id, trace.span_count);
  return traces;
}

uint32_t StoredTraces::span_count(otlp::TraceId id) const {
  const auto found = std::ranges::lower_bound(counts_, id, {}, &std::pair<otlp::TraceId, uint32_t>::first);
  return found == counts_.end() || found->first != id ? 0 : found->second;
}

TimeParts parts_of(int64_t request_ns, int64_t browser_ns, int64_t backend_ns) {
  TimeParts parts;
  parts.backend_ns = std::clamp<int64_t>(backend_ns, 0, request_ns);
  parts.browser_ns = std::clamp<int64_t>(browser_ns, 0, request_ns - parts.backend_ns);
  parts.network_ns = request_ns - parts.backend_ns - parts.browser_ns;
  return parts;
}

bool counts_for_backend(const TraceColumns& trace, uint32_t row) {
  return !is_browser(trace, row) && !trace.has(row, flag::kAsync);
}

std::string_view statement_of(const TraceColumns& trace, uint32_t row) {
  if (!trace.has(row, flag::kStatement)) return {};
  return trace.groups[trace.group[row]];
}

std::optional<WorstSpan> worst_span(const TraceColumns& trace) {
  std::vector<uint32_t> rows;
  for_each_backend_row(trace, [&](uint32_t row) { rows.push_back(row); });
  return worst_span(trace, rows);
}

std::optional<WorstSpan> worst_span(const TraceColumns& trace, std::span<const uint32_t> rows) {
  struct Group {
    int64_t self_ns = 0;
    uint32_t longest = 0;
  };
  absl::flat_hash_map<uint32_t, Group> groups;
  std::optional<Group> worst;
  for (const uint32_t row : rows) {
    if (trace.has(row, flag::kAsync)) continue;
    const auto [found, added] = groups.try_emplace(trace.group[row], Group{.self_ns = 0, .longest = row});
    Group& group = found->second;
    group.self_ns += trace.self_ns[row];
    if (trace.self_ns[row] > trace.self_ns[group.longest]) group.longest = row;
    if (!worst || group.self_ns > worst->self_ns) worst = group;
  }
  if (!worst) return std::nullopt;
  const uint32_t row = worst->longest;
  return WorstSpan{.service = std::string(trace.service_of(row)), .operation = std::string(trace.name_of(row)),
                   .statement = std::string(statement_of(trace, row)), .self_ns = worst->self_ns, .span_id = trace.span_id[row]};
}

}  // namespace clew::query_rum
