#include "api/jaeger/jaeger_routes.h"

#include <iterator>
#include <limits>
#include <utility>

#include "api/jaeger/jaeger_envelope.h"
#include "api/jaeger/jaeger_handlers.h"
#include "api/jaeger/jaeger_limits.h"

namespace clew::api_jaeger {
namespace {

struct Endpoint {
  const char* method;
  const char* path;
  net::HttpResponse (*handler)(const Asked&);
  bool pretty;  // Knows `prettyPrint`.
};

constexpr Endpoint kEndpoints[] = {
    {"GET", "/api/traces", legacy_search, true},
    {"GET", "/api/traces/{id}", legacy_trace, true},
    {"GET", "/api/services", legacy_services, true},
    {"GET", "/api/services/{service}/operations", legacy_service_operations, true},
    {"GET", "/api/operations", legacy_operations, true},
    {"GET", "/api/dependencies", legacy_dependencies, true},
    {"POST", "/api/archive/{id}", legacy_archive, true},
    {"POST", "/api/transform", legacy_transform, true},
    {"GET", "/api/metrics/latencies", metrics_latencies, true},
    {"GET", "/api/metrics/calls", metrics_calls, true},
    {"GET", "/api/metrics/errors", metrics_errors, true},
    {"GET", "/api/metrics/minstep", metrics_min_step, true},
    {"GET", "/api/v3/services", v3_services, false},
    {"GET", "/api/v3/operations", v3_operations, false},
    {"GET", "/api/v3/traces", v3_traces, false},
    {"GET", "/api/v3/traces/{id}", v3_trace, false},
    {"GET", "/api/v3/trace-summaries", v3_summaries, false},
};

net::HttpResponse respond(const Endpoint& endpoint, const JaegerOptions& options, const net::HttpRequest& request) {
  const auto ticket = options.admission->try_enter();
  if (!ticket) {
    constexpr std::string_view kBusy = "too many queries run at once; try again";
    return endpoint.pretty ? legacy_error(503, kBusy) : v3_error(503, kBusy);
  }
  net::HttpResponse response = endpoint.handler({options, request, ticket->control()});
  if (endpoint.pretty && wants_pretty(request)) response.body = indented(response.body);
  return response;
}

void answer_not_found(const net::HttpRequest&, net::HttpReplyPtr reply) {
  reply->send(text_response(404, "404 page not found\n"));
}

}  // namespace

std::vector<net::HttpRoute> routes(const JaegerOptions& options) {
  std::vector<net::HttpRoute> routes;
  for (const Endpoint& endpoint : kEndpoints) {
    routes.push_back({endpoint.method, endpoint.path,
                      [options, &endpoint](const net::HttpRequest& request, net::HttpReplyPtr reply) {
                        reply->send(respond(endpoint, options, request));
                      }});
  }
  // Never a web page: clients would take it for an answer.
  for (const char* method : {"GET", "POST"}) routes.push_back({method, "/api/{rest*}", answer_not_found});
  return routes;
}

stdx::Result<FoundTraces> fetch_traces(const Asked& asked, const std::vector<otlp::TraceId>& trace_ids) {
  FoundTraces found;
  uint64_t span_count = 0;
  for (size_t i = 0; i < trace_ids.size(); ++i) {
    if (span_count > kAnswerSpansMax) {
      found.left_out = trace_ids.size() - i;
      break;
    }
    auto trace = asked.options.engine->trace(trace_ids[i], asked.control);
    if (trace) {
      span_count += trace->span_count;
      found.traces.push_back(std::move(trace->data));
    } else if (trace.error().code == stdx::ErrorCode::kNotFound) {
      found.missing.push_back(trace_ids[i]);
    } else {
      return std::unexpected(std::move(trace.error()));
    }
  }
  return found;
}

otlp::TracesData merged(std::vector<otlp::TracesData> traces) {
  otlp::TracesData all;
  for (otlp::TracesData& trace : traces) {
    std::ranges::move(trace.resource_spans, std::back_inserter(all.resource_spans));
  }
  return all;
}

table::TimeRange all_time() { return {.begin_ns = std::numeric_limits<int64_t>::min(), .end_ns = INT64_MAX}; }

}  // namespace clew::api_jaeger
