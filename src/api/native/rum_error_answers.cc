#include "api/native/rum_error_answers.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "api/native/native_limits.h"
#include "otlp/ids.h"
#include "query/record_filter.h"
#include "query/rum/browser_error_groups.h"
#include "query/rum/event_keys.h"
#include "query/rum/event_kinds.h"
#include "wire/content_coding.h"

namespace clew::api_native {
namespace {

namespace key = query_rum::key;
using query_rum::BrowserErrorGroup;
using query_rum::ErrorShares;

std::unexpected<ApiError> bad(std::string message, std::string parameter = {}) {
  return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument, std::move(message), std::move(parameter)});
}

void text_or_null(wire::JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  text.empty() ? json.null() : json.value(text);
}
void number_or_null(wire::JsonWriter& json, std::string_view name, uint64_t number) {
  json.key(name);
  number == 0 ? json.null() : json.value(number);
}
void time_or_null(wire::JsonWriter& json, std::string_view name, int64_t time_ns) {
  json.key(name);
  time_ns == 0 ? json.null() : json.int64_string(time_ns);
}
void trace_or_null(wire::JsonWriter& json, std::string_view name, otlp::TraceId id) {
  text_or_null(json, name, id == otlp::TraceId() ? std::string() : otlp::to_hex(id));
}

void write_shares(wire::JsonWriter& json, std::string_view name, std::string_view value_name,
                  const ErrorShares& shares) {
  json.key(name).begin_array();
  for (const query_rum::ErrorShare& share : shares) {
    json.begin_object().member(value_name, share.value).member("count", share.count);
    if (value_name == "value") json.member("users", share.users);
    json.end_object();
  }
  json.end_array();
}

void write_steps(wire::JsonWriter& json, const query::TimeSteps& steps) {
  json.key("steps").begin_object().key("start_ns").int64_string(steps.start_ns);
  json.member("step_ns", steps.step_ns).member("count", steps.count).end_object();
}

void write_place(wire::JsonWriter& json, const std::string& function, const std::string& file, uint32_t line,
                 uint32_t column) {
  text_or_null(json, "function", function);
  text_or_null(json, "file", file);
  number_or_null(json, "line", line);
  number_or_null(json, "column", column);
}

void write_state(wire::JsonWriter& json, const query_rum::KnownError& known) {
  json.member("state", query_rum::error_state_word(known.state));
  time_or_null(json, "state_since_ns", known.state_since_ns);
  text_or_null(json, "resolved_in_version", known.resolved_in_version);
  time_or_null(json, "regressed_ns", known.regressed_ns);
  text_or_null(json, "note", known.note);
}

void write_cause(wire::JsonWriter& json, const query_rum::ErrorCause& cause) {
  json.key("likely_cause");
  if (cause.count == 0) {
    json.null();
    return;
  }
  json.begin_object().member("method", cause.method).member("name", cause.name);
  json.key("status_code");
  cause.status_code == 0 ? json.null() : json.value(std::to_string(cause.status_code));
  trace_or_null(json, "trace_id", cause.trace_id);
  text_or_null(json, "span_id", cause.span_id == 0 ? std::string() : otlp::span_id_hex(cause.span_id));
  text_or_null(json, "service", cause.service);
  text_or_null(json, "operation", cause.operation);
  json.member("count", cause.count).end_object();
}

void write_group(wire::JsonWriter& json, const BrowserErrorGroup& group) {
  json.begin_object()
      .member("group_id", query_rum::group_id_text(group.id))
      .member("app", group.app)
      .member("app_name", group.app_name);
  json.member("type", group.type).member("message", group.message).key("culprit");
  if (group.culprit) {
    json.begin_object();
    write_place(json, group.culprit->function(), group.culprit->file(), group.culprit->line(), group.culprit->column());
    json.end_object();
  } else {
    json.null();
  }
  text_or_null(json, "source", group.source);
  json.member("kind", group.kind)
      .member("count", group.count)
      .member("users", group.users)
      .member("sessions", group.sessions);
  json.key("first_ns").int64_string(group.first_ns).key("last_ns").int64_string(group.last_ns);
  text_or_null(json, "first_version", group.first_version);
  write_shares(json, "versions", "version", group.versions);
  write_state(json, group.known);
  json.key("series").begin_array();
  for (const int64_t count : group.series) json.value(count);
  json.end_array();
  write_shares(json, "pages", "view", group.pages);
  write_shares(json, "browsers", "name", group.browsers);
  write_cause(json, group.cause);
  json.key("sample").begin_object().member("session_id", group.sample_session).member("event_id", group.sample_event);
  trace_or_null(json, "trace_id", group.sights.front().trace_id);
  json.key("at_ns").int64_string(group.sights.front().time_ns).end_object();
  json.end_object();
}

