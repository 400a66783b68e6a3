// Parameters of the native API as data: what may be sent, how it is read, what is refused.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "otlp/ids.h"
#include "stdx/error.h"

namespace clew::api_native {

enum class ParameterType : uint8_t { kText, kTime, kDuration, kInteger, kChoice, kTextList, kQuantiles, kTraceId, kSpanId };

// One row of an endpoint's table. The same row reads the parameter and describes it in OpenAPI and in the reference page.
struct Parameter {
  std::string_view name;
  ParameterType type = ParameterType::kText;
  std::string_view description = {};
  bool in_path = false;
  bool required = false;
  std::string_view fallback = {};  // Read like a sent value when the parameter is absent; empty for none.
  int64_t low = 0;            // kInteger: smallest value.
  int64_t high = 0;           // kInteger: largest value; lists: most entries.
  std::vector<std::string_view> choices = {};  // kChoice
};

// What a client gets when its question cannot be answered. `parameter` is empty where no single one is at fault.
struct ApiError {
  stdx::ErrorCode code = stdx::ErrorCode::kInvalidArgument;
  std::string message;
  std::string parameter;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Values of one request, by parameter name. Asking for a name or type that the endpoint's table lacks is our bug (asserted).
class Arguments {
 public:
  // Strict: unknown, repeated, empty-where-needed and malformed parameters are refused by name.
  static std::expected<Arguments, ApiError> parse(const std::vector<Parameter>& table, const Pairs& query,
                                                  const std::vector<std::string>& path_values, int64_t now_ns);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  const std::string& text(std::string_view name) const;  // Empty when absent. Also for kChoice.
  int64_t number(std::string_view name) const;           // kTime, kDuration (ns), kInteger
  const std::vector<std::string>& texts(std::string_view name) const;
  const std::vector<double>& quantiles(std::string_view name) const;
  otlp::TraceId trace_id(std::string_view name) const;
  otlp::SpanId span_id(std::string_view name) const;

 private:
  struct SpanIdValue {
    otlp::SpanId id = 0;
  };
  using Value = std::variant<std::string, int64_t, std::vector<std::string>, std::vector<double>, otlp::TraceId, SpanIdValue>;
  static std::expected<Value, std::string> read(const Parameter& parameter, std::string_view text, int64_t now_ns);
  const Value* find(std::string_view name) const;

  std::vector<std::pair<std::string_view, Value>> values_;
};

// RFC 3339; Unix time in s, ms, µs or ns, told apart by magnitude (below 1e11 seconds, 1e14 milliseconds, 1e17
// microseconds); "now", "now-1h30m", "now+5m". In Unix ns.
std::optional<int64_t> parse_time_ns(std::string_view text, int64_t now_ns);

}  // namespace clew::api_native
