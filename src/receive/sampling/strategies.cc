#include "receive/sampling/strategies.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>

namespace clew::receive_sampling {

namespace {

namespace dom = simdjson::dom;

constexpr double kTracesPerSecondMax = INT16_MAX;  // As much as Thrift's form of it holds.

std::unexpected<stdx::Error> wrong(std::string_view where, std::string_view what) {
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("{}: {}", where, what));
}

}  // namespace

// Reads one file; each method takes the place of what it reads for the error's text.
class StrategiesParser {
 public:
  stdx::Result<Strategies> parse(std::string json) {
    dom::parser parser;
    const auto parsed = parser.parse(json);
    if (parsed.error() != simdjson::SUCCESS) {
      return wrong("the file", fmt::format("no JSON: {}", simdjson::error_message(parsed.error())));
    }
    dom::object file;
    if (parsed.get(file) != simdjson::SUCCESS) return wrong("the file", "no object");
    if (auto done = read_default(file); !done) return std::unexpected(done.error());
    if (auto done = read_services(file); !done) return std::unexpected(done.error());
    if (auto done = read_restrictions(file); !done) return std::unexpected(done.error());
    return std::move(strategies_);
  }

 private:
  using Done = stdx::Result<void>;

  static stdx::Result<std::string> text_of(dom::object object, const char* key, const std::string& where) {
    std::string_view text;
    if (object[key].get(text) != simdjson::SUCCESS || text.empty()) {
      return wrong(fmt::format("{}.{}", where, key), "a text is wanted");
    }
    return std::string(text);
  }

  static stdx::Result<double> number_of(dom::object object, const char* key, const std::string& where) {
    double number = 0;
    if (object[key].get(number) != simdjson::SUCCESS) return wrong(fmt::format("{}.{}", where, key), "a number is wanted");
    return number;
  }

  static stdx::Result<double> probability_of(dom::object object, const std::string& where) {
    auto number = number_of(object, "param", where);
    if (number && !(*number >= 0 && *number <= 1)) {
      return wrong(where + ".param", fmt::format("{} is no probability from 0 to 1", *number));
    }
    return number;
  }

  // Calls `read` for each object of the list at `key`, which need not be there.
  template <class Read>
  static Done for_each(dom::object object, const char* key, const std::string& where, Read read) {
    const std::string place = where.empty() ? key : fmt::format("{}.{}", where, key);
    dom::element element;
    if (object[key].get(element) != simdjson::SUCCESS || element.is_null()) return {};
    dom::array list;
    if (element.get(list) != simdjson::SUCCESS) return wrong(place, "a list is wanted");
    size_t index = 0;
    for (const dom::element item : list) {
      const std::string item_place = fmt::format("{}[{}]", place, index++);
      dom::object one;
      if (item.get(one) != simdjson::SUCCESS) return wrong(item_place, "an object is wanted");
      if (auto done = read(one, item_place); !done) return done;
    }
    return {};
  }

  static Done read_operation(dom::object object, const std::string& where, Strategy& strategy) {
    auto operation = text_of(object, "operation", where);
    if (!operation) return std::unexpected(operation.error());
    std::string_view type;
    if (object["type"].get(type) != simdjson::SUCCESS || type != "probabilistic") {
      return wrong(where + ".type", "an operation's strategy is \"probabilistic\"");
    }
    const auto probability = probability_of(object, where);
    if (!probability) return std::unexpected(probability.error());
    strategy.operations.push_back({std::move(*operation), *probability});
    return {};
  }

