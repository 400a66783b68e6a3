// Endpoints for the user interface; the same table as endpoints.cc.
#include "api/native/answers.h"
#include "api/native/endpoint.h"
#include "api/native/endpoint_parameters.h"

namespace clew::api_native {
namespace {

std::vector<Endpoint> one_trace_endpoints() {
  return {
      {.path = "/api/v1/traces/{trace_id}/columns",
       .id = "traceColumns",
       .summary = "One trace as columns",
       .description = "All spans of a trace as one binary body of columns in display order (`application/x-clew-trace`, "
                      "[described here](trace_columns.md)): tree, self times, critical path, flags. Made for drawing: nothing "
                      "has to be parsed span by span. Attributes come with [a span of a trace](#a-span-of-a-trace).",
       .parameters = {trace_id_parameter()},
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
                      {.name = "start_ns", .type = ParameterType::kTime, .description = "Start of the span that is meant"}},
       .answer = "SpanAnswer",
       .handler = answer_span},
      {.path = "/api/v1/traces/{trace_id}/findings",
       .id = "findings",
       .summary = "What is wrong with a trace",
       .description = "Where its errors began, calls that repeat (N+1, retries), calls in series that could run in parallel, "
                      "where the time went, what is missing, clocks that cannot be right. Facts to be put into words: a code "
                      "and its arguments. Most severe first.",
       .parameters = {trace_id_parameter()},
       .answer = "FindingsAnswer",
       .handler = answer_findings},
  };
}

std::vector<Endpoint> shared_endpoints() {
  return {
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
  for (auto part : {one_trace_endpoints(), shared_endpoints()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace clew::api_native
