// Sessions of users' browsers: the list, one session, one event of it, and the way back from a trace.
#include <algorithm>
#include <cmath>

#include "api/native/answers.h"
#include "api/native/rum_session_endpoints.h"
#include "query/rum/event_keys.h"
#include "query/rum/session_detail.h"
#include "query/rum/session_list.h"
#include "query/rum/session_of_trace.h"

namespace clew::api_native {
namespace {

using query_rum::SessionText;

// Stacks and snapshots in the answer of a session; beyond it each is null, and the event's own answer has it.
constexpr size_t kLongTextsMax = 4 << 20;
constexpr size_t kSnapshotMax = 16 << 10;

void text_or_null(wire::JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}
template <class Number>
void number_or_null(wire::JsonWriter& json, std::string_view name, const std::optional<Number>& number) {
  json.key(name);
  if (number) {
    json.value(*number);
  } else {
    json.null();
  }
}
void time(wire::JsonWriter& json, std::string_view name, int64_t time_ns) { json.key(name).int64_string(time_ns); }
std::optional<int64_t> if_told(int64_t number) { return number < 0 ? std::nullopt : std::optional(number); }
std::optional<int64_t> ns_of_ms(double ms) {
  return std::isnan(ms) || ms < 0 ? std::nullopt : std::optional(std::llround(std::min(ms, 1e9) * 1e6));
}
std::optional<int64_t> ns_of_ms(const std::optional<double>& ms) { return ms ? ns_of_ms(*ms) : std::nullopt; }
void trace_or_null(wire::JsonWriter& json, std::string_view name, otlp::TraceId id) {
  text_or_null(json, name, id.is_zero() ? std::string() : otlp::to_hex(id));
}

void write_span(wire::JsonWriter& json, const std::optional<query_rum::WorstSpan>& span) {
  json.key("span");
  if (!span) {
    json.null();
    return;
  }
  json.begin_object().member("service", span->service).member("operation", span->operation);
  text_or_null(json, "statement", span->statement);
  json.member("self_ns", span->self_ns).member("span_id", otlp::span_id_hex(span->span_id)).end_object();
}

void write_worst(wire::JsonWriter& json, const query_rum::SessionRow& row) {
  json.key("worst");
  if (!row.summary.worst) {
    json.null();
    return;
  }
  json.begin_object().member("kind", query_rum::worst_word(row.summary.worst->kind)).member("text", row.summary.worst->text);
  text_or_null(json, "event_id", row.worst_event_id);
  time(json, "at_ns", row.worst_at_ns);
  number_or_null(json, "duration_ns", if_told(row.worst_duration_ns));
  number_or_null(json, "status_code", if_told(row.worst_status));
  trace_or_null(json, "trace_id", row.worst_trace);
  write_span(json, row.worst_span);
  json.end_object();
}

void write_strip(wire::JsonWriter& json, const std::vector<query_rum::StripMark>& strip) {
  const auto rounded = [](double share) { return std::round(share * 1e5) / 1e5; };
  json.key("strip").begin_array();
  for (const query_rum::StripMark& mark : strip) {
    json.begin_object().member("at", rounded(mark.at)).member("to", rounded(mark.to)).member("kind", query_rum::mark_word(mark.kind)).end_object();
  }
  json.end_array();
}

void write_row(wire::JsonWriter& json, const query_rum::SessionRow& row) {
  const query_rum::SessionCounts& counts = row.summary.counts;
  json.begin_object().member("session_id", row.session_id).member("app", row.app());
  json.member("app_name", row.text(SessionText::kAppName).empty() ? row.app() : row.text(SessionText::kAppName));
  json.member("service", row.text(SessionText::kService)).member("app_type", row.text(SessionText::kAppType));
  json.member("user_id", row.text(SessionText::kUserId));
  text_or_null(json, "user_name", row.text(SessionText::kUserName));
  time(json, "start_ns", counts.start_ns);
  time(json, "end_ns", counts.end_ns);
  json.member("duration_ns", counts.duration_ns()).member("is_live", row.is_live);
  json.member("entry_view", row.summary.entry_view).member("exit_view", row.summary.exit_view);
  constexpr std::pair<std::string_view, SessionText> kTexts[] = {
      {"version", SessionText::kVersion},         {"environment", SessionText::kEnvironment},
      {"browser", SessionText::kBrowser},         {"browser_version", SessionText::kBrowserVersion},
      {"os", SessionText::kOs},                   {"os_version", SessionText::kOsVersion},
      {"device_type", SessionText::kDeviceType},  {"device_model", SessionText::kDeviceModel},
      {"country", SessionText::kCountry},         {"province", SessionText::kProvince},
      {"city", SessionText::kCity},               {"isp", SessionText::kIsp},
      {"network", SessionText::kNetwork},         {"client_address", SessionText::kClientAddress}};
  for (const auto& [name, text] : kTexts) text_or_null(json, name, row.text(text));
  const std::pair<std::string_view, uint32_t> numbers[] = {
      {"views", counts.views}, {"actions", counts.actions}, {"requests", counts.requests}, {"failed_requests", counts.failed_requests},
      {"slow_requests", counts.slow_requests}, {"resources", counts.resources}, {"errors", counts.errors},
      {"long_tasks", counts.long_tasks}, {"rage_clicks", counts.rage_clicks}, {"blank_screens", counts.blank_screens},
      {"crashes", counts.crashes}, {"traces", row.summary.trace_count}};
  for (const auto& [name, number] : numbers) json.member(name, number);
  number_or_null(json, "lcp_p75_ns", ns_of_ms(row.summary.lcp_p75_ms));
  number_or_null(json, "inp_max_ns", ns_of_ms(row.summary.inp_max_ms));
  number_or_null(json, "cls_max", row.summary.cls_max);
  json.member("pain", row.summary.pain);
  write_worst(json, row);
  write_strip(json, row.summary.strip);
  json.end_object();
}

void write_numbers(wire::JsonWriter& json, const query_rum::ViewNumbers& numbers) {
  json.key("vitals");
  if (!numbers.any()) {
    json.null();
    return;
  }
  json.begin_object();
  number_or_null(json, "lcp_ns", ns_of_ms(numbers.lcp));
  number_or_null(json, "inp_ns", ns_of_ms(numbers.inp));
  number_or_null(json, "cls", std::isnan(numbers.cls) ? std::nullopt : std::optional(numbers.cls));
  number_or_null(json, "fcp_ns", ns_of_ms(numbers.fcp));
  number_or_null(json, "ttfb_ns", ns_of_ms(numbers.ttfb));
  number_or_null(json, "fid_ns", ns_of_ms(numbers.fid));
  number_or_null(json, "load_ns", ns_of_ms(numbers.load));
  json.end_object();
}

void write_phases(wire::JsonWriter& json, const query_rum::LoadPhases& phases) {
  json.key("phases");
  if (!phases.any()) {
    json.null();
    return;
  }
  json.begin_object();
  number_or_null(json, "queue_ns", phases.queue_ns);
  number_or_null(json, "redirect_ns", phases.redirect_ns);
  number_or_null(json, "dns_ns", phases.dns_ns);
  number_or_null(json, "connect_ns", phases.connect_ns);
  number_or_null(json, "tls_ns", phases.tls_ns);
  number_or_null(json, "request_ns", phases.request_ns);
  number_or_null(json, "response_ns", phases.response_ns);
  number_or_null(json, "dom_ns", phases.dom_ns);
  number_or_null(json, "load_ns", phases.load_ns);
  json.end_object();
}

void write_backend(wire::JsonWriter& json, const std::optional<query_rum::BackendTrace>& backend) {
  json.key("backend");
  if (!backend) {
    json.null();
    return;
  }
  json.begin_object().member("service", backend->service).member("operation", backend->operation);
  time(json, "start_ns", backend->start_ns);
  json.member("duration_ns", backend->duration_ns).member("span_count", backend->span_count).member("error_count", backend->error_count);
  json.key("services").begin_array();
  for (const std::string& service : backend->services) json.value(service);
  json.end_array();
  write_span(json, backend->worst);
  json.end_object();
}

void write_trace(wire::JsonWriter& json, const query_rum::EventDetail& event) {
  json.key("trace");
  if (!event.trace) {
    json.null();
    return;
  }
  const query_rum::EventTrace& trace = *event.trace;
  json.begin_object();
  trace_or_null(json, "trace_id", event.event.trace_id);
  json.member("state", word(trace.verdict.state)).member("reason", trace.verdict.reason);
  text_or_null(json, "span_id", event.event.span_id == 0 ? std::string() : otlp::span_id_hex(event.event.span_id));
  write_backend(json, trace.backend);
  number_or_null(json, "sample_rate", trace.sample_rate);
  json.key("headers").begin_array();
  for (size_t begin = 0; begin < trace.headers.size();) {
    const size_t end = std::min(trace.headers.find(',', begin), trace.headers.size());
    json.value(std::string_view(trace.headers).substr(begin, end - begin));
    begin = end + 1;
  }
  json.end_array();
  json.key("time");
  if (trace.shares) {
    json.begin_object().member("browser_ns", trace.shares->browser_ns).member("network_ns", trace.shares->network_ns);
    json.member("backend_ns", trace.shares->backend_ns).end_object();
  } else {
    json.null();
  }
  number_or_null(json, "clock_offset_ns", trace.backend ? std::optional(trace.backend->clock_offset_ns) : std::nullopt);
  json.end_object();
}

void write_frames(wire::JsonWriter& json, const std::vector<query_rum::ResolvedFrame>& frames) {
  json.key("frames").begin_array();
  for (const query_rum::ResolvedFrame& frame : frames) {
    json.begin_object().member("function", frame.frame.function).member("file", frame.frame.file);
    json.member("line", frame.frame.line).member("column", frame.frame.column).member("in_app", frame.frame.in_app);
    json.key("source");
    if (frame.source) {
      json.begin_object().member("file", frame.source->file).member("line", frame.source->line).member("column", frame.source->column);
      json.member("function", frame.source->function).key("context").begin_array();
      for (const query_rum::SourceLine& line : frame.source->context) {
        json.begin_object().member("line", line.line).member("text", line.text).end_object();
      }
      json.end_array().end_object();
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
}

void write_error(wire::JsonWriter& json, const query_rum::EventDetail& event, size_t& room) {
  json.key("error");
  if (!event.error) {
    json.null();
    return;
  }
  const query_rum::EventError& error = *event.error;
  json.begin_object().member("type", error.type).member("message", error.message);
  const bool fits = error.stack.size() <= room;
  text_or_null(json, "stack", fits ? std::string_view(error.stack) : std::string_view());
  text_or_null(json, "source", error.source);
  text_or_null(json, "file", error.file);
  number_or_null(json, "line", error.line == 0 ? std::nullopt : std::optional(error.line));
  number_or_null(json, "column", error.column == 0 ? std::nullopt : std::optional(error.column));
  json.member("group_id", error.group_id);
  write_frames(json, fits ? error.resolved.frames : std::vector<query_rum::ResolvedFrame>());
  json.member("source_map", query_rum::state_word(error.resolved.state)).end_object();
  room -= fits ? error.stack.size() : 0;
}

std::string_view kind_of(query_rum::EventKind kind) {
  using enum query_rum::EventKind;
  return kind == kViewCustom || kind == kOther ? "custom" : query_rum::kind_word(kind);
}

void write_event(wire::JsonWriter& json, const query_rum::EventDetail& event, const query_rum::TextIds& texts, size_t& room) {
  const query_rum::SessionEvent& short_form = event.event;
  const bool is_request = short_form.kind == query_rum::EventKind::kRequest || short_form.kind == query_rum::EventKind::kResource;
  json.begin_object().member("event_id", texts.text(short_form.event_id));
  time(json, "at_ns", short_form.time_ns);
  json.key("end_ns");
  if (short_form.duration_ns >= 0) {
    json.int64_string(short_form.end_ns());
  } else {
    json.null();
  }
  json.member("kind", kind_of(short_form.kind));
  text_or_null(json, "type", texts.text(short_form.type));
  json.member("name", event.name);
  text_or_null(json, "view_id", texts.text(short_form.view_id));
  text_or_null(json, "view_name", texts.text(short_form.view_name));
  json.member("times", short_form.times);
  text_or_null(json, "url", texts.text(short_form.url));
  text_or_null(json, "method", texts.text(short_form.method));
  number_or_null(json, "status_code", if_told(short_form.status));
  text_or_null(json, "message", texts.text(short_form.message));
  number_or_null(json, "success", short_form.success == 2 ? std::nullopt : std::optional(int{short_form.success}));
  number_or_null(json, "duration_ns", if_told(short_form.duration_ns));
  write_phases(json, event.phases);
  const auto bytes = [&](std::string_view key) {
    const auto number = is_request ? event.number(key) : std::nullopt;
    return number && *number >= 0 ? std::optional(static_cast<uint64_t>(std::min(*number, 1e15))) : std::nullopt;
  };
  const auto working_set = event.number(query_rum::key::kWorkingSet);
  number_or_null(json, "size", working_set ? std::optional(static_cast<uint64_t>(std::clamp(*working_set, 0.0, 1e15))) : bytes(query_rum::key::kSize));
  number_or_null(json, "transfer_size", bytes(query_rum::key::kTransferSize));
  json.member("rage", event.rage);
  text_or_null(json, "caused_by", event.caused_by);
  write_trace(json, event);
  write_error(json, event, room);
  write_numbers(json, short_form.numbers);
  const std::string snapshots = event.text(query_rum::key::kSnapshots);
  const bool fits = snapshots.size() <= std::min(room, kSnapshotMax);
  text_or_null(json, "snapshots", fits ? std::string_view(snapshots) : std::string_view());
  room -= fits ? snapshots.size() : 0;
  const auto offset = event.number(query_rum::key::kClockOffset);
  number_or_null(json, "clock_offset_ms", offset ? std::optional(std::llround(std::clamp(*offset, -1e15, 1e15))) : std::nullopt);
  json.end_object();
}

std::expected<std::vector<query_rum::SessionTrait>, ApiError> traits_of(const Arguments& arguments) {
  std::vector<query_rum::SessionTrait> traits;
  if (!arguments.has("has")) return traits;
  for (const std::string& word : arguments.texts("has")) {
    const auto trait = query_rum::session_trait_of(word);
    if (!trait) {
      return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument,
                                      "has: \"" + word + "\" is none of errors, failed, slow, rage, blank, long_tasks, crash", "has"});
    }
    traits.push_back(*trait);
  }
  return traits;
}

query_rum::SessionDetailRequest detail_request(const Question& question) {
  query_rum::SessionDetailRequest request{.session_id = question.arguments.text("session_id"),
                                          .now_ns = question.options.clock->now_ns(),
                                          .positions = question.options.source_maps.get()};
  if (question.arguments.has("start")) request.hint.begin_ns = question.arguments.number("start");
  if (question.arguments.has("end")) request.hint.end_ns = question.arguments.number("end");
  return request;
}

}  // namespace

AnswerResult answer_rum_sessions(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto traits = traits_of(arguments);
  if (!traits) return std::unexpected(std::move(traits.error()));
  const query_rum::SessionsRequest request{
      .range = *range,
      .app = arguments.text("app"),
      .q = arguments.text("q"),
      .has = std::move(*traits),
      .user = arguments.text("user"),
      .text = arguments.text("text"),
      .min_duration_ns = arguments.has("min_duration") ? arguments.number("min_duration") : 0,
      .sort = query_rum::session_sort_of(arguments.text("sort")).value_or(query_rum::SessionSort::kWorst),
      .limit = static_cast<uint32_t>(arguments.number("limit")),
      .cursor = arguments.text("cursor"),
      .now_ns = question.options.clock->now_ns()};
  auto result = query_rum::list_sessions(*question.options.catalog, request, question.control, question.hooks);
  if (!result) return refused(std::move(result.error()), "q");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("sessions").begin_array();
  for (const query_rum::SessionRow& row : result->sessions) write_row(json, row);
  json.end_array().member("session_count", result->session_count).member("total_count", result->total_count);
  text_or_null(json, "next_cursor", result->next_cursor);
  json.member("exact", result->exact);
  write_range(json, *range);
  write_stats(json, result->stats);
  json.end_object();
  return answer;
}

AnswerResult answer_rum_session(const Question& question) {
  auto detail = query_rum::session_detail(*question.options.catalog, detail_request(question), question.control, question.hooks);
  if (!detail) return refused(std::move(detail.error()), "session_id");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("session");
  write_row(json, detail->session);
  json.key("views").begin_array();
  for (const query_rum::ViewDetail& view : detail->views) {
    json.begin_object().member("view_id", detail->texts.text(view.view.view_id)).member("name", detail->texts.text(view.view.name));
    text_or_null(json, "url", detail->texts.text(view.view.url));
    time(json, "start_ns", view.view.start_ns);
    time(json, "end_ns", view.view.end_ns);
    text_or_null(json, "loading_type", view.loading_type);
    text_or_null(json, "referrer", view.referrer);
    write_numbers(json, view.view.numbers);
    write_phases(json, view.phases);
    json.member("errors", view.view.errors).member("requests", view.view.requests).end_object();
  }
  json.end_array().key("events").begin_array();
  size_t room = kLongTextsMax;
  for (const query_rum::EventDetail& event : detail->events) write_event(json, event, detail->texts, room);
  json.end_array().member("event_count", detail->event_count).member("left_out", detail->left_out);
  json.key("other_sessions_of_user").begin_array();
  for (const query_rum::OtherSession& other : detail->others) {
    json.begin_object().member("session_id", other.session_id);
    time(json, "start_ns", other.counts.start_ns);
    json.member("pain", query_rum::pain(other.counts)).member("duration_ns", other.counts.duration_ns()).member("errors", other.counts.errors);
    json.end_object();
  }
  json.end_array();
  write_stats(json, detail->stats);
  json.end_object();
  return answer;
}

AnswerResult answer_rum_session_event(const Question& question) {
  query_rum::SessionDetailRequest request = detail_request(question);
  request.event_id = question.arguments.text("event_id");
  if (request.event_id.empty()) {
    return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument, "event_id is empty", "event_id"});
  }
  auto detail = query_rum::session_detail(*question.options.catalog, request, question.control);
  if (!detail) return refused(std::move(detail.error()), "event_id");
  Answer answer;
  wire::JsonWriter json(answer.body);
  size_t room = kLongTextsMax;
  json.begin_object().key("event");
  write_event(json, detail->events.front(), detail->texts, room);
  write_attributes(json, "attributes", detail->events.front().record.attributes);
  write_attributes(json, "resource", detail->events.front().record.resource.attributes);
  json.end_object();
  return answer;
}

