// All services at a glance.
#include <algorithm>
#include <array>
#include <utility>

#include "api/native/answers.h"
#include "api/native/ui_answer_parts.h"
#include "query/services_overview.h"
#include "query/traceql/fields.h"

namespace clew::api_native {
namespace {

constexpr size_t kPeersListed = 20;
constexpr size_t kVersionsListed = 5;

void write_series(wire::JsonWriter& json, const std::vector<query::ServicePoint>& points) {
  json.key("series").begin_object().key("request_counts").begin_array();
  for (const auto& point : points) json.value(point.count);
  json.end_array().key("error_counts").begin_array();
  for (const auto& point : points) json.value(point.error_count);
  json.end_array();
  for (const bool p50 : {true, false}) {
    json.key(p50 ? "p50_ns" : "p99_ns").begin_array();
    for (const auto& point : points) {
      if (const auto& value = p50 ? point.p50_ns : point.p99_ns) {
        json.value(*value);
      } else {
        json.null();
      }
    }
    json.end_array();
  }
  json.end_object();
}

void write_changes(wire::JsonWriter& json, const query::ServiceOverview& service) {
  if (!service.before) return;
  const query::RequestNumbers &now = service.requests, &before = *service.before;
  if (now.count < query::kComparableCountMin || before.count < query::kComparableCountMin) return;
  if (const auto change = query::relative_change(now.quantile_ns(0.99), before.quantile_ns(0.99))) json.member("p99_change", *change);
  if (const auto change = query::relative_change(now.count, before.count)) json.member("rate_change", *change);
  json.member("error_share_change", now.error_share() - before.error_share());
}

void write_peers(wire::JsonWriter& json, const query::ServiceOverview& service) {
  std::vector<std::string_view> callers;
  for (const auto& caller : service.callers) {
    if (std::ranges::find(callers, caller.name) == callers.end()) callers.push_back(caller.name);
  }
  json.key("callers").begin_array();
  for (size_t i = 0; i < std::min(callers.size(), kPeersListed); ++i) json.value(callers[i]);
  json.end_array().member("caller_count", callers.size());
  json.key("callees").begin_array();
  for (size_t i = 0; i < std::min(service.callees.size(), kPeersListed); ++i) {
    const query::ServicePeer& callee = service.callees[i];
    json.begin_object().member("name", callee.name).member("type", connection_word(callee.type));
    json.member("virtual", callee.is_virtual).end_object();
  }
  json.end_array().member("callee_count", service.callees.size());
}

void write_service(wire::JsonWriter& json, const query::ServiceOverview& service, uint32_t color, double seconds,
                   int64_t apdex_threshold_ns) {
  json.begin_object().member("service", service.service).member("color", color);
  write_profile(json, service.profile);
  json.key("versions").begin_array();
  for (size_t i = 0; i < std::min(service.profile.versions.size(), kVersionsListed); ++i) {
    json.value(service.profile.versions[i].version);
  }
  json.end_array().key("kinds").begin_array();
  for (const otlp::SpanKind kind : service.kinds) json.value(query_traceql::word(kind));
  json.end_array().member("basis", word(service.basis)).member("health", word(service.health));
  json.member("impact", service.impact).member("span_count", service.span_count);
  write_numbers_of(json, service.requests, seconds, "request_count");
  if (const auto apdex = service.requests.apdex(apdex_threshold_ns)) json.member("apdex", *apdex);
  json.member("total_ns", service.requests.total_ns);
  json.key("first_seen_ns").int64_string(service.profile.first_ns);
  json.key("last_seen_ns").int64_string(service.profile.last_ns);
  write_peers(json, service);
  write_series(json, service.series);
  if (service.before) {
    json.key("baseline").begin_object();
    write_numbers_of(json, *service.before, seconds, "request_count");
    if (const auto apdex = service.before->apdex(apdex_threshold_ns)) json.member("apdex", *apdex);
    json.end_object();
  }
  write_changes(json, service);
  if (service.reason) write_reason(json, *service.reason);
  json.end_object();
}

// Who was seen first has the lower number.
std::vector<uint32_t> colors_of(UiState& state, const std::vector<query::ServiceOverview>& services) {
  std::vector<std::pair<int64_t, std::string>> by_sight;
  for (const auto& service : services) by_sight.emplace_back(service.profile.first_ns, service.service);
  std::ranges::sort(by_sight);
  std::vector<std::string> names;
  for (auto& [time, name] : by_sight) names.push_back(std::move(name));
  state.colors_of(names);
  names.clear();
  for (const auto& service : services) names.push_back(service.service);
  return state.colors_of(names);
}

}  // namespace

AnswerResult answer_services_overview(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const query::OverviewRequest request{.range = *range,
                                       .baseline = baseline_of(arguments.text("baseline"), *range),
                                       .points = arguments.number("points"),
                                       .apdex_threshold_ns = arguments.number("apdex_threshold"),
                                       .service = {}};
  auto overview = query::services_overview(*question.options.catalog, *question.options.service_book, request, question.control);
  if (!overview) return refused(std::move(overview.error()));
  const std::vector<uint32_t> colors = colors_of(*question.options.ui_state, overview->services);

  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  json.key("series_start_ns").int64_string(overview->series_start_ns);
  json.member("step_ns", overview->step_ns).member("point_count", overview->point_count);
  json.member("apdex_threshold_ns", request.apdex_threshold_ns);
  json.key("services").begin_array();
  std::array<int64_t, 4> by_health{};
  for (size_t i = 0; i < overview->services.size(); ++i) {
    write_service(json, overview->services[i], colors[i], seconds_of(*range), request.apdex_threshold_ns);
    ++by_health[static_cast<size_t>(overview->services[i].health)];
  }
  json.end_array();
  json.member("unwell_count", by_health[0]).member("attention_count", by_health[1]);
  json.member("healthy_count", by_health[2]).member("silent_count", by_health[3]);
  if (request.baseline) {
    json.key("baseline_range").begin_object();
    json.key("start_ns").int64_string(request.baseline->begin_ns);
    json.key("end_ns").int64_string(request.baseline->end_ns);
    json.end_object();
  }
  json.member("source", "rollups").member("exact", true);
  write_range(json, *range);
  json.end_object();
  return answer;
}

}  // namespace clew::api_native
