#include <algorithm>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/execute/grouping.h"
#include "query/traceql/query_limits.h"

namespace clew::query {

using query_execute::Grouping;
using stdx::ErrorCode;

namespace {

stdx::Result<void> check(const AggregateRequest& request) {
  if (request.limit == 0 || request.limit > kGroupLimitMax) {
    return stdx::fail(ErrorCode::kInvalidArgument,
                      fmt::format("limit must be 1 to {}, not {}", kGroupLimitMax, request.limit));
  }
  if (request.quantiles.size() > kQuantilesMax) {
    return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("at most {} quantiles are allowed", kQuantilesMax));
  }
  for (const double quantile : request.quantiles) {
    if (!(quantile >= 0 && quantile <= 1)) {
      return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("a quantile must be 0 to 1, not {}", quantile));
    }
  }
  return check_range(request.range);
}

// A total order of values, so that groups of equal size come out alike every time.
std::string order_text(const otlp::AnyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return "s" + *text;
  if (const auto* number = std::get_if<int64_t>(&value.value)) return fmt::format("i{:+021d}", *number);
  if (const auto* number = std::get_if<double>(&value.value)) return fmt::format("d{}", *number);
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? "b1" : "b0";
  return std::string(1, static_cast<char>('0' + value.value.index()));
}

std::string order_text(const std::vector<otlp::AnyValue>& key) {
  std::string text;
  for (const otlp::AnyValue& value : key) text += order_text(value) + '\0';
  return text;
}

std::vector<otlp::AnyValue> key_of(const Grouping& grouping, const Grouping::Group& group, size_t field_count) {
  std::vector<otlp::AnyValue> key;
  for (size_t i = 0; i < field_count; ++i) {
    key.push_back(group.key[i] == query_execute::kNoValue ? otlp::AnyValue{} : grouping.values().at(group.key[i]));
  }
  return key;
}

}  // namespace

stdx::Result<AggregateResult> Engine::aggregate(const AggregateRequest& request, const QueryControl& control) const {
  const Stopwatch watch;
  if (auto valid = check(request); !valid) return std::unexpected(std::move(valid.error()));
  auto plan = plan_filter(request.traceql);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto fields = parse_fields(request.by, kGroupKeysMax, "by");
  if (!fields) return std::unexpected(std::move(fields.error()));

  const table::Catalog::Sets sets = catalog_.snapshot();
  query_execute::TraceLookup lookup(sets);
  Grouping grouping(*fields, !request.quantiles.empty(), lookup);
  auto scanned = query_execute::scan(
      sets, *plan, request.range, false, lookup, interrupt_of(control),
      [&grouping](query_execute::Batch& batch, const query_execute::Selection& matched, query_execute::BatchPlace place,
                  table::TimeRange&) { return grouping.add(batch, matched, place); });
  if (!scanned) return std::unexpected(std::move(scanned.error()));

  // Only groups that may be returned get a key to break ties by; among a million groups most never do.
  std::vector<Grouping::Group>& groups = grouping.groups();
  const size_t wanted = std::min<size_t>(request.limit, groups.size());
  AggregateResult result;
  result.group_count = groups.size();
  result.exact = grouping.is_exact();
  if (wanted < groups.size()) {
    const auto nth = groups.begin() + static_cast<ptrdiff_t>(wanted - 1);
    std::ranges::nth_element(groups, nth, std::greater<>(), &Grouping::Group::count);
    const int64_t least = nth->count;
    std::erase_if(groups, [least](const Grouping::Group& group) { return group.count < least; });
  }
  std::vector<std::pair<std::string, size_t>> order;
  for (size_t i = 0; i < groups.size(); ++i) order.emplace_back(order_text(key_of(grouping, groups[i], fields->size())), i);
  std::ranges::sort(order, [&](const auto& a, const auto& b) {
    if (groups[a.second].count != groups[b.second].count) return groups[a.second].count > groups[b.second].count;
    return a.first < b.first;
  });
  order.resize(wanted);
  for (const auto& [text, index] : order) {
    Grouping::Group& group = groups[index];
    AggregateGroup out;
    out.key = key_of(grouping, group, fields->size());
    out.count = group.count;
    out.error_count = group.error_count;
    out.quantiles_ns = grouping.quantiles_ns(group, request.quantiles);
    result.groups.push_back(std::move(out));
  }
  result.stats = stats_of(*scanned, watch);
  return result;
}

stdx::Result<std::vector<TagValue>> Engine::tag_values(const std::string& tag, const std::string& traceql,
                                                       table::TimeRange range, uint32_t limit,
                                                       const QueryControl& control) const {
  if (limit == 0 || limit > kTagValuesMax) {
    return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("limit must be 1 to {}, not {}", kTagValuesMax, limit));
  }
  AggregateRequest request;
  request.traceql = traceql;
  request.range = range;
  request.by = {tag};
  request.quantiles = {};
  request.limit = std::min(limit + 1, kGroupLimitMax);  // One more, since the group without a value is left out.
  auto counted = aggregate(request, control);
  if (!counted) return std::unexpected(std::move(counted.error()));
  std::vector<TagValue> values;
  for (AggregateGroup& group : counted->groups) {
    if (std::holds_alternative<std::monostate>(group.key.front().value)) continue;
    if (values.size() < limit) values.push_back({std::move(group.key.front()), group.count});
  }
  return values;
}

}  // namespace clew::query
