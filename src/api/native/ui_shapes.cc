// Shapes of the answers to the user interface's questions: services, what they call, instances, errors.
#include "api/native/ui_shape_fields.h"

namespace clew::api_native {
namespace {

using enum FieldType;

std::vector<Shape> overview_shapes() {
  Shape service{"ServiceOverview",
                "A service at a glance.",
                with_numbers({{"service", kText, "The service"},
                              color_field(),
                              maybe("namespace", kText, "service.namespace"),
                              maybe("language", kText, "telemetry.sdk.language"),
                              maybe("sdk", kText, "telemetry.sdk.name and version"),
                              {"type", kText, "service or browser"},
                              list("versions", kText, "service.version, newest first; at most 5"),
                              list("kinds", kText, "Kinds of its spans in the range"),
                              {"basis", kText, "What its requests are: entry (server and consumer), internal or all spans"},
                              {"health", kText, "unwell, attention, healthy or silent"},
                              {"impact", kNumber, "Requests a second that fail or are too slow"},
                              {"span_count", kInteger, "Spans in the range"}},
                             "request_count")};
  for (const Field& field : std::vector<Field>{
           maybe("apdex", kNumber, "0 to 1; absent without requests"),
           {"total_ns", kDuration, "Durations of all requests together"},
           {"first_seen_ns", kTime, "Start of its first span that is stored"},
           {"last_seen_ns", kTime, "Start of its last span"},
           list("callers", kText, "Services that call it, most calls first; at most 20"),
           {"caller_count", kInteger, "All of them"},
           list_of("callees", "Callee", "Whom it calls, most calls first; at most 20"),
           {"callee_count", kInteger, "All of them"},
           one("series", "ServiceSeries", "By step"),
           maybe(one("baseline", "RequestNumbers", "The range it is compared with; absent where it had no requests")),
           maybe("p99_change", kNumber, "Now by before, minus one; absent where either has fewer than 10 requests"),
           maybe("rate_change", kNumber, "Now by before, minus one"),
           maybe("error_share_change", kNumber, "Now minus before"),
           maybe(one("why", "ServiceReason", "The likeliest reason why it is unwell"))}) {
    service.fields.push_back(field);
  }
  Shape numbers{"RequestNumbers", "Requests summed up.", with_numbers({}, "request_count")};
  numbers.fields.push_back(maybe("apdex", kNumber, "0 to 1; absent without requests"));
  return {
      {"ServicesOverviewAnswer",
       "All services at a glance.",
       with_source({{"series_start_ns", kTime, "Begin of the first step"},
                    {"step_ns", kDuration, "Length of a step"},
                    {"point_count", kInteger, "Steps"},
                    {"apdex_threshold_ns", kDuration, "What satisfies"},
                    list_of("services", "ServiceOverview", "Unwell and in need of attention by impact, then healthy, then silent by name"),
                    {"unwell_count", kInteger, "Services"},
                    {"attention_count", kInteger, "Services"},
                    {"healthy_count", kInteger, "Services"},
                    {"silent_count", kInteger, "Services"},
                    maybe(one("baseline_range", "Range", "What it is compared with"))},
                   false)},
      std::move(service),
      {"Callee",
       "Whom a service calls.",
       {{"name", kText, "A service, or the name of a database, queue or host"},
        {"type", kText, "http, rpc, db, cache, messaging, browser or unknown"},
        {"virtual", kFlag, "It sends no spans itself"}}},
      {"ServiceSeries",
       "Requests by step.",
       {list("request_counts", kInteger, "Requests"), list("error_counts", kInteger, "Failed ones"),
        gaps("p50_ns", "null without requests"), gaps("p99_ns", "null without requests")}},
      std::move(numbers),
      {"ServiceReason",
       "Why a service is unwell.",
       {{"code", kText,
         "errors_in_callee, errors_in_operation, slow_callee, slow_operation, many_calls (the same call many times a request)"},
        maybe("operation", kText, "The span name it is about"),
        maybe("callee", kText, "Whom the calls go to"),
        maybe("callee_type", kText, "http, rpc, db, cache, messaging, browser or unknown"),
        maybe("share", kNumber, "Of the errors, or of the time"),
        maybe("error_share", kNumber, "Share of errors of the callee or operation"),
        maybe("per_request", kNumber, "Calls for each request"),
        maybe("p99_ns", kDuration, "Of the callee or operation"),
        maybe("baseline_p99_ns", kDuration, "The same before"),
        {"q", kText, "TraceQL that finds the evidence"}}},
  };
}

std::vector<Field> with_calls(std::vector<Field> fields) {
  for (const Field& field : std::vector<Field>{{"call_count", kInteger, "Calls"},
                                               {"error_count", kInteger, "Failed calls"},
                                               {"rate", kNumber, "Calls a second"},
                                               {"error_share", kNumber, "Share of failed calls"},
                                               one("caller", "Latency", "Durations that the caller saw"),
                                               maybe(one("callee", "Latency", "Durations that the callee saw, where it sends spans"))}) {
    fields.push_back(field);
  }
  return fields;
}

std::vector<Shape> map_shapes() {
  Shape node{"TopologyNode",
             "A service, or something that services call.",
             with_numbers({{"id", kText, "Type and name, such as service:checkout"},
                           {"name", kText, "Its name"},
                           {"type", kText, "service, database, cache, messaging, external or browser"},
                           {"virtual", kFlag, "It sends no spans itself: its numbers are what its callers saw"},
                           maybe("namespace", kText, "service.namespace"),
                           maybe("color", kInteger, "Number of the service; absent for virtual nodes"),
                           maybe("language", kText, "telemetry.sdk.language")},
                          "request_count")};
  node.fields.push_back({"health", kText, "unwell, attention or healthy"});
  Shape edge{"TopologyEdge",
             "The calls from one node to another.",
             with_calls({{"from", kText, "Node that calls"},
                         {"to", kText, "Node that is called"},
                         {"type", kText, "http, rpc, db, cache, messaging, browser or unknown"},
                         {"async", kFlag, "The caller does not wait"}})};
  edge.fields.push_back({"q", kText, "TraceQL that finds the calls"});
  Shape call{"ServiceCall",
             "Calls between a service and one other.",
             with_calls({{"name", kText, "The other service, or the name of a database, queue or host"},
                         {"type", kText, "http, rpc, db, cache, messaging, browser or unknown"},
                         {"virtual", kFlag, "It sends no spans itself"},
                         {"node_type", kText, "service, database, cache, messaging or external"},
                         maybe("color", kInteger, "Number of the service; absent for virtual ones")})};
  call.fields.push_back({"share", kNumber, "Of the calls in this direction"});
  Shape operation{"ServiceOperation",
                  "Spans of one name and kind.",
                  with_numbers({{"operation", kText, "Span name"},
                                {"kind", kText, "Span kind"},
                                {"is_entry", kFlag, "They are requests of the service"}},
                               "count")};
  operation.fields.push_back({"total_ns", kDuration, "Their durations together"});
  operation.fields.push_back({"total_share", kNumber, "Of the time of all requests"});
  operation.fields.push_back(maybe("baseline_count", kInteger, "Spans in the range it is compared with"));
  operation.fields.push_back(maybe("baseline_p99_ns", kDuration, "Of those"));
  Shape detail{"ServiceDetailAnswer",
               "One service.",
               with_numbers({{"service", kText, "The service"},
                             color_field(),
                             maybe("namespace", kText, "service.namespace"),
                             maybe("language", kText, "telemetry.sdk.language"),
                             maybe("sdk", kText, "telemetry.sdk.name and version"),
                             {"type", kText, "service or browser"},
                             {"basis", kText, "What its requests are: entry (server and consumer), internal or all spans"},
                             {"health", kText, "unwell, attention, healthy or silent"}},
                            "request_count")};
  for (const Field& field : std::vector<Field>{
           maybe("apdex", kNumber, "0 to 1; absent without requests"),
           {"first_seen_ns", kTime, "Start of its first span that is stored"},
           {"last_seen_ns", kTime, "Start of its last span"},
           maybe(one("why", "ServiceReason", "The likeliest reason why it is unwell")),
           list_of("versions", "ServiceVersion", "Newest first"),
           list_of("operations", "ServiceOperation", "Requests first, then by total time; at most 500"),
           {"operation_count", kInteger, "All of them"},
           list_of("upstream", "ServiceCall", "Who calls it, most calls first"),
           list_of("downstream", "ServiceCall", "Whom it calls, most calls first"),
           list_of("time_goes_to", "TimeShare", "Where the time of its requests goes, largest part first; shares add up to 1"),
           {"time_total_ns", kDuration, "Time of all requests together"},
           {"time_overlaps", kFlag, "Calls ran in parallel and took longer together than the requests: shares are scaled"}}) {
    detail.fields.push_back(field);
  }
  detail.fields = with_source(std::move(detail.fields), false);
  return {
      {"TopologyAnswer",
       "The map of services.",
       with_source({list_of("nodes", "TopologyNode", "By id"), list_of("edges", "TopologyEdge", "By from, to and type")}, false)},
      std::move(node),
      std::move(edge),
      {"Latency",
       "Quantiles of durations, within 4.4 %.",
       {{"p50_ns", kDuration, "Half are not longer"}, {"p95_ns", kDuration, "95 % are not longer"},
        {"p99_ns", kDuration, "99 % are not longer"}}},
      std::move(detail),
      {"ServiceVersion",
       "A service.version of a service.",
       {{"version", kText, "The version"},
        {"first_seen_ns", kTime, "Start of its first span that is stored"},
        {"last_seen_ns", kTime, "Start of its last span"},
        {"span_count", kInteger, "Its spans"},
        {"is_new", kFlag, "Other versions were there before, and it came within the range: a deployment"}}},
      std::move(operation),
      std::move(call),
      {"TimeShare",
       "A part of the time of a service's requests.",
       {{"name", kText, "The callee waited for, or the service itself"},
        {"type", kText, "http, rpc, db, cache, messaging, browser or unknown"},
        {"virtual", kFlag, "The callee sends no spans itself"},
        {"is_own", kFlag, "Not spent waiting for others"},
        {"total_ns", kDuration, "Time"},
        {"share", kNumber, "Of all parts"}}},
  };
}

std::vector<Shape> call_shapes() {
  Shape instance{"ServiceInstance",
                 "An instance of a service.",
                 with_numbers({{"instance", kText, "service.instance.id, else the pod's or host's name; empty where unknown"},
                               maybe("host", kText, "host.name"),
                               maybe("version", kText, "service.version")},
                              "count")};
  instance.fields.push_back({"is_slow", kFlag, "Its median or p99 is more than twice that of the middle one of three or more"});
  instance.fields.push_back({"last_seen_ns", kTime, "Start of its last request"});
  return {
      {"ServiceInstancesAnswer",
       "Instances of a service.",
       with_scan({list_of("instances", "ServiceInstance", "Most requests first"), {"instance_count", kInteger, "All of them"},
                  {"basis", kText, "What its requests are: entry (server and consumer), internal or all spans"}})},
      std::move(instance),
      {"ServiceCallsAnswer",
       "What a service asks of others.",
       with_scan({list_of("panels", "CallPanel", "Most time first"), {"request_count", kInteger, "Requests of the service"}})},
      {"CallPanel",
       "Calls to one database, cache, queue or host.",
       {{"type", kText, "database, cache, messaging or external"},
        maybe("system", kText, "Such as postgresql, redis or kafka"),
        {"peer", kText, "Its name"},
        {"call_count", kInteger, "Calls"},
        {"error_count", kInteger, "Failed calls"},
        {"rate", kNumber, "Calls a second"},
        {"error_share", kNumber, "Share of failed calls"},
        {"p50_ns", kDuration, "Half are not longer"},
        {"p95_ns", kDuration, "95 % are not longer"},
        {"p99_ns", kDuration, "99 % are not longer"},
        {"total_ns", kDuration, "Time of all calls together"},
        list_of("statements", "StatementNumbers", "Most time first"),
        {"statement_count", kInteger, "All of them"}}},
      {"StatementNumbers",
       "Calls with the same normalised statement.",
       {{"statement", kText, "Without literals; the span name where calls carry no statement; … for those beyond 20 000"},
        {"operation", kText, "Span name"},
        {"count", kInteger, "Calls"},
        {"error_count", kInteger, "Failed calls"},
        {"p50_ns", kDuration, "Half are not longer"},
        {"p99_ns", kDuration, "99 % are not longer"},
        {"max_ns", kDuration, "The longest"},
        {"total_ns", kDuration, "All together"},
        {"per_request", kNumber, "Calls by requests of the service"},
        {"slowest_trace_id", kTraceId, "Trace of the longest"},
        {"slowest_span_id", kSpanId, "The longest"}}},
      {"ErrorGroupsAnswer",
       "Errors by what went wrong.",
       with_scan({{"series_start_ns", kTime, "Begin of the first step"},
                  {"step_ns", kDuration, "Length of a step"},
                  {"point_count", kInteger, "Steps"},
                  {"error_span_count", kInteger, "Spans of all groups"},
                  {"group_count", kInteger, "Groups before the limit"},
                  list_of("groups", "ErrorGroup", "Most spans first")})},
      {"ErrorGroup",
       "Spans that failed in the same way.",
       {{"id", kText, "Of type and message: the same in every answer"},
        {"type", kText, "Of the exception; empty for spans that failed without one"},
        {"message", kText, "Without numbers, ids and quoted texts"},
        {"sample_message", kText, "Of the newest span"},
        {"service", kText, "Where it happens most"},
        {"operation", kText, "Where it happens most"},
        {"count", kInteger, "Spans"},
        {"first_seen_ns", kTime, "Start of the first span in the range"},
        {"last_seen_ns", kTime, "Start of the last"},
        list("series", kInteger, "Spans by step"),
        list_of("services", "ErrorService", "Most spans first"),
        list_of("traces", "ErrorSample", "The newest, at most 5"),
        {"is_cause", kFlag, "Most of its spans have no failed child: it begins here"},
        maybe("stacktrace", kText, "Of the newest span"),
        {"q", kText, "TraceQL that finds such spans"}}},
      {"ErrorService", "A service in which it happens.", {{"name", kText, "The service"}, color_field(), {"count", kInteger, "Spans"}}},
      {"ErrorSample",
       "A span that failed.",
       {{"trace_id", kTraceId, "Its trace"}, {"span_id", kSpanId, "The span"}, {"time_ns", kTime, "Its start"}}},
  };
}

}  // namespace

std::vector<Shape> ui_shapes() {
  std::vector<Shape> all;
  for (auto part : {overview_shapes(), map_shapes(), call_shapes(), ui_trace_shapes()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace clew::api_native
