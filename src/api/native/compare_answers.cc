// "Why slow?", critical paths of many traces, two traces against each other.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "api/native/answers.h"
#include "api/native/ui_answer_parts.h"
#include "query/compare.h"
#include "query/trace_view.h"

namespace clew::api_native {
namespace {

using query_analyse::PathNode;
using query_analyse::PathNumbers;
using query_analyse::PathTree;

constexpr size_t kPathsListed = 100;
constexpr size_t kExcludedListed = 100;
constexpr double kRareShare = 0.05;     // Of the traces: a path that so few have is not really there.
constexpr double kCommonShare = 0.2;
constexpr double kChangedShare = 0.1;   // Of what the path took before.
constexpr int64_t kChangedMinNs = 100'000;

int64_t mean(int64_t sum, int64_t count) {
  return count == 0 ? 0 : static_cast<int64_t>(std::llround(static_cast<double>(sum) / static_cast<double>(count)));
}
double share(int64_t part, int64_t whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole); }

// Time on the critical path, per trace, of A less that of B. Over all paths it adds up to how much longer A's traces take.
int64_t delta_of(const PathTree& tree, const PathNode& node) {
  return mean(node.sides[0].path_ns, tree.trace_count(0)) - mean(node.sides[1].path_ns, tree.trace_count(1));
}

std::string_view change_of(const PathTree& tree, const PathNode& node) {
  const double in_a = share(node.sides[0].trace_count, tree.trace_count(0));
  const double in_b = share(node.sides[1].trace_count, tree.trace_count(1));
  if (in_b < kRareShare && in_a >= kCommonShare) return "added";
  if (in_a < kRareShare && in_b >= kCommonShare) return "removed";
  const int64_t delta = delta_of(tree, node);
  const auto before = static_cast<double>(mean(node.sides[1].path_ns, tree.trace_count(1)));
  if (std::abs(delta) < kChangedMinNs || std::abs(static_cast<double>(delta)) < kChangedShare * before) return "same";
  return delta > 0 ? "slower" : "faster";
}

void write_path(wire::JsonWriter& json, const PathTree& tree, uint32_t index) {
  std::vector<uint32_t> chain;
  for (int32_t at = static_cast<int32_t>(index); at >= 0; at = tree.nodes()[static_cast<uint32_t>(at)].parent) {
    chain.push_back(static_cast<uint32_t>(at));
  }
  json.key("path").begin_array();
  for (size_t i = chain.size(); i-- > 0;) {
    const PathNode& node = tree.nodes()[chain[i]];
    json.begin_object().member("service", tree.text(node.service)).member("operation", tree.text(node.operation)).end_object();
  }
  json.end_array();
}

void write_path_side(wire::JsonWriter& json, std::string_view name, const PathNumbers& numbers, int64_t trace_count) {
  if (numbers.trace_count == 0) return;
  std::vector<int64_t> durations = numbers.durations;
  json.key(name).begin_object().member("trace_share", share(numbers.trace_count, trace_count));
  json.member("calls", share(numbers.call_count, trace_count)).member("p50_ns", query_analyse::median_of(durations));
  json.member("self_ns", mean(numbers.self_ns, trace_count)).member("path_ns", mean(numbers.path_ns, trace_count));
  json.member("error_count", numbers.error_count).end_object();
}

void write_paths(wire::JsonWriter& json, const PathTree& tree) {
  std::vector<std::tuple<int64_t, uint32_t>> order;
  for (uint32_t i = 0; i < tree.nodes().size(); ++i) order.emplace_back(-std::abs(delta_of(tree, tree.nodes()[i])), i);
  std::ranges::sort(order);
  json.key("paths").begin_array();
  for (size_t i = 0; i < std::min(kPathsListed, order.size()); ++i) {
    const uint32_t index = std::get<1>(order[i]);
    const PathNode& node = tree.nodes()[index];
    json.begin_object();
    write_path(json, tree, index);
    json.member("depth", node.depth).member("change", change_of(tree, node)).member("delta_ns", delta_of(tree, node));
    write_path_side(json, "a", node.sides[0], tree.trace_count(0));
    write_path_side(json, "b", node.sides[1], tree.trace_count(1));
    if (node.sides[0].trace_count != 0) json.member("example_a", otlp::to_hex(node.sides[0].example));
    if (node.sides[1].trace_count != 0) json.member("example_b", otlp::to_hex(node.sides[1].example));
    json.end_object();
  }
  json.end_array().member("path_count", tree.nodes().size());
}

// Nodes of one service and operation together, wherever they hang.
struct OperationSum {
  int64_t path_ns[2] = {0, 0};
  int64_t trace_count[2] = {0, 0};
  int64_t example_ns = -1;
  otlp::TraceId example;
};
using OperationSums = std::map<std::pair<std::string, std::string>, OperationSum>;

OperationSums operations_of(const PathTree& tree) {
  OperationSums sums;
  for (const PathNode& node : tree.nodes()) {
    OperationSum& sum = sums[{std::string(tree.text(node.service)), std::string(tree.text(node.operation))}];
    for (size_t side = 0; side < 2; ++side) {
      sum.path_ns[side] += node.sides[side].path_ns;
      sum.trace_count[side] = std::max(sum.trace_count[side], node.sides[side].trace_count);
    }
    if (node.sides[0].example_ns <= sum.example_ns) continue;
    sum.example_ns = node.sides[0].example_ns;
    sum.example = node.sides[0].example;
  }
  return sums;
}

void write_compared_operations(wire::JsonWriter& json, const PathTree& tree, size_t limit) {
  const OperationSums sums = operations_of(tree);
  std::vector<std::pair<int64_t, const OperationSums::value_type*>> order;
  for (const auto& entry : sums) {
    const int64_t delta = mean(entry.second.path_ns[0], tree.trace_count(0)) - mean(entry.second.path_ns[1], tree.trace_count(1));
    if (entry.second.path_ns[0] + entry.second.path_ns[1] > 0) order.emplace_back(-std::abs(delta), &entry);
  }
  std::ranges::sort(order, {}, [](const auto& entry) { return std::tuple(entry.first, std::string_view(entry.second->first.first), std::string_view(entry.second->first.second)); });
  json.key("critical_path").begin_array();
  for (size_t i = 0; i < std::min(limit, order.size()); ++i) {
    const auto& [key, sum] = *order[i].second;
    json.begin_object().member("service", key.first).member("operation", key.second);
    json.member("a_share", share(sum.path_ns[0], tree.path_total_ns(0))).member("b_share", share(sum.path_ns[1], tree.path_total_ns(1)));
    json.member("a_ns", mean(sum.path_ns[0], tree.trace_count(0))).member("b_ns", mean(sum.path_ns[1], tree.trace_count(1)));
    json.end_object();
  }
  json.end_array();
}

void write_side(wire::JsonWriter& json, std::string_view name, const query::CompareSide& side, const PathTree& tree, size_t index) {
  json.key(name).begin_object().member("trace_count", side.trace_count).member("span_count", side.span_count);
  json.member("sampled_count", side.sampled_count);
  json.member("mean_ns", mean(tree.path_total_ns(index), tree.trace_count(index))).end_object();
}

void write_attributes(wire::JsonWriter& json, const query::Comparison& comparison) {
  json.key("attributes").begin_array();
  for (const query::ComparedAttribute& attribute : comparison.attributes) {
    json.begin_object().member("key", attribute.key).member("score", attribute.score).member("value_count", attribute.value_count);
    json.key("values").begin_array();
    for (const query::ComparedValue& value : attribute.values) {
      json.begin_object().key("value");
      write_value(json, value.value);
      if (value.low) json.member("low", *value.low);
      if (value.high) json.member("high", *value.high);
      json.member("a_count", value.a_count).member("b_count", value.b_count);
      json.member("a_share", share(value.a_count, comparison.a.sampled_count));
      json.member("b_share", share(value.b_count, comparison.b.sampled_count)).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().key("excluded").begin_array();
  for (size_t i = 0; i < std::min(kExcludedListed, comparison.excluded.size()); ++i) {
    const query::ExcludedAttribute& excluded = comparison.excluded[i];
    json.begin_object().member("key", excluded.key).member("reason", excluded.unique ? "unique" : "constant").end_object();
  }
  json.end_array();
}

}  // namespace

AnswerResult answer_compare(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  query::CompareRequest request;
  request.a = arguments.text("a");
  if (arguments.has("b")) request.b = arguments.text("b");
  request.base = arguments.text("base");
  request.range = *range;
  if (arguments.has("a_start") || arguments.has("a_end")) {
    request.a_range = *range;
    if (arguments.has("a_start")) request.a_range->begin_ns = std::max(range->begin_ns, arguments.number("a_start"));
    if (arguments.has("a_end")) request.a_range->end_ns = std::min(range->end_ns, arguments.number("a_end"));
    if (request.a_range->begin_ns >= request.a_range->end_ns) {
      return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument, "no time between a_start and a_end within the range", "a_start"});
    }
  }
  if (arguments.has("a_min_duration")) request.a_min_duration_ns = arguments.number("a_min_duration");
  if (arguments.has("a_max_duration")) request.a_max_duration_ns = arguments.number("a_max_duration");
  request.attributes = static_cast<uint32_t>(arguments.number("limit"));
  request.sample = static_cast<uint32_t>(arguments.number("traces"));
  auto comparison = query::compare(*question.options.catalog, request, question.control, question.hooks);
  if (!comparison) {
    const std::string& message = comparison.error().message;
    const std::string_view blamed = message.starts_with("b:") ? "b" : message.starts_with("base:") ? "base" : "a";
    return refused(std::move(comparison.error()), blamed);
  }
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  write_side(json, "a", comparison->a, comparison->paths, 0);
  write_side(json, "b", comparison->b, comparison->paths, 1);
  json.member("weak", comparison->weak).member("basis", "traces");
  write_attributes(json, *comparison);
  write_paths(json, comparison->paths);
  write_compared_operations(json, comparison->paths, kPathsListed);
  json.member("sampled_traces", comparison->a.sampled_count + comparison->b.sampled_count);
  write_scan_end(json, comparison->exact, *range, comparison->stats);
  json.end_object();
  return answer;
}

