// All that happens in the simulated shop, in the order of time: visitors in their browsers, apps, queues, what runs by the clock.
#pragma once

#include <cstdint>
#include <memory>
#include <queue>
#include <vector>

#include "demo/visit.h"

namespace clew::demo {

struct TrafficOptions {
  uint64_t seed = 20;
  uint64_t id_salt = 0;
  int64_t begin_ns = 0;
  int64_t live_from_ns = 0;  // The rate changes here.
  double traces_per_second_before = 1;
  double traces_per_second = 3;
  Release release;
};

// Deterministic: the same options tell the same shop, whenever it begins: the time of begin is cut to a millisecond, the step of
// browsers' clocks, or what rounds differently would let visitors take turns in another order and all that follows change. Bounded: at most kVisitsMax visitors at a time, beyond which people use
// the app. One thread.
class Traffic {
 public:
  explicit Traffic(const TrafficOptions& options);

  // The next thing that reaches Clew; its time never goes back.
  Delivery next();

  uint64_t visits_begun() const { return visits_begun_; }

 private:
  struct Later {
    int64_t at_ns;
    uint64_t number;  // Among equal times the earlier made one comes first.
    size_t slot;
    bool operator<(const Later& other) const {
      return at_ns != other.at_ns ? at_ns > other.at_ns : number > other.number;
    }
  };
  using Agenda = std::priority_queue<Later>;

  void arrive();
  void plan_arrival();
  void keep(std::vector<Delivery> made);
  void visit_goes_on(size_t slot, int64_t now_ns);

  const TrafficOptions options_;
  Chance chance_;
  Scenarios scenarios_;
  int64_t next_arrival_ns_;
  uint64_t number_ = 0;
  uint64_t visits_begun_ = 0;
  Agenda visit_agenda_, delivery_agenda_;
  std::vector<std::unique_ptr<Visit>> visits_;
  std::vector<Delivery> deliveries_;
  std::vector<size_t> free_visits_, free_deliveries_;
};

}  // namespace clew::demo
