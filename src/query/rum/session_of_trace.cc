#include "query/rum/session_of_trace.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "query/engine_steps.h"
#include "query/rum/event_keys.h"
#include "query/rum/event_scan.h"
#include "query/rum/session_backends.h"
#include "query/rum/session_limits.h"
#include "query/trace_view.h"
#include "table/span_fields.h"

namespace clew::query_rum {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (parts.size() < 64) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Requests of the trace, as events tell them.
stdx::Result<void> find_events(const table::Catalog::Sets& sets, otlp::TraceId trace_id, const query::QueryControl& control,
                               SessionOfTrace& result) {
  EventQuestion question;
  question.trace_id = trace_id;
  enum : size_t { kSession, kUser, kUserName, kApp, kAppName, kService, kView, kViewName, kEvent, kName };
  question.texts = {key::kSessionId, key::kUserId, key::kUserName, key::kAppId, key::kAppName, key::kService,
                    key::kViewId,    key::kViewName, key::kEventId, key::kEventName};
  question.numbers = {key::kDuration};
  std::vector<RequestOfTrace> requests;
  int64_t earliest_ns = INT64_MAX;
  auto stats = scan_events(sets, question, control, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
    for (uint32_t i = 0; i < batch.size() && requests.size() < kRequestsOfTraceMax; ++i) {
      const auto text = [&](size_t slot) { return batch.none(slot) ? std::string() : std::string(batch.text(slot, i)); };
      const auto ms = batch.number(0, i);
      requests.push_back({.event_id = text(kEvent), .name = text(kName), .view_id = text(kView), .view_name = text(kViewName),
                          .start_ns = batch.time_ns(i), .duration_ns = ms ? static_cast<int64_t>(std::clamp(*ms, 0.0, 1e8) * 1e6) : -1,
                          .span_id = batch.span_id(i)});
      if (batch.time_ns(i) >= earliest_ns) continue;
      earliest_ns = batch.time_ns(i);
      result.session_id = text(kSession);
      result.user_id = text(kUser);
      result.user_name = text(kUserName);
      result.app = text(kApp).empty() ? text(kService) : text(kApp);
      result.app_name = text(kAppName);
    }
    return {};
  });
  if (!stats) return std::unexpected(std::move(stats.error()));
  if (requests.empty()) return {};
  result.found = true;
  result.via = FoundVia::kEvent;
  std::ranges::stable_sort(requests, {}, &RequestOfTrace::start_ns);
  result.request = std::move(requests.front());
  result.other.assign(std::make_move_iterator(requests.begin() + 1), std::make_move_iterator(requests.end()));
  return {};
}

// The first text among the rows, or empty.
stdx::Result<std::string> first_text(const table::Segment& segment, std::span<const uint32_t> rows, table::Scope scope, std::string_view key) {
  for (const table::ColumnId id : segment.find(scope, key)) {
    const table::ValueType type = segment.columns()[id].type;
    if (type != table::ValueType::kString && type != table::ValueType::kJson) continue;
    auto window = segment.gather(id, rows);
    if (!window) return std::unexpected(std::move(window.error()));
    if (window->all_null) continue;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (window->has(i)) return std::string(window->dictionary->at(window->codes[i]));
    }
  }
  return std::string();
}

// What spans say themselves: session.id as semantic conventions have it, else what the browser's headers carried.
stdx::Result<void> find_in_spans(const table::Catalog::Sets& sets, otlp::TraceId trace_id, SessionOfTrace& result) {
  std::optional<CarriedSession> carried;
  for (const auto& set : sets) {
    auto parts = set->find_trace(trace_id);
    if (!parts) return std::unexpected(std::move(parts.error()));
    for (const table::SpanRows& rows : *parts) {
      const table::Segment& segment = *set->segments()[rows.segment];
      const auto text = [&](table::Scope scope, std::string_view key) { return first_text(segment, rows.rows, scope, key); };
      auto session = text(table::Scope::kSpan, key::kSessionId);
      if (!session) return std::unexpected(std::move(session.error()));
      if (!session->empty()) {
        result.found = true;
        result.via = FoundVia::kSpan;
        result.session_id = std::move(*session);
        const std::array<std::tuple<std::string*, table::Scope, std::string_view>, 4> others = {
            {{&result.user_id, table::Scope::kSpan, key::kUserId}, {&result.user_name, table::Scope::kSpan, key::kUserName},
             {&result.app, table::Scope::kResource, key::kAppId.substr(9)}, {&result.app_name, table::Scope::kResource, key::kAppName.substr(9)}}};
        for (const auto& [into, scope, name] : others) {
          auto value = text(scope, name);
          if (!value) return std::unexpected(std::move(value.error()));
          *into = std::move(*value);
        }
        return {};
      }
      constexpr std::array<std::pair<table::Scope, std::string_view>, 4> kCarriers = {
          {{table::Scope::kSpanField, table::field::kTraceState}, {table::Scope::kSpan, "http.request.header.tracestate"},
           {table::Scope::kSpan, "http.request.header.baggage"}, {table::Scope::kSpan, "baggage"}}};
      for (const auto& [scope, name] : kCarriers) {
        if (carried) break;
        auto value = text(scope, name);
        if (!value) return std::unexpected(std::move(value.error()));
        carried = parse_carried_session(*value);
      }
    }
  }
  if (!carried) return {};
  result.found = true;
  result.via = FoundVia::kTraceState;
  result.session_id = std::move(carried->session_id);
  result.user_id = std::move(carried->user_id);
  result.app = std::move(carried->app);
  return {};
}

