#include "net/udp_server.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/udp.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "net/udp_queue.h"

namespace clew::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Udp = asio::ip::udp;

class Sender {
 public:
  explicit Sender(uint16_t port) : socket_(context_, Udp::v4()), to_(asio::ip::address_v4::loopback(), port) {}
  void send(std::string_view datagram) { socket_.send_to(asio::buffer(datagram.data(), datagram.size()), to_); }

 private:
  asio::io_context context_;
  Udp::socket socket_;
  Udp::endpoint to_;
};

// Keeps what came; can be held shut.
class Collector {
 public:
  UdpHandler handler() {
    return [this](const UdpArrival& arrival) {
      std::unique_lock lock(mutex_);
      ++calls_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !shut_; });
      for (const std::string_view datagram : arrival.datagrams) datagrams_.emplace_back(datagram);
      dropped_ += arrival.dropped;
      changed_.notify_all();
    };
  }
  void set_shut(bool shut) {
    const std::lock_guard lock(mutex_);
    shut_ = shut;
    changed_.notify_all();
  }
  bool wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 90s, [&] { return datagrams_.size() >= count; });
  }
  bool wait_for_call() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 90s, [&] { return calls_ > 0; });
  }
  uint64_t dropped() {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }
  std::vector<std::string> datagrams() {
    const std::lock_guard lock(mutex_);
    return datagrams_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> datagrams_;
  size_t calls_ = 0;
  uint64_t dropped_ = 0;
  bool shut_ = false;
};

UdpServerOptions loopback(UdpLimits limits = {}) { return {{{"127.0.0.1", 0}}, limits, "test"}; }

template <class Condition>
bool wait_until(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + 90s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

TEST(UdpServer, DatagramsComeWholeAndInOrder) {
  Collector collector;
  auto server = UdpServer::start(loopback(), collector.handler());
  ASSERT_TRUE(server) << server.error().message;
  Sender sender((*server)->ports().front());
  const std::string largest(65'507, 'x');
  sender.send("one");
  sender.send("");
  sender.send(largest);
  ASSERT_TRUE(collector.wait_for(3));
  EXPECT_EQ(collector.datagrams(), (std::vector<std::string>{"one", "", largest}));
  EXPECT_EQ((*server)->counters().datagrams, 3u);
  EXPECT_EQ((*server)->counters().bytes, 3 + largest.size());
  (*server)->stop();
}

TEST(UdpServer, StopHandlesWhatWasRead) {
  Collector collector;
  UdpLimits limits;
  limits.gather_interval = 10min;
  auto server = UdpServer::start(loopback(limits), collector.handler());
  ASSERT_TRUE(server);
  Sender sender((*server)->ports().front());
  for (int i = 0; i < 10; ++i) sender.send("x");
  ASSERT_TRUE(wait_until([&] { return (*server)->counters().datagrams == 10; }));
  EXPECT_EQ(collector.datagrams().size(), 0u);  // They gather.
  (*server)->stop();
  EXPECT_EQ(collector.datagrams().size(), 10u);
}

TEST(UdpServer, ManyBytesDoNotWaitForTheInterval) {
  Collector collector;
  UdpLimits limits;
  limits.gather_interval = 10min;
  limits.gather_bytes_max = 1000;
  auto server = UdpServer::start(loopback(limits), collector.handler());
  ASSERT_TRUE(server);
  Sender sender((*server)->ports().front());
  for (int i = 0; i < 10; ++i) sender.send(std::string(100, 'x'));
  EXPECT_TRUE(collector.wait_for(10));
}

// A handler that does not return: the reader goes on, the queue fills, the rest is dropped and counted, and every datagram
// is either handled or counted as dropped.
TEST(UdpServer, AFloodIsDroppedAndCounted) {
  Collector collector;
  collector.set_shut(true);
  UdpLimits limits;
  limits.queue_datagrams_max = 20;
  limits.gather_interval = 0ms;
  auto server = UdpServer::start(loopback(limits), collector.handler());
  ASSERT_TRUE(server);
  const UdpCounters& counters = (*server)->counters();
  Sender sender((*server)->ports().front());
  sender.send("first");
  ASSERT_TRUE(collector.wait_for_call());
  uint64_t sent = 1;
  ASSERT_TRUE(wait_until([&] {
    for (int i = 0; i < 100; ++i, ++sent) sender.send("flood");
    return counters.dropped_queue > 100;
  }));
  // The kernel tells of its own drops with a later datagram.
  ASSERT_TRUE(wait_until([&] {
    sender.send("last");
    ++sent;
    return counters.datagrams + counters.dropped_kernel >= sent - 1;
  }));
  collector.set_shut(false);
  (*server)->stop();
  EXPECT_EQ(collector.datagrams().size(), counters.datagrams - counters.dropped_queue);
  EXPECT_EQ(collector.dropped(), counters.dropped_queue + counters.dropped_kernel);
}

TEST(UdpServer, ATakenPortNamesWhoHasIt) {
  Collector collector;
  auto server = UdpServer::start(loopback(), collector.handler());
  ASSERT_TRUE(server);
  const uint16_t port = (*server)->ports().front();
  const auto second = UdpServer::start({{{"127.0.0.1", port}}, {}, "test"}, collector.handler());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, stdx::ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find(std::to_string(port) + " is taken by net_test"), std::string::npos)
      << second.error().message;
}

TEST(UdpQueue, IsBoundedInBytesToo) {
  UdpLimits limits;
  limits.queue_bytes_max = 10;
  UdpQueue queue(limits);
  EXPECT_TRUE(queue.put("12345"));
  EXPECT_FALSE(queue.put("123456"));
  EXPECT_TRUE(queue.put("12345"));
  queue.end();
  UdpGroup group;
  EXPECT_TRUE(queue.take(group));
  EXPECT_EQ(group.count(), 2u);
  EXPECT_FALSE(queue.take(group));
}

}  // namespace
}  // namespace clew::net
