#include "api/native/rum_session_endpoints.h"

#include <utility>

#include "api/native/endpoint_parameters.h"
#include "api/native/shape_fields.h"
#include "query/rum/session_limits.h"

namespace clew::api_native {
namespace {

using enum FieldType;

Field stats_field() { return one("stats", "QueryStats", "What the question cost"); }

Parameter session_parameter() { return {.name = "session_id", .description = "Id of the session", .in_path = true, .required = true}; }
std::vector<Parameter> hint_parameters() {
  return {{.name = "start", .type = ParameterType::kTime, .description = "A hint: it is looked for from a day before"},
          {.name = "end", .type = ParameterType::kTime, .description = "A hint: it is looked for up to a day after"}};
}

std::vector<Shape> list_shapes() {
  return {
      {"SessionsAnswer",
       "One page of sessions.",
       {list_of("sessions", "SessionRow", "In the order asked for"), {"session_count", kInteger, "How many match"},
        {"total_count", kInteger, "In the range, of the application"},
        or_null("next_cursor", kText, "Send it as `cursor` for the next page; null after the last page"),
        {"exact", kFlag, "False where there were more sessions, clicks or events than one question looks at"},
        one("range", "Range", "The time range that was asked, resolved"), stats_field()}},
      {"SessionRow",
       "A session of a user. Counts are of its events in the range; an event that stands for several counts as so many.",
       {{"session_id", kText, "Its id"}, {"app", kText, "Id of the application, else its service"},
        {"app_name", kText, "Its name, else its id"}, {"service", kText, "`service.name`"}, {"app_type", kText, "browser, miniapp …"},
        {"user_id", kText, "Its user"}, or_null("user_name", kText, "Where the application told it"),
        {"start_ns", kTime, "Its first event"}, {"end_ns", kTime, "The end of its last"}, {"duration_ns", kDuration, "Between"},
        {"is_live", kFlag, "Its last event is not two minutes old"}, {"entry_view", kText, "The first page"},
        {"exit_view", kText, "The last page that the user entered or clicked on"}, or_null("version", kText, "Of the application"),
        or_null("environment", kText, "prod, gray …"), or_null("browser", kText, "Name"), or_null("browser_version", kText, "Its version"),
        or_null("os", kText, "Operating system"), or_null("os_version", kText, "Its version"), or_null("device_type", kText, "desktop, mobile …"),
        or_null("device_model", kText, "Model"), or_null("country", kText, "Where"), or_null("province", kText, "Where"),
        or_null("city", kText, "Where"), or_null("isp", kText, "Whose network"), or_null("network", kText, "4g, 3g …"),
        or_null("client_address", kText, "The address that reported"), {"views", kInteger, "Page views"}, {"actions", kInteger, "Clicks"},
        {"requests", kInteger, "fetch and XMLHttpRequest"}, {"failed_requests", kInteger, "Status 400 and above, or no answer"},
        {"slow_requests", kInteger, "Longer than 2 s"}, {"resources", kInteger, "Static resources"},
        {"errors", kInteger, "Exceptions, white screens, crashes"}, {"long_tasks", kInteger, "Long tasks"},
        {"rage_clicks", kInteger, "Bursts of three clicks and more on one target within a second"},
        {"blank_screens", kInteger, "White screens"}, {"crashes", kInteger, "Crashes"}, {"traces", kInteger, "Distinct traces"},
        or_null("lcp_p75_ns", kDuration, "Over its views"), or_null("inp_max_ns", kDuration, "The worst of its views"),
        or_null("cls_max", kNumber, "The worst of its views"),
        {"pain", kNumber, "How much the user suffered, 0 to 100: a crash 63, a white screen 57, rage 34, a failed request 22, an error 18, "
                          "a slow request 13; further ones of a kind add less"},
        nullable(one("worst", "SessionWorst", "Its worst moment; null if nothing was wrong")),
        list_of("strip", "SessionMark", "Its course in at most 80 marks, by place")}},
      {"SessionWorst",
       "The worst moment of a session.",
       {{"kind", kText, "error, failed, slow, lcp, rage or blank"}, {"text", kText, "The error, the request, the page, the target"},
        or_null("event_id", kText, "Its event"), {"at_ns", kTime, "When"}, or_null("duration_ns", kDuration, "How long it took"),
        or_null("status_code", kInteger, "HTTP status; 0: no answer"),
        or_null("trace_id", kTraceId, "The trace to look into: of the request itself, of the one that failed before the error, of the "
                                    "slowest of a page that painted late"),
        nullable(one("span", "SessionSpan", "The backend's span with most self time; of a request that failed, where it began"))}},
      {"SessionSpan",
       "A span of a backend.",
       {{"service", kText, "Its service"}, {"operation", kText, "Its name"}, or_null("statement", kText, "SQL or the like"),
        {"self_ns", kDuration, "Its own time"}, {"span_id", kSpanId, "Its id"}}},
      {"SessionMark",
       "A mark on the strip of a session.",
       {{"at", kNumber, "0 to 1"}, {"to", kNumber, "0 to 1"}, {"kind", kText, "view, action, request, error, slow, long_task or rage"}}},
  };
}

std::vector<Shape> detail_shapes() {
  return {
      {"SessionAnswer",
       "One session.",
       {one("session", "SessionRow", "As lists show it, over all of its events"), list_of("views", "SessionView", "By time"),
        list_of("events", "SessionEvent", "By time"), {"event_count", kInteger, "Stored events of the session"},
        {"left_out", kInteger, "Of these not in the answer: beyond 5000, static resources first"},
        list_of("other_sessions_of_user", "OtherSession", "Newest first, at most ten, of a week before and after"), stats_field()}},
      {"SessionView",
       "A page that the user entered.",
       {{"view_id", kText, "Its id"}, {"name", kText, "The page"}, or_null("url", kText, "Its address"), {"start_ns", kTime, "Entered"},
        {"end_ns", kTime, "The end of its last event"}, or_null("loading_type", kText, "initial_load or route_change"),
        or_null("referrer", kText, "Where the user came from"), nullable(one("vitals", "SessionVitals", "Pieces of one view are joined")),
        nullable(one("phases", "SessionPhases", "Of its load")), {"errors", kInteger, "Exceptions"}, {"requests", kInteger, "Requests"}}},
      {"SessionVitals",
       "Web vitals as far as they were told.",
       {or_null("lcp_ns", kDuration, "Largest contentful paint"), or_null("inp_ns", kDuration, "Interaction to next paint"),
        or_null("cls", kNumber, "Cumulative layout shift"), or_null("fcp_ns", kDuration, "First contentful paint"),
        or_null("ttfb_ns", kDuration, "Time to first byte"), or_null("fid_ns", kDuration, "First input delay"),
        or_null("load_ns", kDuration, "Load event")}},
      {"SessionPhases",
       "Parts of a load, one after the other.",
       {or_null("queue_ns", kDuration, "What no other part explains: waiting in the browser"), or_null("redirect_ns", kDuration, "Redirects"),
        or_null("dns_ns", kDuration, "Name look-up"), or_null("connect_ns", kDuration, "Connecting, without TLS"), or_null("tls_ns", kDuration, "TLS"),
        or_null("request_ns", kDuration, "From the request to the first byte"), or_null("response_ns", kDuration, "From the first byte to the last"),
        or_null("dom_ns", kDuration, "Of pages: to the complete document"), or_null("load_ns", kDuration, "Of pages: load handlers")}},
      {"SessionEvent",
       "An event of a session.",
       {{"event_id", kText, "Its id"}, {"at_ns", kTime, "When it began"}, or_null("end_ns", kTime, "When it ended"),
        {"kind", kText, "view, perf, vitals, action, request, resource, error, long_task, custom or application"},
        or_null("type", kText, "As the client names it"), {"name", kText, "Path, page, target, type of the error"},
        or_null("view_id", kText, "The view that it belongs to"), or_null("view_name", kText, "Its page"),
        {"times", kInteger, "How many equal ones it stands for"}, or_null("url", kText, "Address"), or_null("method", kText, "HTTP method"),
        or_null("status_code", kInteger, "HTTP status; 0: no answer"), or_null("message", kText, "Of the status or the error"),
        or_null("success", kSigned, "1, 0, or -1 where the client did not know"), or_null("duration_ns", kDuration, "How long"),
        nullable(one("phases", "SessionPhases", "Of requests and resources")), or_null("size", kInteger, "Bytes: decoded; of an application event its memory"),
        or_null("transfer_size", kInteger, "Bytes, as transferred"), {"rage", kFlag, "Part of a burst of clicks"},
        or_null("caused_by", kText, "Id of the click or failed request that it likely follows from"),
        nullable(one("trace", "SessionTrace", "Of requests")), nullable(one("error", "SessionError", "Of exceptions")),
        nullable(one("vitals", "SessionVitals", "That it tells")),
        or_null("snapshots", kText, "What the client took down, mostly JSON; null where longer than 16 kB"),
        or_null("clock_offset_ms", kSigned, "What was added to the client's time")}},
      {"SessionTrace",
       "What became of a request in the backend.",
       {or_null("trace_id", kTraceId, "Null: the client did not trace it"),
        {"state", kText, "found; not_sampled; header_not_sent; cors_blocked; backend_silent; tracing_off; pending: younger than a minute"},
        {"reason", kText, "More of it: array_headers, other_origin, allowed_urls, refused, no_answer, others_answer, no_spans, or empty"},
        or_null("span_id", kSpanId, "Of the request"), nullable(one("backend", "SessionBackend", "What backends did for it")),
        or_null("sample_rate", kNumber, "Percent, as the application is set"), list("headers", kText, "That the client says it sent"),
        nullable(one("time", "SessionShares", "Where its time went")),
        or_null("clock_offset_ns", kSigned, "To be added to the backend's times so that they lie within the request")}},
      {"SessionBackend",
       "The backend's side of a request.",
       {{"service", kText, "That answered the browser"}, {"operation", kText, "Its operation"}, {"start_ns", kTime, "As measured there"},
        {"duration_ns", kDuration, "Of its first span"}, {"span_count", kInteger, "Spans of backends"},
        {"error_count", kInteger, "That failed"}, list("services", kText, "By name"), nullable(one("span", "SessionSpan", "At fault"))}},
      {"SessionShares",
       "Where the time of a request went; the parts add up to it.",
       {{"browser_ns", kDuration, "Waiting in the browser"}, {"network_ns", kDuration, "Under way"}, {"backend_ns", kDuration, "Backends at work"}}},
      {"SessionError",
       "An exception.",
       {{"type", kText, "Its type"}, {"message", kText, "What it says"}, or_null("stack", kText, "As sent; null beyond 4 MB of them"),
        or_null("source", kText, "onError, onUnhandledRejection, console.error …"), or_null("file", kText, "Where it says it happened"),
        or_null("line", kInteger, "Line"), or_null("column", kInteger, "Column"), {"group_id", kText, "The group of errors that it belongs to"},
        list_of("frames", "SessionFrame", "Innermost first"),
        {"source_map", kText, "applied, missing, wrong_version, or none where there is nothing to map"}}},
      {"SessionFrame",
       "A frame of a stack.",
       {{"function", kText, "May be empty"}, {"file", kText, "As sent"}, {"line", kInteger, "0: not known"}, {"column", kInteger, "0: not known"},
        {"in_app", kFlag, "Of the application itself, not of a library"}, nullable(one("source", "SessionSource", "Before bundling"))}},
      {"SessionSource",
       "A position in a source.",
       {{"file", kText, "Source file"}, {"line", kInteger, "Line"}, {"column", kInteger, "Column"}, {"function", kText, "Around it"},
        list_of("context", "SessionSourceLine", "Lines around it, where the map holds them")}},
      {"SessionSourceLine", "A line of a source.", {{"line", kInteger, "Its number"}, {"text", kText, "The line"}}},
      {"OtherSession",
       "Another session of the same user.",
       {{"session_id", kText, "Its id"}, {"start_ns", kTime, "Its first event"}, {"pain", kNumber, "0 to 100"},
        {"duration_ns", kDuration, "How long"}, {"errors", kInteger, "Exceptions"}}},
      {"SessionEventAnswer",
       "One event with everything that was sent of it.",
       {one("event", "SessionEvent", "As in its session"), list_of("attributes", "Attribute", "By key"),
        list_of("resource", "Attribute", "`service.name`, then by key")}},
      {"SessionOfTraceAnswer",
       "The session that a trace began in.",
       {{"found", kFlag, "There is one"}, or_null("via", kText, "event; span: one that names the session; tracestate: what a backend kept of it"),
        or_null("session_id", kText, "Its id"), or_null("user_id", kText, "Its user"), or_null("user_name", kText, "Where known"),
        or_null("app", kText, "Id of the application"), or_null("app_name", kText, "Its name, else its id"), or_null("view_id", kText, "The view"),
        or_null("view_name", kText, "Its page"), or_null("event_id", kText, "The request"), or_null("event_name", kText, "Its name"),
        or_null("duration_ns", kDuration, "As the browser measured it"), or_null("state", kText, "found, pending or backend_silent"),
        or_null("session_start_ns", kTime, "If events of it are stored"), list_of("other", "SessionRequestOfTrace", "Further requests of the trace"),
        or_null("hint", kText, "Why there is none: no_rum (nobody reports here) or no_rum_for_this_trace")}},
      {"SessionRequestOfTrace",
       "A request of the trace.",
       {{"event_id", kText, "Its event"}, {"event_name", kText, "Its name"}, or_null("view_name", kText, "Its page"), {"at_ns", kTime, "When"},
        or_null("duration_ns", kDuration, "How long")}},
  };
}

}  // namespace

std::vector<Endpoint> rum_session_endpoints() {
  std::vector<Parameter> of_session = {session_parameter()};
  std::vector<Parameter> of_event = {session_parameter(), {.name = "event_id", .description = "Id of the event", .in_path = true, .required = true}};
  for (const Parameter& hint : hint_parameters()) {
    of_session.push_back(hint);
    of_event.push_back(hint);
  }
  return {
      {.path = "/api/v1/rum/sessions",
       .id = "rumSessions",
       .summary = "Sessions of users",
       .description = "Sessions with an event in the time range. `q`, `user` and `text` ask for sessions with such an event; what is "
                      "counted are all events of the session in the range.",
       .parameters = {start_parameter(), end_parameter(), {.name = "app", .description = "Id of the application, or its service where it has none"},
                      {.name = "q", .description = "A filter over events: `{ .view.name = \"/checkout\" && resource.service.version = \"2.3.1\" }`"},
                      {.name = "has", .type = ParameterType::kTextList,
                       .description = "All of: errors, failed, slow, rage, blank, long_tasks, crash", .high = 7},
                      {.name = "user", .description = "Id or name of the user, or a part of it"},
                      {.name = "text", .description = "In an id, user, address, page or error; upper and lower case are the same"},
                      {.name = "min_duration", .type = ParameterType::kDuration, .description = "Sessions at least so long"},
                      {.name = "sort", .type = ParameterType::kChoice, .description = "Which come first", .fallback = "worst",
                       .choices = {"worst", "newest", "longest", "errors"}},
                      limit_parameter("50", query_rum::kSessionRowsMax, "Sessions in the answer"),
                      {.name = "cursor", .description = "`next_cursor` of the page before"}},
       .answer = "SessionsAnswer",
       .handler = answer_rum_sessions,
       .streams = true},
      {.path = "/api/v1/rum/sessions/{session_id}",
       .id = "rumSession",
       .summary = "One session",
       .description = "Everything that a session's user went through, and for each request what backends did for it, or why there is no "
                      "trace of it.",
       .parameters = of_session,
       .answer = "SessionAnswer",
       .handler = answer_rum_session,
       .streams = true},
      {.path = "/api/v1/rum/sessions/{session_id}/events/{event_id}",
       .id = "rumSessionEvent",
       .summary = "One event of a session",
       .description = "With every attribute, as it was sent.",
       .parameters = of_event,
       .answer = "SessionEventAnswer",
       .handler = answer_rum_session_event},
      {.path = "/api/v1/rum/of-trace/{trace_id}",
       .id = "rumOfTrace",
       .summary = "The session of a trace",
       .description = "Whose request a trace began with: by the request's event, by a span that names its session, or by the tracestate or "
                      "baggage that a backend's span kept.",
       .parameters = {trace_id_parameter()},
       .answer = "SessionOfTraceAnswer",
       .handler = answer_rum_of_trace},
  };
}

std::vector<Shape> rum_session_shapes() {
  std::vector<Shape> shapes = list_shapes();
  for (Shape& shape : detail_shapes()) shapes.push_back(std::move(shape));
  return shapes;
}

}  // namespace clew::api_native
