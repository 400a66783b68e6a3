#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "query/cursor.h"
#include "query/engine_steps.h"
#include "query/traceql/query_limits.h"

namespace clew::query {

using query_execute::TopTraces;
using query_execute::TraceLookup;
using stdx::ErrorCode;

namespace {

query_execute::TraceOrder order_of(SortBy sort) {
  switch (sort) {
    case SortBy::kStart: return query_execute::TraceOrder::kStart;
    case SortBy::kDuration: return query_execute::TraceOrder::kDuration;
    case SortBy::kSpanCount: return query_execute::TraceOrder::kSpanCount;
    case SortBy::kErrorCount: return query_execute::TraceOrder::kErrorCount;
  }
  return query_execute::TraceOrder::kStart;
}

stdx::Result<void> check(const SearchRequest& request) {
  if (request.limit == 0 || request.limit > kSearchLimitMax) {
    return stdx::fail(ErrorCode::kInvalidArgument,
                      fmt::format("limit must be 1 to {}, not {}", kSearchLimitMax, request.limit));
  }
  if (request.spans_per_trace > kSpansPerTraceMax) {
    return stdx::fail(ErrorCode::kInvalidArgument,
                      fmt::format("spans per trace must be at most {}, not {}", kSpansPerTraceMax, request.spans_per_trace));
  }
  return check_range(request.range);
}

// Sets that end latest come first, so that a search by start can stop early; the name makes the order total.
void sort_newest_first(table::Catalog::Sets& sets) {
  std::ranges::sort(sets, [](const auto& a, const auto& b) {
    if (a->start_max_ns() != b->start_max_ns()) return a->start_max_ns() > b->start_max_ns();
    return a->name() < b->name();
  });
}

}  // namespace

stdx::Result<SearchResult> Engine::search(const SearchRequest& request, const QueryControl& control) const {
  const Stopwatch watch;
  if (auto valid = check(request); !valid) return std::unexpected(std::move(valid.error()));
  auto plan = plan_filter(request.traceql);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto select = parse_fields(request.select, kSelectMax, "select");
  if (!select) return std::unexpected(std::move(select.error()));

  TopTraces::Settings settings;
  settings.order = order_of(request.sort);
  settings.descending = request.descending;
  settings.limit = request.limit;
  settings.matches_per_trace = request.spans_per_trace;
  if (!request.cursor.empty()) {
    auto after = decode_cursor(request.cursor, request.sort, request.descending);
    if (!after) return std::unexpected(std::move(after.error()));
    settings.after = *after;
  }

  table::Catalog::Sets sets = catalog_.snapshot();
  sort_newest_first(sets);
  const query_execute::Interrupt interrupt = interrupt_of(control);
  TraceLookup lookup(sets);
  TopTraces top(sets, settings);
  auto scanned = query_execute::scan(
      sets, *plan, request.range, top.newest_first(), lookup, interrupt,
      [&top](query_execute::Batch& batch, const query_execute::Selection& matched, query_execute::BatchPlace place,
             table::TimeRange& range) { return top.add(batch, matched, place, range); });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  auto best = top.finish(interrupt);
  if (!best) return std::unexpected(std::move(best.error()));

  std::vector<otlp::TraceId> ids;
  for (const query_execute::TopTrace& trace : best->traces) ids.push_back(trace.rank.trace_id);
  auto traces = summaries_of(sets, ids);
  if (!traces) return std::unexpected(std::move(traces.error()));
  if (traces->size() != ids.size()) return stdx::fail(ErrorCode::kInternal, "a trace vanished while it was searched");
  SearchResult result;
  result.traces = std::move(*traces);
  for (size_t i = 0; i < ids.size(); ++i) result.traces[i].matched_count = best->traces[i].matched_count;
  if (auto read = read_matches(sets, *select, request.select, lookup, best->traces, result.traces); !read) {
    return std::unexpected(std::move(read.error()));
  }
  if (best->more) result.next_cursor = encode_cursor(best->traces.back().rank, request.sort, request.descending);
  result.stats = stats_of(*scanned, watch);
  return result;
}

stdx::Result<std::vector<TraceSummary>> Engine::summaries(const std::vector<otlp::TraceId>& trace_ids,
                                                          const QueryControl& control) const {
  if (trace_ids.size() > kSearchLimitMax) {
    return stdx::fail(ErrorCode::kInvalidArgument,
                      fmt::format("{} trace ids were given, at most {} are allowed", trace_ids.size(), kSearchLimitMax));
  }
  if (auto go_on = interrupt_of(control).check(); !go_on) return std::unexpected(std::move(go_on.error()));
  return summaries_of(catalog_.snapshot(), trace_ids);
}

}  // namespace clew::query
