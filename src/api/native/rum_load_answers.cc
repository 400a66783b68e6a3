// Requests and static files of users' browsers: their rows in answers, and the lists of them.
#include <cmath>

#include "api/native/rum_answers.h"
#include "api/native/ui_answer_parts.h"

namespace clew::api_native {
namespace {

template <class Sort, size_t N>
Sort sort_of(const std::string_view (&words)[N], std::string_view word) {
  for (size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<Sort>(i);
  }
  return Sort{};
}

void write_bytes(wire::JsonWriter& json, std::string_view name, std::optional<double> bytes) {
  json.key(name);
  bytes ? json.value(static_cast<int64_t>(std::llround(*bytes))) : json.null();
}

void write_texts(wire::JsonWriter& json, std::string_view list, std::string_view name,
                 const std::vector<std::pair<std::string, int64_t>>& counts) {
  json.key(list).begin_array();
  for (const auto& [text, count] : counts) json.begin_object().member(name, text).member("count", count).end_object();
  json.end_array();
}

}  // namespace

void write_request(wire::JsonWriter& json, const query_rum::RequestRow& row) {
  json.begin_object().member("method", row.method).member("name", row.name).member("host", row.host).member("type", row.type);
  json.member("count", row.count).member("failed", row.failed);
  write_ms(json, "p50_ns", row.p50);
  write_ms(json, "p75_ns", row.p75);
  write_ms(json, "p95_ns", row.p95);
  write_ms(json, "p99_ns", row.p99);
  write_ms(json, "max_ns", row.max_ms);
  write_ms(json, "total_ns", row.total_ms);
  write_bytes(json, "transfer_bytes_p75", row.transfer_bytes_p75);
  json.member("traced", row.traced).member("not_traced", row.count - row.traced);
  write_texts(json, "status", "code", row.status);
  json.key("time");
  if (row.sampled == 0) {
    json.null();
  } else {
    json.begin_object().member("sampled", row.sampled).member("browser_ns", row.time.browser_ns);
    json.member("network_ns", row.time.network_ns).member("backend_ns", row.time.backend_ns).end_object();
  }
  json.key("sample").begin_object().member("session_id", row.slowest.session_id).member("event_id", row.slowest.event_id);
  json.key("trace_id");
  row.slowest.trace_id == otlp::TraceId() ? json.null() : json.value(otlp::to_hex(row.slowest.trace_id));
  write_ms(json, "duration_ns", row.slowest.ms);
  json.end_object();
  write_texts(json, "pages", "view", row.pages);
  write_ms(json, "before_p75_ns", row.before_p75);
  json.member("before_count", row.before_count);
  json.member("q", row.q).end_object();
}

void write_resource(wire::JsonWriter& json, const query_rum::ResourceRow& row) {
  json.begin_object().member("type", row.type).member("name", row.name).member("host", row.host);
  json.member("third_party", row.third_party).member("count", row.count).member("failed", row.failed);
  write_ms(json, "p50_ns", row.p50);
  write_ms(json, "p75_ns", row.p75);
  write_ms(json, "p95_ns", row.p95);
  write_ms(json, "total_ns", row.total_ms);
  write_bytes(json, "transfer_bytes_p75", row.transfer_bytes_p75);
  write_bytes(json, "decoded_bytes_p75", row.decoded_bytes_p75);
  json.member("cached", row.cached).key("phases").begin_object();
  for (size_t i = 0; i < query_rum::kResourcePhaseCount; ++i) {
    write_ms(json, std::string(query_rum::kResourcePhaseNames[i]) + "_ns", row.phases_p75[i]);
  }
  json.end_object().key("protocol");
  row.protocol.empty() ? json.null() : json.value(row.protocol);
  json.member("render_blocking", row.render_blocking).key("sample").begin_object();
  json.member("session_id", row.slowest.session_id).member("event_id", row.slowest.event_id).end_object();
  json.member("q", row.q).end_object();
}

AnswerResult answer_rum_requests(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto scope = rum_scope(arguments);
  if (!scope) return std::unexpected(std::move(scope.error()));
  constexpr std::string_view kSorts[] = {"total", "count", "p75", "failed", "slowest"};
  const query_rum::RequestsQuestion asked{.range = scope->range, .app = scope->app, .filter = &scope->filter,
                                          .sort = sort_of<query_rum::RequestSort>(kSorts, arguments.text("sort")),
                                          .limit = static_cast<uint32_t>(arguments.number("limit")),
                                          .baseline_range = baseline_of(arguments.text("baseline"), scope->range)};
  auto requests = query_rum::list_requests(*question.options.catalog, asked, question.control, question.hooks);
  if (!requests) return refused(std::move(requests.error()), "q");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("rows").begin_array();
  for (const query_rum::RequestRow& row : requests->rows) write_request(json, row);
  json.end_array().member("row_count", requests->row_count);
  write_range(json, scope->range);
  json.member("exact", requests->exact);
  write_stats(json, requests->stats);
  json.end_object();
  return answer;
}

AnswerResult answer_rum_resources(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto scope = rum_scope(arguments);
  if (!scope) return std::unexpected(std::move(scope.error()));
  constexpr std::string_view kSorts[] = {"total", "count", "p75", "bytes", "failed"};
  const query_rum::ResourcesQuestion asked{.range = scope->range, .app = scope->app, .filter = &scope->filter, .type = arguments.text("type"),
                                           .sort = sort_of<query_rum::ResourceSort>(kSorts, arguments.text("sort")),
                                           .limit = static_cast<uint32_t>(arguments.number("limit"))};
  auto resources = query_rum::list_resources(question.options.catalog->snapshot(), asked, question.control, question.hooks);
  if (!resources) return refused(std::move(resources.error()), "q");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("rows").begin_array();
  for (const query_rum::ResourceRow& row : resources->rows) write_resource(json, row);
  json.end_array().member("row_count", resources->row_count);
  write_range(json, scope->range);
  json.member("exact", resources->exact);
  write_stats(json, resources->stats);
  json.end_object();
  return answer;
}

}  // namespace clew::api_native
