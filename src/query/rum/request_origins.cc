#include "query/rum/request_origins.h"

#include <algorithm>
#include <array>

#include <absl/container/flat_hash_map.h>

#include "query/rum/event_keys.h"
#include "query/rum/request_state.h"
#include "query/rum/session_limits.h"

namespace clew::query_rum {

std::vector<RequestPlace> request_places(std::span<const SessionEvent> events, const TextIds& texts, std::string_view app_type) {
  constexpr std::array<std::string_view, 6> kWithoutPages = {"miniapp", "minigame", "uniapp", "android", "ios", "harmony"};
  const bool has_pages = std::ranges::find(kWithoutPages, app_type) == kWithoutPages.end();
  absl::flat_hash_map<uint32_t, std::string_view> pages;  // Origin by view.
  std::string_view first_page;
  if (has_pages) {
    for (const SessionEvent& event : events) {
      if (event.kind != EventKind::kView && event.kind != EventKind::kPerf && event.kind != EventKind::kVitals) continue;
      const std::string_view origin = origin_of(texts.text(event.url));
      if (origin.empty()) continue;
      pages.try_emplace(event.view_id, origin);
      if (first_page.empty()) first_page = origin;
    }
  }
  std::vector<RequestPlace> places(events.size());
  std::string_view page = first_page;
  for (size_t i = 0; i < events.size(); ++i) {
    const auto of_view = pages.find(events[i].view_id);
    if (of_view != pages.end()) page = of_view->second;
    if (events[i].kind != EventKind::kRequest) continue;
    const std::string_view origin = origin_of(texts.text(events[i].url));
    // Electron's main process asks for itself: no page, no origin, no preflight.
    if (const std::string_view type = texts.text(events[i].type); type == "api" || type == "rpc") {
      places[i] = {.origin = std::string(origin), .origin_known = false};
      continue;
    }
    places[i].origin_known = has_pages;
    places[i].origin = origin.empty() ? page : origin;
    places[i].other_origin = !origin.empty() && !page.empty() && origin != page;
  }
  return places;
}

RequestOrigins::Origin* RequestOrigins::at(std::string_view origin) {
  const auto found = origins_.find(origin);
  if (found != origins_.end()) return &found->second;
  return origins_.size() == kOriginsMax ? nullptr : &origins_[std::string(origin)];
}

void RequestOrigins::add_traced(std::string_view origin, const TracedRequest& request) {
  app_traced_ = true;
  Origin* of = at(origin);
  if (of == nullptr) return;
  of->traced = true;
  if (of->samples.size() < kTracesPerOriginMax) of->samples.push_back(request);
}

void RequestOrigins::add_answered(std::string_view origin) {
  if (Origin* of = at(origin)) of->answers = true;
}

bool RequestOrigins::traced(std::string_view origin) const {
  const auto found = origins_.find(origin);
  return found != origins_.end() && found->second.traced;
}
bool RequestOrigins::answers(std::string_view origin) const {
  const auto found = origins_.find(origin);
  return found != origins_.end() && found->second.answers;
}

stdx::Result<void> RequestOrigins::look_around(const table::Catalog& catalog, const table::Catalog::Sets& sets, const std::string& app,
                                               table::TimeRange range, const query::QueryControl& control) {
  EventQuestion question;
  question.range = {range.begin_ns - kNeighboursReachNs, range.end_ns + kNeighboursReachNs};
  question.app = app;
  question.event_names = {"resource"};
  question.texts = {key::kUrl, key::kService};
  question.numbers = {key::kTraceSample};
  auto stats = scan_events(sets, question, control, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      if (batch.kind(i) != EventKind::kRequest || batch.trace_id(i).is_zero()) continue;
      if (!sample_rate) sample_rate = batch.number(0, i);
      const std::string_view origin = origin_of(batch.text(0, i));
      if (const auto found = origins_.find(origin); found != origins_.end() && found->second.samples.size() == kTracesPerOriginMax) continue;
      add_traced(origin, {.trace_id = batch.trace_id(i), .span_id = batch.span_id(i), .service = std::string(batch.text(1, i))});
    }
    return {};
  });
  if (!stats) return std::unexpected(std::move(stats.error()));
  std::vector<TracedRequest> samples;
  std::vector<Origin*> owners;
  for (auto& [origin, facts] : origins_) {
    if (facts.answers) continue;
    for (const TracedRequest& sample : facts.samples) {
      samples.push_back(sample);
      owners.push_back(&facts);
    }
  }
  auto backends = find_backends(catalog, sets, samples, 0, control);
  if (!backends) return std::unexpected(std::move(backends.error()));
  for (size_t i = 0; i < owners.size(); ++i) owners[i]->answers |= (*backends)[i].found;
  return {};
}

}  // namespace clew::query_rum