stdx::Result<void> find_session_start(const table::Catalog::Sets& sets, const query::QueryControl& control, SessionOfTrace& result) {
  EventQuestion question;
  question.session_ids = {result.session_id};
  question.texts = {key::kUserName, key::kAppName};
  auto stats = scan_events(sets, question, control, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      result.session_start_ns = std::min(result.session_start_ns.value_or(INT64_MAX), batch.time_ns(i));
      if (result.user_name.empty() && !batch.none(0)) result.user_name = batch.text(0, i);
      if (result.app_name.empty() && !batch.none(1)) result.app_name = batch.text(1, i);
    }
    return {};
  });
  if (!stats) return std::unexpected(std::move(stats.error()));
  return {};
}

}  // namespace

std::string_view word(FoundVia via) {
  constexpr std::array<std::string_view, 3> kWords = {"event", "span", "tracestate"};
  return kWords[static_cast<size_t>(via)];
}

std::optional<CarriedSession> parse_carried_session(std::string_view header) {
  // Captured headers come as a JSON list of texts.
  if (header.starts_with("[\"") && header.ends_with("\"]")) header = header.substr(2, header.size() - 4);
  CarriedSession carried;
  bool is_rum = false;
  for (std::string_view member : split(header, ',')) {
    member = trimmed(member);
    const size_t equals = member.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trimmed(member.substr(0, equals));
    std::string_view value = trimmed(member.substr(equals + 1));
    value = value.substr(0, value.find(';'));  // Properties of baggage.
    if (name == "rum") {
      is_rum = true;
      const auto parts = split(value, '&');
      if (parts.size() < 4) continue;
      carried.app = parts[2];
      carried.session_id = parts[3];
      if (parts.size() > 4) carried.user_id = parts[4];
    } else if (name == "pid") {
      if (carried.app.empty()) carried.app = value;
    } else if (name == "sid") {
      if (carried.session_id.empty()) carried.session_id = value;
    } else if (name == "uid") {
      if (carried.user_id.empty()) carried.user_id = value;
    }
  }
  // Windows of Electron do not know their session, and all say this.
  if (!is_rum || carried.session_id.empty() || carried.session_id == "electron-session-id") return std::nullopt;
  return carried;
}

stdx::Result<SessionOfTrace> session_of_trace(const table::Catalog& catalog, otlp::TraceId trace_id, int64_t now_ns,
                                              const query::QueryControl& control) {
  const table::Catalog::Sets sets = catalog.snapshot();
  SessionOfTrace result;
  result.has_events = std::ranges::any_of(sets, [](const auto& set) { return !set->records(table::RecordTableId::kEvents).empty(); });
  if (auto done = find_events(sets, trace_id, control, result); !done) return std::unexpected(std::move(done.error()));
  if (!result.found) {
    if (auto done = find_in_spans(sets, trace_id, result); !done) return std::unexpected(std::move(done.error()));
  }
  if (!result.found) return result;
  if (!result.session_id.empty()) {
    if (auto done = find_session_start(sets, control, result); !done) return std::unexpected(std::move(done.error()));
  }
  if (result.via == FoundVia::kTraceState) return result;  // A backend kept it.
  auto trace = query::trace_view(catalog, trace_id, control);
  const bool has_backend = trace ? backend_trace_of(*trace, result.request.span_id, false).has_value()
                                 : trace.error().code != stdx::ErrorCode::kNotFound;
  if (!has_backend) {
    const int64_t end_ns = result.request.start_ns + std::max<int64_t>(result.request.duration_ns, 0);
    result.state = now_ns - end_ns < kBackendPendingNs ? RequestState::kPending : RequestState::kBackendSilent;
  }
  return result;
}

}  // namespace clew::query_rum
