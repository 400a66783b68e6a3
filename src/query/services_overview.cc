#include "query/services_overview.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/rollup_visit.h"
#include "query/time_steps.h"
#include "query/traceql/ast.h"
#include "query/traceql/fields.h"

namespace clew::query {
namespace {

using otlp::SpanKind;
using table::ConnectionType;

// ---- When a service is unwell ----
constexpr int64_t kJudgedRequestsMin = 10;    // Below, only a majority of errors says anything.
constexpr double kUnwellErrorShare = 0.05;
constexpr double kUnwellErrorGrowth = 0.02;   // More than before, in shares of all requests.
constexpr double kAttentionErrorShare = 0.01;
constexpr double kUnwellApdex = 0.7;
constexpr double kAttentionApdex = 0.9;
constexpr double kUnwellSlowdown = 1.0;       // p99 twice as long as before.
constexpr double kAttentionSlowdown = 0.5;
constexpr int64_t kSlowdownMinNs = 50'000'000;
constexpr int64_t kSlowdownRequestsMin = 50;
// ---- What is a reason ----
constexpr double kReasonShare = 0.4;          // Of the time, or of the errors.
constexpr double kManyStoreCallsPerRequest = 5.0;  // To a database or cache, where one call could fetch all.
constexpr double kManyCallsPerRequest = 10.0;
constexpr int64_t kManyCallsMin = 50;

std::string quoted(const std::string& text) { return query_traceql::to_text(query_traceql::Literal(text)); }

ServiceReason reason_of(std::string code) {
  ServiceReason reason;
  reason.code = std::move(code);
  return reason;
}

// Sums of one operation (name and kind) of a service.
struct OperationKey {
  std::string operation;
  SpanKind kind = SpanKind::kUnspecified;
  auto operator<=>(const OperationKey&) const = default;
};

struct Work {
  KindsSeen kinds;
  int64_t span_count = 0;
  std::map<OperationKey, RequestNumbers> operations;
  std::map<SpanKind, std::vector<RequestNumbers>> series;  // By step.
  std::map<SpanKind, RequestNumbers> before;
  std::map<OperationKey, RequestNumbers> operations_before;
  std::vector<ServicePeer> callers, callees;
};

int64_t max_quantile(const RequestNumbers& numbers) { return numbers.quantile_ns(0.99); }

// Finds why a service is as it is, among its callees, its own steps and its operations.
class ReasonFinder {
 public:
  ReasonFinder(const ServiceOverview& service, const Work& work) : service_(service), work_(work) {}

  std::optional<ServiceReason> run(const HealthVerdict& verdict) const {
    if (verdict.by_errors) return errors();
    if (auto calls = many_calls(); calls && !verdict.by_latency) return calls;
    if (verdict.by_latency) return latency();
    return std::nullopt;
  }
  std::optional<ServiceReason> many_calls() const {
    const OperationKey* worst = nullptr;
    int64_t most = 0;
    for (const auto& [key, numbers] : work_.operations) {
      if (key.kind != SpanKind::kClient || numbers.count <= most) continue;
      worst = &key;
      most = numbers.count;
    }
    if (worst == nullptr || service_.requests.count == 0 || most < kManyCallsMin) return std::nullopt;
    const double per_request = static_cast<double>(most) / static_cast<double>(service_.requests.count);
    const ServicePeer* callee = most_called(most);
    const bool is_store = callee != nullptr && (callee->type == ConnectionType::kDb || callee->type == ConnectionType::kCache);
    if (per_request < (is_store ? kManyStoreCallsPerRequest : kManyCallsPerRequest)) return std::nullopt;
    ServiceReason reason = reason_of("many_calls");
    reason.operation = worst->operation;
    reason.per_request = per_request;
    if (callee != nullptr) set_callee(reason, *callee);
    reason.traceql = fmt::format("{{ {} && name = {} }}", of_service(), quoted(worst->operation));
    return reason;
  }

