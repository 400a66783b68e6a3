#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/execute/trace_builder.h"
#include "query/traceql/query_limits.h"

namespace clew::query {

using stdx::ErrorCode;

Engine::Engine(const table::Catalog& catalog) : catalog_(catalog) {}

stdx::Result<Trace> Engine::trace(otlp::TraceId trace_id, const QueryControl& control) const {
  const query_execute::Interrupt interrupt = interrupt_of(control);
  query_execute::TraceBuilder builder;
  for (const auto& set : catalog_.snapshot()) {
    if (auto go_on = interrupt.check(); !go_on) return std::unexpected(std::move(go_on.error()));
    auto found = set->find_trace(trace_id);
    if (!found) return std::unexpected(std::move(found.error()));
    for (const table::SpanRows& rows : *found) {
      if (builder.row_count() + rows.rows.size() > kTraceSpansMax) {
        return stdx::fail(ErrorCode::kPayloadTooLarge,
                          fmt::format("trace {} has more than {} spans", otlp::to_hex(trace_id), kTraceSpansMax));
      }
      if (auto added = builder.add(*set->segments()[rows.segment], rows.rows); !added) {
        return std::unexpected(std::move(added.error()));
      }
    }
  }
  if (builder.row_count() == 0) {
    return stdx::fail(ErrorCode::kNotFound, fmt::format("trace {} not found", otlp::to_hex(trace_id)));
  }
  query_execute::TraceBuilder::Built built = builder.finish();
  return Trace{std::move(built.data), built.span_count};
}

}  // namespace clew::query
