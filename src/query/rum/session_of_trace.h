// From a trace back to the user's session that it began in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/engine.h"
#include "query/rum/request_state.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

enum class FoundVia : uint8_t {
  kEvent,       // The request's event is stored.
  kSpan,        // Only its span is, or another span that names the session.
  kTraceState,  // A backend's span kept the tracestate or baggage that the browser sent.
};
std::string_view word(FoundVia via);

struct RequestOfTrace {
  std::string event_id, name, view_id, view_name;
  int64_t start_ns = 0;
  int64_t duration_ns = -1;
  otlp::SpanId span_id = 0;
};

struct SessionOfTrace {
  bool found = false;
  FoundVia via = FoundVia::kEvent;
  std::string session_id, user_id, user_name, app, app_name;
  RequestOfTrace request;                // The earliest; empty members unless found by its event.
  std::vector<RequestOfTrace> other;     // Further requests of the trace, by time.
  RequestState state = RequestState::kFound;
  std::optional<int64_t> session_start_ns;  // If events of it are stored.
  bool has_events = false;               // Of any session: without them nobody reports here.
};
// A trace that does not exist has no session.
stdx::Result<SessionOfTrace> session_of_trace(const table::Catalog& catalog, otlp::TraceId trace_id, int64_t now_ns,
                                              const query::QueryControl& control = {});

// What a browser's SDK writes into tracestate ("rum=v2&browser&<app>&<session>&<user>", the user may be missing, other members may
// stand beside it) or baggage ("rum=v2,appType=browser,pid=…,sid=…,uid=…").
struct CarriedSession {
  std::string app, session_id, user_id;
};
std::optional<CarriedSession> parse_carried_session(std::string_view header);

}  // namespace clew::query_rum
