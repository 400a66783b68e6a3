#include "query/rum/session_backends.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "query/rum/session_limits.h"
#include "query/trace_sample.h"

namespace clew::query_rum {
namespace {

using query_analyse::TraceColumns;

// Rows below the entry, or all of backends where nothing is.
std::vector<uint32_t> backend_rows(const TraceColumns& trace, std::optional<uint32_t> entry) {
  const auto is_backend = [&](uint32_t row) { return !trace.service_is_browser[trace.service[row]] && row != entry; };
  std::vector<uint32_t> rows;
  if (entry) {
    for (uint32_t row = *entry + 1; row < *entry + trace.subtree[*entry]; ++row) {
      if (is_backend(row)) rows.push_back(row);
    }
    if (!rows.empty()) return rows;
    // Another request's backend is not this one's.
    for (uint32_t row = 0; row < trace.row_count(); ++row) {
      if (row != *entry && trace.service[row] == trace.service[*entry] && trace.kind[row] == otlp::SpanKind::kClient) return rows;
    }
  }
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    if (is_backend(row)) rows.push_back(row);
  }
  return rows;
}

std::optional<uint32_t> entry_row(const TraceColumns& trace, otlp::SpanId id) {
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    // A server may share its client's id.
    if (trace.span_id[row] == id && trace.kind[row] == otlp::SpanKind::kClient) return row;
  }
  return std::nullopt;
}

WorstSpan span_at(const TraceColumns& trace, uint32_t row) {
  return {.service = std::string(trace.service_of(row)), .operation = std::string(trace.name_of(row)),
          .statement = std::string(statement_of(trace, row)), .self_ns = trace.self_ns[row], .span_id = trace.span_id[row]};
}

}  // namespace

std::optional<BackendTrace> backend_trace_of(const TraceColumns& trace, otlp::SpanId entry_id, bool failed) {
  const auto entry = entry_row(trace, entry_id);
  const std::vector<uint32_t> rows = backend_rows(trace, entry);
  if (rows.empty()) return std::nullopt;
  BackendTrace backend;
  backend.span_count = static_cast<uint32_t>(rows.size());
  uint32_t first = rows.front();
  std::optional<uint32_t> cause;
  std::vector<bool> seen(trace.services.size());
  for (const uint32_t row : rows) {
    if (std::tuple(trace.depth[row], trace.corrected_start(row)) < std::tuple(trace.depth[first], trace.corrected_start(first))) first = row;
    if (trace.has(row, query_analyse::flag::kErrorCause) && (!cause || trace.self_ns[row] > trace.self_ns[*cause])) cause = row;
    backend.error_count += trace.failed(row);
    seen[trace.service[row]] = true;
  }
  for (size_t service = 0; service < seen.size(); ++service) {
    if (seen[service]) backend.services.push_back(trace.services[service]);
  }
  std::ranges::sort(backend.services);
  backend.service = trace.service_of(first);
  backend.operation = trace.name_of(first);
  backend.start_ns = trace.begin_unix_ns + trace.start_ns[first];
  backend.clock_offset_ns = trace.skew_ns[first];
  backend.duration_ns = trace.duration_ns_of[first];
  backend.waited_ns = backend.duration_ns;
  if (entry) {
    const int64_t request_ns = trace.duration_ns_of[*entry];
    const bool below = trace.parent[first] == static_cast<int32_t>(*entry);
    backend.waited_ns = below ? request_ns - trace.self_ns[*entry] : std::min(backend.duration_ns, request_ns);
  }
  if (!failed || !cause) backend.worst = worst_span(trace, rows);
  if (!backend.worst) backend.worst = span_at(trace, failed && cause ? *cause : first);
  return backend;
}

stdx::Result<std::vector<FoundBackend>> find_backends(const table::Catalog& catalog, const table::Catalog::Sets& sets,
                                                      std::span<const TracedRequest> requests, size_t read_max,
                                                      const query::QueryControl& control) {
  std::vector<FoundBackend> found(requests.size());
  std::vector<otlp::TraceId> ids;
  for (const TracedRequest& request : requests.first(std::min(requests.size(), kSessionTracesMax))) ids.push_back(request.trace_id);
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  auto facts = query_execute::load_trace_facts(sets, ids);
  if (!facts) return std::unexpected(std::move(facts.error()));
  std::vector<size_t> wanted;
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto trace = std::ranges::lower_bound(*facts, requests[i].trace_id, {}, &query_execute::TraceFacts::trace_id);
    if (trace == facts->end() || trace->trace_id != requests[i].trace_id) continue;
    found[i].found = std::ranges::any_of(trace->services, [&](const auto& service) { return service.name != requests[i].service; });
    if (found[i].found && trace->span_count <= kReadTraceSpansMax) wanted.push_back(i);
  }
  std::ranges::stable_sort(wanted, {}, [&](size_t i) { return std::tuple(!requests[i].wanted, !requests[i].failed, -requests[i].duration_ns); });
  if (wanted.size() > read_max) wanted.resize(read_max);
  std::vector<otlp::TraceId> read;
  for (const size_t i : wanted) read.push_back(requests[i].trace_id);
  auto done = query::view_traces(catalog, read, control, [&](size_t index, const TraceColumns& trace) {
    const TracedRequest& request = requests[wanted[index]];
    FoundBackend& backend = found[wanted[index]];
    backend.trace = backend_trace_of(trace, request.span_id, request.failed);
    backend.found = backend.trace.has_value();
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return found;
}

}  // namespace clew::query_rum
