// One page of an application.
#include <cmath>

#include "api/native/rum_answers.h"
#include "query/rum/browser_error_groups.h"
#include "query/rum/error_key.h"
#include "query/rum/event_keys.h"
#include "query/rum/page.h"
#include "query/rum/rum_query_limits.h"

namespace clew::api_native {
namespace {

void write_trace_id(wire::JsonWriter& json, otlp::TraceId id) {
  json.key("trace_id");
  id == otlp::TraceId() ? json.null() : json.value(otlp::to_hex(id));
}
void write_statement(wire::JsonWriter& json, const std::string& statement) {
  json.key("statement");
  statement.empty() ? json.null() : json.value(statement);
}

void write_suspect(wire::JsonWriter& json, const query_rum::Suspect& suspect) {
  json.begin_object().member("service", suspect.service).member("operation", suspect.operation);
  write_statement(json, suspect.statement);
  json.member("kind", suspect.kind).member("share", suspect.share).member("total_ns", suspect.total_ns);
  json.member("calls_per_trace", suspect.calls_per_trace).member("trace_id", otlp::to_hex(suspect.trace_id));
  json.member("span_id", otlp::span_id_hex(suspect.span_id)).member("sample_session_id", suspect.session_id);
  json.member("sample_event_id", suspect.event_id).end_object();
}

void write_slow_view(wire::JsonWriter& json, const query_rum::SlowView& view) {
  json.begin_object().member("view_id", view.view_id).member("session_id", view.session_id).member("user_id", view.user_id);
  json.key("start_ns").int64_string(view.start_ns);
  write_ms(json, "lcp_ns", view.lcp_ms);
  write_ms(json, "load_ns", view.load_ms);
  json.key("slowest_request");
  if (const auto& request = view.slowest_request) {
    json.begin_object().member("name", request->name).member("method", request->method);
    write_ms(json, "duration_ns", request->ms);
    write_trace_id(json, request->trace_id);
    json.member("event_id", request->event_id).member("status_code", request->status_code).end_object();
  } else {
    json.null();
  }
  json.member("browser", view.browser).member("device", view.device).member("country", view.country).member("version", view.version);
  json.key("worst_span");
  if (const auto& span = view.worst_span) {
    json.begin_object().member("service", span->service).member("operation", span->operation);
    write_statement(json, span->statement);
    json.member("self_ns", span->self_ns).member("span_id", otlp::span_id_hex(span->span_id)).end_object();
  } else {
    json.null();
  }
  json.end_object();
}

void write_histogram(wire::JsonWriter& json, const query_rum::PageAnswer& page) {
  json.key("histogram").begin_object().member("metric", query_rum::kVitals[static_cast<size_t>(page.metric)].name);
  json.key("bounds_ns").begin_array();
  for (const double bound : page.bounds_ms) json.value(static_cast<int64_t>(bound * 1e6));
  json.end_array().key("counts").begin_array();
  for (const int64_t count : page.histogram) json.value(count);
  json.end_array().end_object();
}

}  // namespace

AnswerResult answer_rum_page(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto scope = rum_scope(arguments);
  if (!scope) return std::unexpected(std::move(scope.error()));
  const query_rum::PageQuestion asked{.range = scope->range, .app = scope->app, .filter = std::move(scope->filter), .view = arguments.text("view"),
                                      .apdex_threshold_ms = static_cast<double>(arguments.number("apdex_threshold")) / 1e6};
  auto page = query_rum::ask_page(*question.options.catalog, asked, question.control, question.hooks);
  if (!page) return refused(std::move(page.error()), "q");
  const query_rum::EventFilter of_page = asked.filter.with(query_rum::key::kViewName, asked.view);
  const query_rum::BrowserErrorsRequest wanted{.range = asked.range, .app = asked.app, .filter = &of_page,
                                               .sort = query_rum::ErrorSort::kCount, .limit = query_rum::kPageRows, .points = 1};
  const query_rum::ErrorBook book{*question.options.source_maps, *question.options.error_states, *question.options.clock};
  auto errors = query_rum::browser_errors(*question.options.catalog, wanted, book, question.control);
  if (!errors) return refused(std::move(errors.error()), "q");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("view", asked.view);
  write_counts(json, "counts", page->counts);
  write_vitals(json, page->vitals);
  write_phases(json, page->phases);
  write_histogram(json, *page);
  json.key("time").begin_object().member("sampled_views", page->sampled_views).member("backend_ns", page->time.backend_ns);
  json.member("network_ns", page->time.network_ns).member("browser_ns", page->time.browser_ns).member("total_ns", page->total_ns).end_object();
  json.key("suspects").begin_array();
  for (const auto& suspect : page->suspects) write_suspect(json, suspect);
  json.end_array().key("slow_views").begin_array();
  for (const auto& view : page->slow_views) write_slow_view(json, view);
  json.end_array().key("requests").begin_array();
  for (const auto& row : page->requests) write_request(json, row);
  json.end_array().key("resources").begin_array();
  for (const auto& row : page->resources) write_resource(json, row);
  json.end_array().key("errors").begin_array();
  for (const auto& error : errors->groups) {
    json.begin_object().member("group_id", query_rum::group_id_text(error.id)).member("type", error.type);
    json.member("message", error.message).member("count", error.count).member("sessions", error.sessions).end_object();
  }
  json.end_array();
  write_range(json, scope->range);
  json.member("exact", page->exact && errors->exact);
  write_stats(json, page->stats);
  json.end_object();
  return answer;
}

}  // namespace clew::api_native
