// All services at a glance: how they are, how they were before, and the likeliest reason where one is unwell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/engine.h"
#include "query/request_numbers.h"
#include "query/service_book.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct OverviewRequest {
  table::TimeRange range;
  std::optional<table::TimeRange> baseline;  // What the range is compared with.
  int64_t points = 60;                       // Of the small series; steps are whole minutes.
  int64_t apdex_threshold_ns = 500'000'000;
  std::string service;                       // Only this one; empty for all.
};

// Order is the order of the list.
enum class ServiceHealth : uint8_t { kUnwell, kAttention, kHealthy, kSilent };
std::string_view word(ServiceHealth health);

// The likeliest reason, as a code with what its words need; what is absent does not apply.
struct ServiceReason {
  std::string code;
  std::string operation, callee;
  std::optional<table::ConnectionType> callee_type;
  std::optional<double> share, error_share, per_request;
  std::optional<int64_t> p99_ns, baseline_p99_ns;
  std::string traceql;  // Finds the evidence.
};

struct ServicePeer {
  std::string name;
  table::ConnectionType type = table::ConnectionType::kUnknown;
  bool is_virtual = false;
  int64_t call_count = 0;
  int64_t error_count = 0;
  table::Histogram durations;  // As the caller saw them.
};

struct ServicePoint {
  int64_t count = 0;
  int64_t error_count = 0;
  std::optional<int64_t> p50_ns, p99_ns;
};

struct ServiceOverview {
  std::string service;
  ServiceProfile profile;
  std::vector<otlp::SpanKind> kinds;
  Basis basis = Basis::kEntry;
  ServiceHealth health = ServiceHealth::kHealthy;
  double impact = 0;  // Requests a second that fail or are too slow.
  int64_t span_count = 0;
  RequestNumbers requests;
  std::optional<RequestNumbers> before;  // With a baseline in which the service had requests.
  std::vector<ServicePeer> callers, callees;  // Most calls first.
  std::vector<ServicePoint> series;
  std::optional<ServiceReason> reason;
};

struct Overview {
  int64_t series_start_ns = 0;
  int64_t step_ns = 0;
  int64_t point_count = 0;
  std::vector<ServiceOverview> services;  // Unwell first, by impact; then those that need attention; healthy and silent by name.
};

// From rollups, so within 4.4 % in quantiles and by whole minutes. Any thread.
stdx::Result<Overview> services_overview(const table::Catalog& catalog, ServiceBook& book, const OverviewRequest& request,
                                         const QueryControl& control = {});

// The requests of one operation or call too many, judged: internal to the overview and the service page.
struct HealthVerdict {
  ServiceHealth health = ServiceHealth::kHealthy;
  bool by_errors = false;
  bool by_latency = false;
};
HealthVerdict judge(const RequestNumbers& now, const RequestNumbers* before, int64_t apdex_threshold_ns);

// Change of a quantile against before, now / before − 1; nullopt where either side has too few requests to say.
std::optional<double> relative_change(int64_t now, int64_t before);
inline constexpr int64_t kComparableCountMin = 10;

}  // namespace clew::query