 private:
  std::string of_service() const { return "resource.service.name = " + quoted(service_.service); }

  static void set_callee(ServiceReason& reason, const ServicePeer& callee) {
    reason.callee = callee.name;
    reason.callee_type = callee.type;
  }

  // The callee that can have had that many calls: the most called one.
  const ServicePeer* most_called(int64_t calls) const {
    for (const ServicePeer& callee : service_.callees) {
      if (callee.call_count >= calls) return &callee;
    }
    return nullptr;
  }

  std::string calls_query(const ServicePeer& callee, std::string_view what) const {
    if (!callee.is_virtual) return fmt::format("{{ resource.service.name = {} && {} }}", quoted(callee.name), what);
    return fmt::format("{{ {} && kind = {} && {} }}", of_service(),
                       callee.type == ConnectionType::kMessaging ? "producer" : "client", what);
  }

  std::optional<ServiceReason> errors() const {
    const int64_t failed = service_.requests.error_count;
    const auto worst = std::ranges::max_element(service_.callees, {}, &ServicePeer::error_count);
    if (worst != service_.callees.end() && failed > 0) {
      const double share = std::min(1.0, static_cast<double>(worst->error_count) / static_cast<double>(failed));
      if (share >= kReasonShare) {
        ServiceReason reason = reason_of("errors_in_callee");
        set_callee(reason, *worst);
        reason.share = share;
        reason.error_share = static_cast<double>(worst->error_count) / static_cast<double>(std::max<int64_t>(1, worst->call_count));
        reason.traceql = calls_query(*worst, "status = error");
        return reason;
      }
    }
    const auto* operation = worst_request([](const RequestNumbers& numbers) { return numbers.error_count; });
    if (operation == nullptr) return std::nullopt;
    ServiceReason reason = reason_of("errors_in_operation");
    reason.operation = operation->first.operation;
    reason.error_share = operation->second.error_share();
    reason.share = static_cast<double>(operation->second.error_count) / static_cast<double>(std::max<int64_t>(1, failed));
    reason.traceql = fmt::format("{{ {} && name = {} && status = error }}", of_service(), quoted(reason.operation));
    return reason;
  }

  std::optional<ServiceReason> latency() const {
    const auto total = static_cast<double>(std::max<int64_t>(1, service_.requests.total_ns));
    // Somebody else's time, or a step of its own: whichever has more of it.
    const ServicePeer* slowest_callee = nullptr;
    int64_t callee_ns = 0;
    for (const ServicePeer& callee : service_.callees) {
      if (callee.type == ConnectionType::kMessaging) continue;
      const int64_t waited = estimated_total_ns(callee.durations);
      if (waited > callee_ns) {
        callee_ns = waited;
        slowest_callee = &callee;
      }
    }
    const OperationKey* slowest_step = nullptr;
    const RequestNumbers* step_numbers = nullptr;
    for (const auto& [key, numbers] : work_.operations) {
      if (key.kind != SpanKind::kInternal || counts_as_request(service_.basis, key.kind)) continue;
      if (step_numbers != nullptr && numbers.total_ns <= step_numbers->total_ns) continue;
      slowest_step = &key;
      step_numbers = &numbers;
    }
    const int64_t step_ns = step_numbers != nullptr ? step_numbers->total_ns : 0;
    if (slowest_callee != nullptr && callee_ns >= step_ns && static_cast<double>(callee_ns) >= kReasonShare * total) {
      ServiceReason reason = reason_of("slow_callee");
      set_callee(reason, *slowest_callee);
      reason.share = std::min(1.0, static_cast<double>(callee_ns) / total);
      reason.p99_ns = static_cast<int64_t>(table::histogram_quantile_ns(slowest_callee->durations, 0.99));
      reason.traceql = calls_query(*slowest_callee, fmt::format("duration > {}ns", median_ns(slowest_callee->durations)));
      return reason;
    }
    if (slowest_step != nullptr && static_cast<double>(step_ns) >= kReasonShare * total) {
      return slow_operation(*slowest_step, *step_numbers, static_cast<double>(step_ns) / total);
    }
    const auto* operation = worst_request([](const RequestNumbers& numbers) { return numbers.total_ns; });
    if (operation == nullptr) return std::nullopt;
    return slow_operation(operation->first, operation->second, static_cast<double>(operation->second.total_ns) / total);
  }

