#include "query/topology.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/rollup_visit.h"
#include "query/traceql/fields.h"

namespace clew::query {
namespace {

using table::ConnectionType;

std::string quoted(const std::string& text) { return query_traceql::to_text(query_traceql::Literal(text)); }

// The attributes that may name a peer, of those in table/call_attributes.h the usual ones for such a call.
std::span<const std::string_view> peer_keys(ConnectionType type) {
  static constexpr std::array<std::string_view, 6> kStore = {"peer.service", "server.address", "db.namespace",
                                                             "db.name",      "net.peer.name",  "db.system"};
  static constexpr std::array<std::string_view, 4> kQueue = {"messaging.destination.name", "messaging.destination",
                                                             "peer.service", "messaging.system"};
  static constexpr std::array<std::string_view, 4> kHost = {"peer.service", "server.address", "net.peer.name",
                                                            "net.sock.peer.name"};
  switch (type) {
    case ConnectionType::kDb:
    case ConnectionType::kCache: return kStore;
    case ConnectionType::kMessaging: return kQueue;
    default: return kHost;
  }
}

struct EdgeSum {
  int64_t call_count = 0;
  int64_t error_count = 0;
  table::Histogram caller_durations, callee_durations;
};

class MapBuilder {
 public:
  MapBuilder(const std::map<std::string, ServiceProfile>& profiles, int64_t apdex_threshold_ns)
      : profiles_(profiles), apdex_threshold_ns_(apdex_threshold_ns) {}

  void add(const table::RedRow& row) {
    Service& service = services_[row.service];
    service.kinds.add(row.kind);
    service.by_kind[row.kind].add(row);
  }
  void add(const table::EdgeRow& row) {
    services_.try_emplace(row.caller_service);
    if (!row.callee_virtual) services_.try_emplace(row.callee_service);
    EdgeSum& sum = edges_[{row.caller_service, row.callee_service, row.type, row.callee_virtual}];
    sum.call_count += row.count;
    sum.error_count += row.error_count;
    table::merge_into(sum.caller_durations, row.caller_durations);
    table::merge_into(sum.callee_durations, row.callee_durations);
  }

  bool has_service(const std::string& name) const { return services_.contains(name); }

  Topology build() {
    Topology map;
    for (const auto& [name, service] : services_) map.nodes.push_back(service_node(name, service));
    std::map<std::string, TopologyNode> virtual_nodes;
    for (auto& [key, sum] : edges_) {
      const auto& [caller, callee, type, is_virtual] = key;
      TopologyEdge edge;
      edge.from = service_id(caller);
      if (is_virtual) {
        add_virtual(virtual_nodes, callee, virtual_node_type(type), sum);
        edge.to = id_of(virtual_node_type(type), callee);
      } else {
        edge.to = service_id(callee);
      }
      edge.type = type;
      edge.call_count = sum.call_count;
      edge.error_count = sum.error_count;
      edge.caller_durations = std::move(sum.caller_durations);
      edge.callee_durations = std::move(sum.callee_durations);
      edge.traceql = calls_traceql(caller, callee, type, is_virtual);
      map.edges.push_back(std::move(edge));
    }
    for (auto& [id, node] : virtual_nodes) {
      node.health = judge(node.requests, nullptr, apdex_threshold_ns_).health;
      map.nodes.push_back(std::move(node));
    }
    std::ranges::sort(map.nodes, {}, &TopologyNode::id);
    std::ranges::sort(map.edges, {}, [](const TopologyEdge& edge) { return std::tie(edge.from, edge.to, edge.type); });
    return map;
  }

 private:
  struct Service {
    KindsSeen kinds;
    std::map<otlp::SpanKind, RequestNumbers> by_kind;
  };

  static std::string id_of(NodeType type, const std::string& name) { return fmt::format("{}:{}", word(type), name); }

