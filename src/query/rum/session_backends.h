// What backends did for the requests of sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "otlp/ids.h"
#include "query/analyse/trace_columns.h"
#include "query/engine.h"
#include "query/execute/trace_facts.h"
#include "query/rum/trace_times.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

// Below one request of a browser.
struct BackendTrace {
  std::string service, operation;  // Of the first span of a backend.
  int64_t start_ns = 0;            // Its start as measured …
  int64_t clock_offset_ns = 0;     // … and what has to be added so that it lies within the request; 0: it does.
  int64_t duration_ns = 0;
  int64_t waited_ns = 0;           // How long backends were at work while the browser waited.
  uint32_t span_count = 0, error_count = 0;
  std::vector<std::string> services;  // By name.
  std::optional<WorstSpan> worst;     // Of a request that failed, the span at which it began.
};

// Nullopt if the trace holds nothing but the browser's own spans. `entry` is the span of the request: what hangs below it is
// meant, or all that is there where it is not among the spans or nothing hangs below it.
std::optional<BackendTrace> backend_trace_of(const query_analyse::TraceColumns& trace, otlp::SpanId entry, bool failed);

struct TracedRequest {
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  std::string service = {};  // Of the browser.
  bool failed = false;
  int64_t duration_ns = 0;   // Slow and failed ones are read first …
  bool wanted = false;       // … after those that were asked for.
};

struct FoundBackend {
  bool found = false;
  std::optional<BackendTrace> trace;  // Of those that were read.
};

// As many as `requests`. Presence is looked up in the trace indexes for the first kSessionTracesMax; at most `read_max` traces
// are read.
stdx::Result<std::vector<FoundBackend>> find_backends(const table::Catalog& catalog, const table::Catalog::Sets& sets,
                                                      std::span<const TracedRequest> requests, size_t read_max,
                                                      const query::QueryControl& control);

}  // namespace clew::query_rum
