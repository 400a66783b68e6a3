#include "query/rum/session_detail.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/record_filter.h"
#include "query/rum/error_key.h"
#include "query/rum/event_keys.h"
#include "query/rum/request_origins.h"
#include "query/rum/session_limits.h"
#include "query/traceql/fields.h"

namespace clew::query_rum {
namespace {

const otlp::AnyValue* find(const otlp::Attributes& attributes, std::string_view key) {
  const auto found = std::ranges::lower_bound(attributes, key, {}, &otlp::KeyValue::key);  // read_records() orders them.
  return found == attributes.end() || found->key != key ? nullptr : &found->value;
}

// As a whole the session; as single events those that are told.
std::vector<size_t> chosen_events(const std::vector<SessionEvent>& events, const TextIds& texts, const std::string& event_id) {
  std::vector<size_t> chosen;
  if (!event_id.empty()) {
    for (size_t i = 0; i < events.size(); ++i) {
      if (texts.text(events[i].event_id) == event_id) return {i};
    }
    return chosen;
  }
  chosen.resize(events.size());
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  if (chosen.size() <= kSessionEventsMax) return chosen;
  std::ranges::stable_partition(chosen, [&](size_t i) { return events[i].kind != EventKind::kResource; });
  chosen.resize(kSessionEventsMax);
  std::ranges::sort(chosen);
  return chosen;
}

std::string event_name(const EventDetail& detail, const TextIds& texts) {
  const std::string_view name = texts.text(detail.event.name);
  switch (detail.event.kind) {
    case EventKind::kView:
    case EventKind::kPerf:
    case EventKind::kVitals:
    case EventKind::kViewCustom: return std::string(name.empty() ? texts.text(detail.event.view_name) : name);
    case EventKind::kException: return std::string(texts.text(detail.event.error_type));
    case EventKind::kLongTask: return {};  // Its name is the view's.
    default: return std::string(name.empty() ? detail.record.text("body") : name);
  }
}

LoadPhases phases_of(const EventDetail& detail) {
  LoadPhases phases;
  const auto ns = [&](std::string_view key) -> std::optional<int64_t> {
    const auto ms = detail.number(key);
    if (!ms || !(*ms >= 0)) return std::nullopt;
    return static_cast<int64_t>(std::min(*ms, 1e8) * 1e6);
  };
  const EventKind kind = detail.event.kind;
  if (kind != EventKind::kRequest && kind != EventKind::kResource && kind != EventKind::kPerf) return phases;
  phases.redirect_ns = ns(key::kRedirectDuration);
  phases.dns_ns = ns(key::kDnsDuration);
  phases.tls_ns = ns(key::kTlsDuration);
  phases.connect_ns = ns(key::kConnectDuration);
  if (phases.connect_ns) phases.connect_ns = std::max<int64_t>(0, *phases.connect_ns - phases.tls_ns.value_or(0));
  phases.request_ns = ns(key::kFirstByteDuration);
  phases.response_ns = ns(key::kDownloadDuration);
  if (kind == EventKind::kPerf) {
    const auto complete = ns(key::kDomComplete), load = ns(key::kLoad), first_byte = ns(key::kTtfb);
    if (complete && first_byte) {
      phases.dom_ns = std::max<int64_t>(0, *complete - *first_byte - phases.response_ns.value_or(0));
    }
    if (complete && load) phases.load_ns = std::max<int64_t>(0, *load - *complete);
    return phases;
  }
  if (phases.request_ns && detail.event.duration_ns >= 0) {
    int64_t told = 0;
    for (const auto* part : {&phases.redirect_ns, &phases.dns_ns, &phases.connect_ns, &phases.tls_ns, &phases.request_ns, &phases.response_ns}) {
      told += part->value_or(0);
    }
    phases.queue_ns = std::max<int64_t>(0, detail.event.duration_ns - told);
  }
  return phases;
}

// Script address → debug id, as the SDK found them in the page.
DebugIds debug_ids_of(const EventDetail& detail) {
  DebugIds ids;
  const otlp::AnyValue* images = find(detail.record.attributes, key::kBinaryImages);
  const auto* list = images == nullptr ? nullptr : std::get_if<otlp::KeyValueList>(&images->value);
  if (list == nullptr) return ids;
  for (const otlp::KeyValue& pair : list->values) {
    if (const auto* id = std::get_if<std::string>(&pair.value.value)) ids.emplace_back(pair.key, *id);
  }
  return ids;
}

EventError error_of(const EventDetail& detail, const SessionRow& session, const TextIds& texts, const SourcePositions* positions) {
  EventError error;
  const std::string_view kind = texts.text(detail.event.type);
  error.kind = error_kind(kind);
  error.type = texts.text(detail.event.error_type);
  error.message = texts.text(detail.event.message);
  error.source = texts.text(detail.event.source);
  error.stack = detail.text(key::kErrorStack);
  error.file = detail.text(key::kErrorFile);
  error.line = static_cast<int64_t>(std::clamp(detail.number(key::kErrorLine).value_or(0), 0.0, 1e9));
  error.column = static_cast<int64_t>(std::clamp(detail.number(key::kErrorColumn).value_or(0), 0.0, 1e9));
  const Stack stack = parse_stack(error.stack);
  const std::string* version = otlp::find_string(detail.record.resource.attributes, key::kVersion.substr(9));
  error.resolved = positions == nullptr ? unresolved(stack.frames)
                                        : positions->resolve(stack.frames, session.app(), version == nullptr ? std::string_view() : *version,
                                                             debug_ids_of(detail));
  const ErrorKey key = error_key({.app = session.app(), .kind = kind, .type = error.type, .message = error.message,
                                  .file = error.file, .stack_type = stack.type}, error.resolved.frames);
  error.group_id = group_id_text(key.id);
  return error;
}

// What is found of all requests of the session.
struct Traces {
  std::vector<RequestPlace> places;        // By event.
  std::vector<int32_t> request;            // By event: position in `backends`, or -1.
  std::vector<FoundBackend> backends;
  RequestOrigins origins;
};

// What may have a backend: not a call from a window of Electron to its own main process.
bool leaves_the_device(const SessionEvent& event, const TextIds& texts) {
  return event.kind == EventKind::kRequest && texts.text(event.type) != "rpc";
}

bool is_open(const Traces& traces, size_t i) {
  const int32_t request = traces.request[i];
  if (request >= 0) return !traces.backends[static_cast<size_t>(request)].found && !traces.origins.answers(traces.places[i].origin);
  return !traces.origins.traced(traces.places[i].origin);
}

stdx::Result<Traces> find_traces(const table::Catalog& catalog, const table::Catalog::Sets& sets, const SessionEvents& session,
                                 const SessionRow& row, const TextIds& texts, const std::vector<size_t>& chosen,
                                 const query::QueryControl& control) {
  const auto& events = session.events;
  Traces traces;
  traces.places = request_places(events, texts, row.text(SessionText::kAppType));
  traces.request.assign(events.size(), -1);
  std::vector<TracedRequest> requests;
  const std::string& service = row.text(SessionText::kService);
  // Only what is told is read; of one event that is asked for the others tell what happens to requests like it.
  const auto add = [&](size_t i) {
    if (events[i].kind != EventKind::kRequest || events[i].trace_id.is_zero() || traces.request[i] >= 0) return;
    traces.request[i] = static_cast<int32_t>(requests.size());
    requests.push_back({.trace_id = events[i].trace_id, .span_id = events[i].span_id, .service = service,
                        .failed = request_failed(events[i]), .duration_ns = events[i].duration_ns});
  };
  for (const size_t i : chosen) add(i);
  const size_t told = requests.size();
  for (TracedRequest& request : requests) request.wanted = true;
  for (size_t i = 0; i < events.size() && chosen.size() == 1; ++i) add(i);
  auto backends = find_backends(catalog, sets, requests, chosen.size() == 1 ? std::max<size_t>(told, 1) : kSessionTracesReadMax, control);
  if (!backends) return std::unexpected(std::move(backends.error()));
  traces.backends = std::move(*backends);
  for (size_t i = 0; i < events.size(); ++i) {
    if (traces.request[i] < 0) continue;
    const auto request = static_cast<size_t>(traces.request[i]);
    traces.origins.add_traced(traces.places[i].origin, requests[request]);
    if (traces.backends[request].found) traces.origins.add_answered(traces.places[i].origin);
  }
  const bool unclear = std::ranges::any_of(chosen, [&](size_t i) { return leaves_the_device(events[i], texts) && is_open(traces, i); });
  if (!unclear) return traces;
  const table::TimeRange range{row.summary.counts.start_ns, row.summary.counts.end_ns + 1};
  if (auto done = traces.origins.look_around(catalog, sets, row.app(), range, control); !done) return std::unexpected(std::move(done.error()));
  return traces;
}

// Queue, redirects and connecting: all that came before the request.
int64_t waited_in_browser(int64_t duration_ns, const LoadPhases& phases) {
  return phases.request_ns ? std::max<int64_t>(0, duration_ns - *phases.request_ns - phases.response_ns.value_or(0)) : 0;
}

EventTrace trace_of(const EventDetail& detail, const Traces& traces, size_t i, const TextIds& texts, int64_t now_ns) {
  const SessionEvent& event = detail.event;
  const RequestPlace& place = traces.places[i];
  const FoundBackend* backend = traces.request[i] < 0 ? nullptr : &traces.backends[static_cast<size_t>(traces.request[i])];
  EventTrace trace;
  trace.verdict = request_state({.has_trace_id = !event.trace_id.is_zero(),
                                 .has_backend = backend != nullptr && backend->found,
                                 .young = now_ns - event.end_ns() < kBackendPendingNs,
                                 .network_error = network_error(event),
                                 .is_fetch = texts.text(event.type) == "fetch",
                                 .other_origin = place.other_origin,
                                 .origin_known = place.origin_known,
                                 .host_answers = traces.origins.answers(place.origin),
                                 .origin_traced = traces.origins.traced(place.origin),
                                 .app_traced = traces.origins.app_traced()});
  trace.sample_rate = detail.number(key::kTraceSample);
  if (!trace.sample_rate && trace.verdict.state == RequestState::kNotSampled) trace.sample_rate = traces.origins.sample_rate;
  trace.headers = detail.text(key::kTraceHeaders);
  if (backend == nullptr || !backend->trace) return trace;
  trace.backend = backend->trace;
  if (event.duration_ns > 0) trace.shares = parts_of(event.duration_ns, waited_in_browser(event.duration_ns, detail.phases), backend->trace->waited_ns);
  return trace;
}

stdx::Result<void> add_others(const table::Catalog::Sets& sets, SessionDetail& detail, const query::QueryControl& control) {
  const std::string& user = detail.session.text(SessionText::kUserId);
  if (user.empty()) return {};
  const SessionCounts& counts = detail.session.summary.counts;
  SessionsRequest request;
  request.range = {counts.start_ns - kUserReachNs, counts.end_ns + kUserReachNs};
  request.app = detail.session.app();
  request.q = fmt::format("{{ .user.id = {} }}", query_traceql::quoted(user));
  request.matching_events_only = true;
  request.sort = SessionSort::kNewest;
  auto folds = fold_sessions(sets, request, kUserSessionsMax + 1, control, {});
  if (!folds) return std::unexpected(std::move(folds.error()));
  for (SessionFold& fold : folds->sessions) {
    if (fold.session_id == detail.session.session_id || detail.others.size() == kUserSessionsMax) continue;
    detail.others.push_back({std::move(fold.session_id), fold.counts});
  }
  return {};
}

}  // namespace

bool LoadPhases::any() const {
  return queue_ns || redirect_ns || dns_ns || connect_ns || tls_ns || request_ns || response_ns || dom_ns || load_ns;
}

std::optional<double> EventDetail::number(std::string_view key) const {
  const otlp::AnyValue* value = find(record.attributes, key);
  if (value == nullptr) return std::nullopt;
  if (const auto* real = std::get_if<double>(&value->value)) return *real;
  if (const auto* whole = std::get_if<int64_t>(&value->value)) return static_cast<double>(*whole);
  return std::nullopt;
}

std::string EventDetail::text(std::string_view key) const {
  const otlp::AnyValue* value = find(record.attributes, key);
  return value == nullptr ? std::string() : query::value_text(*value);
}

stdx::Result<SessionDetail> session_detail(const table::Catalog& catalog, const SessionDetailRequest& request,
                                           const query::QueryControl& control, const query::ScanHooks& hooks) {
  const query::Stopwatch watch;
  const table::Catalog::Sets sets = catalog.snapshot();
  ReadSessionsRequest wanted{.session_ids = {request.session_id}, .app = {}, .range = request.hint, .events_max = kSessionScannedMax};
  if (wanted.range.begin_ns > INT64_MIN + kSessionReachNs) wanted.range.begin_ns -= kSessionReachNs;
  if (wanted.range.end_ns < INT64_MAX - kSessionReachNs) wanted.range.end_ns += kSessionReachNs;
  SessionDetail detail;
  auto read = read_sessions(sets, wanted, control, hooks, detail.texts);
  if (!read) return std::unexpected(std::move(read.error()));
  const auto found = read->sessions.find(request.session_id);
  if (found == read->sessions.end()) return stdx::fail(stdx::ErrorCode::kNotFound, "no events of this session are stored");
  const SessionEvents& session = found->second;
  detail.session = session_row(request.session_id, session, detail.texts, summarise(session.events, detail.texts), request.now_ns);
  const std::vector<size_t> chosen = chosen_events(session.events, detail.texts, request.event_id);
  if (chosen.empty()) return stdx::fail(stdx::ErrorCode::kNotFound, "the session has no such event");
  std::vector<RowPlace> places;
  for (const size_t i : chosen) places.push_back(session.events[i].place);
  auto records = read_events(sets, places);
  if (!records) return std::unexpected(std::move(records.error()));
  detail.event_count = read->event_count;
  detail.left_out = read->event_count - chosen.size();
  const SessionLinks& links = detail.session.summary.links;
  for (size_t at = 0; at < chosen.size(); ++at) {
    const size_t i = chosen[at];
    EventDetail& event = detail.events.emplace_back();
    event.event = session.events[i];
    event.record = std::move((*records)[at]);
    event.name = event_name(event, detail.texts);
    event.rage = links.rage[i] != 0;
    if (links.caused_by[i] >= 0) event.caused_by = detail.texts.text(session.events[static_cast<size_t>(links.caused_by[i])].event_id);
    event.phases = phases_of(event);
    if (event.event.kind == EventKind::kException) event.error = error_of(event, detail.session, detail.texts, request.positions);
  }
  auto traces = find_traces(catalog, sets, session, detail.session, detail.texts, chosen, control);
  if (!traces) return std::unexpected(std::move(traces.error()));
  for (size_t at = 0; at < chosen.size(); ++at) {
    EventDetail& event = detail.events[at];
    if (event.event.kind != EventKind::kRequest) continue;
    if (!traces->origins.sample_rate) traces->origins.sample_rate = event.number(key::kTraceSample);
  }
  for (size_t at = 0; at < chosen.size(); ++at) {
    EventDetail& event = detail.events[at];
    if (leaves_the_device(event.event, detail.texts)) event.trace = trace_of(event, *traces, chosen[at], detail.texts, request.now_ns);
  }
  const auto& worst = detail.session.summary.worst;
  if (worst && worst->request && traces->request[*worst->request] >= 0) {
    const auto& backend = traces->backends[static_cast<size_t>(traces->request[*worst->request])];
    if (backend.trace) detail.session.worst_span = backend.trace->worst;
  }
  detail.stats = read->stats;
  if (request.event_id.empty()) {
    for (ViewSummary& view : views_of(session.events)) {
      ViewDetail& shown = detail.views.emplace_back();
      const auto event_at = [&](size_t i) -> const EventDetail* {
        const auto position = std::ranges::lower_bound(chosen, i);
        return position == chosen.end() || *position != i ? nullptr : &detail.events[static_cast<size_t>(position - chosen.begin())];
      };
      if (const EventDetail* first = event_at(view.first_event); first != nullptr && first->event.kind == EventKind::kView) {
        shown.loading_type = first->text(key::kLoadingType);
        shown.referrer = first->text(key::kReferrer);
      }
      if (const EventDetail* perf = view.perf_event ? event_at(*view.perf_event) : nullptr) shown.phases = perf->phases;
      shown.view = view;
    }
    if (auto others = add_others(sets, detail, control); !others) return std::unexpected(std::move(others.error()));
  }
  detail.stats.elapsed_ns = watch.elapsed_ns();
  return detail;
}

}  // namespace clew::query_rum
