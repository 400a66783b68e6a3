// The map of services, and one service in detail.
#include <utility>

#include "api/native/answers.h"
#include "api/native/ui_answer_parts.h"
#include "query/service_detail.h"
#include "query/topology.h"
#include "query/traceql/fields.h"

namespace clew::api_native {
namespace {

void write_node(wire::JsonWriter& json, const query::TopologyNode& node, UiState& state, double seconds) {
  json.begin_object().member("id", node.id).member("name", node.name).member("type", word(node.type));
  json.member("virtual", node.is_virtual);
  if (!node.name_space.empty()) json.member("namespace", node.name_space);
  if (!node.is_virtual) json.member("color", state.color_of(node.name));
  if (!node.language.empty()) json.member("language", node.language);
  write_numbers_of(json, node.requests, seconds, "request_count");
  json.member("health", word(node.health)).end_object();
}

void write_edge(wire::JsonWriter& json, const query::TopologyEdge& edge, double seconds) {
  json.begin_object().member("from", edge.from).member("to", edge.to).member("type", connection_word(edge.type));
  json.member("async", edge.is_async());
  write_call_numbers(json, edge.call_count, edge.error_count, seconds);
  write_latency(json, "caller", edge.caller_durations);
  if (!edge.callee_durations.empty()) write_latency(json, "callee", edge.callee_durations);
  json.member("q", edge.traceql).end_object();
}

void write_operation(wire::JsonWriter& json, const query::ServiceOperation& operation, double seconds) {
  json.begin_object().member("operation", operation.operation).member("kind", query_traceql::word(operation.kind));
  json.member("is_entry", operation.is_entry);
  write_numbers_of(json, operation.numbers, seconds);
  json.member("total_ns", operation.numbers.total_ns).member("total_share", operation.total_share);
  if (operation.before) {
    json.member("baseline_count", operation.before->count);
    json.member("baseline_p99_ns", operation.before->quantile_ns(0.99));
  }
  json.end_object();
}

void write_calls(wire::JsonWriter& json, std::string_view name, const std::vector<query::ServiceCall>& calls, UiState& state,
                 double seconds) {
  json.key(name).begin_array();
  for (const query::ServiceCall& call : calls) {
    json.begin_object().member("name", call.name).member("type", connection_word(call.type)).member("virtual", call.is_virtual);
    json.member("node_type", call.is_virtual ? word(query::virtual_node_type(call.type)) : std::string_view("service"));
    if (!call.is_virtual) json.member("color", state.color_of(call.name));
    write_call_numbers(json, call.call_count, call.error_count, seconds);
    write_latency(json, "caller", call.caller_durations);
    if (!call.callee_durations.empty()) write_latency(json, "callee", call.callee_durations);
    json.member("share", call.share).end_object();
  }
  json.end_array();
}

void write_time_shares(wire::JsonWriter& json, const query::ServiceDetail& detail) {
  json.key("time_goes_to").begin_array();
  for (const query::TimeShare& share : detail.time_shares) {
    json.begin_object().member("name", share.is_own ? detail.overview.service : share.name);
    json.member("type", connection_word(share.type)).member("virtual", share.is_virtual).member("is_own", share.is_own);
    json.member("total_ns", share.total_ns).member("share", share.share).end_object();
  }
  json.end_array().member("time_total_ns", detail.time_total_ns).member("time_overlaps", detail.time_overlaps);
}

void write_versions(wire::JsonWriter& json, const query::ServiceProfile& profile, table::TimeRange range) {
  json.key("versions").begin_array();
  for (const auto& version : profile.versions) {
    json.begin_object().member("version", version.version);
    json.key("first_seen_ns").int64_string(version.first_ns).key("last_seen_ns").int64_string(version.last_ns);
    // What was there since the first span of all is not new, it is only all there is.
    const bool is_new = range.contains(version.first_ns) && version.first_ns > profile.first_ns;
    json.member("span_count", version.span_count).member("is_new", is_new).end_object();
  }
  json.end_array();
}

}  // namespace

AnswerResult answer_topology(const Question& question) {
  auto range = time_range(question.arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto map = query::topology(*question.options.catalog, *question.options.service_book, *range,
                             question.arguments.number("apdex_threshold"), question.control);
  if (!map) return refused(std::move(map.error()));
  const double seconds = seconds_of(*range);
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("nodes").begin_array();
  for (const query::TopologyNode& node : map->nodes) write_node(json, node, *question.options.ui_state, seconds);
  json.end_array().key("edges").begin_array();
  for (const query::TopologyEdge& edge : map->edges) write_edge(json, edge, seconds);
  json.end_array().member("source", "rollups").member("exact", true);
  write_range(json, *range);
  json.end_object();
  return answer;
}

AnswerResult answer_service_detail(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const query::ServiceDetailRequest request{.service = arguments.text("service"),
                                            .range = *range,
                                            .baseline = baseline_of(arguments.text("baseline"), *range),
                                            .apdex_threshold_ns = arguments.number("apdex_threshold")};
  auto detail = query::service_detail(*question.options.catalog, *question.options.service_book, request, question.control);
  if (!detail) return refused(std::move(detail.error()));
  UiState& state = *question.options.ui_state;
  const double seconds = seconds_of(*range);
  const query::ServiceOverview& overview = detail->overview;
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("service", overview.service).member("color", state.color_of(overview.service));
  write_profile(json, overview.profile);
  json.member("basis", word(overview.basis)).member("health", word(overview.health));
  write_numbers_of(json, overview.requests, seconds, "request_count");
  if (const auto apdex = overview.requests.apdex(request.apdex_threshold_ns)) json.member("apdex", *apdex);
  json.key("first_seen_ns").int64_string(overview.profile.first_ns);
  json.key("last_seen_ns").int64_string(overview.profile.last_ns);
  if (overview.reason) write_reason(json, *overview.reason);
  write_versions(json, overview.profile, *range);
  json.key("operations").begin_array();
  for (const query::ServiceOperation& operation : detail->operations) write_operation(json, operation, seconds);
  json.end_array().member("operation_count", detail->operation_count);
  write_calls(json, "upstream", detail->upstream, state, seconds);
  write_calls(json, "downstream", detail->downstream, state, seconds);
  write_time_shares(json, *detail);
  json.member("source", "rollups").member("exact", detail->operations.size() == detail->operation_count);
  write_range(json, *range);
  json.end_object();
  return answer;
}

}  // namespace clew::api_native
