#include "query/service_calls.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "query/analyse/normalised_text.h"
#include "query/call_reader.h"
#include "query/duration_counts.h"
#include "query/engine_steps.h"
#include "query/rollup_visit.h"
#include "query/traceql/fields.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

using query_execute::Batch;
using query_execute::BatchPlace;
using query_execute::kNoValue;
using query_execute::Selection;
using table::ColumnWindow;
using table::ConnectionType;
using table::CoreColumn;

std::string quoted(const std::string& text) { return query_traceql::to_text(query_traceql::Literal(text)); }

// ---- Calls ----

struct StatementSum {
  int64_t count = 0;
  int64_t error_count = 0;
  int64_t total_ns = 0;
  int64_t max_ns = -1;
  DurationCounts durations;
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
};
struct StatementWhole {
  std::map<std::string, int64_t> operations;
  int64_t count = 0;
  int64_t error_count = 0;
  int64_t total_ns = 0;
  int64_t max_ns = -1;
  table::Histogram durations;
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
};
struct PanelKey {
  NodeType type;
  std::string peer;
  auto operator<=>(const PanelKey&) const = default;
};
struct PanelWhole {
  std::string system;
  std::map<std::string, StatementWhole> statements;
};

struct CallsWhole {
  std::map<PanelKey, PanelWhole> panels;
  size_t statement_count = 0;
  bool exact = true;
};

// Statements that are too many to be told apart are one.
constexpr const char* kOtherStatements = "…";

class CallsPart final : public PartCollector {
 public:
  explicit CallsPart(CallsWhole& whole) : whole_(whole) {}

  stdx::Result<void> add(Batch& batch, const Selection& matched, BatchPlace, query_execute::TraceLookup& lookup) override {
    if (reader_ == nullptr) reader_ = std::make_unique<CallReader>(batch.segment(), lookup, values_);
    calls_.resize(batch.row_count());
    reader_->read(batch, matched, calls_);
    if (const auto error = reader_->error()) return std::unexpected(*error);
    const ColumnWindow& durations = batch.column(CoreColumn::kDuration);
    const ColumnWindow& statuses = batch.column(CoreColumn::kStatusCode);
    const ColumnWindow& names = batch.column(CoreColumn::kName);
    const ColumnWindow& traces = batch.column(CoreColumn::kTraceId);
    const ColumnWindow& spans = batch.column(CoreColumn::kSpanId);
    if (batch.error()) return std::unexpected(*batch.error());
    if (names_ != names.dictionary) {
      names_ = names.dictionary;
      name_of_code_.clear();
    }
    matched.for_each([&](uint32_t row) {
      const CallReader::Call& call = calls_[row];
      if (call.peer == kNoValue && call.system == kNoValue && call.type == ConnectionType::kUnknown) return;
      const int64_t duration = durations.has(row) ? durations.ints[row] : 0;
      StatementSum& sum = sums_[{static_cast<uint8_t>(call.type), call.peer, call.system, statement_of(call), name_of(names, row)}];
      ++sum.count;
      sum.error_count += statuses.has(row) && statuses.small[row] == static_cast<uint8_t>(otlp::StatusCode::kError);
      sum.total_ns += duration;
      sum.durations.add(duration);
      if (duration <= sum.max_ns) return;
      sum.max_ns = duration;
      sum.trace_id = traces.trace_ids[row];
      sum.span_id = spans.span_ids[row];
    });
    if (values_.is_full()) return stdx::fail(stdx::ErrorCode::kResourceExhausted, "the calls have too many distinct texts");
    return {};
  }

  stdx::Result<void> merge() override {
    for (const auto& [key, sum] : sums_) {
      const auto& [type_bits, peer, system, statement, name] = key;
      const auto type = static_cast<ConnectionType>(type_bits);
      std::string peer_name = text(peer);
      if (peer_name.empty()) peer_name = text(system);
      PanelWhole& panel = whole_.panels[{virtual_node_type(type), peer_name}];
      if (system != kNoValue) panel.system = text(system);
      std::string shown = statement == kNoValue ? name_texts_[name] : statements_[statement];
      if (!panel.statements.contains(shown)) {
        if (whole_.statement_count >= kStatementsMax) {
          whole_.exact = false;
          shown = kOtherStatements;
        }
        ++whole_.statement_count;
      }
      StatementWhole& target = panel.statements[shown];
      target.operations[name_texts_[name]] += sum.count;
      target.count += sum.count;
      target.error_count += sum.error_count;
      target.total_ns += sum.total_ns;
      table::merge_into(target.durations, sum.durations.histogram());
      const auto rank = [](int64_t longest, otlp::TraceId trace, otlp::SpanId span) { return std::tuple(-longest, trace, span); };
      if (target.max_ns < 0 || rank(sum.max_ns, sum.trace_id, sum.span_id) < rank(target.max_ns, target.trace_id, target.span_id)) {
        target.max_ns = sum.max_ns;
        target.trace_id = sum.trace_id;
        target.span_id = sum.span_id;
      }
    }
    return {};
  }