AnswerResult answer_critical_path(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  const query::PathsRequest request{.traceql = arguments.text("q"),
                                    .range = *range,
                                    .sample = static_cast<uint32_t>(arguments.number("traces"))};
  auto result = query::critical_paths(*question.options.catalog, request, question.control, question.hooks);
  if (!result) return refused(std::move(result.error()), "q");
  const PathTree& tree = result->paths;
  const auto limit = static_cast<size_t>(arguments.number("limit"));
  const OperationSums sums = operations_of(tree);
  std::vector<std::pair<int64_t, const OperationSums::value_type*>> order;
  for (const auto& entry : sums) {
    if (entry.second.path_ns[0] > 0) order.emplace_back(-entry.second.path_ns[0], &entry);
  }
  std::ranges::sort(order, {}, [](const auto& entry) { return std::tuple(entry.first, std::string_view(entry.second->first.first), std::string_view(entry.second->first.second)); });

  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("trace_count", result->trace_count).member("sampled_traces", tree.trace_count(0));
  json.member("total_ns", tree.path_total_ns(0)).key("operations").begin_array();
  for (size_t i = 0; i < std::min(limit, order.size()); ++i) {
    const auto& [key, sum] = *order[i].second;
    json.begin_object().member("service", key.first).member("color", question.options.ui_state->color_of(key.first));
    json.member("operation", key.second).member("share", share(sum.path_ns[0], tree.path_total_ns(0)));
    json.member("total_ns", sum.path_ns[0]).member("per_trace_ns", mean(sum.path_ns[0], tree.trace_count(0)));
    json.member("trace_share", share(sum.trace_count[0], tree.trace_count(0)));
    json.member("example_trace_id", otlp::to_hex(sum.example)).end_object();
  }
  json.end_array().key("tree").begin_array();
  // Time of a node with all below it: the width of its bar.
  std::vector<int64_t> below(tree.nodes().size());
  for (size_t i = below.size(); i-- > 0;) {
    below[i] += tree.nodes()[i].sides[0].path_ns;
    if (tree.nodes()[i].parent >= 0) below[static_cast<size_t>(tree.nodes()[i].parent)] += below[i];
  }
  for (const uint32_t index : tree.in_order()) {
    const PathNode& node = tree.nodes()[index];
    if (below[index] == 0) continue;
    json.begin_object().member("service", tree.text(node.service)).member("operation", tree.text(node.operation));
    json.member("depth", node.depth).member("total_ns", below[index]).member("self_ns", node.sides[0].path_ns);
    json.member("calls", node.sides[0].call_count).end_object();
  }
  json.end_array();
  write_scan_end(json, result->exact, *range, result->stats);
  json.end_object();
  return answer;
}

