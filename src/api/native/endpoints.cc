// Endpoints of the native API. Each row drives routing, parameter checks, OpenAPI and the reference page.
#include "api/native/answers.h"
#include "api/native/endpoint.h"
#include "api/native/endpoint_parameters.h"
#include "api/native/native_limits.h"
#include "api/native/rum_session_endpoints.h"

namespace clew::api_native {
namespace {

Endpoint search_endpoint() {
  return {
      .path = "/api/v1/search",
      .id = "search",
      .summary = "Find traces",
      .description = "Traces with at least one span in the time range that matches the query. A trace is in the range by the "
                     "start of its matching spans; its summary covers all of its spans. The same question over the same "
                     "data gives the same answer. For a further page send the same parameters and `cursor`; when the range "
                     "was relative, send `range` of the first answer as `start` and `end`.",
      .parameters = {query_parameter(), start_parameter(), end_parameter(),
                     {.name = "sort", .type = ParameterType::kChoice, .description = "What traces are sorted by",
                      .fallback = "start", .choices = {"start", "duration", "span_count", "error_count"}},
                     {.name = "order", .type = ParameterType::kChoice, .description = "Largest or smallest first",
                      .fallback = "desc", .choices = {"desc", "asc"}},
                     limit_parameter("20", kTracesMax, "Traces in the answer"),
                     {.name = "cursor", .description = "`next_cursor` of the page before"},
                     {.name = "select", .type = ParameterType::kTextList,
                      .description = "Attributes to return with each matched span, in TraceQL form: "
                                     "`span.http.method,resource.host.name`",
                      .high = kSelectedAttributesMax},
                     {.name = "spss", .type = ParameterType::kInteger, .description = "Matched spans with each trace",
                      .fallback = "3", .low = 0, .high = kSpansPerTraceMax}},
      .answer = "SearchAnswer",
      .handler = answer_search,
      .streams = true,
  };
}

std::vector<Endpoint> trace_endpoints() {
  return {
      search_endpoint(),
      {.path = "/api/v1/traces/{trace_id}",
       .id = "trace",
       .summary = "One trace",
       .description = "All spans of a trace, wherever and whenever they were stored; no time range is needed. The body is an "
                      "OTLP `TracesData` message: as OTLP JSON (`application/json`) or, with `format=protobuf`, in binary "
                      "(`application/x-protobuf`). Spans are grouped by equal resource and scope and ordered by start.",
       .parameters = {{.name = "trace_id", .type = ParameterType::kTraceId,
                       .description = "1 to 32 hex digits, zeros on the left may be left out", .in_path = true,
                       .required = true},
                      {.name = "format", .type = ParameterType::kChoice, .description = "How the body is written",
                       .fallback = "json", .choices = {"json", "protobuf"}},
                      open_parameter()},
       .answer = "",
       .handler = answer_trace},
      {.path = "/api/v1/aggregate",
       .id = "aggregate",
       .summary = "Count spans in groups",
       .description = "Counts, errors and duration quantiles of the spans that match, grouped by up to four attributes.",
       .parameters = {query_parameter(), start_parameter(), end_parameter(),
                      {.name = "by", .type = ParameterType::kTextList,
                       .description = "What to group by, in TraceQL form: `name,resource.service.name`; nothing gives one "
                                      "group",
                       .high = kGroupKeysMax},
                      quantiles_parameter(), limit_parameter("100", kGroupsMax, "Groups in the answer")},
       .answer = "AggregateAnswer",
       .handler = answer_aggregate,
       .streams = true},
  };
}

std::vector<Endpoint> name_endpoints() {
  return {
      {.path = "/api/v1/services",
       .id = "services",
       .summary = "Services",
       .description = "The services that have spans in the time range, by minute.",
       .parameters = {start_parameter(), end_parameter()},
       .answer = "ServicesAnswer",
       .handler = answer_services},
      {.path = "/api/v1/operations",
       .id = "operations",
       .summary = "Operations of a service",
       .description = "Span names of a service with their kinds, by minute.",
       .parameters = {{.name = "service", .description = "The service", .required = true}, start_parameter(),
                      end_parameter()},
       .answer = "OperationsAnswer",
       .handler = answer_operations},
      {.path = "/api/v1/tags",
       .id = "tags",
       .summary = "Attribute keys",
       .description = "Attribute keys and intrinsics of the spans in the time range, with the type of their values.",
       .parameters = {{.name = "scope", .type = ParameterType::kChoice, .description = "Only keys of this scope",
                       .fallback = "any", .choices = {"any", "span", "resource", "instrumentation", "intrinsic"}},
                      start_parameter(), end_parameter()},
       .answer = "TagsAnswer",
       .handler = answer_tags},
      {.path = "/api/v1/tag-values",
       .id = "tagValues",
       .summary = "Values of an attribute",
       .description = "The values of one attribute or intrinsic among the spans that match the query, with counts.",
       .parameters = {{.name = "tag", .description = "In TraceQL form: `span.http.method`, `resource.host.name`, `name`",
                       .required = true},
                      query_parameter(), start_parameter(), end_parameter(),
                      limit_parameter("100", kTagValuesMax, "Values in the answer")},
       .answer = "TagValuesAnswer",
       .handler = answer_tag_values},
  };
}

std::vector<Endpoint> rollup_endpoints() {
  return {
      {.path = "/api/v1/red",
       .id = "red",
       .summary = "Rate, errors, durations over time",
       .description = "From the rollups that every block is stored with: exact counts, quantiles within 4.4 %. A range has at "
                      "most 11 000 steps.",
       .parameters = {{.name = "service", .description = "Only this service; without it all services are taken together"},
                      {.name = "operation", .description = "Only spans with this name"},
                      {.name = "kind", .type = ParameterType::kChoice, .description = "Only spans of this kind",
                       .choices = kind_words()},
                      start_parameter(), end_parameter(),
                      {.name = "step", .type = ParameterType::kDuration,
                       .description = "Distance of the points, rounded up to whole minutes", .fallback = "1m"},
                      quantiles_parameter(),
                      {.name = "by", .type = ParameterType::kChoice,
                       .description = "One series in all, or one for each operation",
                       .fallback = "service", .choices = {"service", "operation"}}},
       .answer = "RedAnswer",
       .handler = answer_red},
      {.path = "/api/v1/dependencies",
       .id = "dependencies",
       .summary = "Who calls whom",
       .description = "Calls between services in the time range, by minute, from the rollups.",
       .parameters = {start_parameter(), end_parameter(), quantiles_parameter()},
       .answer = "DependenciesAnswer",
       .handler = answer_dependencies},
  };
}

std::vector<Endpoint> status_endpoints() {
  return {
      {.path = "/api/v1/status",
       .id = "status",
       .summary = "The server",
       .description = "Version, build and state of the running server.",
       .parameters = {},
       .answer = "StatusAnswer",
       .handler = answer_status,
       .admitted = false},
      {.path = "/api/v1/blocks",
       .id = "blocks",
       .summary = "Stored blocks",
       .description = "Every block and every generation of recent spans in memory.",
       .parameters = {},
       .answer = "BlocksAnswer",
       .handler = answer_blocks,
       .admitted = false},
      {.path = "/api/v1/openapi.json",
       .id = "openapi",
       .summary = "This description",
       .description = "The API as OpenAPI 3.1.",
       .parameters = {},
       .answer = "",
       .handler = answer_openapi,
       .admitted = false},
  };
}

}  // namespace

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> kEndpoints = [] {
    std::vector<Endpoint> all;
    for (auto part : {trace_endpoints(), name_endpoints(), rollup_endpoints(), ui_endpoints(), status_endpoints(), arrival_endpoints(),
                      record_endpoints(), rum_overview_endpoints(), rum_session_endpoints()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    for (Endpoint& endpoint : rum_error_endpoints()) all.push_back(std::move(endpoint));
    return all;
  }();
  return kEndpoints;
}

}  // namespace clew::api_native
