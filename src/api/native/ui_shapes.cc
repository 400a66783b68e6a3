// Shapes of the answers to the user interface's questions.
#include "api/native/shape_fields.h"

namespace clew::api_native {
namespace {

using enum FieldType;

Field color_field() { return {"color", kInteger, "Number of the service, see [colours](#colours-of-services)"}; }

std::vector<Shape> span_shapes() {
  return {
      {"SpanAnswer",
       "A span with everything that was sent of it.",
       {{"trace_id", kTraceId, "Its trace"},
        {"span_id", kSpanId, "The span"},
        maybe("parent_span_id", kSpanId, "Its parent; absent for a root"),
        {"service", kText, "Its service"},
        color_field(),
        {"name", kText, "Its name"},
        {"kind", kText, "unspecified, internal, server, client, producer or consumer"},
        {"status", kText, "unset, ok or error"},
        maybe("status_message", kText, "What the status says"),
        {"start_time_ns", kTime, "Its start"},
        {"duration_ns", kDuration, "Its duration"},
        maybe("trace_state", kText, "W3C trace state"),
        maybe("dropped_attributes_count", kInteger, "Attributes that the sender left out"),
        maybe("dropped_events_count", kInteger, "Events that the sender left out"),
        maybe("dropped_links_count", kInteger, "Links that the sender left out"),
        list_of("attributes", "Attribute", "By key"),
        list_of("resource", "Attribute", "Attributes of its resource, by key"),
        one("scope", "InstrumentationScope", "What recorded it"),
        list_of("events", "SpanEvent", "In the order sent"),
        list_of("links", "SpanLink", "In the order sent"),
        maybe(one("statement", "Statement", "What it asked of a database or cache")),
        maybe(one("exception", "ExceptionDetail", "Its last exception event")),
        maybe(one("usual", "UsualDuration", "Spans of the same service, name and kind within half an hour to either side"))}},
      {"InstrumentationScope",
       "The library that recorded a span.",
       {{"name", kText, "Its name"}, {"version", kText, "Its version"}, list_of("attributes", "Attribute", "By key")}},
      {"SpanEvent",
       "Something that happened during a span.",
       {{"time_ns", kTime, "When"},
        {"offset_ns", kSigned, "After the span's start"},
        {"name", kText, "What"},
        list_of("attributes", "Attribute", "In the order sent"),
        maybe("dropped_attributes_count", kInteger, "Attributes that the sender left out")}},
      {"SpanLink",
       "Another span that has to do with this one.",
       {{"trace_id", kTraceId, "Its trace"},
        {"span_id", kSpanId, "The span"},
        maybe("trace_state", kText, "Its W3C trace state"),
        list_of("attributes", "Attribute", "In the order sent")}},
      {"Statement",
       "What was asked of a database or cache.",
       {{"text", kText, "As sent"},
        {"normalised", kText, "Without literals, so that equal statements are equal texts"},
        maybe("system", kText, "Such as postgresql or redis")}},
      {"ExceptionDetail",
       "An exception event.",
       {{"type", kText, "exception.type, or empty"},
        {"message", kText, "exception.message, or empty"},
        {"stacktrace", kText, "exception.stacktrace, or empty"}}},
      {"UsualDuration",
       "How spans of one operation usually are, from the rollups: quantiles within 4.4 %.",
       {{"count", kInteger, "Spans"},
        {"p50_ns", kDuration, "Half are not longer"},
        {"p95_ns", kDuration, "95 % are not longer"},
        {"p99_ns", kDuration, "99 % are not longer"},
        {"error_share", kNumber, "Share with status error"},
        {"percentile", kNumber, "Share of them that is not longer than this span"}}},
  };
}

std::vector<Shape> finding_shapes() {
  return {
      {"FindingsAnswer",
       "What is wrong with a trace.",
       {{"span_count", kInteger, "Spans of the trace"}, list_of("findings", "Finding", "Most severe first")}},
      {"Finding",
       "A fact about a trace.",
       {{"code", kText,
         "error_cause: where an error began. n_plus_one: the same call in a loop. retry_storm: repeated after failure. "
         "serial_calls: independent calls one after another. gap: time of a span that nothing explains. slowest_self_time: "
         "where most of the waiting was. broken_parent: spans whose parent is missing. clock_skew: a clock that cannot be right"},
        {"severity", kText, "high, medium or low"},
        maybe("saved_ns", kDuration, "By what the trace could be shorter, at most"),
        {.name = "span_ids", .type = kSpanId, .description = "The spans, the telling ones first; at most 200", .list = true},
        {.name = "rows", .type = kInteger, .description = "The same as rows of the trace's columns", .list = true},
        {"span_total", kInteger, "Spans before the limit"},
        one("arguments", "FindingArguments", "What the words need; what does not apply is absent")}},
      {"FindingArguments",
       "Facts of a finding.",
       {maybe("service", kText, "Service of the span"),
        maybe("operation", kText, "Name of the span"),
        maybe("callee", kText, "Whom it calls: a service, or the name of a database or host"),
        maybe("statement", kText, "Normalised statement of the repeated call"),
        maybe("parent_service", kText, "Service of the span that makes the calls"),
        maybe("parent_operation", kText, "Name of the span that makes the calls"),
        maybe("parent_span_id", kSpanId, "The span that makes the calls"),
        maybe("missing_span_id", kSpanId, "The parent that was not received"),
        maybe("exception_type", kText, "Type of the exception"),
        maybe("message", kText, "Message of the exception, else of the status"),
        maybe("count", kInteger, "error_cause: spans that the error went through; else: calls or spans"),
        maybe("attempts", kInteger, "retry_storm: how often it was tried; error_cause: how many spans failed the same way"),
        maybe("total_ns", kDuration, "Time of all calls together"),
        maybe("max_ns", kDuration, "Time of the longest call"),
        maybe("duration_ns", kDuration, "Self time, or time of the gap"),
        maybe("parallel_ns", kDuration, "serial_calls: how long they would take in parallel, at least"),
        maybe("skew_ns", kSigned, "What has to be added to the clock"),
        maybe("share", kNumber, "Share of the root span's duration")}},
      {"OpenAnswer",
       "A file was opened.",
       {{"open", kText, "Names it in further questions"},
        {"expires_at_ns", kTime, "When it will be forgotten"},
        {"format", kText, "otlp or jaeger"},
        list_of("traces", "TraceHead", "Newest first; at most 1000")}},
      {"FindAnswer",
       "Spans that contain a text.",
       {{"text", kText, "As asked"},
        {"match_count", kInteger, "Spans"},
        list("rows", kInteger, "Rows of the trace's columns, ascending"),
        list("span_ids", kSpanId, "The same spans"),
        {"exact", kFlag, "False where the list is cut"}}},
      {"TraceEventsAnswer",
       "What happened in a trace.",
       {list_of("events", "TraceEvent", "By time"), {"event_count", kInteger, "All of them"},
        {"exact", kFlag, "False where the list is cut"}}},
      {"TraceEvent",
       "An event of a span, or a log record that names the trace.",
       {{"time_ns", kTime, "When"},
        {"offset_ns", kSigned, "After the trace's start"},
        {"row", kInteger, "Row of the span in the trace's columns"},
        {"span_id", kSpanId, "The span"},
        {"service", kText, "Its service"},
        color_field(),
        {"span_name", kText, "Its name"},
        {"name", kText, "What happened; of a log record its text"},
        {"kind", kText, "event, exception or log"},
        {.name = "severity", .description = "Of a log record, where it has one: INFO, ERROR, …", .optional = true},
        list_of("attributes", "Attribute", "In the order sent")}},
      {"ServiceColorsAnswer",
       "The numbers of all services seen so far.",
       {list_of("services", "ServiceColor", "By number")}},
      {"ServiceColor", "The number of a service.", {{"service", kText, "The service"}, color_field()}},
  };
}

Field gaps(std::string_view name, std::string_view description) {
  return {.name = name, .type = kDuration, .description = description, .list = true, .nullable = true};
}
Field matrix(std::string_view name, std::string_view description) {
  return {.name = name, .type = kInteger, .description = description, .list = true, .nested = true};
}
Field maybe_stats() { return maybe(one("stats", "QueryStats", "What the scan cost; absent when rollups answered")); }

// Ends of every computed answer.
std::vector<Field> with_source(std::vector<Field> fields, bool may_scan) {
  fields.push_back({"source", kText, "rollups (whole minutes, quantiles within 4.4 %) or scan"});
  fields.push_back({"exact", kFlag, "False where something was sampled or cut"});
  fields.push_back(one("range", "Range", "The time range that was asked, resolved"));
  if (may_scan) fields.push_back(maybe_stats());
  return fields;
}
std::vector<Field> with_numbers(std::vector<Field> fields, std::string_view count_name) {
  for (const Field& field : std::vector<Field>{{count_name, kInteger, "Requests, or spans where that is asked"},
                                               {"error_count", kInteger, "Those with status error"},
                                               {"rate", kNumber, "A second"},
                                               {"error_share", kNumber, "Share of errors; 0 without requests"},
                                               maybe("p50_ns", kDuration, "Half are not longer"),
                                               maybe("p95_ns", kDuration, "95 % are not longer"),
                                               maybe("p99_ns", kDuration, "99 % are not longer")}) {
    fields.push_back(field);
  }
  return fields;
}

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

// Ends of answers that are always scans.
std::vector<Field> with_scan(std::vector<Field> fields) {
  fields.push_back({"source", kText, "scan"});
  fields.push_back({"exact", kFlag, "False where something was cut"});
  fields.push_back(one("range", "Range", "The time range that was asked, resolved"));
  fields.push_back(one("stats", "QueryStats", "What the question cost"));
  return fields;
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

std::vector<Shape> compare_shapes() {
  return {
      {"CompareAnswer",
       "A selection of traces against others.",
       with_scan({one("a", "CompareSide", "The selection"),
                  one("b", "CompareSide", "What it is compared with"),
                  {"weak", kFlag, "Fewer than 30 traces on a side: differences may be chance"},
                  {"basis", kText, "traces: shares are of traces"},
                  list_of("attributes", "ComparedAttribute", "Most different first"),
                  list_of("excluded", "ExcludedAttribute", "What was not compared; at most 100"),
                  list_of("paths", "ComparedPath", "Largest difference of time first; at most 100"),
                  {"path_count", kInteger, "All of them"},
                  list_of("critical_path", "ComparedOperation", "Largest difference of time first; at most 100"),
                  {"sampled_traces", kInteger, "Traces that attributes and paths are of"}})},
      {"CompareSide",
       "A group of traces.",
       {{"trace_count", kInteger, "Traces"},
        {"span_count", kInteger, "Spans that match"},
        {"sampled_count", kInteger, "Traces that were looked into"},
        {"mean_ns", kDuration, "Time on the critical path, mean of the sampled traces"}}},
      {"ComparedAttribute",
       "How an attribute differs between two groups of traces.",
       {{"key", kText, "In TraceQL form"},
        {"score", kNumber, "0 (alike) to 1: distance of the distributions, less what chance would give"},
        {"value_count", kInteger, "Distinct values"},
        list_of("values", "ComparedValue", "Largest difference of shares first; at most 10")}},
      {"ComparedValue",
       "How often a value occurs.",
       {{"value", FieldType::kValue, "The value; {} for a bin of numbers"},
        maybe("low", kNumber, "Smallest number of the bin"),
        maybe("high", kNumber, "Largest number of the bin"),
        {"a_count", kInteger, "Sampled traces of A that have it"},
        {"b_count", kInteger, "Sampled traces of B that have it"},
        {"a_share", kNumber, "Of the sampled traces of A"},
        {"b_share", kNumber, "Of the sampled traces of B"}}},
      {"ExcludedAttribute",
       "An attribute that was not compared.",
       {{"key", kText, "In TraceQL form"}, {"reason", kText, "unique (an id or the like) or constant (the same everywhere)"}}},
      {"ComparedPath",
       "A path of service and operation from the root down, in both groups.",
       {list_of("path", "PathStep", "From the root"),
        {"depth", kInteger, "Steps above the last"},
        {"change", kText, "added, removed, slower, faster or same"},
        {"delta_ns", kSigned, "Time on the critical path per trace, A less B; over all paths the whole difference"},
        maybe(one("a", "PathNumbers", "In A")),
        maybe(one("b", "PathNumbers", "In B")),
        maybe("example_a", kTraceId, "Where it took longest in A"),
        maybe("example_b", kTraceId, "Where it took longest in B")}},
      {"PathStep", "A step of a path.", {{"service", kText, "The service"}, {"operation", kText, "The span name"}}},
      {"PathNumbers",
       "A path in a group of traces.",
       {{"trace_share", kNumber, "Of the sampled traces"},
        {"calls", kNumber, "Spans per trace"},
        {"p50_ns", kDuration, "Median duration of a span"},
        {"self_ns", kDuration, "Self time per trace"},
        {"path_ns", kDuration, "Time on the critical path per trace"},
        {"error_count", kInteger, "Failed spans"}}},
      {"ComparedOperation",
       "The time of an operation on the critical paths.",
       {{"service", kText, "The service"},
        {"operation", kText, "The span name"},
        {"a_share", kNumber, "Of A's time"},
        {"b_share", kNumber, "Of B's time"},
        {"a_ns", kDuration, "Per trace of A"},
        {"b_ns", kDuration, "Per trace of B"}}},
      {"CriticalPathAnswer",
       "Which operations own the latency.",
       with_scan({{"trace_count", kInteger, "Traces that match"},
                  {"sampled_traces", kInteger, "Traces that were looked into"},
                  {"total_ns", kDuration, "Time of all their critical paths"},
                  list_of("operations", "PathOperation", "Largest share first"),
                  list_of("tree", "PathBar", "Depth first, the widest first: a flame graph")})},
      {"PathOperation",
       "The time of an operation on the critical paths.",
       {{"service", kText, "The service"},
        color_field(),
        {"operation", kText, "The span name"},
        {"share", kNumber, "Of the time of all critical paths"},
        {"total_ns", kDuration, "In all sampled traces"},
        {"per_trace_ns", kDuration, "Mean of the sampled traces"},
        {"trace_share", kNumber, "Sampled traces that have it"},
        {"example_trace_id", kTraceId, "Where it took longest"}}},
      {"PathBar",
       "A bar of the flame graph.",
       {{"service", kText, "The service"},
        {"operation", kText, "The span name"},
        {"depth", kInteger, "Its row"},
        {"total_ns", kDuration, "Its width: time on critical paths, with all below"},
        {"self_ns", kDuration, "Its own part"},
        {"calls", kInteger, "Spans"}}},
      {"TraceDiffAnswer",
       "Two traces side by side.",
       {one("a", "TraceHead", "One trace"), one("b", "TraceHead", "What it is compared with"),
        list_of("rows", "TraceDiffRow", "Depth first"), {"exact", kFlag, "False where the traces have too many different paths"}}},
      {"TraceHead",
       "A trace in short.",
       {{"trace_id", kTraceId, "The trace"},
        {"root_service", kText, "Service of its root"},
        {"root_name", kText, "Name of its root"},
        {"start_time_ns", kTime, "Earliest start of a span"},
        {"duration_ns", kDuration, "Latest end minus earliest start"},
        {"span_count", kInteger, "Spans"},
        {"error_count", kInteger, "Spans with status error"}}},
      {"TraceDiffRow",
       "The spans of one path in two traces.",
       {{"depth", kInteger, "Steps above it"},
        {"service", kText, "The service"},
        color_field(),
        {"operation", kText, "The span name"},
        {"change", kText, "added, removed, slower, faster or same"},
        {"delta_ns", kSigned, "Durations together, a less b"},
        maybe(one("a", "TraceDiffSide", "In the one trace")),
        maybe(one("b", "TraceDiffSide", "In the other"))}},
      {"TraceDiffSide",
       "The spans of one path in one trace.",
       {{"count", kInteger, "Spans"},
        {"total_ns", kDuration, "Durations together"},
        {"self_ns", kDuration, "Self times together"},
        {"path_ns", kDuration, "Time on the critical path"},
        {"error_count", kInteger, "Failed spans"},
        {"row", kInteger, "The longest of them, as row of the trace's columns"}}},
  };
}

std::vector<Shape> chart_shapes() {
  const auto lines = [](std::vector<Field> fields) {
    for (const Field& field : std::vector<Field>{
             list("counts", kInteger, "By step"), list("error_counts", kInteger, "By step"), gaps("p50_ns", "By step"),
             gaps("p90_ns", "By step"), gaps("p95_ns", "By step"), gaps("p99_ns", "By step"),
             one("total", "SeriesTotal", "Of all steps")}) {
      fields.push_back(field);
    }
    return fields;
  };
  Shape total{"SeriesTotal", "Of a whole series.", with_numbers({}, "count")};
  total.fields.push_back(maybe("p90_ns", kDuration, "90 % are not longer"));
  const std::vector<Field> steps = {{"series_start_ns", kTime, "Begin of the first step"}, {"step_ns", kDuration, "Length of a step"}};
  const auto with_steps = [&](std::vector<Field> fields) {
    fields.insert(fields.begin(), steps.begin(), steps.end());
    return fields;
  };
  return {
      {"SeriesAnswer",
       "Requests or spans by step; null where there were none.",
       [&] {
         auto fields = lines(with_steps({{"point_count", kInteger, "Steps"},
                                         {"basis", kText, "What is counted: entry, internal or all spans of the service, or query"},
                                         {"incomplete_last", kFlag, "The last step is not over, or not asked for to its end"}}));
         fields.push_back(maybe(one("baseline", "SeriesBaseline", "The range it is compared with, by the same steps")));
         return with_source(fields, true);
       }()},
      {"SeriesBaseline", "A series to compare with.", lines({{"offset_ns", kDuration, "How much earlier it is"}})},
      std::move(total),
      {"TimelineAnswer",
       "Spans that match, by step.",
       with_source(with_steps({{"point_count", kInteger, "Steps"},
                               list("span_counts", kInteger, "Spans that start in the step"),
                               list("error_counts", kInteger, "Those with status error"),
                               {.name = "trace_counts", .type = kInteger,
                                .description = "Traces with a matching span that starts in the step; only of a scan",
                                .list = true, .optional = true},
                               {"span_count", kInteger, "Of all steps"},
                               {"error_count", kInteger, "Of all steps"}}),
                   true)},
      {"HeatmapAnswer",
       "Spans by time and duration.",
       with_source(with_steps({{"column_count", kInteger, "Steps"},
                               {"row_count", kInteger, "Rows"},
                               list("row_bounds_ns", kDuration,
                                    "One more than rows: row r holds row_bounds_ns[r] < duration <= row_bounds_ns[r + 1]"),
                               matrix("counts", "By column, then row"),
                               matrix("error_counts", "The same of spans with status error"),
                               {"count_max", kInteger, "Largest of counts"},
                               gaps("p50_ns", "By column; null without spans"),
                               gaps("p99_ns", "By column; null without spans"),
                               {"span_count", kInteger, "Of all cells"},
                               {"error_count", kInteger, "Of all cells"}}),
                   true)},
      {"LayoutAnswer",
       "Where the nodes of the map stand.",
       {{"version", kInteger, "Counts up with each change; 0 before the first"}, list_of("nodes", "LayoutNode", "In no order")}},
      {"LayoutNode",
       "The place of a node.",
       {{"id", kText, "As the topology names it"},
        {"rank", kNumber, "Column of the map"},
        {"slot", kNumber, "Place in the column"},
        {"pinned", kFlag, "Somebody put it there"},
        maybe("lane", kText, "Group that it stands in"),
        maybe("last_seen_ns", kTime, "When it was last part of the map")}},
      {"LayoutVersionAnswer", "A layout was replaced.", {{"version", kInteger, "Of the new layout"}}},
  };
}

}  // namespace

std::vector<Shape> ui_shapes() {
  std::vector<Shape> all;
  for (auto part : {overview_shapes(), map_shapes(), call_shapes(), compare_shapes(), chart_shapes(), span_shapes(), finding_shapes()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace clew::api_native