struct Asked {
  query_rum::BrowserErrorsRequest request;
  query_rum::EventFilter filter;
};

// What list and detail share. The filter is the caller's to keep.
std::expected<Asked, ApiError> asked(const Arguments& arguments) {
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto filter = query_rum::EventFilter::parse(arguments.text("q"));
  if (!filter) return refused(std::move(filter.error()), "q");
  return Asked{{.range = *range, .app = arguments.text("app"), .points = arguments.number("points")},
               std::move(*filter)};
}

query_rum::ErrorBook book_of(const Question& question) {
  return {*question.options.source_maps, *question.options.error_states, *question.options.clock};
}

query_rum::ErrorSort sort_of(std::string_view word) {
  using enum query_rum::ErrorSort;
  return word == "count"    ? kCount
         : word == "newest" ? kNewest
         : word == "users"  ? kUsers
         : word == "first"  ? kFirst
                            : kImpact;
}

const std::string& text_of(const query::RecordRow& row, std::string_view name) {
  static const std::string kNone;
  const std::string* text = otlp::find_string(row.attributes, name);
  return text == nullptr ? kNone : *text;
}
std::string any_text_of(const query::RecordRow& row, std::string_view name) {
  for (const otlp::KeyValue& pair : row.attributes) {
    if (pair.key == name) return query::value_text(pair.value);
  }
  return {};
}

void write_sample(wire::JsonWriter& json, const query::RecordRow& row) {
  json.begin_object()
      .member("session_id", text_of(row, key::kSessionId))
      .member("event_id", text_of(row, key::kEventId));
  json.key("at_ns").int64_string(row.time_ns);
  const std::string* version = otlp::find_string(row.resource.attributes, "service.version");
  text_or_null(json, "user_id", text_of(row, key::kUserId));
  text_or_null(json, "user_name", any_text_of(row, key::kUserName));
  text_or_null(json, "version", version == nullptr ? std::string_view() : std::string_view(*version));
  for (const auto& [name, attribute] : {std::pair<std::string_view, std::string_view>{"browser", key::kBrowser},
                                        {"os", key::kOs},
                                        {"country", key::kCountry},
                                        {"view_name", key::kViewName},
                                        {"url", key::kUrl}}) {
    text_or_null(json, name, text_of(row, attribute));
  }
  text_or_null(json, "trace_id", row.text("trace_id"));
  json.member("message", text_of(row, key::kErrorMessage)).end_object();
}

void write_crumb(wire::JsonWriter& json, const query::RecordRow& row) {
  const query_rum::EventKind kind = query_rum::event_kind(row.text("event_name"), any_text_of(row, key::kType));
  const bool is_error = kind == query_rum::EventKind::kException;
  json.begin_object()
      .key("at_ns")
      .int64_string(row.time_ns)
      .member("kind", is_error ? "error" : query_rum::kind_word(kind));
  std::string name = any_text_of(row, is_error ? key::kErrorType : key::kEventName);
  if (name.empty()) name = text_of(row, key::kViewName);
  json.member("name", name);
  text_or_null(json, "event_id", text_of(row, key::kEventId));
  text_or_null(json, "type", any_text_of(row, key::kType));
  text_or_null(json, "method", text_of(row, key::kMethod));
  text_or_null(json, "status_code", any_text_of(row, key::kStatusCode));
  json.key("duration_ns");
  const std::string duration = any_text_of(row, key::kDuration);
  char* end = nullptr;
  const double duration_ms = duration.empty() ? -1 : std::strtod(duration.c_str(), &end);
  duration_ms >= 0 && duration_ms < 1e9 ? json.value(static_cast<int64_t>(duration_ms * 1e6)) : json.null();
  text_or_null(json, "message", any_text_of(row, is_error ? key::kErrorMessage : key::kMessage));
  text_or_null(json, "trace_id", row.text("trace_id"));
  json.key("success");
  const std::string success = any_text_of(row, key::kSuccess);
  success == "1" || success == "0" || success == "-1" ? json.value(std::atoi(success.c_str())) : json.null();
  json.end_object();
}