 private:
  std::string text(uint32_t value) const {
    const auto* found = value == kNoValue ? nullptr : std::get_if<std::string>(&values_.at(value).value);
    return found != nullptr ? *found : std::string();
  }

  // Each distinct statement is normalised once; there are as many texts as calls in the worst case, but few normal forms.
  uint32_t statement_of(const CallReader::Call& call) {
    if (call.statement == kNoValue) return kNoValue;
    const auto [at, is_new] = normal_of_.try_emplace(std::pair(call.statement, call.system), 0);
    if (is_new) {
      std::string normal = query_analyse::normalise_statement(text(call.statement), text(call.system));
      const auto [known, is_new_form] = index_of_.try_emplace(normal, static_cast<uint32_t>(statements_.size()));
      if (is_new_form) statements_.push_back(std::move(normal));
      at->second = known->second;
    }
    return at->second;
  }

  uint32_t name_of(const ColumnWindow& names, uint32_t row) {
    const uint32_t code = names.has(row) ? names.codes[row] : table::kNullCode;
    const auto [at, is_new] = name_of_code_.try_emplace(code, 0);
    if (is_new) {
      std::string name = code == table::kNullCode ? std::string() : std::string(names.dictionary->at(code));
      const auto [known, is_new_text] = name_index_.try_emplace(name, static_cast<uint32_t>(name_texts_.size()));
      if (is_new_text) name_texts_.push_back(std::move(name));
      at->second = known->second;
    }
    return at->second;
  }

  CallsWhole& whole_;
  query_execute::ValueTable values_;
  std::unique_ptr<CallReader> reader_;
  std::vector<CallReader::Call> calls_;
  std::shared_ptr<const table::DictionaryView> names_;
  absl::flat_hash_map<uint32_t, uint32_t> name_of_code_;
  absl::flat_hash_map<std::string, uint32_t> name_index_, index_of_;
  std::vector<std::string> name_texts_, statements_;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> normal_of_;
  absl::flat_hash_map<std::tuple<uint8_t, uint32_t, uint32_t, uint32_t, uint32_t>, StatementSum> sums_;
};

CallPanel panel_of(const PanelKey& key, const PanelWhole& whole, uint32_t limit) {
  CallPanel panel;
  panel.type = key.type;
  panel.peer = key.peer;
  panel.system = whole.system;
  panel.statement_count = whole.statements.size();
  for (const auto& [text, sum] : whole.statements) {
    panel.call_count += sum.count;
    panel.error_count += sum.error_count;
    panel.total_ns += sum.total_ns;
    table::merge_into(panel.durations, sum.durations);
    StatementNumbers statement;
    statement.statement = text;
    statement.operation = std::ranges::max_element(sum.operations, {}, [](const auto& entry) { return entry.second; })->first;
    statement.count = sum.count;
    statement.error_count = sum.error_count;
    statement.total_ns = sum.total_ns;
    statement.max_ns = sum.max_ns;
    statement.durations = sum.durations;
    statement.slowest_trace_id = sum.trace_id;
    statement.slowest_span_id = sum.span_id;
    panel.statements.push_back(std::move(statement));
  }
  std::ranges::sort(panel.statements, {}, [](const auto& s) { return std::tuple(-s.total_ns, std::string_view(s.statement)); });
  if (panel.statements.size() > limit) panel.statements.resize(limit);
  return panel;
}

// Requests of a service and which spans they are.
struct ServiceRequests {
  Basis basis = Basis::kEntry;
  int64_t count = 0;
  std::set<std::string> all_services;  // Of the range: a peer of that name is no stranger.
};
stdx::Result<ServiceRequests> requests_of(const table::Catalog::Sets& sets, const std::string& service, table::TimeRange range) {
  ServiceRequests requests;
  KindsSeen kinds;
  std::map<otlp::SpanKind, int64_t> counts;
  auto done = for_each_red(sets, range, [&](const table::RedRow& row) {
    if (requests.all_services.empty() || *requests.all_services.rbegin() != row.service) requests.all_services.insert(row.service);
    if (row.service != service) return;
    kinds.add(row.kind);
    counts[row.kind] += row.count;
  });
  if (!done) return std::unexpected(std::move(done.error()));
  requests.basis = kinds.basis();
  for (const auto& [kind, count] : counts) {
    if (counts_as_request(requests.basis, kind)) requests.count += count;
  }
  return requests;
}

