#include "query/compare.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/trace_attributes.h"
#include "query/trace_sample.h"
#include "query/traceql/fields.h"
#include "query/traceql/parser.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

using query_traceql::Expression;

stdx::Result<Expression> parse(const std::string& name, const std::string& traceql) {
  auto filter = query_traceql::parse_filter(traceql.empty() ? "{}" : traceql);
  if (!filter) return stdx::fail(filter.error().code, fmt::format("{}: {}", name, filter.error().message));
  return std::move(*filter);
}

Expression duration_is(query_traceql::CompareOp op, int64_t ns) {
  Expression compare;
  compare.kind = Expression::Kind::kCompare;
  compare.field.scope = query_traceql::FieldScope::kIntrinsic;
  compare.field.intrinsic = query_traceql::Intrinsic::kDuration;
  compare.op = op;
  compare.literal = query_traceql::Duration{ns};
  return compare;
}

Expression all_of(std::vector<Expression> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  Expression both;
  both.kind = Expression::Kind::kAnd;
  both.children = std::move(parts);
  return both;
}

void collect_fields(const Expression& expression, absl::flat_hash_set<std::string>& fields) {
  if (expression.kind == Expression::Kind::kCompare) {
    fields.insert(query_traceql::to_text(expression.field));
    if (expression.field.scope == query_traceql::FieldScope::kAny) {
      for (const char* scope : {"span", "resource"}) fields.insert(fmt::format("{}.{}", scope, expression.field.key));
    }
  }
  for (const Expression& child : expression.children) collect_fields(child, fields);
}

struct Selected {
  MatchedTraces traces;
  absl::flat_hash_set<std::string> fields;  // That the selection was made by.
};

stdx::Result<Selected> select_a(const table::Catalog::Sets& sets, const CompareRequest& request, const QueryControl& control,
                                const ScanHooks& hooks) {
  auto a = parse("a", request.a);
  if (!a) return std::unexpected(std::move(a.error()));
  auto base = parse("base", request.base);
  if (!base) return std::unexpected(std::move(base.error()));
  Selected selected;
  collect_fields(*a, selected.fields);
  std::vector<Expression> parts;
  parts.push_back(std::move(*a));
  parts.push_back(std::move(*base));
  if (request.a_min_duration_ns) parts.push_back(duration_is(query_traceql::CompareOp::kGreaterEqual, *request.a_min_duration_ns));
  if (request.a_max_duration_ns) parts.push_back(duration_is(query_traceql::CompareOp::kLessEqual, *request.a_max_duration_ns));
  auto plan = query_plan::make_plan(all_of(std::move(parts)));
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto traces = matched_traces(sets, *plan, request.a_range.value_or(request.range), control, hooks);
  if (!traces) return std::unexpected(std::move(traces.error()));
  selected.traces = std::move(*traces);
  return selected;
}

stdx::Result<MatchedTraces> select_b(const table::Catalog::Sets& sets, const CompareRequest& request, const QueryControl& control,
                                     const ScanHooks& hooks) {
  auto b = request.b ? parse("b", *request.b) : parse("base", request.base);
  if (!b) return std::unexpected(std::move(b.error()));
  auto plan = query_plan::make_plan(*b);
  if (!plan) return std::unexpected(std::move(plan.error()));
  return matched_traces(sets, *plan, request.range, control, hooks);
}

void add_stats(const QueryStats& more, QueryStats& stats) {
  stats.rows_total = std::max(stats.rows_total, more.rows_total);
  stats.blocks_total = std::max(stats.blocks_total, more.blocks_total);
  stats.rows_scanned += more.rows_scanned;
}

}  // namespace

stdx::Result<Comparison> compare(const table::Catalog& catalog, const CompareRequest& request, const QueryControl& control,
                                 const ScanHooks& hooks) {
  const Stopwatch watch;
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  if (request.a_range) {
    if (auto valid = check_range(*request.a_range); !valid) return std::unexpected(std::move(valid.error()));
  }
  const table::Catalog::Sets sets = catalog.snapshot();
  auto a = select_a(sets, request, control, hooks);
  if (!a) return std::unexpected(std::move(a.error()));
  auto b = select_b(sets, request, control, hooks);
  if (!b) return std::unexpected(std::move(b.error()));
  absl::erase_if(b->ids, [&](const otlp::TraceId& id) { return a->traces.ids.contains(id); });

  Comparison comparison;
  comparison.a.trace_count = static_cast<int64_t>(a->traces.ids.size());
  comparison.a.span_count = a->traces.span_count;
  comparison.b.trace_count = static_cast<int64_t>(b->ids.size());
  comparison.b.span_count = b->span_count;
  comparison.weak = std::min(comparison.a.trace_count, comparison.b.trace_count) < kEvidenceTracesMin;

  std::vector<otlp::TraceId> ids = sample_of(a->traces.ids, request.sample);
  comparison.a.sampled_count = static_cast<int64_t>(ids.size());
  std::vector<uint8_t> sides(ids.size(), 0);
  for (const otlp::TraceId id : sample_of(b->ids, request.sample)) {
    ids.push_back(id);
    sides.push_back(1);
  }
  comparison.b.sampled_count = static_cast<int64_t>(ids.size()) - comparison.a.sampled_count;
  comparison.exact = a->traces.exact && b->exact && comparison.a.sampled_count == comparison.a.trace_count &&
                     comparison.b.sampled_count == comparison.b.trace_count;
  TraceAttributes attributes;
  if (auto read = attributes.read(sets, ids, sides, control); !read) return std::unexpected(std::move(read.error()));
  attributes.rank(a->fields, request.attributes, comparison);
  auto viewed = view_traces(catalog, ids, control, [&](size_t index, const query_analyse::TraceColumns& trace) {
    comparison.paths.add(trace, sides[index]);
  });
  if (!viewed) return std::unexpected(std::move(viewed.error()));
  comparison.stats = a->traces.stats;
  add_stats(b->stats, comparison.stats);
  comparison.stats.elapsed_ns = watch.elapsed_ns();
  return comparison;
}

stdx::Result<PathsResult> critical_paths(const table::Catalog& catalog, const PathsRequest& request, const QueryControl& control,
                                         const ScanHooks& hooks) {
  const Stopwatch watch;
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  auto plan = plan_filter(request.traceql);
  if (!plan) return std::unexpected(std::move(plan.error()));
  const table::Catalog::Sets sets = catalog.snapshot();
  auto matched = matched_traces(sets, *plan, request.range, control, hooks);
  if (!matched) return std::unexpected(std::move(matched.error()));
  PathsResult result;
  result.trace_count = static_cast<int64_t>(matched->ids.size());
  const std::vector<otlp::TraceId> ids = sample_of(matched->ids, request.sample);
  auto viewed = view_traces(catalog, ids, control, [&](size_t, const query_analyse::TraceColumns& trace) { result.paths.add(trace, 0); });
  if (!viewed) return std::unexpected(std::move(viewed.error()));
  result.exact = matched->exact && ids.size() == matched->ids.size() && result.paths.exact();
  result.stats = matched->stats;
  result.stats.elapsed_ns = watch.elapsed_ns();
  return result;
}

}  // namespace clew::query