AnswerResult answer_rum_of_trace(const Question& question) {
  auto result = query_rum::session_of_trace(*question.options.catalog, question.arguments.trace_id("trace_id"),
                                            question.options.clock->now_ns(), question.control);
  if (!result) return refused(std::move(result.error()), "trace_id");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("found", result->found);
  text_or_null(json, "via", result->found ? word(result->via) : std::string_view());
  text_or_null(json, "session_id", result->session_id);
  text_or_null(json, "user_id", result->user_id);
  text_or_null(json, "user_name", result->user_name);
  text_or_null(json, "app", result->app);
  text_or_null(json, "app_name", result->app_name.empty() ? result->app : result->app_name);
  const query_rum::RequestOfTrace& first = result->request;
  text_or_null(json, "view_id", first.view_id);
  text_or_null(json, "view_name", first.view_name);
  text_or_null(json, "event_id", first.event_id);
  text_or_null(json, "event_name", first.name);
  number_or_null(json, "duration_ns", if_told(first.duration_ns));
  text_or_null(json, "state", result->found ? word(result->state) : std::string_view());
  json.key("session_start_ns");
  if (result->session_start_ns) {
    json.int64_string(*result->session_start_ns);
  } else {
    json.null();
  }
  json.key("other").begin_array();
  for (const query_rum::RequestOfTrace& other : result->other) {
    json.begin_object().member("event_id", other.event_id).member("event_name", other.name);
    text_or_null(json, "view_name", other.view_name);
    time(json, "at_ns", other.start_ns);
    number_or_null(json, "duration_ns", if_told(other.duration_ns));
    json.end_object();
  }
  json.end_array();
  text_or_null(json, "hint", result->found ? "" : result->has_events ? "no_rum_for_this_trace" : "no_rum");
  json.end_object();
  return answer;
}

}  // namespace clew::api_native
