// What a service asks of databases, caches, queues and other hosts, by normalised statement; and its instances. By scan.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "otlp/ids.h"
#include "query/engine.h"
#include "query/part_scan.h"
#include "query/request_numbers.h"
#include "query/topology.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct StatementNumbers {
  std::string statement;  // Normalised; the operation's name where calls carry no statement.
  std::string operation;  // Span name of its calls, of several the most frequent.
  int64_t count = 0;
  int64_t error_count = 0;
  int64_t total_ns = 0;
  int64_t max_ns = 0;
  table::Histogram durations;
  otlp::TraceId slowest_trace_id;
  otlp::SpanId slowest_span_id = 0;
};

struct CallPanel {
  NodeType type = NodeType::kExternal;
  std::string system;  // "postgresql", "redis", "kafka"; empty where unknown.
  std::string peer;
  int64_t call_count = 0;
  int64_t error_count = 0;
  int64_t total_ns = 0;
  table::Histogram durations;
  std::vector<StatementNumbers> statements;  // Largest total first; at most the limit.
  uint64_t statement_count = 0;
};

struct ServiceCallsRequest {
  std::string service;
  table::TimeRange range;
  uint32_t limit = 20;  // Statements of a panel.
};
struct ServiceCalls {
  std::vector<CallPanel> panels;  // Largest total first.
  int64_t request_count = 0;      // Of the service, so that calls can be counted per request.
  bool exact = true;              // False when there were too many distinct statements to tell all apart.
  QueryStats stats;
};
// Client and producer spans that name a peer. Any thread.
stdx::Result<ServiceCalls> service_calls(const table::Catalog& catalog, const ServiceCallsRequest& request,
                                         const QueryControl& control = {}, const ScanHooks& hooks = {},
                                         const std::function<void(const ServiceCalls&)>& partial = {});

struct ServiceInstance {
  std::string instance;  // service.instance.id, else the pod's or the host's name; empty where resources say nothing.
  std::string host, version;
  RequestNumbers requests;
  int64_t last_seen_ns = 0;
  bool is_slow = false;  // Its median or p99 stands out among several.
};
struct ServiceInstances {
  std::vector<ServiceInstance> instances;  // Most requests first.
  Basis basis = Basis::kEntry;
  bool exact = true;
  QueryStats stats;
};
stdx::Result<ServiceInstances> service_instances(const table::Catalog& catalog, const std::string& service, table::TimeRange range,
                                                 const QueryControl& control = {}, const ScanHooks& hooks = {},
                                                 const std::function<void(const ServiceInstances&)>& partial = {});

}  // namespace clew::query
