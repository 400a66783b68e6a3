// Jaeger's HTTP API, both the legacy one (/api/traces, /api/services, …) and v3 (/api/v3/…), over Clew's engine: what
// Grafana's Jaeger data source, Jaeger UIs and scripts written for Jaeger talk to. Usually on port 16686.
#pragma once

#include <cstdint>
#include <vector>

#include "net/http.h"
#include "query/admission.h"
#include "query/engine.h"
#include "stdx/clock.h"

namespace clew::api_jaeger {

// Everything pointed to outlives the server that runs the routes.
struct JaegerOptions {
  const query::Engine* engine = nullptr;
  const stdx::Clock* clock = nullptr;
  query::Admission* admission = nullptr;  // Shared with the other APIs.
  int64_t clock_skew_max_ns = 0;          // Correct clocks by at most so much; 0, Jaeger's default, only warns.
};

// Handlers may be called from any number of threads at once. They need a port of their own: `/api/` belongs to them.
std::vector<net::HttpRoute> routes(const JaegerOptions& options);

}  // namespace clew::api_jaeger