  static int64_t median_ns(const table::Histogram& durations) {
    return static_cast<int64_t>(table::histogram_quantile_ns(durations, 0.5));
  }

  ServiceReason slow_operation(const OperationKey& key, const RequestNumbers& numbers, double share) const {
    ServiceReason reason = reason_of("slow_operation");
    reason.operation = key.operation;
    reason.share = std::min(1.0, share);
    reason.p99_ns = max_quantile(numbers);
    if (const auto before = work_.operations_before.find(key); before != work_.operations_before.end()) {
      if (before->second.count >= kComparableCountMin) reason.baseline_p99_ns = max_quantile(before->second);
    }
    reason.traceql = fmt::format("{{ {} && name = {} && duration > {}ns }}", of_service(), quoted(key.operation),
                                 median_ns(numbers.durations));
    return reason;
  }

  template <class Value>
  const std::pair<const OperationKey, RequestNumbers>* worst_request(Value&& value) const {
    const std::pair<const OperationKey, RequestNumbers>* worst = nullptr;
    for (const auto& entry : work_.operations) {
      if (!counts_as_request(service_.basis, entry.first.kind) || value(entry.second) == 0) continue;
      if (worst == nullptr || value(entry.second) > value(worst->second)) worst = &entry;
    }
    return worst;
  }

  const ServiceOverview& service_;
  const Work& work_;
};

class OverviewBuilder {
 public:
  OverviewBuilder(const OverviewRequest& request, const table::Catalog::Sets& sets)
      : request_(request), sets_(sets), steps_(TimeSteps::of(request.range, request.points, kRollupStepNs)) {}

  stdx::Result<void> read(const QueryControl& control) {
    const query_execute::Interrupt interrupt = interrupt_of(control);
    auto now = for_each_red(sets_, request_.range, [&](const table::RedRow& row) { add_now(row); });
    if (!now) return now;
    if (auto go_on = interrupt.check(); !go_on) return go_on;
    if (request_.baseline) {
      auto before = for_each_red(sets_, *request_.baseline, [&](const table::RedRow& row) { add_before(row); });
      if (!before) return before;
    }
    if (auto go_on = interrupt.check(); !go_on) return go_on;
    return read_edges(interrupt);
  }

  Overview build(const std::map<std::string, ServiceProfile>& profiles) {
    Overview overview;
    overview.series_start_ns = steps_.start_ns;
    overview.step_ns = steps_.step_ns;
    overview.point_count = steps_.count;
    for (const auto& [name, profile] : profiles) {
      if (wanted(name)) work_.try_emplace(name);
    }
    for (auto& [name, work] : work_) {
      const auto profile = profiles.find(name);
      overview.services.push_back(service_of(name, work, profile == profiles.end() ? ServiceProfile() : profile->second));
    }
    std::ranges::sort(overview.services, [](const ServiceOverview& a, const ServiceOverview& b) {
      const bool by_impact = a.health <= ServiceHealth::kAttention;
      return std::tuple(a.health, by_impact ? -a.impact : 0.0, std::string_view(a.service)) <
             std::tuple(b.health, b.health <= ServiceHealth::kAttention ? -b.impact : 0.0, std::string_view(b.service));
    });
    return overview;
  }

 private:
  bool wanted(const std::string& service) const { return request_.service.empty() || service == request_.service; }

