// Shapes of the native API's answers. A test walks real answers along this table, both ways.
#include <algorithm>
#include <cassert>

#include "api/native/rum_session_endpoints.h"
#include "api/native/shape_fields.h"

namespace clew::api_native {
namespace {

using enum FieldType;

constexpr std::string_view kKindWords = "unspecified, internal, server, client, producer or consumer";

Field range_field() { return one("range", "Range", "The time range that was asked, resolved"); }
Field stats_field() { return one("stats", "QueryStats", "What the question cost"); }
Field quantiles_field() {
  return list("quantiles", kNumber, "Which quantiles, in the order of quantiles_ns");
}

std::vector<Shape> search_shapes() {
  return {
      {"SearchAnswer",
       "One page of traces.",
       {list_of("traces", "TraceSummary", "In the order asked for; equal sort keys are ordered by trace id"),
        {.name = "next_cursor", .description = "Send it as `cursor` for the next page; absent after the last page",
         .optional = true},
        range_field(),
        stats_field()}},
      {"TraceSummary",
       "A whole trace in short, and those of its spans that matched.",
       {{"trace_id", kTraceId, "The trace"},
        {"root_service", kText, "Service of the root span, or of the earliest span where the root is missing"},
        {"root_name", kText, "Name of that span"},
        {"root_missing", kFlag, "No span without a parent has arrived"},
        {"start_time_ns", kTime, "Earliest start of a span"},
        {"duration_ns", kDuration, "Latest end minus earliest start"},
        {"span_count", kInteger, "Spans of the trace"},
        {"error_count", kInteger, "Spans with status error"},
        list_of("services", "ServiceCount", "By name"),
        {"matched_count", kInteger, "Spans that match the query; `spans` holds the first of them"},
        list_of("spans", "MatchedSpan", "Matched spans by start, at most `spss`")}},
      {"ServiceCount",
       "A service's share of a trace.",
       {{"name", kText, "The service"},
        {"span_count", kInteger, "Its spans"},
        {"error_count", kInteger, "Its spans with status error"}}},
      {"MatchedSpan",
       "A span that matched.",
       {{"span_id", kSpanId, "The span"},
        {.name = "parent_span_id", .type = kSpanId, .description = "Its parent; absent for a root", .optional = true},
        {"service", kText, "Its service"},
        {"name", kText, "Its name"},
        {"kind", kText, kKindWords},
        {"status", kText, "unset, ok or error"},
        {"start_time_ns", kTime, "Its start"},
        {"duration_ns", kDuration, "Its duration"},
        list_of("attributes", "Attribute", "What `select` asked for and the span has")}},
      {"Attribute",
       "A typed attribute.",
       {{"key", kText, "As `select` named it"}, {"value", kValue, "Its value"}}},
      {"AggregateAnswer",
       "Spans counted in groups.",
       {{.name = "by", .description = "The attributes of the keys, in their order", .list = true},
        quantiles_field(),
        list_of("groups", "Group", "Largest count first"),
        {"group_count", kInteger, "Groups before the limit"},
        {"exact", kFlag, "False when there were so many durations that quantiles come from a histogram (error at most 4.4 %)"},
        range_field(),
        stats_field()}},
      {"Group",
       "Spans with the same key.",
       {{.name = "key", .type = kValue, .description = "One value for each entry of `by`; {} where the spans have none",
         .list = true},
        {"count", kInteger, "Spans"},
        {"error_count", kInteger, "Spans with status error"},
        {.name = "quantiles_ns", .type = kDuration, .description = "Span durations at the quantiles", .list = true}}},
      {"Range",
       "A half-open time range: a span is in it if start_ns <= its start < end_ns.",
       {{"start_ns", kTime, "Begin"}, {"end_ns", kTime, "End"}}},
      {"QueryStats",
       "What a question cost.",
       {{"rows_total", kInteger, "Spans stored in the blocks and head generations that overlap the range"},
        {"rows_scanned", kInteger, "Spans looked at after pruning"},
        {"blocks_total", kInteger, "Blocks and head generations that overlap the range"},
        {"blocks_pruned", kInteger, "Those that needed no look at their rows"},
        {"elapsed_ns", kDuration, "Time taken"}}},
  };
}

std::vector<Shape> name_shapes() {
  return {
      {"ServicesAnswer",
       "The services of a time range.",
       {list_of("services", "ServiceInfo", "By name"), range_field()}},
      {"ServiceInfo",
       "A service.",
       {{"name", kText, "The service"},
        {"span_count", kInteger, "Its spans"},
        {"error_count", kInteger, "Its spans with status error"}}},
      {"OperationsAnswer",
       "The operations of a service.",
       {list_of("operations", "OperationInfo", "By name, then kind"), range_field()}},
      {"OperationInfo",
       "Spans with the same name and kind.",
       {{"name", kText, "Span name"}, {"kind", kText, kKindWords}, {"span_count", kInteger, "Spans"}}},
      {"TagsAnswer",
       "Attribute keys and intrinsics.",
       {list_of("tags", "TagInfo", "By scope, then name"), range_field()}},
      {"TagInfo",
       "A key with values of one type; a key with values of several types is listed once for each.",
       {{"scope", kText, "span, resource, instrumentation or intrinsic"},
        {"name", kText, "The key without its scope"},
        {"type", kText, "string, int, double, bool, json (arrays, maps, bytes), enum or id"},
        {"span_count", kInteger, "Spans that have it"}}},
      {"TagValuesAnswer",
       "The values of one key.",
       {list_of("values", "TagValue", "Most frequent first"), range_field()}},
      {"TagValue", "A value.", {{"value", kValue, "The value"}, {"span_count", kInteger, "Spans that have it"}}},
  };
}

std::vector<Shape> rollup_shapes() {
  return {
      {"RedAnswer",
       "Rate, errors and durations over time.",
       {{"step_ns", kDuration, "Distance of the points"},
        quantiles_field(),
        list_of("series", "RedSeries", "By service, then operation"),
        range_field()}},
      {"RedSeries",
       "A service, or an operation.",
       {{"service", kText, "The service; empty where all are taken together"},
        {.name = "operation", .description = "Only with `by=operation`", .optional = true},
        list_of("points", "RedPoint", "Every step of the range, also those without spans")}},
      {"RedPoint",
       "One step.",
       {{"time_ns", kTime, "Begin of the step"},
        {"count", kInteger, "Spans that start in it"},
        {"error_count", kInteger, "Spans with status error"},
        {.name = "quantiles_ns", .type = kDuration, .description = "Durations at the quantiles; 0 without spans",
         .list = true}}},
      {"DependenciesAnswer",
       "Who calls whom.",
       {quantiles_field(), list_of("dependencies", "Dependency", "By parent, child, type"), range_field()}},
      {"Dependency",
       "The calls from one service to another.",
       {{"parent", kText, "The caller"},
        {"child", kText, "The callee"},
        {"type", kText, "http, rpc, db, cache, messaging, browser or unknown"},
        {"child_virtual", kFlag, "The callee sends no spans itself: a database, a queue, an external host"},
        {"call_count", kInteger, "Calls"},
        {"error_count", kInteger, "Failed calls"},
        {.name = "caller_quantiles_ns", .type = kDuration, .description = "Durations that the caller saw; 0 without calls",
         .list = true},
        {.name = "callee_quantiles_ns", .type = kDuration, .description = "Durations that the callee saw; 0 without calls",
         .list = true}}},
  };
}

std::vector<Shape> status_shapes() {
  return {
      {"StatusAnswer",
       "The running server.",
       {{"version", kText, "Of Clew"},
        {"revision", kText, "Of its source, where known"},
        {"compiler", kText, "That built it"},
        {"started_at_ns", kTime, "When it started"},
        {"now_ns", kTime, "Its clock"},
        {"span_count", kInteger, "Spans stored"},
        {"block_count", kInteger, "Blocks stored"},
        {"queries_running", kInteger, "Questions that run now"},
        {"queries_max", kInteger, "Questions that may run at once"}}},
      {"BlocksAnswer", "What is stored.", {list_of("blocks", "BlockInfo", "By first start, then name")}},
      {"BlockInfo",
       "A block, or a generation of recent spans that is still in memory.",
       {{"name", kText, "Of the block"},
        {"live", kFlag, "In memory, not yet a block"},
        {"span_count", kInteger, "Spans"},
        {.name = "byte_count", .type = kInteger, .description = "Stored bytes, where known", .optional = true},
        {.name = "start_min_ns", .type = kTime, .description = "First start of a span; absent without spans",
         .optional = true},
        {.name = "start_max_ns", .type = kTime, .description = "Last start of a span; absent without spans",
         .optional = true}}},
      {"ErrorAnswer",
       "Every answer with a status of 400 or more.",
       {{.name = "error", .type = kObject, .description = "What went wrong", .object = "ErrorDetail"}}},
      {"ErrorDetail",
       "What went wrong.",
       {{"code", kText,
         "invalid_argument, not_found, resource_exhausted, unavailable, deadline_exceeded, cancelled, unimplemented, "
         "data_loss, internal, …"},
        {"message", kText, "For people"},
        {.name = "parameter", .description = "The parameter at fault, where it is one", .optional = true}}},
  };
}

}  // namespace

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> kShapes = [] {
    std::vector<Shape> all;
    for (auto part : {search_shapes(), name_shapes(), rollup_shapes(), ui_shapes(), status_shapes(), arrival_shapes(),
                      record_shapes(), rum_overview_shapes(), rum_session_shapes()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    for (Shape& shape : rum_error_shapes()) all.push_back(std::move(shape));
    return all;
  }();
  return kShapes;
}

const Shape& shape(std::string_view name) {
  const auto found = std::ranges::find(shapes(), name, &Shape::name);
  assert(found != shapes().end());
  return *found;
}

}  // namespace clew::api_native
