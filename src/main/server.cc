#include "main/server.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "api/admin/admin_routes.h"
#include "api/jaeger/jaeger_routes.h"
#include "api/native/native_routes.h"
#include "api/ui/ui_routes.h"
#include "block/block_store.h"
#include "block/cutter.h"
#include "disk/local_object_store.h"
#include "disk/real_file_system.h"
#include "head/head.h"
#include "log/local/local_log.h"
#include "log/paced_log.h"
#include "main/protocol_doors.h"
#include "main/remembered_events.h"
#include "main/server_metrics.h"
#include "query/engine.h"
#include "query/rum/error_limits.h"
#include "query/service_book.h"
#include "receive/intake.h"
#include "receive/jaeger/jaeger_receiver.h"
#include "receive/otlp/otlp_receiver.h"
#include "receive/sampling/observing_log.h"
#include "receive/sampling/sampling_service.h"
#include "receive/skywalking/skywalking_receiver.h"
#include "receive/zipkin/zipkin_receiver.h"
#include "receive/zipkin/zipkin_translate.h"
#include "self/health.h"
#include "self/log_line.h"
#include "self/metrics.h"
#include "self/version.h"
#include "stdx/thread_name.h"
#include "table/catalog.h"
#include "wire/content_coding.h"

namespace clew::main {
namespace {

using namespace std::chrono_literals;

constexpr uint32_t kPartition = 0;
constexpr auto kDrain = 5s;
constexpr auto kMaintenanceWait = 1s;

class RunningServer final : public Server {
 public:
  explicit RunningServer(ServerOptions options) : options_(std::move(options)), admission_(options_.admission) {}
  ~RunningServer() override { stop(); }

