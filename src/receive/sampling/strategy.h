// What a client is told about sampling, and the two forms that it is told in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stdx/error.h"

namespace clew::receive_sampling {

struct OperationProbability {
  std::string operation;
  double probability = 0;
};

// Source: jaeger-idl's proto/api_v2/sampling.proto and thrift/sampling.thrift, which has the same fields.
struct Strategy {
  enum class Kind : uint8_t { kProbabilistic, kRateLimiting };

  Kind kind = Kind::kProbabilistic;
  double probability = 1;             // Of kProbabilistic.
  int32_t traces_per_second_max = 0;  // Of kRateLimiting.
  // A client that knows operations goes by these alone, whatever the kind.
  bool has_operations = false;
  double default_probability = 1;  // Of operations that are not listed.
  double lower_bound_traces_per_second = 0;
  std::vector<OperationProbability> operations;
};

// Jaeger's clients of before Thrift 0.9.3 read the kind as a number; they ask for "/", all others for "/sampling".
enum class KindForm : uint8_t { kName, kNumber };
std::string strategy_json(const Strategy& strategy, KindForm form);
std::string encode_strategy(const Strategy& strategy);  // A SamplingStrategyResponse.
// The service of a SamplingStrategyParameters.
stdx::Result<std::string> decode_strategy_question(std::string_view message);

struct BaggageRestriction {
  std::string key;
  int32_t value_length_max = 0;
};
std::string baggage_restrictions_json(const std::vector<BaggageRestriction>& restrictions);

}  // namespace clew::receive_sampling