namespace {

void write_trace_head(wire::JsonWriter& json, std::string_view name, const query_analyse::TraceColumns& trace) {
  json.key(name).begin_object().member("trace_id", otlp::to_hex(trace.trace_id));
  json.member("root_service", trace.service_of(trace.root)).member("root_name", trace.name_of(trace.root));
  json.key("start_time_ns").int64_string(trace.begin_unix_ns);
  json.member("duration_ns", trace.duration_ns).member("span_count", trace.row_count()).member("error_count", trace.error_count);
  json.end_object();
}

void write_diff_side(wire::JsonWriter& json, std::string_view name, const PathNumbers& numbers) {
  if (numbers.trace_count == 0) return;
  json.key(name).begin_object().member("count", numbers.call_count).member("total_ns", numbers.total_ns);
  json.member("self_ns", numbers.self_ns).member("path_ns", numbers.path_ns).member("error_count", numbers.error_count);
  json.member("row", numbers.example_row).end_object();
}

std::string_view diff_change(const PathNode& node, int64_t delta) {
  if (node.sides[1].trace_count == 0) return "added";
  if (node.sides[0].trace_count == 0) return "removed";
  const auto before = static_cast<double>(node.sides[1].total_ns);
  if (std::abs(delta) < kChangedMinNs || std::abs(static_cast<double>(delta)) < kChangedShare * before) return "same";
  return delta > 0 ? "slower" : "faster";
}

}  // namespace