  // In the way of the data, storage first, so that nothing is taken in before it can be kept.
  stdx::Result<void> start() {
    started_at_ns_ = clock_.now_ns();
    ready_ = health_.add("replay");
    ready_.set_not_ready("the log is being replayed");
    storage_ = health_.add("storage");
    storage_.set_ready();
    for (auto step : {&RunningServer::open_storage, &RunningServer::open_log, &RunningServer::start_head,
                      &RunningServer::start_apis, &RunningServer::start_doors}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    maintenance_ = std::thread([this] { maintain(); });
    warming_ = std::thread([this] { warm(); });
    return {};
  }

  ServerPorts ports() const override {
    return {main_http_->ports().front(), otlp_http_->ports().front(), otlp_grpc_->ports().front(),
            jaeger_http_->ports().front(), doors_.port("zipkin"), doors_.port("skywalking_grpc"),
            doors_.port("skywalking_http"), doors_.port("jaeger_udp_compact"), doors_.port("jaeger_udp_binary"),
            doors_.port("jaeger_http"), doors_.port("jaeger_grpc"), doors_.port("jaeger_sampling")};
  }

  bool has_recent_spans(std::chrono::seconds age) const override {
    for (auto waited = 0ms; !pump_->caught_up() && waited < 10s; waited += 20ms) std::this_thread::sleep_for(20ms);
    const int64_t begin_ns = clock_.now_ns() - std::chrono::nanoseconds(age).count();
    return std::ranges::any_of(catalog_.snapshot(), [&](const auto& set) {
      return set->span_count() > 0 && set->start_max_ns() >= begin_ns;
    });
  }

  void stop() override;

 private:
  stdx::Result<void> open_storage();
  stdx::Result<void> open_log();
  stdx::Result<void> start_head();
  stdx::Result<void> start_apis();
  void open_otlp();
  stdx::Result<void> start_doors();
  query_rum::SourceMaps::Store source_map_store();
  std::vector<std::pair<std::string, uint16_t>> open_ports() const;
  stdx::Result<void> start_jaeger();
  stdx::Result<void> start_skywalking();
  stdx::Result<void> open_sampling();
  stdx::Result<void> open_rum();
  void maintain();
  void warm();
  void report_cut(const stdx::Error* error);

  ServerOptions options_;
  const stdx::SystemClock clock_;
  disk::RealFileSystem files_;
  int64_t started_at_ns_ = 0;

  self::HealthRegistry health_;
  self::HealthRegistry::Component ready_;
  self::HealthRegistry::Component storage_;

  std::unique_ptr<disk::FolderLock> folder_lock_;
  std::unique_ptr<disk::LocalObjectStore> objects_;
  table::Catalog catalog_;
  std::unique_ptr<block::BlockStore> blocks_;
  std::unique_ptr<log_local::LocalLog> local_log_;
  std::unique_ptr<log::PacedLog> log_;
  std::unique_ptr<head::Head> head_;
  std::unique_ptr<block::Cutter> cutter_;
  std::unique_ptr<head::HeadPump> pump_;
  query::Admission admission_;
  std::optional<query::Engine> engine_;
  std::optional<receive::Intake> intake_;
  std::unique_ptr<receive_otlp::OtlpReceiver> receiver_;
  std::shared_ptr<receive_rum::Geography> geography_;
  std::optional<receive_rum::RumReceiver> rum_;
  std::unique_ptr<net::HttpServer> main_http_;
  std::unique_ptr<net::HttpServer> jaeger_http_;
  std::unique_ptr<net::HttpServer> otlp_http_;
  std::unique_ptr<net::GrpcServer> otlp_grpc_;
  std::optional<receive_zipkin::ZipkinReceiver> zipkin_;
  std::unique_ptr<receive_skywalking::NameBook> skywalking_names_;
  std::optional<receive_skywalking::SkyWalkingReceiver> skywalking_;
  // Doors of other protocols that are not off.
  std::optional<receive_jaeger::JaegerReceiver> jaeger_;
  std::optional<receive_sampling::SamplingService> sampling_;
  std::optional<receive_sampling::ObservingLog> observed_log_;  // Between the intake and the log, where somebody looks.
  ProtocolDoors doors_;
  std::unique_ptr<ServerMetrics> metrics_;

  std::atomic<bool> doors_are_open_{false};
  std::atomic<bool> stopping_{false};
  std::mutex maintenance_mutex_;
  std::condition_variable maintenance_changed_;
  std::thread maintenance_;
  const std::shared_ptr<query::ServiceBook> service_book_ = std::make_shared<query::ServiceBook>();
  std::thread warming_;
};

// A trace file as a head of its own, which no log and no block knows.
class FileHead final : public table::Catalog::LiveSource {
 public:
  FileHead(std::string otlp, const stdx::Clock& clock) : head_(head::HeadOptions{}, 0, head::LogPosition{}, clock) {
    log::Record record;
    record.receive_time_ns = clock.now_ns();
    record.payload = stdx::SharedBytes::from_string(std::move(otlp));
    head_.ingest(record);
    catalog_.set_live_source(this);
  }
  ~FileHead() override { catalog_.set_live_source(nullptr); }
  void append_live_sets(table::Catalog::Sets& sets) const override { head_.append_live_sets(sets); }
  const table::Catalog& catalog() const { return catalog_; }

