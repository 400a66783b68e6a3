// One span with everything that was sent of it.
#pragma once

#include <optional>
#include <string>

#include "otlp/model.h"
#include "query/engine.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct SpanRequest {
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  // Choose among spans that share an id, as client and server do in Zipkin's traces; else the earliest counts.
  std::optional<otlp::SpanKind> kind;
  std::optional<std::string> service;
  std::optional<int64_t> start_ns;
};

struct SpanDetail {
  otlp::Span span;
  otlp::Resource resource;
  otlp::InstrumentationScope scope;
};

// Reads one row of each column, however large the trace is. kNotFound. Any thread.
stdx::Result<SpanDetail> span_detail(const table::Catalog& catalog, const SpanRequest& request,
                                     const QueryControl& control = {});

// How the spans of one operation usually are, from the rollups of `range`.
struct OperationUsual {
  int64_t count = 0;
  int64_t error_count = 0;
  table::Histogram durations;
};
stdx::Result<OperationUsual> operation_usual(const table::Catalog& catalog, const std::string& service,
                                             const std::string& operation, otlp::SpanKind kind, table::TimeRange range);
// Share of the histogram that is not longer than `duration_ns`; 0 for an empty one.
double share_not_longer(const table::Histogram& histogram, int64_t duration_ns);

}  // namespace clew::query
