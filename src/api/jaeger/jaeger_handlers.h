// One function per endpoint of the Jaeger API; jaeger_routes.cc gives them their paths.
#pragma once

#include <vector>

#include "api/jaeger/jaeger_adjust.h"
#include "api/jaeger/jaeger_routes.h"
#include "net/http.h"
#include "query/engine.h"

namespace clew::api_jaeger {

struct Asked {
  const JaegerOptions& options;
  const net::HttpRequest& request;
  const query::QueryControl& control;
};

net::HttpResponse legacy_trace(const Asked& asked);
net::HttpResponse legacy_search(const Asked& asked);
net::HttpResponse legacy_services(const Asked& asked);
net::HttpResponse legacy_service_operations(const Asked& asked);
net::HttpResponse legacy_operations(const Asked& asked);
net::HttpResponse legacy_dependencies(const Asked& asked);
net::HttpResponse legacy_archive(const Asked& asked);
net::HttpResponse legacy_transform(const Asked& asked);

net::HttpResponse metrics_latencies(const Asked& asked);
net::HttpResponse metrics_calls(const Asked& asked);
net::HttpResponse metrics_errors(const Asked& asked);
net::HttpResponse metrics_min_step(const Asked& asked);

net::HttpResponse v3_services(const Asked& asked);
net::HttpResponse v3_operations(const Asked& asked);
net::HttpResponse v3_trace(const Asked& asked);
net::HttpResponse v3_traces(const Asked& asked);
net::HttpResponse v3_summaries(const Asked& asked);

// Whole traces by id, in that order, within kAnswerSpansMax.
struct FoundTraces {
  std::vector<otlp::TracesData> traces;
  std::vector<otlp::TraceId> missing;
  size_t left_out = 0;  // Traces after the one at which the limit was reached.
};
stdx::Result<FoundTraces> fetch_traces(const Asked& asked, const std::vector<otlp::TraceId>& trace_ids);

// All of them in one; the vectors are moved.
otlp::TracesData merged(std::vector<otlp::TracesData> traces);

// The whole stored time: names are listed without a range in this API.
table::TimeRange all_time();

}  // namespace clew::api_jaeger
