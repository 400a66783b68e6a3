// Endpoints for the user interface; the same table as endpoints.cc.
#include "api/native/answers.h"
#include "api/native/endpoint.h"
#include "api/native/endpoint_parameters.h"
#include "query/traceql/query_limits.h"

namespace clew::api_native {
namespace {

std::vector<Endpoint> one_trace_endpoints() {
  return {
      {.path = "/api/v1/traces/open",
       .id = "openTraces",
       .summary = "Open a trace file",
       .description = "Reads OTLP JSON (also one request a line) or Jaeger's JSON without storing it: kept in memory for an hour, at "
                      "most 8 files. Questions about a trace take `open` to be asked of the file.",
       .parameters = {},
       .answer = "OpenAnswer",
       .handler = answer_open,
       .method = "POST",
       .body = "The file: at most 16 MiB as sent, 64 MiB after `Content-Encoding: gzip` or `zstd` is undone."},
      {.path = "/api/v1/traces/{trace_id}/columns",
       .id = "traceColumns",
       .summary = "One trace as columns",
       .description = "All spans of a trace as one binary body of columns in display order (`application/x-clew-trace`, "
                      "[described here](trace_columns.md)): tree, self times, critical path, flags. Made for drawing: nothing "
                      "has to be parsed span by span. Attributes come with [a span of a trace](#a-span-of-a-trace).",
       .parameters = {trace_id_parameter(), open_parameter()},
       .answer = "",
       .handler = answer_trace_columns},
      {.path = "/api/v1/traces/{trace_id}/spans/{span_id}",
       .id = "span",
       .summary = "A span of a trace",
       .description = "Everything that was sent of one span, and how spans of its operation usually are. Where several spans "
                      "share the id, as client and server in Zipkin's traces do, `kind`, `service` and `start_ns` choose.",
       .parameters = {trace_id_parameter(),
                      {.name = "span_id", .type = ParameterType::kSpanId, .description = "1 to 16 hex digits", .in_path = true,
                       .required = true},
                      {.name = "kind", .type = ParameterType::kChoice, .description = "Kind of the span that is meant",
                       .choices = kind_words()},
                      {.name = "service", .description = "Service of the span that is meant"},
                      {.name = "start_ns", .type = ParameterType::kTime, .description = "Start of the span that is meant"},
                      open_parameter()},
       .answer = "SpanAnswer",
       .handler = answer_span},
      {.path = "/api/v1/traces/{trace_id}/findings",
       .id = "findings",
       .summary = "What is wrong with a trace",
       .description = "Where its errors began, calls that repeat (N+1, retries), calls in series that could run in parallel, "
                      "where the time went, what is missing, clocks that cannot be right. Facts to be put into words: a code "
                      "and its arguments. Most severe first.",
       .parameters = {trace_id_parameter(), open_parameter()},
       .answer = "FindingsAnswer",
       .handler = answer_findings},
      {.path = "/api/v1/traces/{trace_id}/find",
       .id = "findInTrace",
       .summary = "Find a text in a trace",
       .description = "Spans in whose name, service, id, status message, attributes (keys and values) or events the text occurs; "
                      "upper and lower case are the same.",
       .parameters = {trace_id_parameter(), {.name = "text", .description = "What to find", .required = true},
                      limit_parameter("10000", kFoundRowsMax, "Rows in the answer"), open_parameter()},
       .answer = "FindAnswer",
       .handler = answer_find},
      {.path = "/api/v1/traces/{trace_id}/events",
       .id = "traceEvents",
       .summary = "What happened in a trace",
       .description = "The events of all spans in one list, in the order of time.",
       .parameters = {trace_id_parameter(), limit_parameter("10000", kTraceEventsMax, "Events in the answer"),
                      open_parameter()},
       .answer = "TraceEventsAnswer",
       .handler = answer_trace_events},
  };
}

Parameter baseline_parameter(std::string_view fallback) {
  return {.name = "baseline", .type = ParameterType::kChoice,
          .description = "What to compare with: the range just before, the same time a day or a week before, or nothing",
          .fallback = fallback, .choices = {"previous", "day", "week", "none"}};
}
Parameter points_parameter(std::string_view fallback, int64_t high) {
  return {.name = "points", .type = ParameterType::kInteger, .description = "About how many points, at most one more",
          .fallback = fallback, .low = 1, .high = high};
}

Parameter apdex_parameter() {
  return {.name = "apdex_threshold", .type = ParameterType::kDuration,
          .description = "What satisfies; four times that is tolerated", .fallback = "500ms"};
}

std::vector<Endpoint> overview_endpoints() {
  return {
      {.path = "/api/v1/service-detail",
       .id = "serviceDetail",
       .summary = "One service",
       .description = "Operations, callers and callees of a service, versions seen, and where the time of its requests goes: its "
                      "own and that of each callee. From the rollups.",
       .parameters = {{.name = "service", .description = "The service", .required = true}, start_parameter(), end_parameter(),
                      baseline_parameter("previous"), apdex_parameter()},
       .answer = "ServiceDetailAnswer",
       .handler = answer_service_detail},
      {.path = "/api/v1/service-instances",
       .id = "serviceInstances",
       .summary = "Instances of a service",
       .description = "Requests by instance: service.instance.id, else the pod's or the host's name. By scan.",
       .parameters = {{.name = "service", .description = "The service", .required = true}, start_parameter(), end_parameter(),
                      limit_parameter("100", 10'000, "Instances in the answer")},
       .answer = "ServiceInstancesAnswer",
       .handler = answer_service_instances,
       .streams = true},
      {.path = "/api/v1/service-calls",
       .id = "serviceCalls",
       .summary = "What a service asks of others",
       .description = "Its databases, caches, queues and other callees that its client and producer spans name, each with the "
                      "normalised statements that take most time. By scan.",
       .parameters = {{.name = "service", .description = "The service", .required = true}, start_parameter(), end_parameter(),
                      limit_parameter("20", 1'000, "Statements of each callee")},
       .answer = "ServiceCallsAnswer",
       .handler = answer_service_calls,
       .streams = true},
      {.path = "/api/v1/error-groups",
       .id = "errorGroups",
       .summary = "Errors by what went wrong",
       .description = "Spans with status error, grouped by the type of their exception and its message without numbers, ids and "
                      "quoted texts; spans without an exception by their status. By scan.",
       .parameters = {query_parameter(), {.name = "service", .description = "Instead of q: only spans of this service"},
                      start_parameter(), end_parameter(), points_parameter("60", 500),
                      limit_parameter("100", 1'000, "Groups in the answer")},
       .answer = "ErrorGroupsAnswer",
       .handler = answer_error_groups,
       .streams = true},
      {.path = "/api/v1/topology",
       .id = "topology",
       .summary = "The map of services",
       .description = "Services and what they call, with databases, caches, queues and external hosts that are known from their "
                      "callers only, and browsers. `q` of an edge finds its calls.",
       .parameters = {start_parameter(), end_parameter(), apdex_parameter()},
       .answer = "TopologyAnswer",
       .handler = answer_topology},
      {.path = "/api/v1/services-overview",
       .id = "servicesOverview",
       .summary = "All services at a glance",
       .description = "Requests, errors, durations and Apdex of every service over the range and before, who is unwell and the "
                      "likeliest reason. Requests are spans of kind server and consumer; of a service without such, its "
                      "internal ones, else all (`basis`). Services that were seen before but not in the range are silent.",
       .parameters = {start_parameter(), end_parameter(), points_parameter("60", 500), baseline_parameter("previous"),
                      apdex_parameter()},
       .answer = "ServicesOverviewAnswer",
       .handler = answer_services_overview},
      {.path = "/api/v1/series",
       .id = "series",
       .summary = "Requests over time",
       .description = "Counts, errors and percentiles by step: of a service's requests, of an operation, or of the spans that a "
                      "filter finds. From the rollups as long as they know what is asked (service, operation, kind, status; "
                      "steps of whole minutes), else by a scan: `source` says which.",
       .parameters = {{.name = "service", .description = "Only this service; without it all services are taken together"},
                      {.name = "operation", .description = "Only spans with this name"},
                      {.name = "kind", .type = ParameterType::kChoice,
                       .description = "Only spans of this kind, or any; without it a service's requests",
                       .choices = {"unspecified", "internal", "server", "client", "producer", "consumer", "any"}},
                      {.name = "q", .description = "Instead of these: a TraceQL filter"},
                      start_parameter(), end_parameter(),
                      {.name = "step", .type = ParameterType::kDuration,
                       .description = "Distance of the points; without it a round one that gives about `points`"},
                      points_parameter("120", query::kChartPointsMax), baseline_parameter("none")},
       .answer = "SeriesAnswer",
       .handler = answer_series,
       .streams = true},
      {.path = "/api/v1/timeline",
       .id = "timeline",
       .summary = "Matches over time",
       .description = "How many spans match, by step. Traces are counted when the spans have to be scanned.",
       .parameters = {query_parameter(), start_parameter(), end_parameter(), points_parameter("120", query::kChartPointsMax)},
       .answer = "TimelineAnswer",
       .handler = answer_timeline,
       .streams = true},
      {.path = "/api/v1/heatmap",
       .id = "heatmap",
       .summary = "Durations over time",
       .description = "How many of the spans that match took how long, by time and duration. Rows are on a logarithmic scale.",
       .parameters = {query_parameter(), start_parameter(), end_parameter(),
                      {.name = "columns", .type = ParameterType::kInteger, .description = "About how many, at most one more",
                       .fallback = "120", .low = 1, .high = query::kHeatmapColumnsMax},
                      {.name = "rows", .type = ParameterType::kInteger, .description = "How many at most", .fallback = "48",
                       .low = 1, .high = query::kHeatmapRowsMax}},
       .answer = "HeatmapAnswer",
       .handler = answer_heatmap,
       .streams = true},
  };
}

Parameter traces_parameter(std::string_view fallback) {
  return {.name = "traces", .type = ParameterType::kInteger, .description = "How many traces to look into, of each group",
          .fallback = fallback, .low = 1, .high = query::kSampledTracesMax};
}

std::vector<Endpoint> compare_endpoints() {
  return {
      {.path = "/api/v1/compare",
       .id = "compare",
       .summary = "Why slow? A selection against the rest",
       .description = "The traces of a selection (A) against the others (B): which attribute values are over-represented, ranked by "
                      "the distance of their distributions, and on which paths the time is. A trace is in A when a span of it "
                      "matches `a` and `base`, lies between `a_start` and `a_end` and lasted as long as is asked; in B when a span "
                      "matches `b`, or `base` where `b` is missing, and it is not in A. Attributes are those of all spans of a "
                      "trace. Ids and measurements that differ in each trace are excluded, or binned where they are numbers. "
                      "Counts are of all traces; attributes and paths of a fair sample, and `exact` says whether that was all.",
       .parameters = {{.name = "a", .description = "TraceQL: what A is", .fallback = "{}"},
                      {.name = "b", .description = "TraceQL: what B is; without it the rest"},
                      {.name = "base", .description = "TraceQL: what both are part of", .fallback = "{}"},
                      start_parameter(), end_parameter(),
                      {.name = "a_start", .type = ParameterType::kTime, .description = "A begins here at the earliest"},
                      {.name = "a_end", .type = ParameterType::kTime, .description = "A begins before this"},
                      {.name = "a_min_duration", .type = ParameterType::kDuration, .description = "Spans of A last at least this"},
                      {.name = "a_max_duration", .type = ParameterType::kDuration, .description = "Spans of A last at most this"},
                      limit_parameter("40", 500, "Attributes in the answer"), traces_parameter("300")},
       .answer = "CompareAnswer",
       .handler = answer_compare,
       .streams = true},
      {.path = "/api/v1/critical-path",
       .id = "criticalPath",
       .summary = "Which operation owns the latency",
       .description = "The critical paths of the traces that match, laid over each other: where a saved second would come from.",
       .parameters = {query_parameter(), start_parameter(), end_parameter(), limit_parameter("50", 1'000, "Operations in the answer"),
                      traces_parameter("500")},
       .answer = "CriticalPathAnswer",
       .handler = answer_critical_path,
       .streams = true},
      {.path = "/api/v1/trace-diff",
       .id = "traceDiff",
       .summary = "Two traces side by side",
       .description = "Aligned by their paths of service and operation: what is new, gone, slower or faster in `a` against `b`.",
       .parameters = {{.name = "a", .type = ParameterType::kTraceId, .description = "A trace", .required = true},
                      {.name = "b", .type = ParameterType::kTraceId, .description = "What to compare it with", .required = true}},
       .answer = "TraceDiffAnswer",
       .handler = answer_trace_diff},
  };
}

std::vector<Endpoint> shared_endpoints() {
  return {
      {.path = "/api/v1/tail",
       .id = "tail",
       .summary = "Live tail",
       .description = "Traces that match, as they arrive, as server-sent events until the client closes: `trace` (a "
                      "[TraceSummary](#tracesummary)), `left_out` (`{\"count\":n}`: more arrived than `rate` lets through), `ping` "
                      "(`{\"now_ns\":\"…\"}`) after five quiet seconds. A trace is sent once, when its first matching span is seen. At "
                      "most 16 clients watch at a time.",
       .parameters = {query_parameter(),
                      {.name = "rate", .type = ParameterType::kInteger, .description = "Traces a second at most", .fallback = "20",
                       .low = 1, .high = kTailRateMax}},
       .answer = "",
       .admitted = false,
       .stream = stream_tail},
      {.path = "/api/v1/topology/layout",
       .id = "topologyLayout",
       .summary = "Where nodes stand",
       .description = "The places of the nodes on the map of services, kept by the server: the same for all viewers.",
       .parameters = {},
       .answer = "LayoutAnswer",
       .handler = answer_layout,
       .admitted = false},
      {.path = "/api/v1/topology/layout",
       .id = "putTopologyLayout",
       .summary = "Move nodes",
       .description = "Replaces the layout. `version` is the one that the change began from; if somebody was faster the answer "
                      "is 409 `already_exists`: fetch the layout and apply the change to it. At most 5 000 nodes.",
       .parameters = {},
       .answer = "LayoutVersionAnswer",
       .handler = answer_put_layout,
       .admitted = false,
       .method = "PUT",
       .body = "A layout as `GET /api/v1/topology/layout` gives it."},
      {.path = "/api/v1/service-colors",
       .id = "serviceColors",
       .summary = "Colours of services",
       .description = "Each service has a number, in the order of first sight, kept by the server: who colours by it colours "
                      "alike everywhere and for everyone.",
       .parameters = {},
       .answer = "ServiceColorsAnswer",
       .handler = answer_service_colors,
       .admitted = false},
  };
}

}  // namespace

std::vector<Endpoint> ui_endpoints() {
  std::vector<Endpoint> all;
  for (auto part : {overview_endpoints(), compare_endpoints(), one_trace_endpoints(), shared_endpoints()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace clew::api_native