  void add_now(const table::RedRow& row) {
    if (!wanted(row.service)) return;
    Work& work = work_[row.service];
    work.kinds.add(row.kind);
    work.span_count += row.count;
    work.operations[{row.operation, row.kind}].add(row);
    std::vector<RequestNumbers>& series = work.series[row.kind];
    series.resize(static_cast<size_t>(steps_.count));
    series[static_cast<size_t>(steps_.index_of(row.minute_ns))].add(row);
  }
  void add_before(const table::RedRow& row) {
    if (!wanted(row.service)) return;
    Work& work = work_[row.service];
    work.before[row.kind].add(row);
    work.operations_before[{row.operation, row.kind}].add(row);
  }

  stdx::Result<void> read_edges(const query_execute::Interrupt& interrupt) {
    // (service, peer, type, virtual, is callee)
    std::map<std::tuple<std::string, std::string, ConnectionType, bool, bool>, ServicePeer> peers;
    const auto add = [&](const std::string& service, const std::string& peer, const table::EdgeRow& row, bool is_callee) {
      if (!wanted(service)) return;
      ServicePeer& sum = peers[{service, peer, row.type, row.callee_virtual && is_callee, is_callee}];
      sum.name = peer;
      sum.type = row.type;
      sum.is_virtual = row.callee_virtual && is_callee;
      sum.call_count += row.count;
      sum.error_count += row.error_count;
      table::merge_into(sum.durations, row.caller_durations);
    };
    const auto visit = [&](const table::EdgeRow& row) {
      add(row.caller_service, row.callee_service, row, true);
      if (!row.callee_virtual) add(row.callee_service, row.caller_service, row, false);
    };
    const auto is_service = [&](const std::string& name) { return work_.contains(name); };
    if (auto done = for_each_call(sets_, request_.range, interrupt, is_service, visit); !done) return done;
    for (auto& [key, peer] : peers) {
      Work& work = work_[std::get<0>(key)];
      (std::get<4>(key) ? work.callees : work.callers).push_back(std::move(peer));
    }
    for (auto& [name, work] : work_) {
      for (auto* list : {&work.callers, &work.callees}) {
        std::ranges::sort(*list, [](const ServicePeer& a, const ServicePeer& b) {
          return std::tuple(-a.call_count, std::string_view(a.name), a.type) < std::tuple(-b.call_count, std::string_view(b.name), b.type);
        });
      }
    }
    return {};
  }

  ServiceOverview service_of(const std::string& name, Work& work, const ServiceProfile& profile) const {
    ServiceOverview service;
    service.service = name;
    service.profile = profile;
    service.span_count = work.span_count;
    service.basis = work.kinds.basis();
    for (const SpanKind kind : {SpanKind::kServer, SpanKind::kConsumer, SpanKind::kClient, SpanKind::kProducer,
                                SpanKind::kInternal, SpanKind::kUnspecified}) {
      if (work.kinds.has(kind)) service.kinds.push_back(kind);
    }
    for (const auto& [key, numbers] : work.operations) {
      if (counts_as_request(service.basis, key.kind)) service.requests.add(numbers);
    }
    RequestNumbers before;
    for (const auto& [kind, numbers] : work.before) {
      if (counts_as_request(service.basis, kind)) before.add(numbers);
    }
    if (before.count != 0) service.before = std::move(before);
    service.callers = std::move(work.callers);
    service.callees = std::move(work.callees);
    fill_series(work, service);
    if (service.span_count == 0) {
      service.health = ServiceHealth::kSilent;
      return service;
    }
    const HealthVerdict verdict = judge(service.requests, service.before ? &*service.before : nullptr, request_.apdex_threshold_ns);
    service.health = verdict.health;
    const ReasonFinder reasons(service, work);
    service.reason = reasons.run(verdict);
    if (service.health == ServiceHealth::kHealthy && service.reason) service.health = ServiceHealth::kAttention;
    const double seconds = static_cast<double>(request_.range.end_ns - request_.range.begin_ns) / 1e9;
    const double apdex = service.requests.apdex(request_.apdex_threshold_ns).value_or(1.0);
    service.impact = static_cast<double>(service.requests.count) / std::max(seconds, 1.0) *
                     std::max(service.requests.error_share(), 1.0 - apdex);
    return service;
  }

