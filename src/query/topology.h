// The map of services: who is there, who calls whom, and how it goes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/engine.h"
#include "query/request_numbers.h"
#include "query/service_book.h"
#include "query/services_overview.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

enum class NodeType : uint8_t { kService, kDatabase, kCache, kMessaging, kExternal, kBrowser };
std::string_view word(NodeType type);
// What a callee that sends no spans itself is.
NodeType virtual_node_type(table::ConnectionType type);

struct TopologyNode {
  std::string id;  // Type and name: "service:checkout".
  std::string name;
  NodeType type = NodeType::kService;
  bool is_virtual = false;
  std::string name_space, language;  // Of services, where known.
  RequestNumbers requests;           // Of virtual nodes as their callers saw them.
  ServiceHealth health = ServiceHealth::kHealthy;
};

struct TopologyEdge {
  std::string from, to;  // Ids of nodes.
  table::ConnectionType type = table::ConnectionType::kUnknown;
  int64_t call_count = 0;
  int64_t error_count = 0;
  table::Histogram caller_durations, callee_durations;  // The latter empty for virtual callees.
  std::string traceql;                                  // Finds the calls.
  bool is_async() const { return type == table::ConnectionType::kMessaging; }
};

struct Topology {
  std::vector<TopologyNode> nodes;  // By id.
  std::vector<TopologyEdge> edges;  // By from, to, type.
};

// From the rollups. Any thread.
stdx::Result<Topology> topology(const table::Catalog& catalog, ServiceBook& book, table::TimeRange range,
                                int64_t apdex_threshold_ns, const QueryControl& control = {});

// A filter for the calls from one service to another, or to a peer without spans of its own.
std::string calls_traceql(const std::string& caller, const std::string& callee, table::ConnectionType type, bool is_virtual);

}  // namespace clew::query
