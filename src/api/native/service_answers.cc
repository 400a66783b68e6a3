// What a service asks of others, its instances, and errors by what went wrong.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/native/answers.h"
#include "api/native/ui_answer_parts.h"
#include "query/error_groups.h"
#include "query/service_calls.h"
#include "query/traceql/fields.h"

namespace clew::api_native {
namespace {

int64_t quantile_ns(const table::Histogram& durations, double quantile) {
  return static_cast<int64_t>(table::histogram_quantile_ns(durations, quantile));
}

void write_statement(wire::JsonWriter& json, const query::StatementNumbers& statement, int64_t request_count) {
  json.begin_object().member("statement", statement.statement).member("operation", statement.operation);
  json.member("count", statement.count).member("error_count", statement.error_count);
  json.member("p50_ns", quantile_ns(statement.durations, 0.5)).member("p99_ns", quantile_ns(statement.durations, 0.99));
  json.member("max_ns", statement.max_ns).member("total_ns", statement.total_ns);
  json.member("per_request", request_count == 0 ? 0.0 : static_cast<double>(statement.count) / static_cast<double>(request_count));
  json.member("slowest_trace_id", otlp::to_hex(statement.slowest_trace_id));
  json.member("slowest_span_id", otlp::span_id_hex(statement.slowest_span_id)).end_object();
}

std::string calls_json(const query::ServiceCalls& calls, table::TimeRange range) {
  const double seconds = seconds_of(range);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("panels").begin_array();
  for (const query::CallPanel& panel : calls.panels) {
    json.begin_object().member("type", word(panel.type));
    if (!panel.system.empty()) json.member("system", panel.system);
    json.member("peer", panel.peer);
    write_call_numbers(json, panel.call_count, panel.error_count, seconds);
    json.member("p50_ns", quantile_ns(panel.durations, 0.5)).member("p95_ns", quantile_ns(panel.durations, 0.95));
    json.member("p99_ns", quantile_ns(panel.durations, 0.99)).member("total_ns", panel.total_ns);
    json.key("statements").begin_array();
    for (const auto& statement : panel.statements) write_statement(json, statement, calls.request_count);
    json.end_array().member("statement_count", panel.statement_count).end_object();
  }
  json.end_array().member("request_count", calls.request_count);
  write_scan_end(json, calls.exact, range, calls.stats);
  json.end_object();
  return body;
}

std::string instances_json(const query::ServiceInstances& all, table::TimeRange range, size_t limit) {
  const double seconds = seconds_of(range);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("instances").begin_array();
  for (size_t i = 0; i < std::min(limit, all.instances.size()); ++i) {
    const query::ServiceInstance& instance = all.instances[i];
    json.begin_object().member("instance", instance.instance);
    if (!instance.host.empty()) json.member("host", instance.host);
    if (!instance.version.empty()) json.member("version", instance.version);
    write_numbers_of(json, instance.requests, seconds);
    json.member("is_slow", instance.is_slow).key("last_seen_ns").int64_string(instance.last_seen_ns);
    json.end_object();
  }
  json.end_array().member("instance_count", all.instances.size()).member("basis", word(all.basis));
  write_scan_end(json, all.exact, range, all.stats);
  json.end_object();
  return body;
}

void write_group(wire::JsonWriter& json, const query::ErrorGroup& group, UiState& state) {
  json.begin_object().member("id", fmt::format("{:016x}", group.id)).member("type", group.type).member("message", group.message);
  json.member("sample_message", group.sample_message).member("service", group.service).member("operation", group.operation);
  json.member("count", group.count);
  json.key("first_seen_ns").int64_string(group.first_ns).key("last_seen_ns").int64_string(group.last_ns);
  json.key("series").begin_array();
  for (const int64_t count : group.series) json.value(count);
  json.end_array().key("services").begin_array();
  for (const auto& [name, count] : group.services) {
    json.begin_object().member("name", name).member("color", state.color_of(name)).member("count", count).end_object();
  }
  json.end_array().key("traces").begin_array();
  for (const query::ErrorSample& sample : group.samples) {
    json.begin_object().member("trace_id", otlp::to_hex(sample.trace_id)).member("span_id", otlp::span_id_hex(sample.span_id));
    json.key("time_ns").int64_string(sample.time_ns).end_object();
  }
  json.end_array().member("is_cause", group.is_cause);
  if (!group.stacktrace.empty()) json.member("stacktrace", group.stacktrace);
  const auto quoted = [](const std::string& text) { return query_traceql::to_text(query_traceql::Literal(text)); };
  std::string filter = "status = error && resource.service.name = " + quoted(group.service);
  if (group.type.empty()) {
    filter += " && name = " + quoted(group.operation);
  } else {
    filter += " && event.exception.type = " + quoted(group.type);
  }
  json.member("q", "{ " + filter + " }").end_object();
}

std::string groups_json(const query::ErrorGroups& groups, table::TimeRange range, UiState& state) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object();
  json.key("series_start_ns").int64_string(groups.steps.start_ns);
  json.member("step_ns", groups.steps.step_ns).member("point_count", groups.steps.count);
  json.member("error_span_count", groups.span_count).member("group_count", groups.group_count);
  json.key("groups").begin_array();
  for (const query::ErrorGroup& group : groups.groups) write_group(json, group, state);
  json.end_array();
  write_scan_end(json, groups.exact, range, groups.stats);
  json.end_object();
  return body;
}

}  // namespace

AnswerResult answer_service_calls(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const query::ServiceCallsRequest request{.service = arguments.text("service"),
                                           .range = *range,
                                           .limit = static_cast<uint32_t>(arguments.number("limit"))};
  auto calls = query::service_calls(*question.options.catalog, request, question.control, question.hooks,
                                    [&](const query::ServiceCalls& so_far) { question.show_partial(calls_json(so_far, *range)); });
  if (!calls) return refused(std::move(calls.error()));
  return Answer{.body = calls_json(*calls, *range)};
}

AnswerResult answer_service_instances(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const auto limit = static_cast<size_t>(arguments.number("limit"));
  auto instances = query::service_instances(
      *question.options.catalog, arguments.text("service"), *range, question.control, question.hooks,
      [&](const query::ServiceInstances& so_far) { question.show_partial(instances_json(so_far, *range, limit)); });
  if (!instances) return refused(std::move(instances.error()));
  return Answer{.body = instances_json(*instances, *range, limit)};
}

AnswerResult answer_error_groups(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  query::ErrorGroupsRequest request{.traceql = arguments.text("q"),
                                    .range = *range,
                                    .points = arguments.number("points"),
                                    .limit = static_cast<uint32_t>(arguments.number("limit"))};
  if (arguments.has("service")) {
    if (request.traceql != "{}") {
      return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument, "q says already which spans are meant", "service"});
    }
    request.traceql = "{ resource.service.name = " + query_traceql::to_text(query_traceql::Literal(arguments.text("service"))) + " }";
  }
  UiState& state = *question.options.ui_state;
  auto groups = query::error_groups(
      *question.options.catalog, request, question.control, question.hooks,
      [&](const query::ErrorGroups& so_far) { question.show_partial(groups_json(so_far, *range, state)); });
  if (!groups) return refused(std::move(groups.error()), "q");
  return Answer{.body = groups_json(*groups, *range, state)};
}

}  // namespace clew::api_native
