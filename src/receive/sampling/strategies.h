// The strategies that an operator wrote down, in Jaeger's file format.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "receive/sampling/strategy.h"
#include "stdx/error.h"

namespace clew::receive_sampling {

// Immutable once parsed; any thread may ask. Format: Jaeger's documentation, "Sampling", "File-based sampling configuration":
//
//   {"service_strategies": [{"service": "foo", "type": "probabilistic", "param": 0.8,
//                            "operation_strategies": [{"operation": "op1", "type": "probabilistic", "param": 0.2}]},
//                           {"service": "bar", "type": "ratelimiting", "param": 5}],
//    "default_strategy": {"type": "probabilistic", "param": 0.5, "operation_strategies": […]}}
//
// The default's operations hold for every service that does not name them itself. And, ours: "baggage_restrictions":
// [{"service": "foo", "baggage_key": "k", "max_value_length": 10}], without service for all of them.
class Strategies {
 public:
  // What a client is told where nothing is written down: to sample everything, since what is kept is decided later.
  Strategies() = default;
  // kInvalidArgument names what is wrong and where: "service_strategies[2].param: 1.5 is no probability from 0 to 1".
  static stdx::Result<Strategies> parse(std::string json);

  const Strategy* find(std::string_view service) const;  // Nullptr if the file does not name the service.
  const Strategy& default_strategy() const { return default_; }
  // Nullopt if the file has none at all.
  std::optional<std::vector<BaggageRestriction>> baggage_restrictions(std::string_view service) const;

 private:
  friend class StrategiesParser;
  struct Restriction {
    std::string service;  // Empty: all.
    BaggageRestriction restriction;
  };

  Strategy default_;
  std::map<std::string, Strategy, std::less<>> by_service_;
  std::optional<std::vector<Restriction>> restrictions_;
};

}  // namespace clew::receive_sampling
