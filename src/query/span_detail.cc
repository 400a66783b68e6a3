#include "query/span_detail.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/execute/trace_builder.h"
#include "query/rollup_visit.h"
#include "table/histogram_sum.h"

namespace clew::query {
namespace {

using table::ColumnWindow;
using table::CoreColumn;

struct Candidate {
  const table::Segment* segment = nullptr;
  uint32_t row = 0;
  int64_t start_ns = 0;
  // Fewer mismatches first, then the earlier span.
  std::tuple<int, int64_t> rank{INT32_MAX, 0};
};

stdx::Result<void> look_into(const table::Segment& segment, const std::vector<uint32_t>& rows, const SpanRequest& request,
                             Candidate& best) {
  auto ids = segment.gather(table::core(CoreColumn::kSpanId), rows);
  if (!ids) return std::unexpected(std::move(ids.error()));
  std::vector<uint32_t> same;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    if (ids->has(i) && ids->span_ids[i] == request.span_id) same.push_back(rows[i]);
  }
  if (same.empty()) return {};
  auto starts = segment.gather(table::core(CoreColumn::kStartTime), same);
  if (!starts) return std::unexpected(std::move(starts.error()));
  auto kinds = segment.gather(table::core(CoreColumn::kKind), same);
  if (!kinds) return std::unexpected(std::move(kinds.error()));
  auto services = segment.gather(table::core(CoreColumn::kServiceName), same);
  if (!services) return std::unexpected(std::move(services.error()));
  for (uint32_t i = 0; i < same.size(); ++i) {
    const int64_t start = starts->has(i) ? starts->ints[i] : 0;
    const auto kind = kinds->has(i) ? static_cast<otlp::SpanKind>(kinds->small[i]) : otlp::SpanKind::kUnspecified;
    const std::string_view service = services->has(i) ? services->dictionary->at(services->codes[i]) : std::string_view();
    const int mismatches = (request.kind && *request.kind != kind) + (request.service && *request.service != service) +
                           (request.start_ns && *request.start_ns != start);
    const std::tuple rank(mismatches, start);
    if (best.segment == nullptr || rank < best.rank) best = {&segment, same[i], start, rank};
  }
  return {};
}

}  // namespace

stdx::Result<SpanDetail> span_detail(const table::Catalog& catalog, const SpanRequest& request, const QueryControl& control) {
  const query_execute::Interrupt interrupt = interrupt_of(control);
  const table::Catalog::Sets sets = catalog.snapshot();
  Candidate best;
  for (const auto& set : sets) {
    if (auto go_on = interrupt.check(); !go_on) return std::unexpected(std::move(go_on.error()));
    auto found = set->find_trace(request.trace_id);
    if (!found) return std::unexpected(std::move(found.error()));
    for (const table::SpanRows& rows : *found) {
      if (auto done = look_into(*set->segments()[rows.segment], rows.rows, request, best); !done) {
        return std::unexpected(std::move(done.error()));
      }
    }
  }
  if (best.segment == nullptr) {
    return stdx::fail(stdx::ErrorCode::kNotFound, fmt::format("span {} of trace {} not found", otlp::span_id_hex(request.span_id),
                                                              otlp::to_hex(request.trace_id)));
  }
  query_execute::TraceBuilder builder;
  const std::array<uint32_t, 1> row = {best.row};
  if (auto added = builder.add(*best.segment, row); !added) return std::unexpected(std::move(added.error()));
  query_execute::TraceBuilder::Built built = builder.finish();
  otlp::ResourceSpans& resource = built.data.resource_spans.front();
  otlp::ScopeSpans& scope = resource.scope_spans.front();
  return SpanDetail{std::move(scope.spans.front()), std::move(resource.resource), std::move(scope.scope)};
}

stdx::Result<OperationUsual> operation_usual(const table::Catalog& catalog, const std::string& service,
                                             const std::string& operation, otlp::SpanKind kind, table::TimeRange range) {
  OperationUsual usual;
  table::HistogramSum durations;
  auto done = for_each_red(catalog.snapshot(), range, [&](const table::RedRow& row) {
    if (row.kind != kind || row.operation != operation || row.service != service) return;
    usual.count += row.count;
    usual.error_count += row.error_count;
    durations.add(row.durations);
  });
  if (!done) return std::unexpected(std::move(done.error()));
  usual.durations = durations.take();
  return usual;
}

double share_not_longer(const table::Histogram& histogram, int64_t duration_ns) {
  const int bucket = table::duration_bucket(duration_ns);
  int64_t total = 0, below = 0;
  for (const table::BucketCount& entry : histogram) {
    total += entry.count;
    if (entry.bucket <= bucket) below += entry.count;
  }
  return total == 0 ? 0.0 : static_cast<double>(below) / static_cast<double>(total);
}

}  // namespace clew::query
