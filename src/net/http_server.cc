#include "net/http_server.h"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/http_connection.h"

namespace clew::net {

namespace {

using Tcp = asio::ip::tcp;
using std::chrono::milliseconds;

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 21\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\ntoo many connections\n";
// After a failed accept (out of descriptors, mostly) the next try waits for some connection to end.
constexpr milliseconds kAcceptPause{100};

class Server final : public HttpServer {
 public:
  Server(HttpServerOptions options, std::vector<HttpRoute> routes)
      : shared_(std::make_shared<HttpShared>(std::move(options), std::move(routes))) {
    if (!shared_->options.format_error) {
      shared_->options.format_error = [](const HttpRequest&, const stdx::Error& error) { return error_response(error); };
    }
  }

  ~Server() override { stop(milliseconds(0)); }

  stdx::Result<void> listen();
  void run();
  std::vector<uint16_t> ports() const override { return ports_; }
  const HttpCounters& counters() const override { return shared_->counters; }
  void stop(milliseconds drain) override;

 private:
  using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

  stdx::Result<void> listen_on(const ListenAddress& address);
  void accept(Tcp::acceptor& acceptor);
  void take(Tcp::socket socket, const std::shared_ptr<HttpIoThread>& io);
  void sweep(size_t index);
  milliseconds sweep_interval() const;
  bool wait_for_connections(milliseconds drain);

  std::shared_ptr<HttpShared> shared_;
  std::vector<std::shared_ptr<HttpIoThread>> io_;  // Shared with connections, whose late replies may outlive us.
  std::vector<WorkGuard> guards_;
  std::vector<Tcp::acceptor> acceptors_;  // All on the first I/O thread.
  std::vector<std::unique_ptr<asio::steady_timer>> timers_;
  std::vector<uint16_t> ports_;
  std::vector<std::thread> threads_;
  size_t next_io_ = 0;
  bool stopped_ = false;
};

stdx::Result<void> Server::listen() {
  for (uint32_t index = 0; index < std::max(shared_->options.io_threads, 1u); ++index) {
    io_.push_back(std::make_shared<HttpIoThread>());
    guards_.push_back(asio::make_work_guard(io_.back()->context));
    timers_.push_back(std::make_unique<asio::steady_timer>(io_.back()->context));
  }
  for (const ListenAddress& address : shared_->options.addresses) {
    if (auto result = listen_on(address); !result) return result;
  }
  return {};
}

stdx::Result<void> Server::listen_on(const ListenAddress& address) {
  boost::system::error_code error;
  Tcp::resolver resolver(io_[0]->context);
  const auto found = resolver.resolve(address.host.empty() ? "0.0.0.0" : address.host, std::to_string(address.port),
                                      asio::ip::resolver_base::passive, error);
  if (error || found.empty()) {
    return stdx::fail(stdx::ErrorCode::kUnavailable,
                      fmt::format("cannot listen on {}: no such host: {}", address.text(), error.message()));
  }
  const Tcp::endpoint endpoint = found.begin()->endpoint();
  Tcp::acceptor acceptor(io_[0]->context);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return std::unexpected(listen_error(address, error.value()));
  ports_.push_back(acceptor.local_endpoint().port());
  acceptors_.push_back(std::move(acceptor));
  return {};
}

void Server::run() {
  for (auto& acceptor : acceptors_) accept(acceptor);
  for (size_t index = 0; index < io_.size(); ++index) {
    sweep(index);
    threads_.emplace_back([this, index] {
      pthread_setname_np(pthread_self(), fmt::format("http-io-{}", index).c_str());
      io_[index]->context.run();
    });
  }
}

void Server::accept(Tcp::acceptor& acceptor) {
  const auto io = io_[next_io_++ % io_.size()];
  acceptor.async_accept(io->context, [this, &acceptor, io](boost::system::error_code error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
    if (!error) {
      take(std::move(socket), io);
      return accept(acceptor);
    }
    auto pause = std::make_shared<asio::steady_timer>(acceptor.get_executor(), kAcceptPause);
    pause->async_wait([this, &acceptor, pause](boost::system::error_code) {
      if (acceptor.is_open()) accept(acceptor);
    });
  });
}

void Server::take(Tcp::socket socket, const std::shared_ptr<HttpIoThread>& io) {
  HttpCounters& counters = shared_->counters;
  if (counters.connections.load(std::memory_order_relaxed) >= shared_->options.limits.connections_max) {
    counters.connections_refused.fetch_add(1, std::memory_order_relaxed);
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kTooManyConnections), ignored);
    return;
  }
  counters.connections_accepted.fetch_add(1, std::memory_order_relaxed);
  auto connection = std::make_shared<HttpConnection>(shared_, io, std::move(socket));
  io->post([connection] { connection->start(); });
}

milliseconds Server::sweep_interval() const {
  const HttpLimits& limits = shared_->options.limits;
  const milliseconds shortest = std::min({limits.idle_timeout, limits.request_timeout, limits.write_timeout});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(1000));
}

// Deadlines are looked at now and then, instead of a timer for each read and write, which would cost more than the reads.
void Server::sweep(size_t index) {
  timers_[index]->expires_after(sweep_interval());
  timers_[index]->async_wait([this, index](boost::system::error_code error) {
    if (error) return;
    const auto now = HttpConnection::Clock::now();
    io_[index]->for_each_connection([now](HttpConnection& connection) { connection.check_deadlines(now); });
    sweep(index);
  });
}

bool Server::wait_for_connections(milliseconds drain) {
  const auto until = std::chrono::steady_clock::now() + drain;
  while (shared_->counters.connections.load() != 0) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

void Server::stop(milliseconds drain) {
  if (stopped_) return;
  stopped_ = true;
  if (threads_.empty()) return;
  io_[0]->post([this] {
    boost::system::error_code ignored;
    for (auto& acceptor : acceptors_) acceptor.close(ignored);
  });
  for (const auto& io : io_) {
    io->post([io = io.get()] {
      io->draining = true;
      io->for_each_connection([](HttpConnection& connection) { connection.drain(); });
    });
  }
  wait_for_connections(drain);
  shared_->abandoned = true;
  shared_->workers.join();
  for (size_t index = 0; index < io_.size(); ++index) {
    io_[index]->post([this, index] {
      timers_[index]->cancel();
      io_[index]->for_each_connection([](HttpConnection& connection) { connection.close(); });
    });
    io_[index]->end();
    guards_[index].reset();
  }
  for (auto& thread : threads_) thread.join();
}

}  // namespace

stdx::Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, std::vector<HttpRoute> routes) {
  auto server = std::make_unique<Server>(std::move(options), std::move(routes));
  if (auto result = server->listen(); !result) return std::unexpected(std::move(result.error()));
  server->run();
  return server;
}

}  // namespace clew::net
