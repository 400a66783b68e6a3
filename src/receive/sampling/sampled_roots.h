// The root spans of an OTLP request that say how a remote sampler chose them.
#pragma once

#include <functional>
#include <string_view>

namespace clew::receive_sampling {

struct SampledRoot {
  std::string_view service;
  std::string_view operation;
  bool chosen = false;      // By probability; otherwise by the lower bound of traces per second.
  double probability = 0;
};

// Calls `see` for each, in order; views into the request. Jaeger's clients write sampler.type and sampler.param into the
// root span, OpenTelemetry's remote samplers the same, some with "jaeger." before. Malformed parts are passed over: what is
// wrong with a request is for others to say. Pure. Guarded by sampled_roots_fuzz.
void for_each_sampled_root(std::string_view traces_request, const std::function<void(const SampledRoot&)>& see);

}  // namespace clew::receive_sampling
