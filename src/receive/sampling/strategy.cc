#include "receive/sampling/strategy.h"

#include "otlp/message_reader.h"
#include "otlp/message_writer.h"
#include "wire/json_writer.h"

namespace clew::receive_sampling {

namespace {

void write_probability(wire::JsonWriter& json, double probability) {
  json.key("probabilisticSampling").begin_object().member("samplingRate", probability).end_object();
}

}  // namespace

std::string strategy_json(const Strategy& strategy, KindForm form) {
  const bool probabilistic = strategy.kind == Strategy::Kind::kProbabilistic;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  if (form == KindForm::kNumber) {
    json.member("strategyType", probabilistic ? 0 : 1);
  } else {
    json.member("strategyType", probabilistic ? "PROBABILISTIC" : "RATE_LIMITING");
  }
  if (probabilistic) {
    write_probability(json, strategy.probability);
  } else {
    json.key("rateLimitingSampling").begin_object();
    json.member("maxTracesPerSecond", strategy.traces_per_second_max).end_object();
  }
  if (strategy.has_operations) {
    json.key("operationSampling").begin_object();
    json.member("defaultSamplingProbability", strategy.default_probability);
    json.member("defaultLowerBoundTracesPerSecond", strategy.lower_bound_traces_per_second);
    json.key("perOperationStrategies").begin_array();
    for (const OperationProbability& of : strategy.operations) {
      json.begin_object().member("operation", of.operation);
      write_probability(json, of.probability);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_object();
  return text;
}

std::string encode_strategy(const Strategy& strategy) {
  std::string bytes;
  otlp::MessageWriter message(bytes);
  if (strategy.kind == Strategy::Kind::kRateLimiting) {
    message.add_varint(1, 1);
    const size_t part = message.open(3);
    message.add_varint(1, static_cast<uint64_t>(strategy.traces_per_second_max));
    message.close(part);
  } else {
    const size_t part = message.open(2);
    message.add_double(1, strategy.probability);
    message.close(part);
  }
  if (!strategy.has_operations) return bytes;
  const size_t operations = message.open(4);
  message.add_double(1, strategy.default_probability);
  message.add_double(2, strategy.lower_bound_traces_per_second);
  for (const OperationProbability& of : strategy.operations) {
    const size_t one = message.open(3);
    message.add_bytes(1, of.operation);
    const size_t probability = message.open(2);
    message.add_double(1, of.probability);
    message.close(probability);
    message.close(one);
  }
  message.close(operations);
  return bytes;
}

stdx::Result<std::string> decode_strategy_question(std::string_view bytes) {
  std::string service;
  otlp::MessageReader reader(bytes);
  while (reader.next()) {
    if (reader.tag() == otlp::wire_tag(1, otlp::WireType::kLength)) service = reader.bytes();
  }
  if (!reader.ok()) return stdx::fail(stdx::ErrorCode::kInvalidArgument, "malformed SamplingStrategyParameters");
  return service;
}

std::string baggage_restrictions_json(const std::vector<BaggageRestriction>& restrictions) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_array();
  for (const BaggageRestriction& restriction : restrictions) {
    json.begin_object().member("baggageKey", restriction.key);
    json.member("maxValueLength", restriction.value_length_max).end_object();
  }
  json.end_array();
  return text;
}

}  // namespace clew::receive_sampling
