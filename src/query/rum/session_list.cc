#include "query/rum/session_list.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/rum/session_limits.h"

namespace clew::query_rum {
namespace {

// The span at fault of each row's worst moment.
stdx::Result<void> find_worst_spans(const table::Catalog& catalog, const table::Catalog::Sets& sets, std::vector<SessionRow>& rows,
                                    const std::vector<otlp::SpanId>& entries, const query::QueryControl& control) {
  std::vector<TracedRequest> requests;
  std::vector<size_t> owners;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].worst_trace.is_zero()) continue;
    requests.push_back({.trace_id = rows[i].worst_trace, .span_id = entries[i], .service = rows[i].text(SessionText::kService),
                        .failed = rows[i].summary.worst->kind != WorstKind::kSlow && rows[i].summary.worst->kind != WorstKind::kLcp,
                        .duration_ns = rows[i].worst_duration_ns});
    owners.push_back(i);
  }
  auto backends = find_backends(catalog, sets, requests, requests.size(), control);
  if (!backends) return std::unexpected(std::move(backends.error()));
  for (size_t i = 0; i < owners.size(); ++i) {
    if ((*backends)[i].trace) rows[owners[i]].worst_span = std::move((*backends)[i].trace->worst);
  }
  return {};
}

}  // namespace

SessionRow session_row(const std::string& session_id, const SessionEvents& events, const TextIds& texts, SessionSummary summary,
                       int64_t now_ns) {
  SessionRow row;
  row.session_id = session_id;
  for (size_t at = 0; at < kSessionTextCount; ++at) row.texts[at] = texts.text(events.texts.id[at]);
  row.summary = std::move(summary);
  row.is_live = now_ns - row.summary.counts.end_ns < kLiveNs;
  if (!row.summary.worst) return row;
  const SessionEvent& worst = events.events[row.summary.worst->event];
  row.worst_event_id = texts.text(worst.event_id);
  row.worst_at_ns = worst.time_ns;
  row.worst_duration_ns = row.summary.worst->kind == WorstKind::kLcp ? static_cast<int64_t>(worst.numbers.lcp * 1e6) : worst.duration_ns;
  row.worst_status = worst.status;
  if (row.summary.worst->request) row.worst_trace = events.events[*row.summary.worst->request].trace_id;
  return row;
}

stdx::Result<SessionsResult> list_sessions(const table::Catalog& catalog, const SessionsRequest& request,
                                           const query::QueryControl& control, const query::ScanHooks& hooks) {
  const query::Stopwatch watch;
  if (request.limit == 0 || request.limit > kSessionRowsMax) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("limit must be 1 to {}, not {}", kSessionRowsMax, request.limit));
  }
  const table::Catalog::Sets sets = catalog.snapshot();
  auto folds = fold_sessions(sets, request, size_t{request.limit} + 1, control, hooks);
  if (!folds) return std::unexpected(std::move(folds.error()));
  SessionsResult result{.sessions = {}, .session_count = folds->session_count, .total_count = folds->total_count, .next_cursor = {},
                        .exact = folds->exact, .stats = folds->stats};
  if (folds->sessions.size() > request.limit) {
    folds->sessions.resize(request.limit);
    result.next_cursor = session_cursor(folds->sessions.back(), request.sort);
  }
  ReadSessionsRequest details{.session_ids = {}, .app = request.app, .range = request.range, .events_max = kListedEventsMax};
  table::TimeRange reach{INT64_MAX, INT64_MIN};
  for (const SessionFold& fold : folds->sessions) {
    details.session_ids.push_back(fold.session_id);
    reach.begin_ns = std::min(reach.begin_ns, fold.counts.start_ns);
    reach.end_ns = std::max(reach.end_ns, fold.counts.end_ns + 1);
  }
  details.range = {std::max(reach.begin_ns, request.range.begin_ns), std::min(reach.end_ns, request.range.end_ns)};
  TextIds texts;
  auto read = read_sessions(sets, details, control, {}, texts);
  if (!read) return std::unexpected(std::move(read.error()));
  result.exact &= read->event_count <= kListedEventsMax;
  std::vector<otlp::SpanId> entries;
  for (const SessionFold& fold : folds->sessions) {
    const SessionEvents& events = read->sessions[fold.session_id];
    SessionSummary summary = summarise(events.events, texts);
    summary.counts = fold.counts;  // Of all events, also where more than the limit were there.
    summary.pain = pain(fold.counts);
    const auto entry = summary.worst ? summary.worst->request : std::nullopt;
    entries.push_back(entry ? events.events[*entry].span_id : otlp::SpanId{0});
    result.sessions.push_back(session_row(fold.session_id, events, texts, std::move(summary), request.now_ns));
  }
  if (auto done = find_worst_spans(catalog, sets, result.sessions, entries, control); !done) return std::unexpected(std::move(done.error()));
  result.stats.elapsed_ns = watch.elapsed_ns();
  return result;
}

}  // namespace clew::query_rum