AnswerResult answer_trace_diff(const Question& question) {
  auto a = query::trace_view(*question.options.catalog, question.arguments.trace_id("a"), question.control);
  if (!a) return refused(std::move(a.error()), "a");
  auto b = query::trace_view(*question.options.catalog, question.arguments.trace_id("b"), question.control);
  if (!b) return refused(std::move(b.error()), "b");
  PathTree tree;
  tree.add(*a, 0);
  tree.add(*b, 1);
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  write_trace_head(json, "a", *a);
  write_trace_head(json, "b", *b);
  json.key("rows").begin_array();
  for (const uint32_t index : tree.in_order()) {
    const PathNode& node = tree.nodes()[index];
    const int64_t delta = node.sides[0].total_ns - node.sides[1].total_ns;
    json.begin_object().member("depth", node.depth).member("service", tree.text(node.service));
    json.member("color", question.options.ui_state->color_of(std::string(tree.text(node.service))));
    json.member("operation", tree.text(node.operation)).member("change", diff_change(node, delta)).member("delta_ns", delta);
    write_diff_side(json, "a", node.sides[0]);
    write_diff_side(json, "b", node.sides[1]);
    json.end_object();
  }
  json.end_array().member("exact", tree.exact()).end_object();
  return answer;
}

}  // namespace clew::api_native
