#include "query/service_detail.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/rollup_visit.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

using table::ConnectionType;

constexpr double kEstimateErrorMax = 0.05;  // Of sums that were made from histograms.

using OperationKey = std::pair<std::string, otlp::SpanKind>;
using OperationSums = std::map<OperationKey, RequestNumbers>;

stdx::Result<OperationSums> sum_operations(const table::Catalog::Sets& sets, const std::string& service, table::TimeRange range) {
  OperationSums sums;
  auto done = for_each_red(sets, range, [&](const table::RedRow& row) {
    if (row.service == service) sums[{row.operation, row.kind}].add(row);
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return sums;
}

void fill_operations(const OperationSums& now, const OperationSums& before, ServiceDetail& detail) {
  const auto total = static_cast<double>(std::max<int64_t>(1, detail.overview.requests.total_ns));
  for (const auto& [key, numbers] : now) {
    ServiceOperation operation;
    operation.operation = key.first;
    operation.kind = key.second;
    operation.is_entry = counts_as_request(detail.overview.basis, key.second);
    operation.numbers = numbers;
    operation.total_share = static_cast<double>(numbers.total_ns) / total;
    if (const auto found = before.find(key); found != before.end()) operation.before = found->second;
    detail.operations.push_back(std::move(operation));
  }
  std::ranges::sort(detail.operations, {}, [](const ServiceOperation& operation) {
    return std::tuple(!operation.is_entry, -operation.numbers.total_ns, std::string_view(operation.operation), operation.kind);
  });
  detail.operation_count = detail.operations.size();
  if (detail.operations.size() > kOperationsMax) detail.operations.resize(kOperationsMax);
}

// Calls in both directions.
stdx::Result<void> fill_calls(const table::Catalog::Sets& sets, const ServiceDetailRequest& request,
                              const QueryControl& control, ServiceDetail& detail) {
  std::map<std::tuple<std::string, ConnectionType, bool>, ServiceCall> upstream, downstream;
  const auto add = [](auto& calls, const std::string& name, bool is_virtual, const table::EdgeRow& row) {
    ServiceCall& call = calls[{name, row.type, is_virtual}];
    call.name = name;
    call.type = row.type;
    call.is_virtual = is_virtual;
    call.call_count += row.count;
    call.error_count += row.error_count;
    table::merge_into(call.caller_durations, row.caller_durations);
    table::merge_into(call.callee_durations, row.callee_durations);
  };
  const auto visit = [&](const table::EdgeRow& row) {
    if (row.caller_service == request.service) add(downstream, row.callee_service, row.callee_virtual, row);
    if (row.callee_service == request.service && !row.callee_virtual) add(upstream, row.caller_service, false, row);
  };
  const auto is_service = [&](const std::string& name) { return name == request.service; };
  if (auto done = for_each_call(sets, request.range, interrupt_of(control), is_service, visit); !done) return done;
  const auto keep = [](auto& calls, std::vector<ServiceCall>& list) {
    int64_t total = 0;
    for (auto& [key, call] : calls) {
      total += call.call_count;
      list.push_back(std::move(call));
    }
    for (ServiceCall& call : list) call.share = total == 0 ? 0.0 : static_cast<double>(call.call_count) / static_cast<double>(total);
    std::ranges::sort(list, {}, [](const ServiceCall& call) { return std::tuple(-call.call_count, std::string_view(call.name), call.type); });
  };
  keep(upstream, detail.upstream);
  keep(downstream, detail.downstream);
  return {};
}

// What requests took, split into waiting for callees and the rest. Messages are not waited for.
void fill_time_shares(const OperationSums& operations, ServiceDetail& detail) {
  detail.time_total_ns = detail.overview.requests.total_ns;
  // Edges know durations as histograms only. The spans that make the calls know their sum, which takes the error out.
  int64_t exact = 0, estimated = 0;
  for (const auto& [key, numbers] : operations) {
    if (key.second == otlp::SpanKind::kClient || key.second == otlp::SpanKind::kProducer) exact += numbers.total_ns;
  }
  for (const ServiceCall& call : detail.downstream) estimated += estimated_total_ns(call.caller_durations);
  const double ratio = estimated == 0 ? 1.0 : static_cast<double>(exact) / static_cast<double>(estimated);
  const double factor = std::abs(ratio - 1.0) <= kEstimateErrorMax ? ratio : 1.0;
  int64_t waited = 0;
  for (const ServiceCall& call : detail.downstream) {
    TimeShare share;
    share.name = call.name;
    share.type = call.type;
    share.is_virtual = call.is_virtual;
    share.total_ns = static_cast<int64_t>(factor * static_cast<double>(estimated_total_ns(call.caller_durations)));
    waited += share.total_ns;
    detail.time_shares.push_back(std::move(share));
  }
  detail.time_overlaps = static_cast<double>(waited) > (1 + kEstimateErrorMax) * static_cast<double>(detail.time_total_ns);
  TimeShare own;
  own.is_own = true;
  own.total_ns = std::max<int64_t>(0, detail.time_total_ns - waited);
  detail.time_shares.push_back(std::move(own));
  const auto whole = static_cast<double>(std::max<int64_t>(1, std::max(waited, detail.time_total_ns)));
  for (TimeShare& share : detail.time_shares) share.share = static_cast<double>(share.total_ns) / whole;
  std::ranges::sort(detail.time_shares, {}, [](const TimeShare& share) { return std::tuple(-share.total_ns, std::string_view(share.name), share.type); });
}

}  // namespace

stdx::Result<ServiceDetail> service_detail(const table::Catalog& catalog, ServiceBook& book, const ServiceDetailRequest& request,
                                           const QueryControl& control) {
  const OverviewRequest overview_request{.range = request.range,
                                         .baseline = request.baseline,
                                         .points = 60,
                                         .apdex_threshold_ns = request.apdex_threshold_ns,
                                         .service = request.service};
  auto overview = services_overview(catalog, book, overview_request, control);
  if (!overview) return std::unexpected(std::move(overview.error()));
  if (overview->services.empty()) {
    return stdx::fail(stdx::ErrorCode::kNotFound, fmt::format("no span of service \"{}\" is stored", request.service));
  }
  ServiceDetail detail;
  detail.overview = std::move(overview->services.front());
  const table::Catalog::Sets sets = catalog.snapshot();
  auto now = sum_operations(sets, request.service, request.range);
  if (!now) return std::unexpected(std::move(now.error()));
  OperationSums before;
  if (request.baseline) {
    auto found = sum_operations(sets, request.service, *request.baseline);
    if (!found) return std::unexpected(std::move(found.error()));
    before = std::move(*found);
  }
  fill_operations(*now, before, detail);
  if (auto done = fill_calls(sets, request, control, detail); !done) return std::unexpected(std::move(done.error()));
  fill_time_shares(*now, detail);
  return detail;
}

}  // namespace clew::query