  const ServiceProfile* profile(const std::string& name) const {
    const auto found = profiles_.find(name);
    return found == profiles_.end() ? nullptr : &found->second;
  }
  NodeType service_type(const std::string& name) const {
    const ServiceProfile* known = profile(name);
    return known != nullptr && known->is_browser() ? NodeType::kBrowser : NodeType::kService;
  }
  std::string service_id(const std::string& name) const { return id_of(service_type(name), name); }

  TopologyNode service_node(const std::string& name, const Service& service) const {
    TopologyNode node;
    node.name = name;
    node.type = service_type(name);
    node.id = id_of(node.type, name);
    if (const ServiceProfile* known = profile(name)) {
      node.name_space = known->name_space;
      node.language = known->language;
    }
    const Basis basis = service.kinds.basis();
    for (const auto& [kind, numbers] : service.by_kind) {
      if (counts_as_request(basis, kind)) node.requests.add(numbers);
    }
    node.health = judge(node.requests, nullptr, apdex_threshold_ns_).health;
    return node;
  }

  static void add_virtual(std::map<std::string, TopologyNode>& nodes, const std::string& name, NodeType type, const EdgeSum& sum) {
    TopologyNode& node = nodes[id_of(type, name)];
    node.id = id_of(type, name);
    node.name = name;
    node.type = type;
    node.is_virtual = true;
    node.requests.count += sum.call_count;
    node.requests.error_count += sum.error_count;
    node.requests.total_ns += estimated_total_ns(sum.caller_durations);
    table::merge_into(node.requests.durations, sum.caller_durations);
    table::merge_into(node.requests.good_durations, sum.caller_durations);
  }

  const std::map<std::string, ServiceProfile>& profiles_;
  const int64_t apdex_threshold_ns_;
  std::map<std::string, Service> services_;
  std::map<std::tuple<std::string, std::string, ConnectionType, bool>, EdgeSum> edges_;
};

}  // namespace

std::string_view word(NodeType type) {
  constexpr std::array<std::string_view, 6> kWords = {"service", "database", "cache", "messaging", "external", "browser"};
  return kWords[static_cast<size_t>(type)];
}

NodeType virtual_node_type(ConnectionType type) {
  switch (type) {
    case ConnectionType::kDb: return NodeType::kDatabase;
    case ConnectionType::kCache: return NodeType::kCache;
    case ConnectionType::kMessaging: return NodeType::kMessaging;
    default: return NodeType::kExternal;
  }
}

std::string calls_traceql(const std::string& caller, const std::string& callee, ConnectionType type, bool is_virtual) {
  if (!is_virtual) return fmt::format("{{ resource.service.name = {} && (kind = server || kind = consumer) }}", quoted(callee));
  std::string peers;
  for (const std::string_view key : peer_keys(type)) {
    peers += fmt::format("{}span.{} = {}", peers.empty() ? "" : " || ", key, quoted(callee));
  }
  return fmt::format("{{ resource.service.name = {} && (kind = client || kind = producer) && ({}) }}", quoted(caller), peers);
}

stdx::Result<Topology> topology(const table::Catalog& catalog, ServiceBook& book, table::TimeRange range,
                                int64_t apdex_threshold_ns, const QueryControl& control) {
  const table::Catalog::Sets sets = catalog.snapshot();
  auto facts = book.facts(sets, control);
  if (!facts) return std::unexpected(std::move(facts.error()));
  const auto profiles = profiles_of(*facts);
  MapBuilder builder(profiles, apdex_threshold_ns);
  auto done = for_each_red(sets, range, [&](const table::RedRow& row) { builder.add(row); });
  if (!done) return std::unexpected(std::move(done.error()));
  done = for_each_call(
      sets, range, interrupt_of(control), [&](const std::string& name) { return builder.has_service(name); },
      [&](const table::EdgeRow& row) { builder.add(row); });
  if (!done) return std::unexpected(std::move(done.error()));
  return builder.build();
}

}  // namespace clew::query
