#include "query/rum/session_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include "query/execute/trace_facts.h"
#include "query/rum/rum_query_limits.h"
#include "query/rum/session_limits.h"

namespace clew::query_rum {
namespace {

constexpr double kLcpGoodMs = 2500, kLcpPoorMs = 4000, kInpGoodMs = 200, kInpPoorMs = 500, kClsGood = 0.1, kClsPoor = 0.25;

double trouble(double weight, uint32_t count) { return count == 0 ? 0 : weight * (1 + std::log2(static_cast<double>(count))); }
double vital(double weight, double value, double good, double poor) {
  if (value > poor) return weight;
  return value > good ? weight / 3 : 0;
}

bool is_click(const SessionEvent& event, const TextIds& texts) {
  return event.kind == EventKind::kAction && is_click_type(texts.text(event.type));
}

std::vector<Click> clicks_of(std::span<const SessionEvent> events, const TextIds& texts) {
  std::vector<Click> clicks;
  for (size_t i = 0; i < events.size(); ++i) {
    if (!is_click(events[i], texts)) continue;
    const uint32_t target = events[i].target != TextIds::kNone ? events[i].target : events[i].name;
    clicks.push_back({.session = 0, .target = target, .time_ns = events[i].time_ns, .times = events[i].times, .event = static_cast<uint32_t>(i)});
  }
  return clicks;
}

double nearest_rank(std::vector<double>& values, double quantile) {
  std::ranges::sort(values);
  const auto rank = static_cast<size_t>(std::ceil(quantile * static_cast<double>(values.size())));
  return values[std::clamp<size_t>(rank, 1, values.size()) - 1];
}

// ---- The worst moment ----

struct Badness {
  double score = 0;
  WorstKind kind = WorstKind::kError;
};

Badness request_badness(const SessionEvent& event) {
  const double traced = event.trace_id.is_zero() ? 0 : 5;
  if (request_failed(event)) return {(event.status >= 400 && event.status < 500 ? 55 : 80) + traced, WorstKind::kFailed};
  if (!request_slow(event.duration_ns)) return {};
  const double times_slow = static_cast<double>(event.duration_ns) / (kSlowRequestMs * 1e6);
  return {40 + std::min(30.0, 5 * times_slow) + traced, WorstKind::kSlow};
}

Badness badness(const SessionEvent& event, bool rage, const TextIds& texts) {
  switch (event.kind) {
    case EventKind::kRequest: return request_badness(event);
    case EventKind::kAction: return rage ? Badness{60, WorstKind::kRage} : Badness{};
    case EventKind::kException: {
      const ErrorKind kind = error_kind(texts.text(event.type));
      if (kind == ErrorKind::kCrash) return {100, WorstKind::kError};
      if (kind == ErrorKind::kBlank) return {90, WorstKind::kBlank};
      return {texts.text(event.source) == "console.error" ? 50.0 : 70.0, WorstKind::kError};
    }
    case EventKind::kVitals:
    case EventKind::kPerf:
      if (!(event.numbers.lcp > kLcpPoorMs)) return {};
      return {35 + std::min(30.0, 5 * event.numbers.lcp / kLcpPoorMs), WorstKind::kLcp};
    default: return {};
  }
}

std::string worst_text(const SessionEvent& event, WorstKind kind, const TextIds& texts) {
  const std::string name(texts.text(event.name));
  switch (kind) {
    case WorstKind::kFailed:
    case WorstKind::kSlow: return texts.text(event.method).empty() ? name : fmt::format("{} {}", texts.text(event.method), name);
    case WorstKind::kLcp: return std::string(texts.text(event.view_name));
    case WorstKind::kRage: return name.empty() ? std::string(texts.text(event.target)) : name;
    case WorstKind::kError:
    case WorstKind::kBlank: break;
  }
  const std::string_view type = texts.text(event.error_type), message = texts.text(event.message);
  return type.empty() || message.empty() ? fmt::format("{}{}", type, message) : fmt::format("{}: {}", type, message);
}

std::optional<size_t> slowest_request(std::span<const SessionEvent> events, uint32_t view_id) {
  std::optional<size_t> slowest;
  for (size_t i = 0; i < events.size(); ++i) {
    if (events[i].kind != EventKind::kRequest || events[i].view_id != view_id || events[i].trace_id.is_zero()) continue;
    if (!slowest || events[i].duration_ns > events[*slowest].duration_ns) slowest = i;
  }
  return slowest;
}

std::optional<WorstMoment> worst_of(std::span<const SessionEvent> events, const SessionLinks& links, const TextIds& texts) {
  std::optional<size_t> worst;
  Badness most;
  for (size_t i = 0; i < events.size(); ++i) {
    const Badness here = badness(events[i], links.rage[i] != 0, texts);
    if (here.score <= most.score) continue;  // The first of equals.
    most = here;
    worst = i;
  }
  if (!worst) return std::nullopt;
  WorstMoment moment{.kind = most.kind, .event = *worst, .text = worst_text(events[*worst], most.kind, texts), .request = {}};
  switch (most.kind) {
    case WorstKind::kFailed:
    case WorstKind::kSlow: moment.request = *worst; break;
    case WorstKind::kLcp: moment.request = slowest_request(events, events[*worst].view_id); break;
    case WorstKind::kError:
    case WorstKind::kBlank: {
      const int32_t cause = links.caused_by[*worst];
      if (cause >= 0 && events[static_cast<size_t>(cause)].kind == EventKind::kRequest) moment.request = static_cast<size_t>(cause);
      break;
    }
    case WorstKind::kRage: break;
  }
  return moment;
}

// ---- The strip ----

std::optional<MarkKind> mark_of(const SessionEvent& event, bool rage) {
  switch (event.kind) {
    case EventKind::kView: return MarkKind::kView;
    case EventKind::kAction: return rage ? MarkKind::kRage : MarkKind::kAction;
    case EventKind::kRequest:
      if (request_failed(event)) return MarkKind::kError;
      return request_slow(event.duration_ns) ? MarkKind::kSlow : MarkKind::kRequest;
    case EventKind::kException: return MarkKind::kError;
    case EventKind::kLongTask: return MarkKind::kLongTask;
    default: return std::nullopt;
  }
}

// The strip is drawn some hundred pixels wide: marks of one kind in one cell are one. Trouble has the right of way.
std::vector<StripMark> strip_of(std::span<const SessionEvent> events, const SessionLinks& links, const SessionCounts& counts) {
  constexpr std::array kOrder = {MarkKind::kError, MarkKind::kRage,     MarkKind::kSlow,   MarkKind::kView,
                                 MarkKind::kAction, MarkKind::kLongTask, MarkKind::kRequest};
  constexpr double kCells = 160;
  const double length = static_cast<double>(std::max<int64_t>(counts.duration_ns(), 1));
  const auto place = [&](int64_t time_ns) { return std::clamp(static_cast<double>(time_ns - counts.start_ns) / length, 0.0, 1.0); };
  std::array<std::vector<StripMark>, kOrder.size()> by_kind;
  std::array<absl::flat_hash_map<int, size_t>, kOrder.size()> cells;
  StripMark* open_view = nullptr;
  std::vector<StripMark> views;
  views.reserve(events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    const auto kind = mark_of(events[i], links.rage[i] != 0);
    if (!kind) continue;
    const StripMark mark{place(events[i].time_ns), place(events[i].end_ns()), *kind};
    if (*kind == MarkKind::kView) {
      if (open_view != nullptr) open_view->to = mark.at;
      open_view = &views.emplace_back(mark);
      continue;
    }
    auto& marks = by_kind[static_cast<size_t>(*kind)];
    const auto [known, added] = cells[static_cast<size_t>(*kind)].try_emplace(static_cast<int>(mark.at * kCells), marks.size());
    if (added) {
      marks.push_back(mark);
    } else {
      marks[known->second].to = std::max(marks[known->second].to, mark.to);
    }
  }
  if (open_view != nullptr) open_view->to = 1;
  for (const StripMark& view : views) {
    if (by_kind[0].empty() || static_cast<int>(view.at * kCells) != static_cast<int>(by_kind[0].back().at * kCells)) {
      by_kind[0].push_back(view);
    } else {
      by_kind[0].back().to = view.to;
    }
  }
  std::vector<StripMark> strip;
  for (const MarkKind kind : kOrder) {
    for (const StripMark& mark : by_kind[static_cast<size_t>(kind)]) {
      if (strip.size() < kStripMarksMax) strip.push_back(mark);
    }
  }
  std::ranges::stable_sort(strip, {}, [](const StripMark& mark) { return std::tuple(mark.at, mark.kind); });
  return strip;
}

}  // namespace

void SessionCounts::add(EventKind kind, int64_t time_ns, int64_t duration_ns, uint32_t times, bool failed, ErrorKind error,
                        const ViewNumbers& numbers) {
  start_ns = std::min(start_ns, time_ns);
  end_ns = std::max(end_ns, duration_ns > 0 ? time_ns + duration_ns : time_ns);
  ++events;
  switch (kind) {
    case EventKind::kView: views += times; break;
    case EventKind::kAction: actions += times; break;
    case EventKind::kRequest:
      requests += times;
      if (failed) failed_requests += times;
      if (request_slow(duration_ns)) slow_requests += times;
      break;
    case EventKind::kResource: resources += times; break;
    case EventKind::kException:
      errors += times;
      if (error == ErrorKind::kBlank) blank_screens += times;
      if (error == ErrorKind::kCrash) crashes += times;
      break;
    case EventKind::kLongTask: long_tasks += times; break;
    case EventKind::kVitals:
    case EventKind::kPerf:
    case EventKind::kViewCustom: {
      const auto raise = [](float& most, double value) {
        if (static_cast<float>(value) > most) most = static_cast<float>(value);  // False for NaN.
      };
      raise(lcp_max_ms, numbers.lcp);
      raise(inp_max_ms, numbers.inp);
      raise(cls_max, numbers.cls);
      break;
    }
    default: break;
  }
}

void SessionCounts::merge(const SessionCounts& other) {
  start_ns = std::min(start_ns, other.start_ns);
  end_ns = std::max(end_ns, other.end_ns);
  events += other.events;
  views += other.views;
  actions += other.actions;
  requests += other.requests;
  failed_requests += other.failed_requests;
  slow_requests += other.slow_requests;
  resources += other.resources;
  errors += other.errors;
  long_tasks += other.long_tasks;
  rage_clicks += other.rage_clicks;
  blank_screens += other.blank_screens;
  crashes += other.crashes;
  lcp_max_ms = std::max(lcp_max_ms, other.lcp_max_ms);
  inp_max_ms = std::max(inp_max_ms, other.inp_max_ms);
  cls_max = std::max(cls_max, other.cls_max);
}

bool is_click_type(std::string_view type) { return type.empty() || type == "click" || type == "tap"; }

void find_rage(std::vector<Click>& clicks, const std::function<void(size_t first, size_t end)>& of_burst) {
  std::ranges::sort(clicks, {}, [](const Click& click) { return std::tuple(click.session, click.target, click.time_ns, click.event); });
  const auto same = [&](size_t a, size_t b) { return clicks[a].session == clicks[b].session && clicks[a].target == clicks[b].target; };
  for (size_t first = 0; first < clicks.size();) {
    // As far as the window reaches from the first click, then on while the clicking does not pause for as long.
    uint64_t count = 0;
    size_t end = first;
    while (end < clicks.size() && same(first, end) && clicks[end].time_ns - clicks[first].time_ns <= kRageWindowNs) count += clicks[end++].times;
    if (count < kRageClicks) {
      ++first;
      continue;
    }
    while (end < clicks.size() && same(first, end) && clicks[end].time_ns - clicks[end - 1].time_ns <= kRageWindowNs) ++end;
    of_burst(first, end);
    first = end;
  }
}

double pain(const SessionCounts& counts) {
  const uint32_t plain_errors = counts.errors - std::min(counts.errors, counts.blank_screens + counts.crashes);
  const double sum = trouble(60, counts.crashes) + trouble(50, counts.blank_screens) + trouble(25, counts.rage_clicks) +
                     trouble(15, counts.failed_requests) + trouble(12, plain_errors) + trouble(8, counts.slow_requests) +
                     trouble(1, counts.long_tasks) + vital(15, counts.lcp_max_ms, kLcpGoodMs, kLcpPoorMs) +
                     vital(10, counts.inp_max_ms, kInpGoodMs, kInpPoorMs) + vital(5, counts.cls_max, kClsGood, kClsPoor);
  return std::round(1000 * (1 - std::exp(-sum / 60))) / 10;
}

std::string_view worst_word(WorstKind kind) {
  constexpr std::array<std::string_view, 6> kWords = {"error", "failed", "slow", "lcp", "rage", "blank"};
  return kWords[static_cast<size_t>(kind)];
}
std::string_view mark_word(MarkKind kind) {
  constexpr std::array<std::string_view, 7> kWords = {"view", "action", "request", "error", "slow", "long_task", "rage"};
  return kWords[static_cast<size_t>(kind)];
}

std::vector<int32_t> causes_of(std::span<const SessionEvent> events) {
  std::vector<int32_t> causes(events.size(), -1);
  int32_t last_action = -1;
  absl::flat_hash_map<uint32_t, int32_t> actions;          // Newest, by view.
  absl::flat_hash_map<uint32_t, std::vector<int32_t>> failed;  // Requests by view; those that ended too early are dropped.
  const auto at = [&](int32_t i) -> const SessionEvent& { return events[static_cast<size_t>(i)]; };
  for (size_t i = 0; i < events.size(); ++i) {
    const SessionEvent& event = events[i];
    const auto action = [&]() -> int32_t {
      const auto found = actions.find(event.view_id);
      return found != actions.end() && event.time_ns - at(found->second).time_ns <= kCauseOfRequestNs ? found->second : -1;
    };
    switch (event.kind) {
      case EventKind::kAction:
        actions[event.view_id] = static_cast<int32_t>(i);
        last_action = static_cast<int32_t>(i);
        break;
      case EventKind::kView:
        if (last_action >= 0 && event.time_ns - at(last_action).time_ns <= kCauseOfRequestNs) causes[i] = last_action;
        break;
      case EventKind::kRequest:
        causes[i] = action();
        if (request_failed(event)) failed[event.view_id].push_back(static_cast<int32_t>(i));
        break;
      case EventKind::kLongTask:
      case EventKind::kCustom: causes[i] = action(); break;
      case EventKind::kException: {
        auto& requests = failed[event.view_id];
        std::erase_if(requests, [&](int32_t request) { return event.time_ns - at(request).end_ns() > kCauseOfErrorNs; });
        for (const int32_t request : requests) {
          // It failed before, the latest of all that did.
          if (at(request).end_ns() > event.time_ns) continue;
          if (causes[i] < 0 || at(request).end_ns() >= at(causes[i]).end_ns()) causes[i] = request;
        }
        if (causes[i] < 0) causes[i] = action();
        break;
      }
      default: break;
    }
  }
  return causes;
}

std::vector<ViewSummary> views_of(std::span<const SessionEvent> events) {
  std::vector<ViewSummary> views;
  absl::flat_hash_map<uint32_t, size_t> known;
  std::vector<bool> has_page_view;
  for (size_t i = 0; i < events.size(); ++i) {
    const SessionEvent& event = events[i];
    if (event.view_id == TextIds::kNone) continue;
    const auto [found, added] = known.try_emplace(event.view_id, views.size());
    if (added) {
      views.push_back({.view_id = event.view_id, .name = event.view_name, .url = 0, .start_ns = event.time_ns, .end_ns = event.end_ns(),
                       .first_event = i, .perf_event = {}, .numbers = {}, .errors = 0, .requests = 0});
      has_page_view.push_back(false);
    }
    ViewSummary& view = views[found->second];
    view.end_ns = std::max(view.end_ns, event.end_ns());
    if (view.name == TextIds::kNone) view.name = event.view_name;
    view.numbers.merge(event.numbers);
    switch (event.kind) {
      case EventKind::kView:
        if (has_page_view[found->second]) break;
        has_page_view[found->second] = true;
        view.first_event = i;
        view.url = event.url;
        break;
      case EventKind::kPerf:
        view.perf_event = i;
        if (view.url == TextIds::kNone) view.url = event.url;
        break;
      case EventKind::kException: view.errors += event.times; break;
      case EventKind::kRequest: view.requests += event.times; break;
      default: break;
    }
  }
  return views;
}

SessionSummary summarise(std::span<const SessionEvent> events, const TextIds& texts) {
  SessionSummary summary;
  summary.links.rage.resize(events.size());
  for (const SessionEvent& event : events) {
    summary.counts.add(event.kind, event.time_ns, event.duration_ns, event.times, request_failed(event),
                       error_kind(texts.text(event.type)), event.numbers);
  }
  std::vector<Click> clicks = clicks_of(events, texts);
  find_rage(clicks, [&](size_t first, size_t end) {
    ++summary.counts.rage_clicks;
    for (size_t i = first; i < end; ++i) summary.links.rage[clicks[i].event] = 1;
  });
  summary.links.caused_by = causes_of(events);
  absl::flat_hash_set<otlp::TraceId, query_execute::TraceIdHash> traces;
  for (const SessionEvent& event : events) {
    if (!event.trace_id.is_zero()) traces.insert(event.trace_id);
    if (event.view_name == TextIds::kNone) continue;
    if (summary.entry_view.empty()) summary.entry_view = texts.text(event.view_name);
  }
  summary.trace_count = static_cast<uint32_t>(traces.size());
  // Late pieces of vitals name the view at the start: only what a user does tells where he was last.
  uint32_t exit = TextIds::kNone, any_exit = TextIds::kNone;
  for (const SessionEvent& event : events) {
    if (event.view_name == TextIds::kNone) continue;
    any_exit = event.view_name;
    if (event.kind == EventKind::kView || event.kind == EventKind::kAction) exit = event.view_name;
  }
  summary.exit_view = texts.text(exit != TextIds::kNone ? exit : any_exit);
  std::vector<double> lcps;
  for (const ViewSummary& view : views_of(events)) {
    if (!std::isnan(view.numbers.lcp)) lcps.push_back(view.numbers.lcp);
    if (!std::isnan(view.numbers.inp)) summary.inp_max_ms = std::max(summary.inp_max_ms.value_or(0), view.numbers.inp);
    if (!std::isnan(view.numbers.cls)) summary.cls_max = std::max(summary.cls_max.value_or(0), view.numbers.cls);
  }
  if (!lcps.empty()) summary.lcp_p75_ms = nearest_rank(lcps, 0.75);
  summary.pain = pain(summary.counts);
  summary.worst = worst_of(events, summary.links, texts);
  summary.strip = strip_of(events, summary.links, summary.counts);
  return summary;
}

}  // namespace clew::query_rum
