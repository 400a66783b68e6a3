// Any bytes as an OTLP request of which adaptive sampling wants the root spans, and as a file of strategies.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "receive/sampling/sampled_roots.h"
#include "receive/sampling/strategies.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::receive_sampling;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for_each_sampled_root(bytes, [&](const SampledRoot& root) {
    if (root.service.empty() || root.operation.size() > size) std::abort();
  });
  const auto strategies = Strategies::parse(std::string(bytes));
  if (!strategies) return 0;
  static_cast<void>(strategy_json(strategies->default_strategy(), KindForm::kName));
  static_cast<void>(decode_strategy_question(encode_strategy(strategies->default_strategy())));
  return 0;
}
