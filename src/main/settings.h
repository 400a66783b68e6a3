// All settings of the server, as read. The list with names, defaults' reasons and limits is setting_list.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "receive/rum/client_address.h"
#include "self/log_line.h"

namespace clew::main {

enum class LogSync : uint8_t { kSync, kInterval, kNone };

// A plain value: main/ hands its parts down as the small option structs of each room. Initial values are the defaults.
struct Settings {
  // A door that is off; every other number is a port.
  static constexpr uint64_t kPortOff = 65'536;

  struct Listen {
    std::string address = "127.0.0.1";
    uint64_t main = 7070;
    uint64_t otlp_grpc = 4317;
    uint64_t otlp_http = 4318;
    uint64_t jaeger = 16686;
    uint64_t zipkin = 9411;
    uint64_t skywalking_grpc = 11800;
    uint64_t skywalking_http = 12800;
    uint64_t jaeger_compact_udp = 6831;
    uint64_t jaeger_binary_udp = 6832;
    uint64_t jaeger_http = 14268;
    uint64_t jaeger_grpc = 14250;
    uint64_t jaeger_sampling = 5778;
  } listen;

  struct Data {
    std::string folder = "data";
  } data;

  struct Limits {
    uint64_t body_bytes = 16 << 20;
    uint64_t decompressed_bytes = 32 << 20;
    uint64_t in_flight_bytes = 64 << 20;
    uint64_t header_bytes = 32 << 10;
    uint64_t connections = 1024;
    uint64_t http_requests = 512;
    uint64_t grpc_calls = 1024;
    uint64_t grpc_streams = 256;
    int64_t idle_timeout_ms = 120'000;
    int64_t request_timeout_ms = 30'000;
    int64_t write_timeout_ms = 30'000;
  } limits;

  struct Threads {
    uint64_t http_io = 1;
    uint64_t http_workers = 2;
    uint64_t grpc = 1;
  } threads;

  struct Cors {
    std::vector<std::string> allowed_origins;
  } cors;

  struct Rum {
    std::vector<std::string> allowed_origins;
    std::vector<std::string> more_secret_parameters;
    std::string remote_config_file = "none";
    uint64_t bundle_bytes = 1 << 20;
    uint64_t events_per_second = 5000;
    uint64_t events_per_second_of_address = 200;
    std::string geo_database = "none";
    std::string isp_database = "none";
    std::string geo_language = "en";
    std::vector<std::string> trusted_proxies;
    receive_rum::KeepAddress client_address = receive_rum::KeepAddress::kMasked;
  } rum;

  struct Log {
    LogSync sync = LogSync::kSync;
    int64_t sync_interval_ms = 100;
    uint64_t segment_bytes = 64 << 20;
    uint64_t spare_segments = 4;
    uint64_t window_bytes = 32 << 20;
    uint64_t queued_bytes = 32 << 20;
    uint64_t backlog_bytes = 512 << 20;
    uint64_t lag_bytes = 16 << 20;
    uint64_t free_bytes_min = 256 << 20;
  } log;

  struct Head {
    uint64_t cut_spans = 1'000'000;
    uint64_t cut_bytes = 64 << 20;
    int64_t cut_interval_ms = 600'000;
    int64_t left_behind_window_ms = 10'000;
  } head;

  struct Block {
    uint64_t row_group_rows = 65'536;
    uint64_t zstd_level_cut = 1;
    uint64_t zstd_level_compacted = 3;
  } block;

  struct Compaction {
    bool enabled = true;
    int64_t interval_ms = 30'000;
    uint64_t target_spans = 400'000;
    uint64_t inputs_min = 4;
    uint64_t inputs_max = 16;
  } compaction;

  struct Retention {
    int64_t age_ms = 0;
  } retention;

  struct Query {
    int64_t deadline_ms = 30'000;
    uint64_t concurrent = 16;
    uint64_t cache_bytes = 64 << 20;
  } query;

  struct Jaeger {
    int64_t clock_skew_max_ms = 0;
  } jaeger;

  struct Sampling {
    std::string strategies_file = "none";
    double target_per_second = 0;
    double initial_probability = 0.001;
    double min_probability = 0.00001;
    double min_per_second = 0.016;
    int64_t interval_ms = 60'000;
  } sampling;

  struct Self {
    self::LogLevel log_level = self::LogLevel::kInfo;
    self::LogFormat log_format = self::LogFormat::kText;
  } self;
};

}  // namespace clew::main
