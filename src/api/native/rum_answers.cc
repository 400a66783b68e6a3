#include "api/native/rum_answers.h"

#include <cmath>

#include "api/native/ui_answer_parts.h"

namespace clew::api_native {

using query_rum::Vital;

std::vector<Parameter> rum_parameters(std::vector<Parameter> more) {
  std::vector<Parameter> parameters = {
      {.name = "app", .description = "An application: its `rum.app.id`, or the name of its service where it has none. Without: all"},
      {.name = "q",
       .description = "Which events: a TraceQL filter on their attributes such as `{ .view.name = \"/checkout\" && "
                      "resource.service.version != \"2.3.1\" }`; numbers as stored (`rum.*` durations are ms), `name` is the event's"},
      start_parameter(), end_parameter()};
  parameters.insert(parameters.end(), more.begin(), more.end());
  return parameters;
}

std::expected<RumScope, ApiError> rum_scope(const Arguments& arguments) {
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto filter = query_rum::EventFilter::parse(arguments.text("q"));
  if (!filter) return refused(std::move(filter.error()), "q");
  return RumScope{.range = *range, .app = arguments.text("app"), .filter = std::move(*filter)};
}

void write_ms(wire::JsonWriter& json, std::string_view name, std::optional<double> ms) {
  json.key(name);
  if (ms && *ms >= 0) {
    json.value(static_cast<int64_t>(std::llround(*ms * 1e6)));
  } else {
    json.null();
  }
}

void write_score(wire::JsonWriter& json, std::string_view name, std::optional<double> score) {
  json.key(name);
  if (score) {
    json.value(*score);
  } else {
    json.null();
  }
}

void write_counts(wire::JsonWriter& json, std::string_view name, const query_rum::Counts& counts) {
  json.key(name).begin_object();
  json.member("users", counts.users).member("sessions", counts.sessions).member("views", counts.views);
  json.member("actions", counts.actions).member("requests", counts.requests).member("failed_requests", counts.failed_requests);
  json.member("slow_requests", counts.slow_requests).member("resources", counts.resources).member("errors", counts.errors);
  json.member("error_sessions", counts.error_sessions).member("long_tasks", counts.long_tasks);
  write_ms(json, "long_task_ns", counts.long_task_ms);
  json.member("blank_screens", counts.blank_screens).member("rage_clicks", counts.rage_clicks).member("crashes", counts.crashes);
  write_score(json, "apdex", counts.apdex());
  json.key("bounce_sessions");
  if (counts.bounce_sessions) {
    json.value(*counts.bounce_sessions);
  } else {
    json.null();
  }
  json.end_object();
}

void write_vitals(wire::JsonWriter& json, const std::vector<query_rum::VitalSummary>& vitals) {
  json.key("vitals").begin_array();
  for (const query_rum::VitalSummary& vital : vitals) {
    const query_rum::VitalInfo& info = query_rum::kVitals[static_cast<size_t>(vital.vital)];
    const auto write = [&](std::string_view name, std::optional<double> value) {
      info.is_score ? write_score(json, name, value) : write_ms(json, name, value);
    };
    json.begin_object().member("name", info.name).member("unit", info.is_score ? "score" : "ns");
    write("p50", vital.p50);
    write("p75", vital.p75);
    write("p95", vital.p95);
    json.member("count", vital.count).member("good", vital.good).member("fair", vital.fair).member("poor", vital.poor);
    write("good_max", info.good_max);
    write("poor_min", info.poor_min);
    write("before_p75", vital.before_p75);
    json.member("before_count", vital.before_count);
    json.end_object();
  }
  json.end_array();
}

void write_phases(wire::JsonWriter& json, const query_rum::PhaseSummary& phases) {
  json.key("phases").begin_object();
  for (size_t i = 0; i < query_rum::kPhaseCount; ++i) {
    write_ms(json, std::string(query_rum::kPhaseNames[i]) + "_ns", phases.p75_ms[i]);
  }
  json.member("count", phases.count).end_object();
}

AnswerResult answer_rum_apps(const Question& question) {
  auto range = time_range(question.arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto apps = query_rum::list_apps(question.options.catalog->snapshot(), {.range = *range}, question.control, question.hooks);
  if (!apps) return refused(std::move(apps.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("apps").begin_array();
  for (const query_rum::App& app : apps->apps) {
    json.begin_object().member("id", app.id).member("name", app.name).member("type", app.type).member("service", app.service);
    json.key("versions").begin_array();
    for (const auto& version : app.versions) json.value(version.version);
    json.end_array().key("environments").begin_array();
    for (const std::string& environment : app.environments) json.value(environment);
    json.end_array().member("sessions", app.sessions).member("users", app.users).member("views", app.views);
    json.member("errors", app.errors).key("last_ns").int64_string(app.last_ns).end_object();
  }
  json.end_array().member("exact", apps->exact);
  write_stats(json, apps->stats);
  json.end_object();
  return answer;
}

namespace {

void write_series(wire::JsonWriter& json, const query_rum::Overview& overview) {
  using query_rum::SeriesPoint;
  json.key("series").begin_object();
  for (const auto& [name, member] : std::initializer_list<std::pair<const char*, int64_t SeriesPoint::*>>{
           {"views", &SeriesPoint::views}, {"sessions", &SeriesPoint::sessions}, {"users", &SeriesPoint::users},
           {"errors", &SeriesPoint::errors}, {"requests", &SeriesPoint::requests}, {"failed_requests", &SeriesPoint::failed_requests}}) {
    json.key(name).begin_array();
    for (const SeriesPoint& point : overview.series) json.value(point.*member);
    json.end_array();
  }
  for (const auto& [name, member] : std::initializer_list<std::pair<const char*, std::optional<double> SeriesPoint::*>>{
           {"lcp_p75", &SeriesPoint::lcp_p75}, {"inp_p75", &SeriesPoint::inp_p75}, {"cls_p75", &SeriesPoint::cls_p75},
           {"ttfb_p75", &SeriesPoint::ttfb_p75}, {"request_p75", &SeriesPoint::request_p75}}) {
    const bool is_score = member == &SeriesPoint::cls_p75;
    json.key(name).begin_array();
    for (const SeriesPoint& point : overview.series) {
      const std::optional<double> value = point.*member;
      if (!value) {
        json.null();
      } else if (is_score) {
        json.value(*value);
      } else {
        json.value(static_cast<int64_t>(std::llround(*value * 1e6)));
      }
    }
    json.end_array();
  }
  json.end_object();
}

std::string overview_json(const query_rum::Overview& overview, const query_rum::OverviewRequest& request, std::string_view baseline) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object();
  write_counts(json, "now", overview.now);
  if (overview.before) {
    write_counts(json, "before", *overview.before);
  } else {
    json.key("before").null();
  }
  json.key("baseline").begin_object().member("kind", baseline);
  const bool has_range = request.baseline == query_rum::Baseline::kRange;
  for (const auto& [name, at] : {std::pair("start_ns", request.baseline_range.begin_ns), std::pair("end_ns", request.baseline_range.end_ns)}) {
    json.key(name);
    has_range ? json.int64_string(at) : json.null();
  }
  for (const auto& [name, version] : {std::pair("version", &overview.version), std::pair("before_version", &overview.before_version)}) {
    json.key(name);
    version->empty() ? json.null() : json.value(*version);
  }
  json.end_object();
  write_vitals(json, overview.vitals);
  json.key("steps").begin_object().key("start_ns").int64_string(overview.steps.start_ns);
  json.member("step_ns", overview.steps.step_ns).member("count", overview.steps.count).end_object();
  write_series(json, overview);
  write_phases(json, overview.phases);
  json.key("versions").begin_array();
  for (const query_rum::AppVersion& version : overview.versions) {
    json.begin_object().member("version", version.version).key("first_ns").int64_string(version.first_ns);
    json.key("last_ns").int64_string(version.last_ns).member("sessions", version.sessions).end_object();
  }
  json.end_array();
  write_range(json, request.range);
  json.member("exact", overview.exact);
  write_stats(json, overview.stats);
  json.end_object();
  return body;
}

std::string breakdown_json(const query_rum::Breakdown& breakdown, const query_rum::BreakdownRequest& request) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("by", request.by).key("rows").begin_array();
  for (const query_rum::BreakdownRow& row : breakdown.rows) {
    const query_rum::Counts& counts = row.counts;
    json.begin_object().member("value", row.value).member("views", counts.views).member("sessions", counts.sessions);
    json.member("users", counts.users).member("errors", counts.errors).member("error_sessions", counts.error_sessions);
    json.member("requests", counts.requests).member("failed_requests", counts.failed_requests).member("exits", row.exits);
    for (const Vital vital : {Vital::kLcp, Vital::kInp, Vital::kCls, Vital::kFcp, Vital::kTtfb, Vital::kLoad}) {
      const auto index = static_cast<size_t>(vital);
      const std::string name = std::string(query_rum::kVitals[index].name) + "_p75";
      query_rum::kVitals[index].is_score ? write_score(json, name, row.p75[index]) : write_ms(json, name, row.p75[index]);
    }
    write_ms(json, "request_p75", row.request_p75);
    write_score(json, "apdex", counts.apdex());
    json.member("poor_views", row.poor_views).member("lcp_count", row.lcp_count);
    write_ms(json, "before_lcp_p75", row.before_lcp_p75);
    json.member("before_lcp_count", row.before_lcp_count).key("before_errors");
    row.before_errors ? json.value(*row.before_errors) : json.null();
    json.member("q", row.q).end_object();
  }
  json.end_array().member("value_count", breakdown.value_count);
  write_range(json, request.range);
  json.member("exact", breakdown.exact);
  write_stats(json, breakdown.stats);
  json.end_object();
  return body;
}

query_rum::BreakdownSort sort_of(std::string_view word) {
  using query_rum::BreakdownSort;
  constexpr std::string_view kWords[] = {"views", "sessions", "errors", "lcp", "inp", "cls", "load", "request", "fail"};
  for (size_t i = 0; i < std::size(kWords); ++i) {
    if (kWords[i] == word) return static_cast<BreakdownSort>(i);
  }
  return BreakdownSort::kViews;
}

}  // namespace

AnswerResult answer_rum_overview(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto scope = rum_scope(arguments);
  if (!scope) return std::unexpected(std::move(scope.error()));
  const std::string& word = arguments.text("baseline");
  query_rum::OverviewRequest request{.range = scope->range, .app = scope->app, .filter = &scope->filter,
                                     .points = arguments.number("points"),
                                     .apdex_threshold_ms = static_cast<double>(arguments.number("apdex_threshold")) / 1e6};
  if (word == "release") {
    request.baseline = query_rum::Baseline::kRelease;
  } else if (const auto baseline = baseline_of(word, scope->range)) {
    request.baseline = query_rum::Baseline::kRange;
    request.baseline_range = *baseline;
  }
  auto overview = query_rum::overview(
      question.options.catalog->snapshot(), request, question.control, question.hooks,
      [&](const query_rum::Overview& so_far) { question.show_partial(overview_json(so_far, request, word)); });
  if (!overview) return refused(std::move(overview.error()), "q");
  return Answer{.body = overview_json(*overview, request, word)};
}

AnswerResult answer_rum_breakdown(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto scope = rum_scope(arguments);
  if (!scope) return std::unexpected(std::move(scope.error()));
  query_rum::BreakdownRequest request{.range = scope->range, .app = scope->app, .filter = &scope->filter,
                                      .by = arguments.text("by"), .sort = sort_of(arguments.text("sort")),
                                      .limit = static_cast<uint32_t>(arguments.number("limit")),
                                      .apdex_threshold_ms = static_cast<double>(arguments.number("apdex_threshold")) / 1e6,
                                      .baseline_range = baseline_of(arguments.text("baseline"), scope->range)};
  auto breakdown = query_rum::breakdown(
      question.options.catalog->snapshot(), request, question.control, question.hooks,
      [&](const query_rum::Breakdown& so_far) { question.show_partial(breakdown_json(so_far, request)); });
  if (!breakdown) return refused(std::move(breakdown.error()), "q");
  return Answer{.body = breakdown_json(*breakdown, request)};
}

}  // namespace clew::api_native
