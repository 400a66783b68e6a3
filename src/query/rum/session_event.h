// An event of a session with what sessions are told from: numbers, and texts as numbers of a TextIds.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "otlp/ids.h"
#include "query/rum/event_scan.h"
#include "query/rum/text_ids.h"

namespace clew::query_rum {

// Sizes of a view's load as events tell them, in ms (CLS: a score). NaN: not told.
struct ViewNumbers {
  double lcp = std::numeric_limits<double>::quiet_NaN();
  double inp = std::numeric_limits<double>::quiet_NaN();
  double cls = std::numeric_limits<double>::quiet_NaN();
  double fcp = std::numeric_limits<double>::quiet_NaN();
  double ttfb = std::numeric_limits<double>::quiet_NaN();
  double fid = std::numeric_limits<double>::quiet_NaN();
  double load = std::numeric_limits<double>::quiet_NaN();

  bool any() const;
  // What `later` tells wins.
  void merge(const ViewNumbers& later);
};

struct SessionEvent {
  int64_t time_ns = 0;
  int64_t duration_ns = -1;  // -1: none.
  RowPlace place;
  EventKind kind = EventKind::kOther;
  int8_t success = 2;        // 1, 0, -1 as sent; 2: not told.
  uint32_t times = 1;
  int32_t status = -1;       // HTTP; -1: none. 0: no answer came.
  uint32_t session = 0, event_id = 0, type = 0, name = 0, view_id = 0, view_name = 0, url = 0, method = 0;
  uint32_t source = 0, target = 0, error_type = 0, message = 0;  // `message` of errors: theirs; of requests: status text.
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  ViewNumbers numbers;

  int64_t end_ns() const { return duration_ns > 0 ? time_ns + duration_ns : time_ns; }
};

// As request_facts.h has it.
bool request_failed(int8_t success, int32_t status);
inline bool request_failed(const SessionEvent& event) { return request_failed(event.success, event.status); }
bool request_slow(int64_t duration_ns);
// No answer came: refused, blocked by CORS, cut off.
inline bool network_error(const SessionEvent& event) {
  return event.success == 0 && event.status <= 0;
}

enum class ErrorKind : uint8_t { kError, kBlank, kCrash };
ErrorKind error_kind(std::string_view type);

// What is the same for a whole session: the latest that was told.
enum class SessionText : uint8_t {
  kApp, kAppName, kAppType, kService, kUserId, kUserName, kVersion, kEnvironment, kBrowser, kBrowserVersion, kOs, kOsVersion,
  kDeviceType, kDeviceModel, kCountry, kProvince, kCity, kIsp, kNetwork, kClientAddress, kCount,
};
inline constexpr size_t kSessionTextCount = static_cast<size_t>(SessionText::kCount);

struct SessionTexts {
  uint32_t id[kSessionTextCount] = {};
  int64_t told_ns[kSessionTextCount] = {};
  uint32_t operator[](SessionText text) const { return id[static_cast<size_t>(text)]; }
};

struct SessionEvents {
  std::vector<SessionEvent> events;  // By time, then place.
  SessionTexts texts;
};

struct ReadSessionsRequest {
  std::vector<std::string> session_ids;
  std::string app = {};  // Empty: events of any.
  table::TimeRange range = {};
  size_t events_max = 0;  // Of all together; further ones are only counted.
};
struct ReadSessions {
  absl::flat_hash_map<std::string, SessionEvents> sessions;  // Those that have events.
  uint64_t event_count = 0;
  query::QueryStats stats;
};
// Texts of the events are numbers of `texts`.
stdx::Result<ReadSessions> read_sessions(const table::Catalog::Sets& sets, const ReadSessionsRequest& request,
                                         const query::QueryControl& control, const query::ScanHooks& hooks, TextIds& texts);

}  // namespace clew::query_rum
