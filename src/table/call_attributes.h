// How a span says whom it calls and over what: OpenTelemetry's attribute names, old and new. One list for the rollups, which
// read columns of the head, and for queries, which read columns of any segment.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "table/rollup_rows.h"

namespace clew::table {

struct CallTypeAttribute {
  std::string_view key;
  ConnectionType type;
};
// Later entries win: an HTTP call to a database's REST interface is a database call.
inline constexpr std::array kCallTypeAttributes = {
    CallTypeAttribute{"http.path", ConnectionType::kHttp},  // All that many of Zipkin's libraries say.
    CallTypeAttribute{"http.url", ConnectionType::kHttp},
    CallTypeAttribute{"http.method", ConnectionType::kHttp},
    CallTypeAttribute{"http.request.method", ConnectionType::kHttp},
    CallTypeAttribute{"rpc.system", ConnectionType::kRpc},
    CallTypeAttribute{"rpc.system.name", ConnectionType::kRpc},
    CallTypeAttribute{"messaging.system", ConnectionType::kMessaging},
    CallTypeAttribute{"db.system", ConnectionType::kDb},
    CallTypeAttribute{"db.system.name", ConnectionType::kDb},
    CallTypeAttribute{"sql.query", ConnectionType::kDb},  // Zipkin's.
};

// From the vaguest name of a peer to the most telling one.
inline constexpr std::array<std::string_view, 14> kPeerAttributes = {
    "messaging.system", "db.system",       "db.system.name", "rpc.service",    "messaging.destination",
    "messaging.destination.name", "db.name", "db.namespace", "net.sock.peer.name", "net.peer.name",
    "server.address",   "net.peer.service", "peer.hostname", "peer.service",
};

// Database systems that are caches.
inline constexpr std::array<std::string_view, 4> kCacheSystems = {"redis", "memcached", "valkey", "hazelcast"};

// What was asked of the callee, in full; the first that a span has counts.
inline constexpr std::array<std::string_view, 3> kStatementAttributes = {"db.query.text", "db.statement", "sql.query"};

// The attribute whose value is a system, such as "postgresql" or "kafka".
constexpr ConnectionType call_type(const CallTypeAttribute& attribute, std::string_view value) {
  if (attribute.type == ConnectionType::kDb && std::ranges::find(kCacheSystems, value) != kCacheSystems.end()) {
    return ConnectionType::kCache;
  }
  return attribute.type;
}

}  // namespace clew::table