ServiceCalls calls_of(const CallsWhole& whole, uint32_t limit, const ServiceRequests& requests) {
  ServiceCalls calls;
  calls.exact = whole.exact;
  calls.request_count = requests.count;
  for (const auto& [key, panel] : whole.panels) {
    calls.panels.push_back(panel_of(key, panel, limit));
    const bool is_service = key.type == NodeType::kExternal && requests.all_services.contains(key.peer);
    if (is_service) calls.panels.back().type = NodeType::kService;
  }
  std::ranges::sort(calls.panels, {}, [](const CallPanel& p) { return std::tuple(-p.total_ns, std::string_view(p.peer), p.type); });
  return calls;
}

// ---- Instances ----

constexpr std::array<std::string_view, 5> kInstanceKeys = {"service.instance.id", "k8s.pod.name", "host.name", "host.id",
                                                           "service.version"};
using InstanceKey = std::array<uint32_t, kInstanceKeys.size()>;

const std::array<query_traceql::Field, kInstanceKeys.size()>& instance_fields() {
  static const auto kFields = [] {
    std::array<query_traceql::Field, kInstanceKeys.size()> all;
    for (size_t i = 0; i < kInstanceKeys.size(); ++i) {
      all[i].scope = query_traceql::FieldScope::kResource;
      all[i].key = kInstanceKeys[i];
    }
    return all;
  }();
  return kFields;
}

struct InstancesWhole {
  std::map<std::string, ServiceInstance> instances;
  bool exact = true;
};

class InstancesPart final : public PartCollector {
 public:
  explicit InstancesPart(InstancesWhole& whole) : whole_(whole) {}

  stdx::Result<void> add(Batch& batch, const Selection& matched, BatchPlace, query_execute::TraceLookup& lookup) override {
    if (readers_[0] == nullptr) {
      for (size_t i = 0; i < readers_.size(); ++i) {
        readers_[i] = std::make_unique<query_execute::FieldReader>(instance_fields()[i], batch.segment(), lookup, values_);
      }
    }
    for (size_t i = 0; i < readers_.size(); ++i) {
      ids_[i].resize(batch.row_count());
      readers_[i]->read(batch, matched, ids_[i]);
      if (readers_[i]->error()) return std::unexpected(*readers_[i]->error());
    }
    const ColumnWindow& starts = batch.column(CoreColumn::kStartTime);
    const ColumnWindow& durations = batch.column(CoreColumn::kDuration);
    const ColumnWindow& statuses = batch.column(CoreColumn::kStatusCode);
    if (batch.error()) return std::unexpected(*batch.error());
    matched.for_each([&](uint32_t row) {
      InstanceKey key;
      for (size_t i = 0; i < key.size(); ++i) key[i] = ids_[i][row];
      Sum& sum = sums_[key];
      const int64_t duration = durations.has(row) ? durations.ints[row] : 0;
      const bool failed = statuses.has(row) && statuses.small[row] == static_cast<uint8_t>(otlp::StatusCode::kError);
      ++sum.count;
      sum.error_count += failed;
      sum.total_ns += duration;
      (failed ? sum.bad : sum.good).add(duration);
      sum.last_ns = std::max(sum.last_ns, starts.ints[row]);
    });
    if (values_.is_full()) return stdx::fail(stdx::ErrorCode::kResourceExhausted, "the service has too many distinct instances");
    return {};
  }

  stdx::Result<void> merge() override {
    for (const auto& [key, sum] : sums_) {
      std::string name;
      for (size_t i = 0; i < 4 && name.empty(); ++i) name = text(key[i]);
      if (!whole_.instances.contains(name) && whole_.instances.size() >= kInstancesMax) {
        whole_.exact = false;
        continue;
      }
      ServiceInstance& instance = whole_.instances[name];
      instance.instance = name;
      if (sum.last_ns >= instance.last_seen_ns) {
        instance.last_seen_ns = sum.last_ns;
        instance.host = text(key[2]);
        instance.version = text(key[4]);
      }
      RequestNumbers numbers;
      numbers.count = sum.count;
      numbers.error_count = sum.error_count;
      numbers.total_ns = sum.total_ns;
      numbers.good_durations = sum.good.histogram();
      numbers.durations = numbers.good_durations;
      table::merge_into(numbers.durations, sum.bad.histogram());
      instance.requests.add(numbers);
    }
    return {};
  }

 private:
  struct Sum {
    int64_t count = 0;
    int64_t error_count = 0;
    int64_t total_ns = 0;
    int64_t last_ns = INT64_MIN;
    DurationCounts good, bad;
  };
  std::string text(uint32_t value) const {
    const auto* found = value == kNoValue ? nullptr : std::get_if<std::string>(&values_.at(value).value);
    return found != nullptr ? *found : std::string();
  }

