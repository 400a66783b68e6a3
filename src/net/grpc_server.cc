#include "net/grpc_server.h"

#include <fmt/format.h>
#include <grpc/grpc_security.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <protozero/pbf_reader.hpp>
#include <thread>

#include "net/grpc_call.h"
#include "net/grpc_stream_call.h"

namespace clew::net {

namespace {

using std::chrono::milliseconds;

// gRPC says only that it could not listen, so we try first, to be able to say why.
stdx::Result<void> try_to_listen(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const char* host = address.host.empty() ? "0.0.0.0" : address.host.c_str();
  if (const int error = getaddrinfo(host, std::to_string(address.port).c_str(), &hints, &found)) {
    return stdx::fail(stdx::ErrorCode::kUnavailable,
                      fmt::format("cannot listen on {}: no such host: {}", address.text(), gai_strerror(error)));
  }
  const int descriptor = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool bound = ::bind(descriptor, found->ai_addr, found->ai_addrlen) == 0 && ::listen(descriptor, 1) == 0;
  const int error = errno;
  ::close(descriptor);
  freeaddrinfo(found);
  if (!bound) return std::unexpected(listen_error(address, error));
  return {};
}

// grpc.health.v1: HealthCheckRequest{1: service}, HealthCheckResponse{1: SERVING = 1, NOT_SERVING = 2}.
stdx::Result<std::string> check_health(std::string_view request, const std::vector<GrpcMethodEntry>& methods, bool serving) {
  std::string service;
  try {
    protozero::pbf_reader reader(request.data(), request.size());
    while (reader.next(1, protozero::pbf_wire_type::length_delimited)) service = reader.get_string();
  } catch (const protozero::exception&) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, "not a HealthCheckRequest");
  }
  const bool known = service.empty() || std::ranges::any_of(methods, [&](const GrpcMethodEntry& entry) {
    return entry.method.name.starts_with("/" + service + "/");
  });
  if (!known) return stdx::fail(stdx::ErrorCode::kNotFound, fmt::format("no service {:.200}", service));
  return std::string(serving ? "\x08\x01" : "\x08\x02");
}

class Server final : public GrpcServer {
 public:
  Server(GrpcServerOptions options, std::vector<GrpcMethod> methods);
  ~Server() override { stop(milliseconds(0)); }

  stdx::Result<void> listen();
  void run();
  std::vector<uint16_t> ports() const override { return ports_; }
  const GrpcCounters& counters() const override { return core_->counters; }
  void set_serving(bool serving) override { core_->serving = serving; }
  void stop(milliseconds drain) override;

 private:
  void create();
  void serve_queue();
  bool wait_for_shutdown(milliseconds wait);

  GrpcServerOptions options_;
  std::shared_ptr<GrpcServerCore> core_ = std::make_shared<GrpcServerCore>();  // Shared with replies that outlive us.
  std::vector<GrpcMethodEntry> methods_;
  GrpcMethodEntry unknown_;
  std::vector<uint16_t> ports_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool shut_down_ = false;  // Guarded by mutex_.
  bool stopped_ = false;
};

Server::Server(GrpcServerOptions options, std::vector<GrpcMethod> methods) : options_(std::move(options)) {
  core_->limits = options_.limits;
  core_->explain_unknown = options_.explain_unknown;
  for (GrpcMethod& method : methods) methods_.push_back({std::move(method), nullptr});
  methods_.push_back({{"/grpc.health.v1.Health/Check",
                       [this](GrpcRequest& request, GrpcReplyPtr reply) {
                         const auto answer = check_health(request.message.view, methods_, core_->serving);
                         answer ? reply->send(*answer) : reply->fail(answer.error());
                       }},
                      nullptr});
  create();
}