  // Without operations that hold for all, which come later.
  Done read_strategy(dom::object object, const std::string& where, Strategy& strategy) const {
    const auto type = text_of(object, "type", where);
    if (!type) return std::unexpected(type.error());
    strategy.default_probability = strategies_.default_.default_probability;
    if (*type == "probabilistic") {
      const auto probability = probability_of(object, where);
      if (!probability) return std::unexpected(probability.error());
      strategy.probability = strategy.default_probability = *probability;
    } else if (*type == "ratelimiting") {
      const auto rate = number_of(object, "param", where);
      if (!rate) return std::unexpected(rate.error());
      if (!(*rate >= 0 && *rate <= kTracesPerSecondMax) || *rate != std::floor(*rate)) {
        return wrong(where + ".param", fmt::format("{} is no whole number of traces per second from 0 to {}", *rate,
                                                   kTracesPerSecondMax));
      }
      strategy.kind = Strategy::Kind::kRateLimiting;
      strategy.traces_per_second_max = static_cast<int32_t>(*rate);
    } else {
      return wrong(where + ".type", fmt::format("\"{:.40}\" is neither \"probabilistic\" nor \"ratelimiting\"", *type));
    }
    auto done = for_each(object, "operation_strategies", where, [&](dom::object operation, const std::string& place) {
      return read_operation(operation, place, strategy);
    });
    strategy.has_operations = !strategy.operations.empty();
    return done;
  }

  Done read_default(dom::object file) {
    dom::element element;
    if (file["default_strategy"].get(element) != simdjson::SUCCESS || element.is_null()) return {};
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return wrong("default_strategy", "an object is wanted");
    Strategy strategy;
    if (auto done = read_strategy(object, "default_strategy", strategy); !done) return done;
    strategies_.default_ = std::move(strategy);
    return {};
  }

  void add_default_operations(Strategy& strategy) const {
    for (const OperationProbability& of : strategies_.default_.operations) {
      const bool named = std::ranges::any_of(strategy.operations, [&](const auto& own) { return own.operation == of.operation; });
      if (!named) strategy.operations.push_back(of);
    }
    strategy.has_operations = !strategy.operations.empty();
  }

  Done read_services(dom::object file) {
    return for_each(file, "service_strategies", "", [&](dom::object object, const std::string& where) -> Done {
      auto service = text_of(object, "service", where);
      if (!service) return std::unexpected(service.error());
      Strategy strategy;
      if (auto done = read_strategy(object, where, strategy); !done) return done;
      add_default_operations(strategy);
      if (!strategies_.by_service_.emplace(std::move(*service), std::move(strategy)).second) {
        return wrong(where + ".service", "this service was named before");
      }
      return {};
    });
  }

  Done read_restrictions(dom::object file) {
    if (file["baggage_restrictions"].error() != simdjson::SUCCESS) return {};
    auto& restrictions = strategies_.restrictions_.emplace();
    return for_each(file, "baggage_restrictions", "", [&](dom::object object, const std::string& where) -> Done {
      Strategies::Restriction restriction;
      std::string_view service;
      if (object["service"].get(service) == simdjson::SUCCESS) restriction.service = service;
      auto key = text_of(object, "baggage_key", where);
      if (!key) return std::unexpected(key.error());
      restriction.restriction.key = std::move(*key);
      int64_t length = 0;
      if (object["max_value_length"].get(length) != simdjson::SUCCESS || length < 0 || length > INT32_MAX) {
        return wrong(where + ".max_value_length", "a whole number from 0 is wanted");
      }
      restriction.restriction.value_length_max = static_cast<int32_t>(length);
      restrictions.push_back(std::move(restriction));
      return {};
    });
  }

  Strategies strategies_;
};

stdx::Result<Strategies> Strategies::parse(std::string json) { return StrategiesParser().parse(std::move(json)); }

const Strategy* Strategies::find(std::string_view service) const {
  const auto found = by_service_.find(service);
  return found == by_service_.end() ? nullptr : &found->second;
}

std::optional<std::vector<BaggageRestriction>> Strategies::baggage_restrictions(std::string_view service) const {
  if (!restrictions_) return std::nullopt;
  std::vector<BaggageRestriction> chosen;
  for (const Restriction& restriction : *restrictions_) {
    if (restriction.service.empty() || restriction.service == service) chosen.push_back(restriction.restriction);
  }
  return chosen;
}

}  // namespace clew::receive_sampling