  InstancesWhole& whole_;
  query_execute::ValueTable values_;
  std::array<std::unique_ptr<query_execute::FieldReader>, kInstanceKeys.size()> readers_;
  std::array<std::vector<uint32_t>, kInstanceKeys.size()> ids_;
  absl::flat_hash_map<InstanceKey, Sum> sums_;
};

// An instance is slow if it takes clearly longer than the middle one of its service.
void mark_slow(std::vector<ServiceInstance>& instances) {
  constexpr size_t kInstancesMin = 3;
  constexpr int64_t kRequestsMin = 20;
  constexpr double kFactor = 2.0;
  for (const double quantile : {0.5, 0.99}) {
    std::vector<int64_t> values;
    for (const ServiceInstance& instance : instances) {
      if (instance.requests.count >= kRequestsMin) values.push_back(instance.requests.quantile_ns(quantile));
    }
    if (values.size() < kInstancesMin) return;
    const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    for (ServiceInstance& instance : instances) {
      if (instance.requests.count < kRequestsMin) continue;
      instance.is_slow |= static_cast<double>(instance.requests.quantile_ns(quantile)) > kFactor * static_cast<double>(*middle);
    }
  }
}

ServiceInstances instances_of(const InstancesWhole& whole, Basis basis) {
  ServiceInstances all;
  all.basis = basis;
  all.exact = whole.exact;
  for (const auto& [name, instance] : whole.instances) all.instances.push_back(instance);
  mark_slow(all.instances);
  std::ranges::sort(all.instances, {}, [](const ServiceInstance& i) { return std::tuple(-i.requests.count, std::string_view(i.instance)); });
  return all;
}

std::string request_filter(const std::string& service, Basis basis) {
  const std::string of_service = "resource.service.name = " + quoted(service);
  switch (basis) {
    case Basis::kEntry: return fmt::format("{{ {} && (kind = server || kind = consumer) }}", of_service);
    case Basis::kInternal: return fmt::format("{{ {} && (kind = internal || kind = unspecified) }}", of_service);
    case Basis::kAll: break;
  }
  return fmt::format("{{ {} }}", of_service);
}

}  // namespace

stdx::Result<ServiceCalls> service_calls(const table::Catalog& catalog, const ServiceCallsRequest& request,
                                         const QueryControl& control, const ScanHooks& hooks,
                                         const std::function<void(const ServiceCalls&)>& partial) {
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  auto plan = plan_filter(fmt::format("{{ resource.service.name = {} && (kind = client || kind = producer) }}", quoted(request.service)));
  if (!plan) return std::unexpected(std::move(plan.error()));
  const table::Catalog::Sets sets = catalog.snapshot();
  auto requests = requests_of(sets, request.service, request.range);
  if (!requests) return std::unexpected(std::move(requests.error()));
  CallsWhole whole;
  const PartScanRequest scan{.sets = sets,
                             .plan = *plan,
                             .range = request.range,
                             .make_part = [&] { return std::make_unique<CallsPart>(whole); },
                             .show_partial = [&] {
                               if (partial) partial(calls_of(whole, request.limit, *requests));
                             }};
  auto stats = scan_parts(scan, control, hooks);
  if (!stats) return std::unexpected(std::move(stats.error()));
  ServiceCalls calls = calls_of(whole, request.limit, *requests);
  calls.stats = *stats;
  return calls;
}

stdx::Result<ServiceInstances> service_instances(const table::Catalog& catalog, const std::string& service, table::TimeRange range,
                                                 const QueryControl& control, const ScanHooks& hooks,
                                                 const std::function<void(const ServiceInstances&)>& partial) {
  if (auto valid = check_range(range); !valid) return std::unexpected(std::move(valid.error()));
  const table::Catalog::Sets sets = catalog.snapshot();
  auto requests = requests_of(sets, service, range);
  if (!requests) return std::unexpected(std::move(requests.error()));
  auto plan = plan_filter(request_filter(service, requests->basis));
  if (!plan) return std::unexpected(std::move(plan.error()));
  InstancesWhole whole;
  const PartScanRequest scan{.sets = sets,
                             .plan = *plan,
                             .range = range,
                             .make_part = [&] { return std::make_unique<InstancesPart>(whole); },
                             .show_partial = [&] {
                               if (partial) partial(instances_of(whole, requests->basis));
                             }};
  auto stats = scan_parts(scan, control, hooks);
  if (!stats) return std::unexpected(std::move(stats.error()));
  ServiceInstances instances = instances_of(whole, requests->basis);
  instances.stats = *stats;
  return instances;
}

}  // namespace clew::query
