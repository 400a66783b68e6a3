// Adaptive sampling: for each operation the probability that brings about the wanted number of traces per second.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "receive/sampling/strategy.h"

namespace clew::receive_sampling {

struct AdaptiveOptions {
  double target_traces_per_second = 0;  // Sampled traces of each operation; 0: adaptive sampling is off.
  double initial_probability = 0.001;   // Of operations that were not seen yet.
  double min_probability = 0.00001;
  double min_traces_per_second = 1.0 / 60;  // Of each operation and client, whatever the probability: nothing stays unseen.
  int64_t interval_ns = 60'000'000'000;     // Probabilities are computed anew this often; clients ask about as often.
  double tolerance = 0.3;                   // A rate so near to the target changes nothing.
  double increase_max = 4;                  // In one interval, because few traces tell little. Less is taken back at once.
};

// Root spans that a remote sampler chose say with which probability; a trace chosen with probability p stands for 1/p
// traces. So the rate of all traces is known without regard to which client already has which probability, and the wanted
// one follows: target / rate. Operations of which only the lower bound's traces come rise step by step. Where an operation was
// never computed (we were restarted), what its clients use is taken over. Any thread; memory is bounded by
// sampling_limits.h. The caller brings the time.
class AdaptiveSampler {
 public:
  explicit AdaptiveSampler(const AdaptiveOptions& options) : options_(options) {}

  bool enabled() const { return options_.target_traces_per_second > 0; }

  // One root span. `chosen` is false for the lower bound's, which probability did not choose.
  void record(std::string_view service, std::string_view operation, bool chosen, double probability);
  // Now and then; computes when the interval is over.
  void tick(int64_t now_ns);

  Strategy strategy(std::string_view service) const;

 private:
  struct Operation {
    double probability = 0;
    double traces = 0;           // In this interval: each chosen one as 1/p.
    uint64_t lower_bound_count = 0;
    int idle_intervals = 0;
  };
  using Operations = std::map<std::string, Operation, std::less<>>;

  Operation* find_or_add(std::string_view service, std::string_view operation, double probability);
  void compute(Operation& operation, double seconds) const;

  const AdaptiveOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, Operations, std::less<>> services_;
  int64_t interval_begin_ns_ = 0;
};

}  // namespace clew::receive_sampling
