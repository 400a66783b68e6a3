// Endpoints about users' sessions as a whole, and the shapes of their answers; the same table as endpoints.cc.
#include "api/native/rum_answers.h"
#include "query/rum/rum_query_limits.h"

namespace clew::api_native {
namespace {

constexpr FieldType kText = FieldType::kText;
constexpr FieldType kTime = FieldType::kTime;
constexpr FieldType kDuration = FieldType::kDuration;
constexpr FieldType kInteger = FieldType::kInteger;
constexpr FieldType kNumber = FieldType::kNumber;
constexpr FieldType kFlag = FieldType::kFlag;
constexpr FieldType kObject = FieldType::kObject;

Field list_of(std::string_view name, std::string_view object, std::string_view description) {
  return {.name = name, .type = kObject, .description = description, .list = true, .object = object};
}
Field one(std::string_view name, std::string_view object, std::string_view description) {
  return {.name = name, .type = kObject, .description = description, .object = object};
}
Field list(std::string_view name, FieldType type, std::string_view description) {
  return {.name = name, .type = type, .description = description, .list = true};
}
Field nullable(Field field) {
  field.nullable = true;
  return field;
}
Field or_null(std::string_view name, FieldType type, std::string_view description) {
  return nullable({.name = name, .type = type, .description = description});
}
std::vector<Field> with_end(std::vector<Field> fields, bool has_range = true) {
  if (has_range) fields.push_back(one("range", "Range", "The time range that was asked, resolved"));
  fields.push_back({"exact", kFlag, "Nothing was left out of the counts; quantiles of many values are within 0.4 %"});
  fields.push_back(one("stats", "QueryStats", "What the answer took"));
  return fields;
}

Parameter apdex_parameter() {
  return {.name = "apdex_threshold", .type = ParameterType::kDuration,
          .description = "Page loads and requests that take no longer satisfy; those within four times that are tolerated", .fallback = "2s"};
}
Parameter rows_parameter(std::string_view fallback) { return limit_parameter(fallback, query_rum::kRumRowsMax, "Rows in the answer"); }

std::vector<Shape> overview_shapes() {
  return {
      {"RumAppsAnswer", "Applications whose users' browsers, apps or mini-programs report.",
       with_end({list_of("apps", "RumApp", "Most sessions first")}, false)},
      {"RumApp", "An application.",
       {{"id", kText, "Its `rum.app.id`, or the name of its service"},
        {"name", kText, "Its `rum.app.name`, or the id"},
        {"type", kText, "browser, miniapp, android, ios …, as it says"},
        {"service", kText, "Its service"},
        list("versions", kText, "Seen most lately first"),
        list("environments", kText, "By name"),
        {"sessions", kInteger, "Sessions"},
        {"users", kInteger, "Users"},
        {"views", kInteger, "Page views"},
        {"errors", kInteger, "Exceptions"},
        {"last_ns", kTime, "Its last event"}}},
      {"RumOverviewAnswer", "How an application fares.",
       with_end({one("now", "RumCounts", "In the range; of baseline release those of the newest version"),
                 nullable(one("before", "RumCounts", "What it is set beside")),
                 one("baseline", "RumBaseline", "What it is set beside"),
                 list_of("vitals", "RumVital", "In the order lcp, inp, cls, fcp, ttfb, fid, load"),
                 one("steps", "RumSteps", "Of the series"),
                 one("series", "RumSeries", "By step, of all versions"),
                 one("phases", "RumPhases", "Of page loads"),
                 list_of("versions", "RumVersion", "Of the application, seen most lately first")})},
      {"RumCounts", "What happened to users.",
       {{"users", kInteger, "Different users"},
        {"sessions", kInteger, "Different sessions"},
        {"views", kInteger, "Page views"},
        {"actions", kInteger, "Clicks"},
        {"requests", kInteger, "fetch, XMLHttpRequest and the like"},
        {"failed_requests", kInteger, "Network errors, and statuses that are neither success nor redirect"},
        {"slow_requests", kInteger, "Longer than 2 s"},
        {"resources", kInteger, "Static files"},
        {"errors", kInteger, "Exceptions, repeated ones as often as they happened"},
        {"error_sessions", kInteger, "Sessions with an exception"},
        {"long_tasks", kInteger, "Times at which the page did not react"},
        {"long_task_ns", kDuration, "How long that was in all"},
        {"blank_screens", kInteger, "Pages that stayed white"},
        {"rage_clicks", kInteger,
         "Three clicks or more on one thing that the client reported as one event; lists of sessions also count three within a second that came "
         "one by one"},
        {"crashes", kInteger, "Crashes"},
        or_null("apdex", kNumber, "Of page loads and requests; failed requests satisfy nobody"),
        {"bounce_sessions", kInteger,
         "Sessions with one page view; with a filter, or of one page or value, those of which one view matches, whatever else they saw"}}},
      {"RumBaseline", "What an overview is set beside.",
       {{"kind", kText, "none, previous, day, week or release"},
        or_null("start_ns", kTime, "Of an earlier range"),
        or_null("end_ns", kTime, "Of an earlier range"),
        or_null("version", kText, "Of releases: the newest"),
        or_null("before_version", kText, "Of releases: the one before")}},
      {"RumVital", "How users felt a page: ns, or a score where the unit says so.",
       {{"name", kText, "lcp, inp, cls, fcp, ttfb, fid or load"},
        {"unit", kText, "ns or score"},
        or_null("p50", kNumber, "Median over views"),
        or_null("p75", kNumber, "75th percentile"),
        or_null("p95", kNumber, "95th percentile"),
        {"count", kInteger, "Views that told it"},
        {"good", kInteger, "Views with good_max at most"},
        {"fair", kInteger, "Views between"},
        {"poor", kInteger, "Views with more than poor_min"},
        {"good_max", kNumber, "Bound of good"},
        {"poor_min", kNumber, "Bound of poor"},
        or_null("before_p75", kNumber, "75th percentile of the baseline")}},
      {"RumSteps", "Steps of time.",
       {{"start_ns", kTime, "Begin of the first"}, {"step_ns", kDuration, "Length of each"}, {"count", kInteger, "How many"}}},
      {"RumSeries", "Numbers by step.",
       {list("views", kInteger, "Page views"), list("sessions", kInteger, "Different sessions"),
        list("users", kInteger, "Different users"), list("errors", kInteger, "Exceptions"),
        list("requests", kInteger, "Requests"), list("failed_requests", kInteger, "Failed requests"),
        nullable(list("lcp_p75", kDuration, "Largest contentful paint")), nullable(list("inp_p75", kDuration, "Interaction to next paint")),
        nullable(list("cls_p75", kNumber, "Layout shift, a score")), nullable(list("ttfb_p75", kDuration, "Time to first byte")),
        nullable(list("request_p75", kDuration, "Requests"))}},
      {"RumPhases", "Parts of page loads, each its 75th percentile.",
       {or_null("dns_ns", kDuration, "Name look-up"), or_null("connect_ns", kDuration, "Connection without TLS"),
        or_null("tls_ns", kDuration, "TLS"), or_null("request_ns", kDuration, "From the request to the first byte"),
        or_null("response_ns", kDuration, "From the first byte to the last"),
        or_null("dom_ns", kDuration, "From the last byte to the complete document"),
        or_null("load_ns", kDuration, "From there to the end of the load event"), {"count", kInteger, "Page loads that told any"}}},
      {"RumVersion", "A version of an application, within the range.",
       {{"version", kText, "Its name"}, {"first_ns", kTime, "Its first event"}, {"last_ns", kTime, "Its last event"},
        {"sessions", kInteger, "Sessions"}}},
      {"RumBreakdownAnswer", "The same by the values of one attribute.",
       with_end({{"by", kText, "The attribute"},
                 list_of("rows", "RumBreakdownRow", "In the order asked for"),
                 {"value_count", kInteger, "Values before the limit"}})},
      {"RumBreakdownRow", "One value of the attribute.",
       {{"value", kText, "Empty: not known"},
        {"views", kInteger, "Page views"},
        {"sessions", kInteger, "Sessions"},
        {"users", kInteger, "Users"},
        {"errors", kInteger, "Exceptions"},
        {"error_sessions", kInteger, "Sessions with an exception"},
        {"requests", kInteger, "Requests"},
        {"failed_requests", kInteger, "Failed requests"},
        {"exits", kInteger, "Sessions whose last page view it was; of view.name"},
        or_null("lcp_p75", kDuration, "Largest contentful paint"),
        or_null("inp_p75", kDuration, "Interaction to next paint"),
        or_null("cls_p75", kNumber, "Layout shift, a score"),
        or_null("fcp_p75", kDuration, "First contentful paint"),
        or_null("ttfb_p75", kDuration, "Time to first byte"),
        or_null("load_p75", kDuration, "Load event"),
        or_null("request_p75", kDuration, "Requests"),
        or_null("apdex", kNumber, "Of page loads and requests"),
        {"poor_views", kInteger, "Views whose LCP, INP or CLS is poor"},
        or_null("before_lcp_p75", kDuration, "LCP of the baseline"),
        or_null("before_errors", kInteger, "Exceptions of the baseline"),
        {"q", kText, "The filter that is this row"}}},
  };
}

std::vector<Shape> load_shapes() {
  return {
      {"RumRequestsAnswer", "Requests by method, host and path without ids.",
       with_end({list_of("rows", "RumRequest", "In the order asked for"), {"row_count", kInteger, "Rows before the limit"}})},
      {"RumRequest", "Requests of one method, host and path.",
       {{"method", kText, "HTTP method"},
        {"name", kText, "Path with `{id}` for what differs, or the name that the application gave"},
        {"host", kText, "Host with port; empty where it is not known"},
        {"type", kText, "fetch, xmlhttprequest …"},
        {"count", kInteger, "Requests"},
        {"failed", kInteger, "Network errors, and statuses that are neither success nor redirect"},
        or_null("p50_ns", kDuration, "Median"),
        or_null("p75_ns", kDuration, "75th percentile"),
        or_null("p95_ns", kDuration, "95th percentile"),
        or_null("p99_ns", kDuration, "99th percentile"),
        or_null("max_ns", kDuration, "The longest"),
        {"total_ns", kDuration, "All together"},
        or_null("transfer_bytes_p75", kInteger, "Bytes transferred, 75th percentile"),
        {"traced", kInteger, "Requests that carry a trace"},
        {"not_traced", kInteger, "Requests that do not"},
        list_of("status", "RumStatusCount", "Most first"),
        nullable(one("time", "RumRequestTime", "Where the time goes; null where no trace of a backend was found")),
        one("sample", "RumRequestSample", "The longest"),
        list_of("pages", "RumPageCount", "Pages that ask it most, at most 3"),
        or_null("before_p75_ns", kDuration, "75th percentile of the baseline"),
        {"q", kText, "The filter that is this row"}}},
      {"RumStatusCount", "A status.", {{"code", kText, "Empty or 0: none came"}, {"count", kInteger, "Requests"}}},
      {"RumPageCount", "A page.", {{"view", kText, "Its name"}, {"count", kInteger, "Requests"}}},
      {"RumRequestTime",
       "Means of `sampled` requests: a choice by hash, so slow and fast ones alike, of those whose backend's spans have come. A long tail makes "
       "a mean of few lie far from the percentiles, which are of all requests.",
       {{"sampled", kInteger, "Requests whose traces were read: at most 25 of each of the rows of most time, 2 and more of the others, 300 of an answer"}, {"browser_ns", kDuration, "Waited in the browser: queue, connection"},
        {"network_ns", kDuration, "Between browser and backend"}, {"backend_ns", kDuration, "In the backend, by its first span"}}},
      {"RumRequestSample", "A request.",
       {{"session_id", kText, "Its session"}, {"event_id", kText, "Its event"},
        or_null("trace_id", FieldType::kTraceId, "Its trace"), or_null("duration_ns", kDuration, "How long it took")}},
      {"RumResourcesAnswer", "Static files by type, host and path.",
       with_end({list_of("rows", "RumResource", "In the order asked for"), {"row_count", kInteger, "Rows before the limit"}})},
      {"RumResource", "A static file.",
       {{"type", kText, "js, css, image, font …"},
        {"name", kText, "Path without query, with `{hash}` and `{id}` for what differs by release"},
        {"host", kText, "Host with port"},
        {"third_party", kFlag, "Served by another site than the pages"},
        {"count", kInteger, "Loads"},
        {"failed", kInteger, "Loads that failed"},
        or_null("p50_ns", kDuration, "Median"),
        or_null("p75_ns", kDuration, "75th percentile"),
        or_null("p95_ns", kDuration, "95th percentile"),
        {"total_ns", kDuration, "All together"},
        or_null("transfer_bytes_p75", kInteger, "Bytes transferred, 75th percentile"),
        or_null("decoded_bytes_p75", kInteger, "Bytes once decompressed, 75th percentile"),
        {"cached", kInteger, "Loads that came from a cache"},
        one("phases", "RumResourcePhases", "Parts of the loads"),
        or_null("protocol", kText, "h2, h3, http/1.1"),
        {"render_blocking", kInteger, "Loads that the page waited for before it drew anything"},
        one("sample", "RumResourceSample", "The longest load"),
        {"q", kText, "The filter that is this row"}}},
      {"RumResourcePhases", "Parts of loads, each its 75th percentile.",
       {or_null("redirect_ns", kDuration, "Redirects"), or_null("dns_ns", kDuration, "Name look-up"),
        or_null("connect_ns", kDuration, "Connection without TLS"), or_null("tls_ns", kDuration, "TLS"),
        or_null("wait_ns", kDuration, "Until the first byte"), or_null("download_ns", kDuration, "From the first byte to the last")}},
      {"RumResourceSample", "A load.", {{"session_id", kText, "Its session"}, {"event_id", kText, "Its event"}}},
  };
}

std::vector<Shape> page_shapes() {
  return {
      {"RumPageAnswer", "How one page fares.",
       with_end({{"view", kText, "Its name"},
                 one("counts", "RumCounts", "What happened on it"),
                 list_of("vitals", "RumVital", "In the order lcp, inp, cls, fcp, ttfb, fid, load"),
                 one("phases", "RumPhases", "Of its loads"),
                 one("histogram", "RumHistogram", "How its views spread"),
                 one("time", "RumPageTime", "Where the time of its slow views goes: those not faster than p75"),
                 list_of("suspects", "RumSuspect", "Spans of backends by the time of their own in the traces of slow views, most first"),
                 list_of("slow_views", "RumSlowView", "Slowest first, at most 20"),
                 list_of("requests", "RumRequest", "Those of most time, at most 20"),
                 list_of("resources", "RumResource", "Those of most time, at most 20"),
                 list_of("errors", "RumPageError", "Most first, at most 20")})},
      {"RumHistogram", "Views by how long they took.",
       {{"metric", kText, "lcp, or load where no view told that"},
        list("bounds_ns", kDuration, "Upper bounds, included"),
        list("counts", kInteger, "Views up to each bound; one more for those beyond the last")}},
      {"RumPageTime",
       "Means of `sampled_views` slow views (not faster than p75): a choice spread evenly from p75 to the slowest, of those that waited for no "
       "request or of whose requests a backend's trace has come; of any where there are none. `suspects` are of the same views.",
       {{"sampled_views", kInteger, "Views whose requests' traces were read, at most 30"}, {"backend_ns", kDuration, "A backend was at work"},
        {"network_ns", kDuration, "Waiting for a request, but no backend that is known was at work"},
        {"browser_ns", kDuration, "The rest"}, {"total_ns", kDuration, "Until the metric of the histogram"}}},
      {"RumSuspect", "Spans of a service, an operation and a statement.",
       {{"service", kText, "The service"},
        {"operation", kText, "Name of the spans"},
        or_null("statement", kText, "Normalised"),
        {"kind", kText, "database, cache, messaging, external, or the kind of the spans"},
        {"share", kNumber, "Of the backends' time in the traces looked into"},
        {"total_ns", kDuration, "Their own time there"},
        {"calls_per_trace", kNumber, "Spans of a trace, on average"},
        {"trace_id", FieldType::kTraceId, "Where one took longest"},
        {"span_id", FieldType::kSpanId, "That one"},
        {"sample_session_id", kText, "The session that led there"},
        {"sample_event_id", kText, "The request that led there"}}},
      {"RumSlowView", "A slow view.",
       {{"view_id", kText, "The view"}, {"session_id", kText, "Its session"}, {"user_id", kText, "Its user"},
        {"start_ns", kTime, "Its start"}, or_null("lcp_ns", kDuration, "Largest contentful paint"),
        or_null("load_ns", kDuration, "Load event"),
        nullable(one("slowest_request", "RumViewRequest", "The longest that it waited for")),
        {"browser", kText, "Its browser"}, {"device", kText, "Type of the device"}, {"country", kText, "Where"},
        {"version", kText, "Of the application"},
        nullable(one("worst_span", "RumWorstSpan", "Of that request's trace: the backend's spans with most time of their own"))}},
      {"RumViewRequest", "A request.",
       {{"name", kText, "Its name"}, {"method", kText, "HTTP method"}, or_null("duration_ns", kDuration, "How long it took"),
        or_null("trace_id", FieldType::kTraceId, "Its trace"), {"event_id", kText, "Its event"},
        {"status_code", kText, "Empty: none came"}}},
      {"RumWorstSpan", "Spans of a backend with one service, name and statement.",
       {{"service", kText, "Its service"}, {"operation", kText, "Its name"}, or_null("statement", kText, "Normalised"),
        {"self_ns", kDuration, "Their own time"}, {"span_id", FieldType::kSpanId, "The longest of them"}}},
      {"RumPageError", "Exceptions that are the same.",
       {{"group_id", kText, "Their group"}, {"type", kText, "Of the exception"}, {"message", kText, "Normalised"},
        {"count", kInteger, "How often"}, {"sessions", kInteger, "In how many sessions"}}},
  };
}

}  // namespace

std::vector<Endpoint> rum_overview_endpoints() {
  return {
      {.path = "/api/v1/rum/apps",
       .id = "rumApps",
       .summary = "Applications with users",
       .description = "Which applications' users report, from browsers, mini-programs and apps.",
       .parameters = {start_parameter(), end_parameter()},
       .answer = "RumAppsAnswer",
       .handler = answer_rum_apps,
       .streams = true},
      {.path = "/api/v1/rum/overview",
       .id = "rumOverview",
       .summary = "How an application fares",
       .description = "Page views, sessions, users, errors, requests and web vitals, as numbers and by time, beside an earlier range or "
                      "release. Pieces of one view's vitals are put together: of LCP, INP and CLS the last one tells.",
       .parameters = rum_parameters({{.name = "points", .type = ParameterType::kInteger, .description = "Steps of the series at most",
                                      .fallback = "60", .low = 1, .high = query_rum::kRumPointsMax},
                                     {.name = "baseline", .type = ParameterType::kChoice,
                                      .description = "What to compare with: the range just before, the same time a day or a week before, "
                                                     "or of the newest version the one before it",
                                      .fallback = "none", .choices = {"none", "previous", "day", "week", "release"}},
                                     apdex_parameter()}),
       .answer = "RumOverviewAnswer",
       .handler = answer_rum_overview,
       .streams = true},
      {.path = "/api/v1/rum/breakdown",
       .id = "rumBreakdown",
       .summary = "How an application fares by pages, browsers, countries …",
       .description = "The numbers of an overview by the values of any attribute of events: `view.name`, `user_agent.name`, `os.type`, "
                      "`device.type`, `geo.country`, `network.effective_type`, `resource.service.version` …",
       .parameters = rum_parameters({{.name = "by", .description = "The attribute", .required = true},
                                     {.name = "sort", .type = ParameterType::kChoice, .description = "What stands first", .fallback = "views",
                                      .choices = {"views", "sessions", "errors", "lcp", "inp", "cls", "load", "request", "fail"}},
                                     rows_parameter("50"),
                                     {.name = "baseline", .type = ParameterType::kChoice, .description = "What to compare with",
                                      .fallback = "none", .choices = {"none", "previous"}},
                                     apdex_parameter()}),
       .answer = "RumBreakdownAnswer",
       .handler = answer_rum_breakdown,
       .streams = true},
      {.path = "/api/v1/rum/page",
       .id = "rumPage",
       .summary = "One page",
       .description = "How a page fares, where the time of its slow views goes, and which spans of backends took it.",
       .parameters = rum_parameters({{.name = "view", .description = "The page: its view.name", .required = true}, apdex_parameter()}),
       .answer = "RumPageAnswer",
       .handler = answer_rum_page,
       .streams = true},
      {.path = "/api/v1/rum/requests",
       .id = "rumRequests",
       .summary = "Requests of users' browsers",
       .description = "By method, host and path without ids; where their time goes by the traces of a few of each row.",
       .parameters = rum_parameters({{.name = "sort", .type = ParameterType::kChoice, .description = "What stands first", .fallback = "total",
                                      .choices = {"total", "count", "p75", "failed", "slowest"}},
                                     rows_parameter("50"),
                                     {.name = "baseline", .type = ParameterType::kChoice, .description = "What to compare with",
                                      .fallback = "none", .choices = {"none", "previous"}}}),
       .answer = "RumRequestsAnswer",
       .handler = answer_rum_requests,
       .streams = true},
      {.path = "/api/v1/rum/resources",
       .id = "rumResources",
       .summary = "Static files of users' browsers",
       .description = "By type, host and path without what differs by release.",
       .parameters = rum_parameters({{.name = "type", .description = "Only these: js, css, image, font …"},
                                     {.name = "sort", .type = ParameterType::kChoice, .description = "What stands first", .fallback = "total",
                                      .choices = {"total", "count", "p75", "bytes", "failed"}},
                                     rows_parameter("50")}),
       .answer = "RumResourcesAnswer",
       .handler = answer_rum_resources,
       .streams = true},
  };
}

std::vector<Shape> rum_overview_shapes() {
  std::vector<Shape> shapes = overview_shapes();
  for (const auto& part : {page_shapes(), load_shapes()}) shapes.insert(shapes.end(), part.begin(), part.end());
  return shapes;
}

}  // namespace clew::api_native