  void fill_series(const Work& work, ServiceOverview& service) const {
    for (int64_t i = 0; i < steps_.count; ++i) {
      RequestNumbers sum;
      for (const auto& [kind, series] : work.series) {
        if (counts_as_request(service.basis, kind)) sum.add(series[static_cast<size_t>(i)]);
      }
      ServicePoint& point = service.series.emplace_back();
      point.count = sum.count;
      point.error_count = sum.error_count;
      if (sum.count == 0) continue;
      point.p50_ns = sum.quantile_ns(0.5);
      point.p99_ns = sum.quantile_ns(0.99);
    }
  }

  const OverviewRequest& request_;
  const table::Catalog::Sets& sets_;
  const TimeSteps steps_;
  std::map<std::string, Work> work_;
};

}  // namespace

std::string_view word(ServiceHealth health) {
  constexpr std::array<std::string_view, 4> kWords = {"unwell", "attention", "healthy", "silent"};
  return kWords[static_cast<size_t>(health)];
}

std::optional<double> relative_change(int64_t now, int64_t before) {
  if (before <= 0) return std::nullopt;
  return static_cast<double>(now) / static_cast<double>(before) - 1.0;
}

HealthVerdict judge(const RequestNumbers& now, const RequestNumbers* before, int64_t apdex_threshold_ns) {
  HealthVerdict verdict;
  const double errors = now.error_share();
  if (now.count < kJudgedRequestsMin) {
    if (now.count > 0 && errors >= 0.5) verdict = {ServiceHealth::kAttention, true, false};
    return verdict;
  }
  const bool comparable = before != nullptr && before->count >= kSlowdownRequestsMin && now.count >= kSlowdownRequestsMin;
  const bool grew = comparable && errors >= kAttentionErrorShare && errors - before->error_share() >= kUnwellErrorGrowth;
  double slowdown = 0;
  if (comparable) {
    const int64_t p99 = now.quantile_ns(0.99), p99_before = before->quantile_ns(0.99);
    if (p99 - p99_before >= kSlowdownMinNs) slowdown = relative_change(p99, p99_before).value_or(0);
  }
  const double apdex = now.apdex(apdex_threshold_ns).value_or(1.0);
  const double good = 1.0 - errors;  // What apdex could be at best: errors are judged by themselves.
  const double slow = good > 0 ? apdex / good : 1.0;
  if (errors >= kUnwellErrorShare || grew) {
    verdict.health = ServiceHealth::kUnwell;
    verdict.by_errors = true;
  } else if (slow < kUnwellApdex || slowdown >= kUnwellSlowdown) {
    verdict.health = ServiceHealth::kUnwell;
    verdict.by_latency = true;
  } else if (errors >= kAttentionErrorShare) {
    verdict.health = ServiceHealth::kAttention;
    verdict.by_errors = true;
  } else if (slow < kAttentionApdex || slowdown >= kAttentionSlowdown) {
    verdict.health = ServiceHealth::kAttention;
    verdict.by_latency = true;
  }
  return verdict;
}

stdx::Result<Overview> services_overview(const table::Catalog& catalog, ServiceBook& book, const OverviewRequest& request,
                                         const QueryControl& control) {
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  const table::Catalog::Sets sets = catalog.snapshot();
  OverviewBuilder builder(request, sets);
  if (auto done = builder.read(control); !done) return std::unexpected(std::move(done.error()));
  auto facts = book.facts(sets, control);
  if (!facts) return std::unexpected(std::move(facts.error()));
  return builder.build(profiles_of(*facts));
}

}  // namespace clew::query
