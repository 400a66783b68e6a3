#include "receive/sampling/adaptive.h"

#include <algorithm>
#include <cmath>

#include "receive/sampling/sampling_limits.h"

namespace clew::receive_sampling {

AdaptiveSampler::Operation* AdaptiveSampler::find_or_add(std::string_view service, std::string_view operation,
                                                         double probability) {
  auto of_service = services_.find(service);
  if (of_service == services_.end()) {
    if (services_.size() >= kServicesMax) return nullptr;
    of_service = services_.emplace(service, Operations()).first;
  }
  Operations& operations = of_service->second;
  const auto found = operations.find(operation);
  if (found != operations.end()) return &found->second;
  if (operations.size() >= kOperationsOfServiceMax) return nullptr;
  Operation fresh;
  fresh.probability = std::clamp(probability, options_.min_probability, 1.0);
  return &operations.emplace(operation, fresh).first->second;
}

void AdaptiveSampler::record(std::string_view service, std::string_view operation, bool chosen, double probability) {
  if (service.empty() || operation.empty() || service.size() > kNameBytesMax || operation.size() > kNameBytesMax) return;
  if (!(probability > 0 && probability <= 1)) return;
  const std::lock_guard lock(mutex_);
  Operation* const found = find_or_add(service, operation, probability);
  if (found == nullptr) return;
  if (chosen) {
    // No single trace may stand for more than the least probability allows.
    found->traces += 1 / std::max(probability, options_.min_probability);
  } else {
    ++found->lower_bound_count;
  }
}

void AdaptiveSampler::compute(Operation& operation, double seconds) const {
  const double all_per_second = operation.traces / seconds;
  const double sampled_per_second = all_per_second * operation.probability;
  double wanted = operation.probability;
  if (operation.traces > 0) {
    const double target = options_.target_traces_per_second;
    if (std::abs(sampled_per_second - target) > options_.tolerance * target) wanted = target / all_per_second;
  } else if (operation.lower_bound_count > 0) {
    wanted = operation.probability * options_.increase_max;
  }
  wanted = std::min(wanted, operation.probability * options_.increase_max);
  operation.probability = std::clamp(wanted, options_.min_probability, 1.0);
}

void AdaptiveSampler::tick(int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  if (interval_begin_ns_ == 0 || now_ns < interval_begin_ns_) interval_begin_ns_ = now_ns;
  if (now_ns - interval_begin_ns_ < options_.interval_ns) return;
  const double seconds = static_cast<double>(now_ns - interval_begin_ns_) / 1e9;
  interval_begin_ns_ = now_ns;
  for (auto& [service, operations] : services_) {
    for (auto& [name, operation] : operations) {
      const bool seen = operation.traces > 0 || operation.lower_bound_count > 0;
      operation.idle_intervals = seen ? 0 : operation.idle_intervals + 1;
      compute(operation, seconds);
      operation.traces = 0;
      operation.lower_bound_count = 0;
    }
    std::erase_if(operations, [](const auto& entry) { return entry.second.idle_intervals > kForgetAfterIntervals; });
  }
  std::erase_if(services_, [](const auto& entry) { return entry.second.empty(); });
}

Strategy AdaptiveSampler::strategy(std::string_view service) const {
  Strategy strategy;
  strategy.probability = strategy.default_probability = options_.initial_probability;
  strategy.has_operations = true;
  strategy.lower_bound_traces_per_second = options_.min_traces_per_second;
  const std::lock_guard lock(mutex_);
  const auto found = services_.find(service);
  if (found == services_.end()) return strategy;
  for (const auto& [name, operation] : found->second) strategy.operations.push_back({name, operation.probability});
  return strategy;
}

}  // namespace clew::receive_sampling
