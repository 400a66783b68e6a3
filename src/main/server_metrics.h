// Brings what the rooms count about themselves into /metrics.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "self/metrics.h"

namespace clew::block {
class BlockStore;
}
namespace clew::head {
class Head;
}
namespace clew::log_local {
class LocalLog;
}
namespace clew::net {
class GrpcServer;
class HttpServer;
}  // namespace clew::net
namespace clew::query {
class Admission;
}
namespace clew::receive {
class Intake;
}
namespace clew::receive_rum {
class Geography;
struct RumCounters;
}  // namespace clew::receive_rum

namespace clew::main {

class ProtocolDoors;

// All must outlive the ServerMetrics; none may be nullptr.
struct WatchedRooms {
  const log_local::LocalLog* log;
  const head::Head* head;
  const block::BlockStore* blocks;
  const query::Admission* admission;
  const receive::Intake* intake;
  const receive_rum::RumCounters* rum;
  const receive_rum::Geography* geography;
  const net::HttpServer* otlp_http;
  const net::GrpcServer* otlp_grpc;
  const net::HttpServer* main_http;
  const net::HttpServer* jaeger_http;
  const ProtocolDoors* doors;
};

// Rooms keep plain atomic counters and know no metrics library; before each scrape the differences are added here. Stops
// watching when destroyed.
class ServerMetrics {
 public:
  explicit ServerMetrics(self::Metrics& metrics);
  ~ServerMetrics();
  void watch(WatchedRooms rooms);

 private:
  class Mirror;
  self::Metrics& metrics_;
  std::unique_ptr<Mirror> mirror_;
  self::Metrics::ScrapeToken token_;
};

}  // namespace clew::main
