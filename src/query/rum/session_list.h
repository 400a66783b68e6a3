// Sessions in a range: which match, in an order, a page of them with what a list shows.
//
// Two passes: the first folds every session of the range into counts, from few columns; the second reads the events of the rows
// of one page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/rum/event_filter.h"
#include "query/rum/session_backends.h"
#include "query/rum/session_summary.h"

namespace clew::query_rum {

enum class SessionSort : uint8_t { kWorst, kNewest, kLongest, kErrors };
enum class SessionTrait : uint8_t { kErrors, kFailed, kSlow, kRage, kBlank, kLongTasks, kCrash };
std::optional<SessionSort> session_sort_of(std::string_view word);    // "worst" …
std::optional<SessionTrait> session_trait_of(std::string_view word);  // "errors" …

struct SessionsRequest {
  table::TimeRange range = {};
  std::string app = {};
  std::string q = {};     // A session matches if one of its events does.
  bool matching_events_only = false;  // Events that do not match are not counted: where all events of a session match or none.
  std::vector<SessionTrait> has = {};  // All of them.
  std::string user = {};  // Id or name of the user, or a part of the name; case of ASCII letters aside.
  std::string text = {};  // In an id, user's name, URL, page, error of one of its events; case aside.
  int64_t min_duration_ns = 0;
  SessionSort sort = SessionSort::kWorst;
  uint32_t limit = 50;    // At most kSessionRowsMax.
  std::string cursor = {};
  int64_t now_ns = 0;
};

// A session as lists show it.
struct SessionRow {
  std::string session_id;
  std::string texts[kSessionTextCount];  // Empty: not known.
  SessionSummary summary;
  bool is_live = false;
  // Of the worst moment.
  std::string worst_event_id;
  int64_t worst_at_ns = 0;
  int64_t worst_duration_ns = -1;
  int32_t worst_status = -1;
  otlp::TraceId worst_trace;
  std::optional<WorstSpan> worst_span;

  const std::string& text(SessionText which) const { return texts[static_cast<size_t>(which)]; }
  std::string app() const { return text(SessionText::kApp).empty() ? text(SessionText::kService) : text(SessionText::kApp); }
};
// Without worst_span.
SessionRow session_row(const std::string& session_id, const SessionEvents& events, const TextIds& texts, SessionSummary summary,
                       int64_t now_ns);

struct SessionsResult {
  std::vector<SessionRow> sessions;
  uint64_t session_count = 0;  // That match.
  uint64_t total_count = 0;    // In the range, of the application.
  std::string next_cursor;     // Empty after the last page.
  bool exact = true;           // False beyond the limits of session_limits.h.
  query::QueryStats stats;
};
stdx::Result<SessionsResult> list_sessions(const table::Catalog& catalog, const SessionsRequest& request,
                                           const query::QueryControl& control = {}, const query::ScanHooks& hooks = {});

// The first pass alone, for short lists.
struct SessionFold {
  std::string session_id;
  SessionCounts counts;
};
struct SessionFolds {
  std::vector<SessionFold> sessions;  // That match, in order; at most `count_max`.
  uint64_t session_count = 0, total_count = 0;
  bool exact = true;
  query::QueryStats stats;
};
stdx::Result<SessionFolds> fold_sessions(const table::Catalog::Sets& sets, const SessionsRequest& request, size_t count_max,
                                         const query::QueryControl& control, const query::ScanHooks& hooks);

// What a next page has to begin after.
std::string session_cursor(const SessionFold& last, SessionSort sort);

}  // namespace clew::query_rum