 private:
  table::Catalog catalog_;
  head::Head head_;
};

stdx::Result<std::shared_ptr<const table::Catalog>> catalog_of_file(std::string otlp, const stdx::Clock& clock) {
  const auto file = std::make_shared<const FileHead>(std::move(otlp), clock);
  return std::shared_ptr<const table::Catalog>(file, &file->catalog());
}

template <class T>
stdx::Result<void> keep(stdx::Result<T> opened, T& place) {
  if (!opened) return std::unexpected(std::move(opened.error()));
  place = std::move(*opened);
  return {};
}

stdx::Result<void> RunningServer::open_storage() {
  const std::string& folder = options_.data_folder;
  if (auto made = files_.create_folders(folder); !made) return made;
  if (auto locked = keep(files_.lock_folder(folder), folder_lock_); !locked) return locked;
  if (auto opened = keep(disk::LocalObjectStore::open(files_, folder + "/store"), objects_); !opened) return opened;
  return keep(block::BlockStore::open(*objects_, catalog_, clock_, options_.blocks), blocks_);
}

stdx::Result<void> RunningServer::open_log() {
  options_.log.folder = options_.data_folder + "/log";
  options_.log.min_next_offset = {blocks_->position(kPartition).end_offset};
  options_.log.warn = [](const std::string& line) { self::log_warn("log", {{"what", line}}); };
  if (auto opened = keep(log_local::LocalLog::open(files_, clock_, options_.log), local_log_); !opened) return opened;
  log_ = std::make_unique<log::PacedLog>(*local_log_, options_.log_lag_bytes_max);
  if (auto opened = open_sampling(); !opened) return opened;
  intake_.emplace(observed_log_ ? static_cast<log::Log&>(*observed_log_) : *log_, clock_, options_.intake_limits);
  return {};
}

stdx::Result<void> RunningServer::open_sampling() {
  auto opened = receive_sampling::SamplingService::open(options_.sampling);
  if (!opened) return std::unexpected(std::move(opened.error()));
  sampling_.emplace(std::move(*opened));
  // Adaptive sampling looks at what every door brings.
  if (sampling_->observes()) {
    observed_log_.emplace(*log_, [sampling = *sampling_](std::string_view request) { sampling.observe(request); });
  }
  return {};
}

stdx::Result<void> RunningServer::start_head() {
  head_ = std::make_unique<head::Head>(options_.head, kPartition, blocks_->position(kPartition), clock_);
  catalog_.set_live_source(head_.get());
  cutter_ = std::make_unique<block::Cutter>(*blocks_, [this](const stdx::Error* error) { report_cut(error); });
  pump_ = std::make_unique<head::HeadPump>(
      *log_, kPartition, *head_, options_.head, options_.pump,
      [this](std::shared_ptr<const head::SealedGeneration> sealed, head::HeadPump::Stored stored) {
        const uint64_t trim_offset = sealed->position.replay_offset();
        cutter_->submit(std::move(sealed), *head_, [this, trim_offset, stored = std::move(stored)] {
          if (auto trimmed = log_->trim(kPartition, trim_offset); !trimmed) {
            self::log_warn("the log could not be trimmed", {{"why", trimmed.error().message}});
          }
          stored();
        });
      },
      [](const stdx::Error& error) { self::log_error("records of the log are lost", {{"why", error.message}}); });
  pump_->start();
  return {};
}

void RunningServer::report_cut(const stdx::Error* error) {
  if (error == nullptr) {
    storage_.set_ready();
    self::log_info("blocks are written again");
  } else {
    storage_.set_not_ready("blocks cannot be written: " + error->message);
    self::log_error("a block cannot be written; trying again", {{"why", error->message}});
  }
}

// Compressed in the object store: sources are most of it.
query_rum::SourceMaps::Store RunningServer::source_map_store() {
  return {.load = [this](const std::string& name) -> stdx::Result<std::string> {
            auto stored = objects_->get_all("source-maps/" + name);
            return stored ? wire::decode_zstd(*stored, query_rum::kMapStoredBytesMax) : stored;
          },
          .save = [this](const std::string& name, std::string_view bytes) {
            return objects_->put("source-maps/" + name, wire::encode_zstd(bytes), false);
          },
          .remove = [this](const std::string& name) { return objects_->remove("source-maps/" + name); }};
}

stdx::Result<void> RunningServer::start_apis() {
  engine_.emplace(catalog_);
  metrics_ = std::make_unique<ServerMetrics>(self::process_metrics());
  std::vector<net::HttpRoute> routes;
  const auto add = [&](std::vector<net::HttpRoute> more) {
    for (net::HttpRoute& route : more) routes.push_back(std::move(route));
  };
  add(api_admin::routes({&self::process_metrics(), &health_,
                         [this](std::chrono::milliseconds wait) { return pump_->flush(wait); }}));
  add(api_native::routes({.engine = &*engine_,
                          .catalog = &catalog_,
                          .clock = &clock_,
                          .intake = &*intake_,
                          .ports = [this] { return open_ports(); },
                          .admission = &admission_,
                          .build = {std::string(self::kVersion), "", std::string(self::kCompiler)},
                          .started_at_ns = started_at_ns_,
                          .block_bytes = [this](const std::string& name) { return blocks_->block_bytes(name); },
                          .ui_state = std::make_shared<api_native::UiState>(api_native::UiState::Store{
                              .load = [this](const std::string& name) { return objects_->get_all("ui/" + name); },
                              .save = [this](const std::string& name, std::string_view bytes) {
                                return objects_->put("ui/" + name, bytes, false);
                              }}),
                          .service_book = service_book_,
                          .source_maps = std::make_shared<query_rum::SourceMaps>(clock_, source_map_store()),
                          .error_states = std::make_shared<query_rum::ErrorStates>(clock_, query_rum::ErrorStates::Store{
                              .load = [this](const std::string& name) { return objects_->get_all("rum/" + name); },
                              .save = [this](const std::string& name, std::string_view bytes) {
                                return objects_->put("rum/" + name, bytes, false);
                              }}),
                          .opened = std::make_shared<api_native::OpenedTraces>(
                              [this](std::string otlp) { return catalog_of_file(std::move(otlp), clock_); }, clock_)}));
  if (auto opened = open_rum(); !opened) return opened;
  add(rum_->http_routes());
  open_otlp();
  add(rum_->for_pages(receiver_->http_routes(), [otlp = *receiver_](const net::HttpRequest& request, const stdx::Error& error) {
    return otlp.refuse(request, error);
  }));
  add(api_ui::routes());
  if (auto started = keep(net::HttpServer::start(options_.main_http, std::move(routes)), main_http_); !started) {
    return started;
  }
  return keep(net::HttpServer::start(options_.jaeger_http,
                                     api_jaeger::routes({.engine = &*engine_,
                                                         .clock = &clock_,
                                                         .admission = &admission_,
                                                         .clock_skew_max_ns = options_.jaeger_clock_skew_max_ns})),
              jaeger_http_);
}

// What users' devices send over OTLP is, in part, of their sessions: that part goes through the room of RUM.
void RunningServer::open_otlp() {
  receive_otlp::SessionHooks sessions{
      .of_logs = [rum = *rum_](std::string_view logs, const net::HttpRequest* request) { return rum.of_logs(logs, request); },
      .of_traces = [rum = *rum_](std::string_view traces, const net::HttpRequest* request) { return rum.of_traces(traces, request); }};
  receiver_ = std::make_unique<receive_otlp::OtlpReceiver>(*intake_, options_.otlp_limits, std::move(sessions));
}

stdx::Result<void> RunningServer::start_doors() {
  options_.otlp_http.format_error = receive_otlp::OtlpReceiver::format_http_error;
  if (auto started = keep(net::HttpServer::start(options_.otlp_http, receiver_->http_routes()), otlp_http_); !started) {
    return started;
  }
  if (auto started = keep(net::GrpcServer::start(options_.otlp_grpc, receiver_->grpc_methods()), otlp_grpc_); !started) {
    return started;
  }
  zipkin_.emplace(*intake_, clock_, options_.zipkin_limits);
  options_.zipkin_http.format_error = zipkin_->error_format();
  if (auto started = doors_.start_http("zipkin", options_.zipkin_http, zipkin_->http_routes()); !started) return started;
  if (auto started = start_skywalking(); !started) return started;
  if (auto started = start_jaeger(); !started) return started;
  metrics_->watch({.log = local_log_.get(),
                   .head = head_.get(),
                   .blocks = blocks_.get(),
                   .admission = &admission_,
                   .intake = &*intake_,
                   .rum = &rum_->counters(),
                   .geography = geography_.get(),
                   .otlp_http = otlp_http_.get(),
                   .otlp_grpc = otlp_grpc_.get(),
                   .main_http = main_http_.get(),
                   .jaeger_http = jaeger_http_.get(),
                   .doors = &doors_});
  doors_are_open_.store(true, std::memory_order_release);
  return {};
}

std::vector<std::pair<std::string, uint16_t>> RunningServer::open_ports() const {
  if (!doors_are_open_.load(std::memory_order_acquire)) return {};
  const ServerPorts open = ports();
  std::vector<std::pair<std::string, uint16_t>> list = {{"listen.main", open.main_http},
                                                        {"listen.otlp_grpc", open.otlp_grpc},
                                                        {"listen.otlp_http", open.otlp_http},
                                                        {"listen.jaeger", open.jaeger_http},
                                                        {"listen.zipkin", open.zipkin_http},
                                                        {"listen.skywalking_grpc", open.skywalking_grpc},
                                                        {"listen.skywalking_http", open.skywalking_http},
                                                        {"listen.jaeger_compact_udp", open.jaeger_compact_udp},
                                                        {"listen.jaeger_binary_udp", open.jaeger_binary_udp},
                                                        {"listen.jaeger_http", open.jaeger_collector_http},
                                                        {"listen.jaeger_grpc", open.jaeger_collector_grpc},
                                                        {"listen.jaeger_sampling", open.jaeger_sampling_http}};
  std::erase_if(list, [](const auto& entry) { return entry.second == 0; });
  return list;
}

stdx::Result<void> RunningServer::start_skywalking() {
  const std::string path = options_.data_folder + "/skywalking-names";
  if (auto opened = keep(receive_skywalking::NameBook::open(files_, path), skywalking_names_); !opened) return opened;
  skywalking_.emplace(*intake_, clock_, *skywalking_names_);
  options_.skywalking_grpc.explain_unknown = skywalking_->unknown_method();
  options_.skywalking_http.format_error = skywalking_->http_error_format();
  if (auto started = doors_.start_grpc("skywalking_grpc", options_.skywalking_grpc, skywalking_->grpc_methods()); !started) {
    return started;
  }
  return doors_.start_http("skywalking_http", options_.skywalking_http, rum_->beside_agents(skywalking_->http_routes()));
}

stdx::Result<void> RunningServer::start_jaeger() {
  // Jaeger's agent also takes Zipkin's spans; only here are both known.
  auto zipkin = [this](std::string_view list, wire::ThriftEncoding encoding) -> stdx::Result<std::string> {
    auto translated = receive_zipkin::translate_thrift_list(list, encoding, clock_.now_ns());
    if (!translated) return std::unexpected(std::move(translated.error()));
    return std::move(translated->request);
  };
  jaeger_.emplace(*intake_, options_.jaeger_limits, std::move(zipkin));
  options_.jaeger_collector_http.format_error = jaeger_->error_format();
  using receive::Protocol;
  if (auto started = doors_.start_udp("jaeger_udp_compact", options_.jaeger_compact_udp,
                                      jaeger_->udp_handler(Protocol::kJaegerUdpCompact));
      !started) {
    return started;
  }
  if (auto started = doors_.start_udp("jaeger_udp_binary", options_.jaeger_binary_udp,
                                      jaeger_->udp_handler(Protocol::kJaegerUdpBinary));
      !started) {
    return started;
  }
  std::vector<net::HttpRoute> routes = jaeger_->http_routes();
  for (net::HttpRoute& route : sampling_->collector_routes()) routes.push_back(std::move(route));
  if (auto started = doors_.start_http("jaeger_http", options_.jaeger_collector_http, std::move(routes)); !started) {
    return started;
  }
  options_.jaeger_sampling_http.format_error = receive_sampling::SamplingService::format_http_error;
  if (auto started = doors_.start_http("jaeger_sampling", options_.jaeger_sampling_http, sampling_->agent_routes());
      !started) {
    return started;
  }
  std::vector<net::GrpcMethod> methods = jaeger_->grpc_methods();
  for (net::GrpcMethod& method : sampling_->grpc_methods()) methods.push_back(std::move(method));
  options_.jaeger_collector_grpc.explain_unknown = jaeger_->unknown_method();
  return doors_.start_grpc("jaeger_grpc", options_.jaeger_collector_grpc, std::move(methods));
}

stdx::Result<void> RunningServer::open_rum() {
  auto geography = receive_rum::Geography::open(options_.rum_geography, [](const std::string& path, const stdx::Error* error) {
    if (error == nullptr) {
      self::log_info("read a changed database of addresses", {{"file", path}});
    } else {
      self::log_error("a changed database of addresses cannot be used; the one before stays in force",
                      {{"file", path}, {"why", error->message}});
    }
  });
  if (!geography) return std::unexpected(std::move(geography.error()));
  auto proxies = receive_rum::TrustedProxies::parse(options_.rum_trusted_proxies);
  if (!proxies) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, "rum.trusted_proxies: " + proxies.error().message);
  }
  geography_ = std::move(*geography);
  receive_rum::RumOptions rum = options_.rum;
  rum.geography = geography_;
  rum.trusted_proxies = std::move(*proxies);
  rum_.emplace(*intake_, clock_, std::move(rum));
  return {};
}

void RunningServer::maintain() {
  stdx::name_this_thread("maintain");
  int64_t last_ns = clock_.now_ns();
  bool replayed = false;
  while (!stopping_.load(std::memory_order_acquire)) {
    if (!replayed && pump_->caught_up()) {
      replayed = true;
      remember_events(catalog_, clock_.now_ns() - kRememberedNs, stopping_, *rum_);
      ready_.set_ready();
    }
    sampling_->tick(clock_.now_ns());
    geography_->refresh();
    if (clock_.now_ns() - last_ns >= options_.blocks.compaction.interval_ns) {
      if (auto done = blocks_->maintain(stopping_); !done) {
        self::log_error("blocks could not be joined or expired; trying again", {{"why", done.error().message}});
      }
      last_ns = clock_.now_ns();
    }
    std::unique_lock lock(maintenance_mutex_);
    maintenance_changed_.wait_for(lock, replayed ? std::chrono::milliseconds(kMaintenanceWait) : 20ms,
                                  [this] { return stopping_.load(); });
  }
}

// Reads what the first look at the services would else have to wait for: a fifth of a second for a million stored spans.
// What cannot be read is told to whoever asks.
void RunningServer::warm() {
  stdx::name_this_thread("warm");
  (void)service_book_->facts(catalog_.snapshot(), {.cancelled = &stopping_});
}

// Doors first, so that clients hear that we go; then the data's way, front to back.
void RunningServer::stop() {
  if (stopping_.exchange(true)) return;
  maintenance_changed_.notify_all();
  admission_.cancel_all();
  if (otlp_grpc_) otlp_grpc_->stop(kDrain);
  if (otlp_http_) otlp_http_->stop(kDrain);
  doors_.stop(kDrain);
  if (main_http_) main_http_->stop(kDrain);
  if (jaeger_http_) jaeger_http_->stop(kDrain);
  if (maintenance_.joinable()) maintenance_.join();
  if (warming_.joinable()) warming_.join();
  if (pump_) pump_->stop();
  if (cutter_) cutter_->stop();
  metrics_.reset();
  catalog_.set_live_source(nullptr);
  // The log acknowledges what is queued while it closes, through the paced one.
  local_log_.reset();
  log_.reset();
}

}  // namespace

stdx::Result<std::unique_ptr<Server>> Server::start(ServerOptions options) {
  auto server = std::make_unique<RunningServer>(std::move(options));
  if (auto started = server->start(); !started) return std::unexpected(std::move(started.error()));
  return server;
}

}  // namespace clew::main
