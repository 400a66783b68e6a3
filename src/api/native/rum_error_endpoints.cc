// Errors of browsers and source maps as data.
#include "api/native/endpoint_parameters.h"
#include "api/native/rum_error_answers.h"
#include "query/rum/error_limits.h"

namespace clew::api_native {
namespace {

Parameter app_parameter(std::string_view description) { return {.name = "app", .description = description}; }
Parameter filter_parameter() {
  return {.name = "q",
          .description =
              "Only events that match: `{ .view.name = \"/checkout\" && resource.service.version != \"2.3.1\" }`"};
}
Parameter points_parameter() {
  return {.name = "points",
          .type = ParameterType::kInteger,
          .description = "Steps of the series, about",
          .fallback = "60",
          .low = 1,
          .high = query_rum::kErrorPointsMax};
}
Parameter group_parameter() {
  return {.name = "group_id", .description = "16 hex digits", .in_path = true, .required = true};
}

}  // namespace

std::vector<Endpoint> rum_error_endpoints() {
  return {
      {.path = "/api/v1/rum/error-groups",
       .id = "browserErrors",
       .summary = "Errors of browsers by what went wrong",
       .description =
           "Exceptions, white screens and crashes that applications reported, grouped by type and the innermost "
           "functions of "
           "the application, told by source maps where there are any; by the message without numbers and ids where a "
           "minifier left no names. A group's id is the same for every browser, release and server. `count` counts "
           "what "
           "clients counted together. A resolved group that is seen again, in the version given or a later one, is "
           "regressed.",
       .parameters = {app_parameter("Only of this application"),
                      filter_parameter(),
                      start_parameter(),
                      end_parameter(),
                      {.name = "state",
                       .type = ParameterType::kTextList,
                       .description = "Only groups in these states: open, resolved, ignored, regressed",
                       .fallback = "open,regressed",
                       .high = 4},
                      {.name = "sort",
                       .type = ParameterType::kChoice,
                       .description = "Most sessions, most often, seen last, most users or first seen last",
                       .fallback = "impact",
                       .choices = {"impact", "count", "newest", "users", "first"}},
                      limit_parameter("100", query_rum::kErrorGroupsMax, "Groups in the answer"),
                      points_parameter()},
       .answer = "BrowserErrorsAnswer",
       .handler = answer_browser_errors,
       .streams = true},
      {.path = "/api/v1/rum/error-groups/{group_id}",
       .id = "browserError",
       .summary = "One group of errors of browsers",
       .description = "The newest error's stack in original sources, what its user did before, and whom it happens to. "
                      "Of a group that "
                      "was not seen in the range its last error, with counts of 0.",
       .parameters = {group_parameter(), app_parameter("Only of this application"), filter_parameter(),
                      start_parameter(), end_parameter(), points_parameter()},
       .answer = "BrowserErrorAnswer",
       .handler = answer_browser_error,
       .streams = true},
      {.path = "/api/v1/rum/error-groups/{group_id}",
       .id = "putBrowserError",
       .summary = "Resolve, ignore or open again",
       .description = "The server keeps the state and the note. The answer is the state then: a group that was seen "
                      "since `state_since_ns` "
                      "is regressed.",
       .parameters = {group_parameter()},
       .answer = "BrowserErrorState",
       .handler = answer_put_browser_error,
       .admitted = false,
       .method = "PUT",
       .body = "`{\"state\": \"open|resolved|ignored\"}`, and if wanted `resolved_in_version`, `note` (an empty one "
               "removes it) and "
               "`state_since_ns` (to put a former state back)."},
      {.path = "/api/v1/rum/source-maps",
       .id = "sourceMaps",
       .summary = "Source maps that were uploaded",
       .description = "Newest first.",
       .parameters = {app_parameter("Only of this application")},
       .answer = "SourceMapsAnswer",
       .handler = answer_source_maps,
       .admitted = false},
      {.path = "/api/v1/rum/source-maps",
       .id = "addSourceMap",
       .summary = "Upload a source map",
       .description =
           "For stacks of this application's release; errors that came before it are told by it as well. It is found "
           "by the debug id "
           "of the script, else by application, version and script. One for the same script replaces the one before. "
           "`clew sourcemaps upload` sends all of a folder.",
       .parameters = {app_parameter("The application: what the SDK calls `pid`"),
                      {.name = "version", .description = "Its release, as the SDK says it"},
                      {.name = "file",
                       .description = "The script: its URL, or the end of its path; without it what the map says"},
                      {.name = "debug_id", .description = "Without it what the map says"}},
       .answer = "SourceMap",
       .handler = answer_add_source_map,
       .method = "POST",
       .body = "The map (revision 3) as JSON, at most 64 MiB; may be compressed."},
      {.path = "/api/v1/rum/source-maps/{id}",
       .id = "deleteSourceMap",
       .summary = "Forget a source map",
       .description = "",
       .parameters = {{.name = "id", .description = "As the list has it", .in_path = true, .required = true}},
       .answer = "SourceMapGone",
       .handler = answer_delete_source_map,
       .admitted = false,
       .method = "DELETE"},
  };
}

std::vector<Shape> rum_error_shapes() {
  using enum FieldType;
  const auto list = [](std::string_view name, std::string_view object, std::string_view description) {
    return Field{.name = name, .type = kObject, .description = description, .list = true, .object = object};
  };
  const auto one = [](std::string_view name, std::string_view object, std::string_view description) {
    return Field{.name = name, .type = kObject, .description = description, .object = object};
  };
  const auto known = [](std::string_view name, FieldType type, std::string_view description) {
    return Field{.name = name, .type = type, .description = description, .nullable = true};
  };
  const Field range = one("range", "Range", "The time range that was asked, resolved");
  const Field stats = one("stats", "QueryStats", "What the question cost");
  const Field state{"state", kText, "open, resolved, ignored or regressed"};
  const std::vector<Field> place = {known("function", kText, "Its name"), known("file", kText, "Script or source"),
                                    known("line", kInteger, "From 1"), known("column", kInteger, "From 1")};
  const auto with = [&](std::vector<Field> more) {
    std::vector<Field> fields = place;
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
  };
  return {
      {"BrowserErrorsAnswer",
       "Groups of errors.",
       {list("groups", "BrowserErrorGroup", "As `sort` says"),
        {"group_count", kInteger, "In the states asked for, before the limit"},
        one("by_state", "BrowserErrorStates", "How many are in which state"),
        {"new_count", kInteger, "Groups that were first seen in the range"},
        one("steps", "BrowserErrorSteps", "Of `series`"),
        {"exact", kFlag, "False if there was too much to tell everything apart, or the server still looks back for when errors were first seen (after its first start: 30 days, a second of it with each question)"},
        range,
        stats}},
      {"BrowserErrorStates",
       "Groups by state.",
       {{"open", kInteger, "Nobody said anything of them"},
        {"resolved", kInteger, "And not seen since"},
        {"ignored", kInteger, "Wanted out of sight"},
        {"regressed", kInteger, "Resolved and seen again"}}},
      {"BrowserErrorSteps",
       "Steps of a series.",
       {{"start_ns", kTime, "Begin of the first"},
        {"step_ns", kDuration, "Their length"},
        {"count", kInteger, "How many"}}},
      {"BrowserErrorGroup",
       "Errors that are the same.",
       {{"group_id", kText, "16 hex digits"},
        {"app", kText, "Application"},
        {"app_name", kText, "As people call it"},
        {"type", kText, "Of the exception; may be empty"},
        {"message", kText, "Without numbers and ids"},
        {.name = "culprit",
         .type = kObject,
         .description = "Innermost place of the application",
         .nullable = true,
         .object = "BrowserErrorPlace"},
        known("source", kText, "What reported it: onError, onUnhandledRejection, console.error, custom"),
        {"kind", kText, "error, blank, crash, custom, resource or request"},
        {"count", kInteger, "How often"},
        {"users", kInteger, "Different ones"},
        {"sessions", kInteger, "Different ones"},
        {"first_ns", kTime, "First seen, ever"},
        {"last_ns", kTime, "Last seen in the range"},
        known("first_version", kText, "Release it was first seen in"),
        list("versions", "BrowserErrorVersion", "Most first"),
        state,
        known("state_since_ns", kTime, "When somebody said so"),
        known("resolved_in_version", kText, "Release that resolves it"),
        known("regressed_ns", kTime, "When it was seen again"),
        known("note", kText, "What somebody wrote"),
        {.name = "series", .type = kInteger, .description = "How often in each step", .list = true},
        list("pages", "BrowserErrorPage", "Most first"),
        list("browsers", "BrowserErrorBrowser", "Most first"),
        {.name = "likely_cause",
         .type = kObject,
         .description = "A request that failed shortly before in the same session",
         .nullable = true,
         .object = "BrowserErrorCause"},
        one("sample", "BrowserErrorSight", "The newest one")}},
      {"BrowserErrorPlace", "A place in code, by its source where a map tells it.", place},
      {"BrowserErrorVersion",
       "How often in a release.",
       {{"version", kText, "Empty where not known"}, {"count", kInteger, "How often"}}},
      {"BrowserErrorPage",
       "How often on a page.",
       {{"view", kText, "Empty where not known"}, {"count", kInteger, "How often"}}},
      {"BrowserErrorBrowser",
       "How often in a browser.",
       {{"name", kText, "Empty where not known"}, {"count", kInteger, "How often"}}},
      {"BrowserErrorCause",
       "A request that failed.",
       {{"method", kText, "GET, POST …"},
        {"name", kText, "Of the request"},
        known("status_code", kText, "null: no answer"),
        known("trace_id", kTraceId, "Of the newest that has one"),
        known("span_id", kSpanId, "The backend's span at fault"),
        known("service", kText, "It is of"),
        known("operation", kText, "Its name"),
        {"count", kInteger, "Errors that it came before"}}},
      {"BrowserErrorSight",
       "One error.",
       {{"session_id", kText, "May be empty"},
        {"event_id", kText, "May be empty"},
        known("trace_id", kTraceId, "If it belongs to one"),
        {"at_ns", kTime, "When"}}},
      {"BrowserErrorAnswer",
       "A group and its newest error.",
       {one("group", "BrowserErrorGroup", "As the list has it"),
        list("frames", "BrowserFrame", "Innermost first"),
        known("raw_stack", kText, "As the browser wrote it"),
        {"message", kText, "As it was"},
        one("source_map", "SourceMapUse", "Whether the stack is told by maps"),
        list("samples", "BrowserErrorSample", "Newest first, at most 50"),
        list("breadcrumbs", "BrowserErrorCrumb", "What came before in the session, oldest first"),
        one("by", "BrowserErrorShares", "Whom it happens to"),
        one("steps", "BrowserErrorSteps", "Of the group's `series`"),
        list("releases", "BrowserErrorRelease", "Of the application, by first page view in the range"),
        range,
        stats}},
      {"BrowserFrame", "A frame of a stack.",
       with({{"in_app", kFlag, "Of the application: no library, extension or engine"},
             {.name = "source",
              .type = kObject,
              .description = "Where it stands in the source",
              .nullable = true,
              .object = "BrowserFrameSource"}})},
      {"BrowserFrameSource", "A place in a source.",
       with({list("context", "BrowserFrameLine", "Lines around it; empty where the map has no sources")})},
      {"BrowserFrameLine", "A line of a source.", {{"line", kInteger, "From 1"}, {"text", kText, "Without its end"}}},
      {"SourceMapUse",
       "How a stack was told.",
       {{"state", kText,
         "applied; missing: there is no map; wrong_version: only for other releases; none: nothing to be told"},
        known("file", kText, "The script"),
        known("version", kText, "The release"),
        known("debug_id", kText, "Of the script"),
        {.name = "available", .type = kText, .description = "Releases that have a map for the script", .list = true}}},
      {"BrowserErrorSample",
       "One error.",
       {{"session_id", kText, "May be empty"},
        {"event_id", kText, "May be empty"},
        {"at_ns", kTime, "When"},
        known("user_id", kText, "User"),
        known("user_name", kText, "User"),
        known("version", kText, "Release"),
        known("browser", kText, "Browser"),
        known("os", kText, "System"),
        known("country", kText, "Country"),
        known("view_name", kText, "Page"),
        known("url", kText, "Its address"),
        known("trace_id", kTraceId, "Trace"),
        {"message", kText, "As it was"}}},
      {"BrowserErrorCrumb",
       "What happened before.",
       {{"at_ns", kTime, "When"},
        {"kind", kText, "view, action, request, error, custom …"},
        {"name", kText, "What"},
        known("event_id", kText, "Event"),
        known("type", kText, "Kind of it"),
        known("method", kText, "Of a request"),
        known("status_code", kText, "Of a request"),
        known("duration_ns", kDuration, "How long"),
        known("message", kText, "What it said"),
        known("trace_id", kTraceId, "Of a request"),
        known("success", kSigned, "1, 0 or -1 for not known")}},
      {"BrowserErrorShares",
       "How often with which value; most first, an empty value where not known.",
       {list("browser", "BrowserErrorShare", "Browsers"), list("os", "BrowserErrorShare", "Systems"),
        list("version", "BrowserErrorShare", "Releases"), list("country", "BrowserErrorShare", "Countries"),
        list("page", "BrowserErrorShare", "Pages")}},
      {"BrowserErrorShare",
       "How often with a value.",
       {{"value", kText, "The value"}, {"count", kInteger, "How often"}}},
      {"BrowserErrorRelease",
       "A release of the application.",
       {{"version", kText, "Its name"}, {"first_ns", kTime, "First seen in the range"}}},
      {"BrowserErrorState",
       "What the server keeps of a group.",
       {{"group_id", kText, "16 hex digits"},
        state,
        known("state_since_ns", kTime, "Since when"),
        known("resolved_in_version", kText, "Release that resolves it"),
        known("regressed_ns", kTime, "When it was seen again"),
        known("note", kText, "What somebody wrote")}},
      {"SourceMapsAnswer", "Source maps.", {list("source_maps", "SourceMap", "Newest first")}},
      {"SourceMap",
       "A source map.",
       {{"id", kText, "16 hex digits"},
        known("app", kText, "Application; null: for all"),
        known("version", kText, "Release; null: for all"),
        {"file", kText, "The script; may be empty with a debug id"},
        known("debug_id", kText, "Of script and map"),
        {"bytes", kInteger, "As kept"},
        {"uploaded_ns", kTime, "When"}}},
      {"SourceMapGone", "A source map that was forgotten.", {{"id", kText, "Its id"}}},
  };
}

}  // namespace clew::api_native
