// A session out of its events: counts, rage clicks, vitals, how much its user suffered, its worst moment, its strip.
//
// Pure: no clock, no storage.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/rum/session_event.h"

namespace clew::query_rum {

// What counts of a session, exact whatever the order in which events are added.
struct SessionCounts {
  int64_t start_ns = INT64_MAX;
  int64_t end_ns = INT64_MIN;  // The latest end of an event.
  uint32_t events = 0;
  uint32_t views = 0, actions = 0, requests = 0, failed_requests = 0, slow_requests = 0, resources = 0;
  uint32_t errors = 0;  // Σ times; blank screens and crashes too.
  uint32_t long_tasks = 0, rage_clicks = 0, blank_screens = 0, crashes = 0;
  float lcp_max_ms = -1, inp_max_ms = -1, cls_max = -1;  // -1: not told.

  // Of a click only that it is an action: rage is told from all clicks together.
  void add(EventKind kind, int64_t time_ns, int64_t duration_ns, uint32_t times, bool failed, ErrorKind error, const ViewNumbers& numbers);
  void merge(const SessionCounts& other);
  int64_t duration_ns() const { return end_ns > start_ns ? end_ns - start_ns : 0; }
};

bool is_click_type(std::string_view type);  // Of an action's rum.type; other actions are never clicked in rage.
struct Click {
  uint32_t session = 0;
  uint32_t target = 0;
  int64_t time_ns = 0;
  uint32_t times = 1;
  uint32_t event = 0;  // Whatever tells the caller which it was.
};
// Bursts of at least kRageClicks clicks on one target within kRageWindowNs; one event that stands for so many is a burst too.
// Sorts `clicks`. Calls of_burst(first, end) with positions in the sorted clicks; bursts do not overlap.
void find_rage(std::vector<Click>& clicks, const std::function<void(size_t first, size_t end)>& of_burst);

// How much the user suffered, 0 to 100. Each kind of trouble has a weight: a crash 60, a white screen 50, a burst of rage clicks 25,
// a failed request 15, an error 12, a slow request 8, a long task 1; a paint, an answer or a layout shift that is poor by the
// Web Vitals' limits 15, 10 and 5, one in need of improvement a third of it. The n-th trouble of a kind says less than the first
// (weight · (1 + log2 n)), and the sum approaches 100: 100 · (1 − e^(−sum / 60)).
double pain(const SessionCounts& counts);

enum class WorstKind : uint8_t { kError, kFailed, kSlow, kLcp, kRage, kBlank };
std::string_view worst_word(WorstKind kind);  // "error", "failed", …

struct WorstMoment {
  WorstKind kind = WorstKind::kError;
  size_t event = 0;    // Position among the events.
  std::string text;
  // The request to look into: the moment itself, what failed before an error, the slowest of a view that painted late.
  std::optional<size_t> request;
};

enum class MarkKind : uint8_t { kView, kAction, kRequest, kError, kSlow, kLongTask, kRage };
std::string_view mark_word(MarkKind kind);
struct StripMark {
  double at = 0;  // 0 … 1 of the session.
  double to = 0;
  MarkKind kind = MarkKind::kView;
};

struct SessionLinks {
  std::vector<uint8_t> rage;          // By event.
  std::vector<int32_t> caused_by;     // Position of the event that likely caused it, or -1.
};

struct SessionSummary {
  SessionCounts counts;
  SessionLinks links;
  uint32_t trace_count = 0;  // Distinct.
  std::string entry_view, exit_view;  // Names.
  std::optional<double> lcp_p75_ms;   // Over views, pieces of one view merged.
  std::optional<double> inp_max_ms, cls_max;
  double pain = 0;
  std::optional<WorstMoment> worst;
  std::vector<StripMark> strip;
};

// `events` in order of time.
SessionSummary summarise(std::span<const SessionEvent> events, const TextIds& texts);

// Which click or failed request an event follows from: same view, kCauseOf…Ns before; a change of view follows from a click of
// the view before.
std::vector<int32_t> causes_of(std::span<const SessionEvent> events);

// The pieces that events tell of each view, merged: by view id, in order of first appearance.
struct ViewSummary {
  uint32_t view_id = 0, name = 0, url = 0;
  int64_t start_ns = 0, end_ns = 0;
  size_t first_event = 0;               // Position; the page view itself where it came.
  std::optional<size_t> perf_event;
  ViewNumbers numbers;
  uint32_t errors = 0, requests = 0;
};
std::vector<ViewSummary> views_of(std::span<const SessionEvent> events);

}  // namespace clew::query_rum