void write_source_map(wire::JsonWriter& json, const query_rum::BrowserErrorDetail& detail) {
  json.key("source_map").begin_object().member("state", query_rum::state_word(detail.stack.state));
  text_or_null(json, "file", detail.map_file);
  text_or_null(json, "version", detail.map_version);
  text_or_null(json, "debug_id", detail.map_debug_id);
  json.key("available").begin_array();
  for (const std::string& version : detail.map_versions) json.value(version);
  json.end_array().end_object();
}

void write_info(wire::JsonWriter& json, const query_rum::SourceMapInfo& map) {
  json.begin_object().member("id", map.id);
  text_or_null(json, "app", map.app);
  text_or_null(json, "version", map.version);
  json.member("file", map.file);
  text_or_null(json, "debug_id", map.debug_id);
  json.member("bytes", map.size_bytes).key("uploaded_ns").int64_string(map.uploaded_ns).end_object();
}

}  // namespace

void write_frames(wire::JsonWriter& json, const std::vector<query_rum::ResolvedFrame>& frames) {
  json.begin_array();
  for (const query_rum::ResolvedFrame& resolved : frames) {
    json.begin_object();
    write_place(json, resolved.frame.function, resolved.frame.file, resolved.frame.line, resolved.frame.column);
    json.member("in_app", resolved.frame.in_app).key("source");
    if (resolved.source) {
      json.begin_object();
      write_place(json, resolved.source->function, resolved.source->file, resolved.source->line,
                  resolved.source->column);
      json.key("context").begin_array();
      for (const query_rum::SourceLine& line : resolved.source->context) {
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

AnswerResult answer_browser_errors(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto wanted = asked(arguments);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  query_rum::BrowserErrorsRequest& request = wanted->request;
  request.filter = &wanted->filter;
  for (const std::string& word : arguments.texts("state")) {
    const auto state = query_rum::parse_error_state(word);
    if (!state) return bad("\"" + word + "\" is none of open, resolved, ignored, regressed", "state");
    request.states.push_back(*state);
  }
  request.sort = sort_of(arguments.text("sort"));
  request.limit = static_cast<uint32_t>(arguments.number("limit"));
  auto groups = query_rum::browser_errors(*question.options.catalog, request, book_of(question), question.control,
                                          question.hooks);
  if (!groups) return refused(std::move(groups.error()), "q");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("groups").begin_array();
  for (const BrowserErrorGroup& group : groups->groups) write_group(json, group);
  json.end_array().member("group_count", groups->group_count).key("by_state").begin_object();
  for (size_t state = 0; state < 4; ++state) {
    json.member(query_rum::error_state_word(static_cast<query_rum::ErrorState>(state)), groups->by_state[state]);
  }
  json.end_object().member("new_count", groups->new_count);
  write_steps(json, groups->steps);
  json.member("exact", groups->exact);
  write_range(json, request.range);
  write_stats(json, groups->stats);
  json.end_object();
  return answer;
}

AnswerResult answer_browser_error(const Question& question) {
  auto wanted = asked(question.arguments);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  wanted->request.filter = &wanted->filter;
  const uint64_t id = query_rum::parse_group_id(question.arguments.text("group_id"));
  if (id == 0) return bad("a group's id has 16 hex digits", "group_id");
  auto detail = query_rum::browser_error(*question.options.catalog, id, wanted->request, book_of(question),
                                         question.control, question.hooks);
  if (!detail) return refused(std::move(detail.error()), "q");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("group");
  write_group(json, detail->group);
  json.key("frames");
  write_frames(json, detail->stack.frames);
  text_or_null(json, "raw_stack", detail->raw_stack);
  json.member("message", detail->message);
  write_source_map(json, *detail);
  json.key("samples").begin_array();
  for (const query::RecordRow& row : detail->samples) write_sample(json, row);
  json.end_array().key("breadcrumbs").begin_array();
  for (const query::RecordRow& row : detail->breadcrumbs) write_crumb(json, row);
  json.end_array().key("by").begin_object();
  write_shares(json, "browser", "value", detail->group.browsers);
  write_shares(json, "os", "value", detail->group.systems);
  write_shares(json, "version", "value", detail->group.versions);
  write_shares(json, "country", "value", detail->group.countries);
  write_shares(json, "page", "value", detail->group.pages);
  json.end_object();
  write_steps(json, detail->steps);
  json.key("releases").begin_array();
  for (const auto& [version, first_ns] : detail->releases) {
    json.begin_object().member("version", version).key("first_ns").int64_string(first_ns).end_object();
  }
  json.end_array();
  write_range(json, wanted->request.range);
  write_stats(json, detail->stats);
  json.end_object();
  return answer;
}

AnswerResult answer_put_browser_error(const Question& question) {
  const uint64_t id = query_rum::parse_group_id(question.arguments.text("group_id"));
  if (id == 0) return bad("a group's id has 16 hex digits", "group_id");
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(simdjson::padded_string(question.body)).get(root) != simdjson::SUCCESS)
    return bad("the body is no JSON object");
  query_rum::ErrorStates::Change change;
  std::string_view text;
  std::optional<query_rum::ErrorState> state;
  if (root["state"].get(text) == simdjson::SUCCESS) state = query_rum::parse_error_state(text);
  if (!state || *state == query_rum::ErrorState::kRegressed) return bad("\"state\" is one of open, resolved, ignored");
  change.state = *state;
  if (root["resolved_in_version"].get(text) == simdjson::SUCCESS) change.resolved_in_version = text;
  if (root["note"].get(text) == simdjson::SUCCESS) change.note = std::string(text);
  if (root["state_since_ns"].get(text) == simdjson::SUCCESS) {
    const auto time_ns = parse_time_ns(text, question.options.clock->now_ns());
    if (!time_ns) return bad("\"state_since_ns\" is no time in ns");
    change.state_since_ns = *time_ns;
  }
  auto known = question.options.error_states->set(id, change);
  if (!known) return refused(std::move(known.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("group_id", query_rum::group_id_text(id));
  write_state(json, *known);
  json.end_object();
  return answer;
}

AnswerResult answer_source_maps(const Question& question) {
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("source_maps").begin_array();
  for (const query_rum::SourceMapInfo& map : question.options.source_maps->list(question.arguments.text("app")))
    write_info(json, map);
  json.end_array().end_object();
  return answer;
}

AnswerResult answer_add_source_map(const Question& question) {
  const Arguments& arguments = question.arguments;
  std::string unpacked;
  std::string_view body = question.body;
  // Files that are stored compressed are sent as they are.
  if (body.starts_with("\x1f\x8b")) {
    auto decoded = wire::decode_gzip(body, kBodyBytesMax);
    if (!decoded) return refused(std::move(decoded.error()));
    unpacked = std::move(*decoded);
    body = unpacked;
  }
  auto added = question.options.source_maps->add({.app = arguments.text("app"),
                                                  .version = arguments.text("version"),
                                                  .file = arguments.text("file"),
                                                  .debug_id = arguments.text("debug_id"),
                                                  .json = body});
  if (!added) return refused(std::move(added.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  write_info(json, *added);
  return answer;
}

AnswerResult answer_delete_source_map(const Question& question) {
  const std::string& id = question.arguments.text("id");
  if (auto removed = question.options.source_maps->remove(id); !removed) return refused(std::move(removed.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("id", id).end_object();
  return answer;
}

}  // namespace clew::api_native
