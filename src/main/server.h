// The whole server in one process: every room built, wired, started in order and stopped in reverse.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "block/block_store.h"
#include "head/head_pump.h"
#include "log/local/local_log_options.h"
#include "net/grpc_server.h"
#include "net/http_server.h"
#include "net/udp_server.h"
#include "query/admission.h"
#include "receive/jaeger/jaeger_receive_limits.h"
#include "receive/otlp/otlp_limits.h"
#include "receive/receive_limits.h"
#include "receive/rum/rum_receiver.h"
#include "receive/sampling/sampling_service.h"
#include "receive/zipkin/zipkin_limits.h"
#include "stdx/error.h"

namespace clew::main {

// Each room's own options; settings_to_options.h fills them from the settings.
struct ServerOptions {
  std::string data_folder = "data";
  net::HttpServerOptions main_http;
  net::HttpServerOptions otlp_http;
  net::GrpcServerOptions otlp_grpc;
  net::HttpServerOptions jaeger_http;
  // Doors of other protocols; without an address they are off.
  net::HttpServerOptions zipkin_http;
  net::GrpcServerOptions skywalking_grpc;
  net::HttpServerOptions skywalking_http;
  net::UdpServerOptions jaeger_compact_udp;
  net::UdpServerOptions jaeger_binary_udp;
  net::HttpServerOptions jaeger_collector_http;
  net::GrpcServerOptions jaeger_collector_grpc;
  net::HttpServerOptions jaeger_sampling_http;
  receive_sampling::SamplingOptions sampling;
  receive::IntakeLimits intake_limits;
  receive_rum::RumOptions rum;  // Its geography and trusted proxies come from these two.
  receive_rum::GeographyOptions rum_geography;
  std::vector<std::string> rum_trusted_proxies;
  receive_otlp::OtlpLimits otlp_limits;
  receive_zipkin::ZipkinLimits zipkin_limits;
  receive_jaeger::JaegerLimits jaeger_limits;
  log_local::LocalLogOptions log;       // `folder` is set here.
  uint64_t log_lag_bytes_max = 16 << 20;  // log/paced_log.h
  head::HeadOptions head;
  head::PumpOptions pump;
  block::BlockStoreOptions blocks;
  query::AdmissionLimits admission;
  int64_t jaeger_clock_skew_max_ns = 0;
};

struct ServerPorts {
  uint16_t main_http = 0;
  uint16_t otlp_http = 0;
  uint16_t otlp_grpc = 0;
  uint16_t jaeger_http = 0;
  // Of the other protocols; 0: off.
  uint16_t zipkin_http = 0;
  uint16_t skywalking_grpc = 0;
  uint16_t skywalking_http = 0;
  uint16_t jaeger_compact_udp = 0;
  uint16_t jaeger_binary_udp = 0;
  uint16_t jaeger_collector_http = 0;
  uint16_t jaeger_collector_grpc = 0;
  uint16_t jaeger_sampling_http = 0;
};

class Server {
 public:
  // Serves when it returns; what the log holds beyond the blocks may still be replayed (not ready until then). Errors are
  // one line for the operator: a taken port, a locked or unwritable data folder, a damaged store.
  static stdx::Result<std::unique_ptr<Server>> start(ServerOptions options);

  virtual ~Server() = default;
  virtual ServerPorts ports() const = 0;
  // Whether a span of the last `age` is stored. Waits for the replay, ten seconds at most.
  virtual bool has_recent_spans(std::chrono::seconds age) const = 0;
  // Lets requests in flight end, syncs the log, stops. Nothing acknowledged is lost: what is not in a block is replayed.
  virtual void stop() = 0;
};

}  // namespace clew::main
