#include "demo/traffic.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace clew::demo {
namespace {

constexpr size_t kVisitsMax = 5000;
constexpr double kTracesPerVisit = 7;     // Of a visit's requests that leave a trace, about.
constexpr double kBrowserShare = 0.75;    // Of traces.
constexpr double kMiniappShare = 0.12;    // Of visits.

TrafficOptions from_whole_millisecond(TrafficOptions options) {
  const int64_t rest_ns = options.begin_ns % 1'000'000;
  options.begin_ns -= rest_ns;
  options.live_from_ns -= rest_ns;
  options.release.live_from_ns -= rest_ns;
  return options;
}

}  // namespace

Traffic::Traffic(const TrafficOptions& options)
    : options_(from_whole_millisecond(options)),
      chance_(options.seed, options.id_salt),
      scenarios_(chance_),
      next_arrival_ns_(options_.begin_ns) {
  plan_arrival();
}

// Arrivals are a Poisson process: pauses are exponential, so that charts look like traffic and not like a metronome.
void Traffic::plan_arrival() {
  const double traces = next_arrival_ns_ < options_.live_from_ns ? options_.traces_per_second_before : options_.traces_per_second;
  const double arrivals = std::max(traces, 0.001) * (1 - kBrowserShare + kBrowserShare / kTracesPerVisit);
  next_arrival_ns_ += static_cast<int64_t>(-std::log(1.0 - chance_.uniform()) / arrivals * 1e9);
}

void Traffic::arrive() {
  const int64_t now_ns = next_arrival_ns_;
  constexpr double kVisits = kBrowserShare / kTracesPerVisit;
  const bool visits = chance_.happens(kVisits / (kVisits + 1 - kBrowserShare));
  if (visits && visit_agenda_.size() < kVisitsMax) {
    if (free_visits_.empty()) {
      free_visits_.push_back(visits_.size());
      visits_.emplace_back();
    }
    const size_t slot = free_visits_.back();
    free_visits_.pop_back();
    ++visits_begun_;
    const bool is_miniapp = chance_.happens(kMiniappShare);
    visits_[slot] = std::make_unique<Visit>(chance_.fork(), scenarios_, options_.release, is_miniapp);
    visit_agenda_.push({now_ns, number_++, slot});
  } else {
    std::vector<Delivery> made;
    made.push_back({now_ns, scenarios_.next(now_ns)});
    keep(std::move(made));
  }
  plan_arrival();
}

void Traffic::keep(std::vector<Delivery> made) {
  for (Delivery& delivery : made) {
    if (free_deliveries_.empty()) {
      free_deliveries_.push_back(deliveries_.size());
      deliveries_.emplace_back();
    }
    const size_t slot = free_deliveries_.back();
    free_deliveries_.pop_back();
    delivery_agenda_.push({delivery.at_ns, number_++, slot});
    deliveries_[slot] = std::move(delivery);
  }
}

void Traffic::visit_goes_on(size_t slot, int64_t now_ns) {
  std::vector<Delivery> made;
  const std::optional<int64_t> again_ns = visits_[slot]->go_on(now_ns, made);
  keep(std::move(made));
  if (again_ns) {
    visit_agenda_.push({std::max(*again_ns, now_ns), number_++, slot});
  } else {
    visits_[slot].reset();
    free_visits_.push_back(slot);
  }
}

Delivery Traffic::next() {
  while (true) {
    const int64_t visit_ns = visit_agenda_.empty() ? INT64_MAX : visit_agenda_.top().at_ns;
    const int64_t delivery_ns = delivery_agenda_.empty() ? INT64_MAX : delivery_agenda_.top().at_ns;
    if (delivery_ns <= std::min(visit_ns, next_arrival_ns_)) {
      const size_t slot = delivery_agenda_.top().slot;
      delivery_agenda_.pop();
      free_deliveries_.push_back(slot);
      return std::exchange(deliveries_[slot], {});
    }
    if (visit_ns <= next_arrival_ns_) {
      const size_t slot = visit_agenda_.top().slot;
      visit_agenda_.pop();
      visit_goes_on(slot, visit_ns);
    } else {
      arrive();
    }
  }
}

}  // namespace clew::demo
