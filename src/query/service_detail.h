// One service: what it does, who calls it, whom it calls and where its time goes. From the rollups.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/engine.h"
#include "query/request_numbers.h"
#include "query/service_book.h"
#include "query/services_overview.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct ServiceDetailRequest {
  std::string service;
  table::TimeRange range;
  std::optional<table::TimeRange> baseline;
  int64_t apdex_threshold_ns = 500'000'000;
};

struct ServiceOperation {
  std::string operation;
  otlp::SpanKind kind = otlp::SpanKind::kUnspecified;
  bool is_entry = false;  // Its spans are requests of the service.
  RequestNumbers numbers;
  double total_share = 0;  // Of the time of all requests; of those that are none, of the same: may exceed 1 in parallel.
  std::optional<RequestNumbers> before;
};

struct ServiceCall {
  std::string name;
  table::ConnectionType type = table::ConnectionType::kUnknown;
  bool is_virtual = false;
  int64_t call_count = 0;
  int64_t error_count = 0;
  table::Histogram caller_durations, callee_durations;
  double share = 0;  // Of the calls in this direction.
};

// Part of the time of all requests: the service's own, or that of a callee it waited for.
struct TimeShare {
  std::string name;  // Empty for its own.
  table::ConnectionType type = table::ConnectionType::kUnknown;
  bool is_virtual = false;
  bool is_own = false;
  int64_t total_ns = 0;
  double share = 0;
};

struct ServiceDetail {
  ServiceOverview overview;
  std::vector<ServiceOperation> operations;  // Requests first, then by time; at most kOperationsMax.
  uint64_t operation_count = 0;
  std::vector<ServiceCall> upstream, downstream;  // Most calls first.
  std::vector<TimeShare> time_shares;             // Largest first; shares add up to 1.
  int64_t time_total_ns = 0;
  bool time_overlaps = false;  // Calls ran in parallel: together they took longer than the requests, so shares are scaled.
};

// kNotFound for a service that no stored span has. Any thread.
stdx::Result<ServiceDetail> service_detail(const table::Catalog& catalog, ServiceBook& book, const ServiceDetailRequest& request,
                                           const QueryControl& control = {});

}  // namespace clew::query
