#include "query/rum/rum_numbers.h"

namespace clew::query_rum {

void Counts::add(const Counts& other) {
  for (const auto member :
       {&Counts::users, &Counts::sessions, &Counts::views, &Counts::actions, &Counts::requests, &Counts::failed_requests,
        &Counts::slow_requests, &Counts::resources, &Counts::errors, &Counts::error_sessions, &Counts::long_tasks,
        &Counts::blank_screens, &Counts::rage_clicks, &Counts::crashes, &Counts::satisfied,
        &Counts::tolerated, &Counts::judged}) {
    this->*member += other.*member;
  }
  long_task_ms += other.long_task_ms;
}

void ViewFacts::merge(const ViewFacts& other) {
  step = std::min(step, other.step);
  for (size_t i = 0; i < kVitalCount; ++i) {
    const auto vital = static_cast<Vital>(i);
    if (other.has(vital)) put(vital, other.value(vital), i < other.at_ms.size() ? other.at_ms[i] : 0);
  }
}

}  // namespace clew::query_rum
