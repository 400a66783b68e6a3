// One session whole: its events with what backends did for each request, errors with their frames, views with their vitals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/record_rows.h"
#include "query/rum/request_state.h"
#include "query/rum/session_backends.h"
#include "query/rum/session_list.h"
#include "query/rum/session_summary.h"
#include "query/rum/source_positions.h"
#include "query/rum/trace_times.h"

namespace clew::query_rum {

// Parts of a load, none within another. Nullopt: not told.
struct LoadPhases {
  std::optional<int64_t> queue_ns;     // Before anything went out, and what no part explains.
  std::optional<int64_t> redirect_ns, dns_ns;
  std::optional<int64_t> connect_ns;   // Without TLS.
  std::optional<int64_t> tls_ns;
  std::optional<int64_t> request_ns;   // From the request to the first byte.
  std::optional<int64_t> response_ns;  // From the first byte to the last.
  std::optional<int64_t> dom_ns, load_ns;  // Of pages: to the complete document, its load handlers.
  bool any() const;
};

struct EventTrace {
  RequestVerdict verdict;
  std::optional<BackendTrace> backend;
  std::optional<TimeParts> shares;  // As lists of requests have them.
  std::optional<double> sample_rate;  // Percent, also of requests that were not sampled where the application told it.
  std::string headers;                // Names, comma between.
};

struct EventError {
  ErrorKind kind = ErrorKind::kError;
  std::string type, message, stack, source, file;
  int64_t line = 0, column = 0;  // 0: not told.
  std::string group_id;
  ResolvedStack resolved;
};

struct EventDetail {
  SessionEvent event;         // Texts are numbers of SessionDetail::texts.
  query::RecordRow record;
  std::string name;
  bool rage = false;
  std::string caused_by;      // Id of an event; empty for none.
  LoadPhases phases;
  std::optional<EventTrace> trace;  // Of requests.
  std::optional<EventError> error;  // Of exceptions.

  std::optional<double> number(std::string_view key) const;
  std::string text(std::string_view key) const;  // Own attribute, as text; empty for none.
};

struct ViewDetail {
  ViewSummary view;
  std::string loading_type, referrer;
  LoadPhases phases;
};

struct OtherSession {
  std::string session_id;
  SessionCounts counts;
};

struct SessionDetail {
  SessionRow session;
  std::vector<ViewDetail> views;
  std::vector<EventDetail> events;  // By time.
  uint64_t event_count = 0;
  uint64_t left_out = 0;            // Static resources first, then the latest.
  std::vector<OtherSession> others;  // Of the user, newest first.
  TextIds texts;
  query::QueryStats stats;
};

struct SessionDetailRequest {
  std::string session_id;
  table::TimeRange hint = {};      // It is looked for a day around; without a hint everywhere.
  std::string event_id = {};       // Only this event, and neither views nor other sessions.
  int64_t now_ns = 0;
  const SourcePositions* positions = nullptr;  // Without: frames as sent.
};
// kNotFound.
stdx::Result<SessionDetail> session_detail(const table::Catalog& catalog, const SessionDetailRequest& request,
                                           const query::QueryControl& control = {}, const query::ScanHooks& hooks = {});

}  // namespace clew::query_rum
