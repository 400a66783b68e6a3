#include "net/udp_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "net/udp_queue.h"
#include "net/udp_socket.h"

namespace clew::net {

namespace {

class Server final : public UdpServer {
 public:
  Server(UdpServerOptions options, UdpHandler handler)
      : options_(std::move(options)), handler_(std::move(handler)), queue_(options_.limits), wake_(eventfd(0, EFD_CLOEXEC)) {}
  ~Server() override {
    stop();
    close(wake_);
  }

  stdx::Result<void> listen();
  void run();
  std::vector<uint16_t> ports() const override;
  const UdpCounters& counters() const override { return counters_; }
  size_t receive_buffer_bytes() const override { return sockets_.empty() ? 0 : sockets_.front().receive_buffer_bytes(); }
  void stop() override;

 private:
  void read();
  void read_from(UdpSocket& socket);
  void handle();

  const UdpServerOptions options_;
  const UdpHandler handler_;
  UdpCounters counters_;
  UdpQueue queue_;
  const int wake_;  // An eventfd that ends the reading.
  std::vector<UdpSocket> sockets_;
  std::thread reader_;
  std::thread handling_;
};

stdx::Result<void> Server::listen() {
  for (const ListenAddress& address : options_.addresses) {
    auto socket = UdpSocket::open(address, options_.limits.receive_buffer_bytes);
    if (!socket) return std::unexpected(std::move(socket.error()));
    sockets_.push_back(std::move(*socket));
  }
  return {};
}

std::vector<uint16_t> Server::ports() const {
  std::vector<uint16_t> ports;
  for (const UdpSocket& socket : sockets_) ports.push_back(socket.port());
  return ports;
}

void Server::run() {
  handling_ = std::thread([this] { handle(); });
  reader_ = std::thread([this] { read(); });
}

void Server::read() {
  pthread_setname_np(pthread_self(), fmt::format("{:.15}", options_.name + "-read").c_str());
  std::vector<pollfd> waiting;
  for (const UdpSocket& socket : sockets_) waiting.push_back({socket.descriptor(), POLLIN, 0});
  waiting.push_back({wake_, POLLIN, 0});
  while (true) {
    poll(waiting.data(), waiting.size(), -1);
    if (waiting.back().revents != 0) return;
    for (size_t index = 0; index < sockets_.size(); ++index) {
      if (waiting[index].revents != 0) read_from(sockets_[index]);
    }
  }
}

// One system call's worth, so that several sockets take turns and the end is seen in a flood.
void Server::read_from(UdpSocket& socket) {
  const size_t count = socket.read();
  uint64_t bytes = 0, dropped = 0;
  for (size_t index = 0; index < count; ++index) {
    const std::string_view datagram = socket.datagram(index);
    bytes += datagram.size();
    if (!queue_.put(datagram)) ++dropped;
  }
  counters_.datagrams.fetch_add(count, std::memory_order_relaxed);
  counters_.bytes.fetch_add(bytes, std::memory_order_relaxed);
  counters_.dropped_queue.fetch_add(dropped, std::memory_order_relaxed);
  counters_.dropped_kernel.fetch_add(socket.take_kernel_drops(), std::memory_order_relaxed);
  counters_.queue_bytes.store(queue_.bytes(), std::memory_order_relaxed);
}

void Server::handle() {
  pthread_setname_np(pthread_self(), fmt::format("{:.15}", options_.name).c_str());
  UdpGroup group;
  std::vector<std::string_view> views;
  uint64_t dropped_before = 0;
  while (queue_.take(group)) {
    counters_.queue_bytes.store(queue_.bytes(), std::memory_order_relaxed);
    group.views(views);
    const uint64_t dropped = counters_.dropped_queue.load(std::memory_order_relaxed) +
                             counters_.dropped_kernel.load(std::memory_order_relaxed);
    handler_({views, dropped - std::exchange(dropped_before, dropped)});
  }
  const uint64_t dropped = counters_.dropped_queue + counters_.dropped_kernel;
  if (dropped > dropped_before) handler_({{}, dropped - dropped_before});
}

void Server::stop() {
  if (!reader_.joinable()) return;
  const uint64_t one = 1;
  // An eventfd takes a small number at any time.
  if (write(wake_, &one, sizeof one) != sizeof one) return;
  reader_.join();
  queue_.end();
  handling_.join();
}

}  // namespace

stdx::Result<std::unique_ptr<UdpServer>> UdpServer::start(UdpServerOptions options, UdpHandler handler) {
  auto server = std::make_unique<Server>(std::move(options), std::move(handler));
  if (auto result = server->listen(); !result) return std::unexpected(std::move(result.error()));
  server->run();
  return server;
}

}  // namespace clew::net
