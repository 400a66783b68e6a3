#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/native/answers.h"
#include "api/native/native_limits.h"
#include "api/native/ui_answer_parts.h"
#include "query/traceql/fields.h"

namespace clew::api_native {
namespace {

constexpr int64_t kMinuteNs = 60'000'000'000;

std::vector<double> quantiles_of(const table::Histogram& histogram, const std::vector<double>& quantiles) {
  std::vector<double> values;
  for (const double quantile : quantiles) values.push_back(table::histogram_quantile_ns(histogram, quantile));
  return values;
}

void write_series(wire::JsonWriter& json, const query::RedSeries& series, bool by_operation) {
  json.begin_object();
  json.member("service", series.service);
  if (by_operation) json.member("operation", series.operation);
  json.key("points").begin_array();
  for (const query::RedPoint& point : series.points) {
    json.begin_object();
    json.key("time_ns").int64_string(point.time_ns);
    json.member("count", point.count);
    json.member("error_count", point.error_count);
    write_durations(json, "quantiles_ns", point.quantiles_ns);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

AnswerResult answer_red(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  // Below a year, so that rounding up cannot overflow.
  const int64_t asked_ns = std::min<int64_t>(arguments.number("step"), 525'600 * kMinuteNs);
  const int64_t step_ns = (asked_ns + kMinuteNs - 1) / kMinuteNs * kMinuteNs;
  // Unsigned, because the distance of two 64-bit times can exceed what is signed.
  const uint64_t width_ns = static_cast<uint64_t>(range->end_ns) - static_cast<uint64_t>(range->begin_ns);
  if (width_ns / static_cast<uint64_t>(step_ns) > static_cast<uint64_t>(kRedPointsMax)) {
    return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument,
                                    fmt::format("more than {} steps between start and end", kRedPointsMax), "step"});
  }
  query::RedRequest request{
      .service = arguments.text("service"),
      .operation = std::nullopt,
      .kind = query_traceql::kind_of_word(arguments.text("kind")),
      .range = *range,
      .step_ns = step_ns,
      .quantiles = arguments.quantiles("quantiles"),
      .by_operation = arguments.text("by") == "operation",
  };
  if (arguments.has("operation")) request.operation = arguments.text("operation");
  auto series = question.options.engine->red(request);
  if (!series) return refused(std::move(series.error()));

  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  json.member("step_ns", step_ns);
  write_numbers(json, "quantiles", request.quantiles);
  json.key("series").begin_array();
  for (const query::RedSeries& one : *series) write_series(json, one, request.by_operation);
  json.end_array();
  write_range(json, *range);
  json.end_object();
  return answer;
}

AnswerResult answer_dependencies(const Question& question) {
  auto range = time_range(question.arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const std::vector<double>& quantiles = question.arguments.quantiles("quantiles");
  auto dependencies = question.options.engine->dependencies(*range);
  if (!dependencies) return refused(std::move(dependencies.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  write_numbers(json, "quantiles", quantiles);
  json.key("dependencies").begin_array();
  for (const query::Dependency& dependency : *dependencies) {
    json.begin_object();
    json.member("parent", dependency.parent);
    json.member("child", dependency.child);
    json.member("type", connection_word(dependency.type));
    json.member("child_virtual", dependency.child_virtual);
    json.member("call_count", dependency.call_count);
    json.member("error_count", dependency.error_count);
    write_durations(json, "caller_quantiles_ns", quantiles_of(dependency.caller_durations, quantiles));
    write_durations(json, "callee_quantiles_ns", quantiles_of(dependency.callee_durations, quantiles));
    json.end_object();
  }
  json.end_array();
  write_range(json, *range);
  json.end_object();
  return answer;
}

}  // namespace clew::api_native