void Server::create() {
  init_grpc();
  const GrpcLimits& limits = options_.limits;
  grpc_resource_quota* quota = grpc_resource_quota_create("clew");
  grpc_resource_quota_resize(quota, limits.transport_bytes_max);
  GrpcArguments arguments;
  arguments.add(GRPC_ARG_RESOURCE_QUOTA, quota, grpc_resource_quota_arg_vtable());
  arguments.add(GRPC_ARG_ALLOW_REUSEPORT, 0);  // Otherwise a taken port goes unnoticed, and the two share its clients.
  arguments.add(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, limits.message_bytes_max);
  arguments.add(GRPC_ARG_MAX_METADATA_SIZE, limits.metadata_bytes_max);
  arguments.add(GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<size_t>(limits.streams_per_connection_max));
  arguments.add(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);  // message_bytes() does it, with a cap.
  arguments.add(GRPC_ARG_KEEPALIVE_TIME_MS, limits.keepalive_time);
  arguments.add(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, limits.keepalive_timeout);
  arguments.add(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.add(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, limits.client_ping_interval_min);
  const grpc_channel_args list = arguments.list();
  core_->server = grpc_server_create(&list, nullptr);
  grpc_resource_quota_unref(quota);
  core_->queue = grpc_completion_queue_create_for_next(nullptr);
  grpc_server_register_completion_queue(core_->server, core_->queue, nullptr);
  for (GrpcMethodEntry& entry : methods_) {
    entry.handle = grpc_server_register_method(
        core_->server, entry.method.name.c_str(), nullptr,
        entry.method.open_stream ? GRPC_SRM_PAYLOAD_NONE : GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
  }
}

stdx::Result<void> Server::listen() {
  for (const ListenAddress& address : options_.addresses) {
    if (auto free = try_to_listen(address); !free) return free;
    grpc_server_credentials* credentials = grpc_insecure_server_credentials_create();
    ListenAddress place = address;
    if (place.host.empty()) place.host = "0.0.0.0";
    const int port = grpc_server_add_http2_port(core_->server, place.text().c_str(), credentials);
    grpc_server_credentials_release(credentials);
    if (port == 0) return std::unexpected(listen_error(address, EADDRINUSE));
    ports_.push_back(static_cast<uint16_t>(port));
  }
  return {};
}

void Server::run() {
  grpc_server_start(core_->server);
  for (int count = 0; count < kGrpcArmedCalls; ++count) {
    for (const GrpcMethodEntry& entry : methods_) {
      if (count > 0 && entry.method.is_rare) continue;
      entry.method.open_stream ? GrpcStreamCall::arm(core_, entry) : GrpcCall::arm(core_, entry);
    }
  }
  GrpcCall::arm(core_, unknown_);
  for (uint32_t index = 0; index < std::max(options_.threads, 1u); ++index) {
    threads_.emplace_back([this, index] {
      pthread_setname_np(pthread_self(), fmt::format("grpc-io-{}", index).c_str());
      serve_queue();
    });
  }
}

void Server::serve_queue() {
  GrpcCall::this_thread_serves(*core_);
  for (;;) {
    const grpc_event event = grpc_completion_queue_next(core_->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr);
    if (event.type == GRPC_QUEUE_SHUTDOWN) return;
    if (event.type != GRPC_OP_COMPLETE) continue;
    if (event.tag == this) {
      const std::lock_guard lock(mutex_);
      shut_down_ = true;
      changed_.notify_all();
    } else {
      static_cast<GrpcEventTarget*>(event.tag)->on_event(event.success != 0);
    }
  }
}

bool Server::wait_for_shutdown(milliseconds wait) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, wait, [this] { return shut_down_; });
}

void Server::stop(milliseconds drain) {
  if (stopped_) return;
  stopped_ = true;
  core_->serving = false;
  grpc_server_shutdown_and_notify(core_->server, core_->queue, this);
  if (!threads_.empty()) {
    const milliseconds stream_drain = std::min(drain, kGrpcStreamDrain);
    bool ended = wait_for_shutdown(stream_drain);
    if (!ended) {
      core_->streams.fail_all({stdx::ErrorCode::kUnavailable, "the server is shutting down"});
      ended = wait_for_shutdown(drain - stream_drain);
    }
    if (!ended) {
      core_->streams.fail_all({stdx::ErrorCode::kUnavailable, "the server is shutting down"});
      core_->calls.fail_all({stdx::ErrorCode::kUnavailable, "the server is shutting down"});
      // A moment for these answers to leave; then also the connections of silent clients are cut.
      if (!wait_for_shutdown(milliseconds(100))) grpc_server_cancel_all_calls(core_->server);
      while (!wait_for_shutdown(milliseconds(1000))) {
        core_->streams.fail_all({stdx::ErrorCode::kUnavailable, "the server is shutting down"});
        core_->calls.fail_all({stdx::ErrorCode::kUnavailable, "the server is shutting down"});
      }
    }
  }
  grpc_completion_queue_shutdown(core_->queue);
  for (auto& thread : threads_) thread.join();
  if (threads_.empty()) serve_queue();  // It never ran; what was begun must be taken off the queue all the same.
  grpc_server_destroy(core_->server);
  grpc_completion_queue_destroy(core_->queue);
}

}  // namespace

stdx::Result<std::unique_ptr<GrpcServer>> GrpcServer::start(GrpcServerOptions options, std::vector<GrpcMethod> methods) {
  auto server = std::make_unique<Server>(std::move(options), std::move(methods));
  if (auto result = server->listen(); !result) return std::unexpected(std::move(result.error()));
  server->run();
  return server;
}

}  // namespace clew::net
