#include "main/server_options.h"

#include <chrono>
#include <fstream>

namespace clew::main {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

net::ListenAddress address(const Settings& settings, uint64_t port) {
  return {settings.listen.address, static_cast<uint16_t>(port)};
}

net::HttpServerOptions http_options(const Settings& settings, uint64_t port) {
  net::HttpServerOptions options;
  if (port != Settings::kPortOff) options.addresses = {address(settings, port)};
  options.limits.header_bytes_max = settings.limits.header_bytes;
  options.limits.body_bytes_max = settings.limits.body_bytes;
  options.limits.body_bytes_in_flight_max = settings.limits.in_flight_bytes;
  options.limits.connections_max = static_cast<uint32_t>(settings.limits.connections);
  options.limits.requests_in_flight_max = static_cast<uint32_t>(settings.limits.http_requests);
  options.limits.idle_timeout = std::chrono::milliseconds(settings.limits.idle_timeout_ms);
  options.limits.request_timeout = std::chrono::milliseconds(settings.limits.request_timeout_ms);
  options.limits.write_timeout = std::chrono::milliseconds(settings.limits.write_timeout_ms);
  options.cors.allowed_origins = settings.cors.allowed_origins;
  options.io_threads = static_cast<uint32_t>(settings.threads.http_io);
  options.worker_threads = static_cast<uint32_t>(settings.threads.http_workers);
  return options;
}

net::GrpcServerOptions grpc_options(const Settings& settings, uint64_t port) {
  net::GrpcServerOptions options;
  if (port != Settings::kPortOff) options.addresses = {address(settings, port)};
  options.limits.message_bytes_max = settings.limits.body_bytes;
  options.limits.decompressed_bytes_max = settings.limits.decompressed_bytes;
  options.limits.calls_in_flight_max = static_cast<uint32_t>(settings.limits.grpc_calls);
  options.limits.message_bytes_in_flight_max = settings.limits.in_flight_bytes;
  options.limits.streams_per_connection_max = static_cast<uint32_t>(settings.limits.grpc_streams);
  options.threads = static_cast<uint32_t>(settings.threads.grpc);
  return options;
}

net::UdpServerOptions udp_options(const Settings& settings, uint64_t port, std::string name) {
  net::UdpServerOptions options;
  if (port != Settings::kPortOff) options.addresses = {address(settings, port)};
  options.name = std::move(name);
  return options;
}

log_local::SyncMode sync_mode(const Settings::Log& log) {
  using Kind = log_local::SyncMode::Kind;
  switch (log.sync) {
    case LogSync::kSync: return {Kind::kSync, {}};
    case LogSync::kInterval: return {Kind::kInterval, std::chrono::milliseconds(log.sync_interval_ms)};
    case LogSync::kNone: return {Kind::kNone, {}};
  }
  return {};
}

log_local::LocalLogOptions log_options(const Settings::Log& log) {
  log_local::LocalLogOptions options;
  options.sync_mode = sync_mode(log);
  options.segment_bytes = log.segment_bytes;
  options.spare_segments_max = static_cast<uint32_t>(log.spare_segments);
  options.free_bytes_min = log.free_bytes_min;
  options.window_bytes_max = log.window_bytes;
  options.queued_bytes_max = log.queued_bytes;
  options.unread_bytes_max = log.backlog_bytes;
  return options;
}

receive_sampling::SamplingOptions sampling_options(const Settings::Sampling& sampling) {
  receive_sampling::SamplingOptions options;
  if (sampling.strategies_file != "none") options.strategies_file = sampling.strategies_file;
  options.adaptive.target_traces_per_second = sampling.target_per_second;
  options.adaptive.initial_probability = sampling.initial_probability;
  options.adaptive.min_probability = sampling.min_probability;
  options.adaptive.min_traces_per_second = sampling.min_per_second;
  options.adaptive.interval_ns = sampling.interval_ms * kNsPerMs;
  return options;
}

block::BlockStoreOptions block_options(const Settings& settings) {
  block::BlockStoreOptions options;
  options.row_group_rows = static_cast<uint32_t>(settings.block.row_group_rows);
  options.zstd_level_cut = static_cast<int>(settings.block.zstd_level_cut);
  options.zstd_level_compacted = static_cast<int>(settings.block.zstd_level_compacted);
  options.compaction.enabled = settings.compaction.enabled;
  options.compaction.interval_ns = settings.compaction.interval_ms * kNsPerMs;
  options.compaction.target_spans = settings.compaction.target_spans;
  options.compaction.inputs_min = static_cast<uint32_t>(settings.compaction.inputs_min);
  options.compaction.inputs_max = static_cast<uint32_t>(settings.compaction.inputs_max);
  options.cache_bytes_max = settings.query.cache_bytes;
  options.retention_age_ns = settings.retention.age_ms * kNsPerMs;
  return options;
}

constexpr size_t kRemoteConfigBytesMax = 256 << 10;

// Empty if it cannot be read: then there is no configuration, which SDKs survive.
std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kRemoteConfigBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace

ServerOptions server_options(const Settings& settings) {
  ServerOptions options;
  options.data_folder = settings.data.folder;
  options.main_http = http_options(settings, settings.listen.main);
  options.otlp_http = http_options(settings, settings.listen.otlp_http);
  options.otlp_grpc = grpc_options(settings, settings.listen.otlp_grpc);
  options.jaeger_http = http_options(settings, settings.listen.jaeger);
  options.zipkin_http = http_options(settings, settings.listen.zipkin);
  options.skywalking_grpc = grpc_options(settings, settings.listen.skywalking_grpc);
  options.skywalking_http = http_options(settings, settings.listen.skywalking_http);
  options.jaeger_compact_udp = udp_options(settings, settings.listen.jaeger_compact_udp, "jaeger-compact");
  options.jaeger_binary_udp = udp_options(settings, settings.listen.jaeger_binary_udp, "jaeger-binary");
  options.jaeger_collector_http = http_options(settings, settings.listen.jaeger_http);
  options.jaeger_collector_grpc = grpc_options(settings, settings.listen.jaeger_grpc);
  options.jaeger_sampling_http = http_options(settings, settings.listen.jaeger_sampling);
  options.sampling = sampling_options(settings.sampling);
  options.otlp_limits.decompressed_bytes_max = settings.limits.decompressed_bytes;
  options.zipkin_limits.decompressed_bytes_max = settings.limits.decompressed_bytes;
  options.jaeger_limits.decompressed_bytes_max = settings.limits.decompressed_bytes;
  options.rum.allowed_origins = settings.rum.allowed_origins;
  for (const std::string& name : settings.rum.more_secret_parameters) options.rum.secret_parameters.push_back(name);
  options.rum.keep_address = settings.rum.client_address;
  const auto file_of = [](const std::string& setting) { return setting == "none" ? std::string() : setting; };
  options.rum_geography = {file_of(settings.rum.geo_database), file_of(settings.rum.isp_database), settings.rum.geo_language};
  options.rum_trusted_proxies = settings.rum.trusted_proxies;
  if (settings.rum.remote_config_file != "none") {
    options.rum.remote_config = [file = settings.rum.remote_config_file] { return text_of_file(file); };
  }
  options.rum.limits.bundle_bytes_max = settings.rum.bundle_bytes;
  options.rum.limits.events_per_second_max = static_cast<uint32_t>(settings.rum.events_per_second);
  options.rum.limits.events_per_second_of_address_max =
      static_cast<uint32_t>(settings.rum.events_per_second_of_address);
  options.intake_limits.bytes_in_flight_max = settings.limits.in_flight_bytes;
  options.log = log_options(settings.log);
  options.log_lag_bytes_max = settings.log.lag_bytes;
  options.head.cut_spans = static_cast<uint32_t>(settings.head.cut_spans);
  options.head.cut_bytes = settings.head.cut_bytes;
  options.head.cut_interval_ns = settings.head.cut_interval_ms * kNsPerMs;
  options.head.left_behind_window_ns = settings.head.left_behind_window_ms * kNsPerMs;
  options.blocks = block_options(settings);
  options.admission.concurrent_max = static_cast<uint32_t>(settings.query.concurrent);
  options.admission.deadline_ns = settings.query.deadline_ms * kNsPerMs;
  options.jaeger_clock_skew_max_ns = settings.jaeger.clock_skew_max_ms * kNsPerMs;
  return options;
}

}  // namespace clew::main
