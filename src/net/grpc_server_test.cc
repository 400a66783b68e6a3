#include "net/grpc_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "net/grpc_client.h"
#include "net/raw_client_for_test.h"

namespace clew::net {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class HeldCalls {
 public:
  void put(GrpcReplyPtr reply) {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
    changed_.notify_all();
  }
  std::vector<GrpcReplyPtr> wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(90), [&] { return replies_.size() >= count; });
    return std::move(replies_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<GrpcReplyPtr> replies_;
};

class GrpcServerTest : public testing::Test {
 protected:
  void start(GrpcServerOptions options = {}) {
    options.addresses = {{"127.0.0.1", 0}};
    auto started = GrpcServer::start(
        std::move(options),
        {{"/test.Echo/Echo", [](GrpcRequest& request, GrpcReplyPtr reply) { reply->send(request.message.view); }},
         {"/test.Echo/Length",
          [](GrpcRequest& request, GrpcReplyPtr reply) { reply->send(std::to_string(request.message.size())); }},
         {"/test.Echo/Agent",
          [](GrpcRequest& request, GrpcReplyPtr reply) {
            reply->send(std::string(request.metadata("user-agent")) + "|" + request.peer());
          }},
         {"/test.Echo/Held", [this](GrpcRequest&, GrpcReplyPtr reply) { held_.put(std::move(reply)); }},
         {"/test.Echo/Dropped", [](GrpcRequest&, GrpcReplyPtr) {}},
         {"/test.Echo/Thrown", [](GrpcRequest&, GrpcReplyPtr) { throw std::runtime_error("boom"); }},
         {"/test.Echo/Busy", [](GrpcRequest&, GrpcReplyPtr reply) {
            reply->fail({stdx::ErrorCode::kResourceExhausted, "slow down \xFF"});
          }}});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    server_ = std::move(*started);
    target_ = "127.0.0.1:" + std::to_string(server_->ports().at(0));
  }
  std::unique_ptr<GrpcClient> client(bool gzip = false) {
    return std::make_unique<GrpcClient>(GrpcClientOptions{.target = target_, .gzip = gzip});
  }
  void wait_for_no_calls() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(90);
    while (server_->counters().calls_in_flight != 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  }

  HeldCalls held_;
  std::unique_ptr<GrpcServer> server_;
  std::string target_;
};

TEST_F(GrpcServerTest, EchoOfManySizes) {
  start();
  for (const bool gzip : {false, true}) {
    auto grpc = client(gzip);
    for (const size_t size : {0u, 1u, 100u, 16384u, 1000000u, 4000000u}) {
      std::string body(size, 'e');
      for (size_t index = 0; index < size; index += 99) body[index] = static_cast<char>(index % 253);
      const GrpcAnswer length = grpc->call("/test.Echo/Length", body);
      EXPECT_EQ(length.code, 0) << length.message;
      EXPECT_EQ(length.message, std::to_string(size));
      if (size > 3000000) continue;
      EXPECT_TRUE(grpc->call("/test.Echo/Echo", body).message == body) << size;
    }
  }
  wait_for_no_calls();
  EXPECT_EQ(server_->counters().message_bytes_in_flight, 0u);
}

TEST_F(GrpcServerTest, ErrorsCarryDetails) {
  start();
  auto grpc = client();
  const GrpcAnswer busy = grpc->call("/test.Echo/Busy", "x");
  EXPECT_EQ(busy.code, 8);
  EXPECT_EQ(busy.message, "slow down \xEF\xBF\xBD");
  EXPECT_EQ(busy.details.code, 8);
  EXPECT_EQ(busy.details.retry_after, std::chrono::seconds(1));
  const GrpcAnswer unknown = grpc->call("/test.Echo/Nothing", "x");
  EXPECT_EQ(unknown.code, 12);
  EXPECT_EQ(unknown.message, "no method /test.Echo/Nothing");
  EXPECT_EQ(unknown.details.retry_after, std::nullopt);
  EXPECT_EQ(grpc->call("/test.Echo/Dropped", "x").code, 13);
  EXPECT_EQ(grpc->call("/test.Echo/Thrown", "x").code, 13);
  EXPECT_THAT(grpc->call("/test.Echo/Agent", "x").message, AllOf(HasSubstr("grpc-c/"), HasSubstr("127.0.0.1:")));
}

TEST_F(GrpcServerTest, SizesAreBounded) {
  GrpcServerOptions options;
  options.limits.message_bytes_max = 100000;
  options.limits.decompressed_bytes_max = 200000;
  start(options);
  const GrpcAnswer large = client()->call("/test.Echo/Length", std::string(100001, 'x'));
  EXPECT_EQ(large.code, 8);
  EXPECT_EQ(large.details.retry_after, std::nullopt) << "must not be retried";
  EXPECT_EQ(client(true)->call("/test.Echo/Length", std::string(200000, 'x')).message, "200000");
  const GrpcAnswer bomb = client(true)->call("/test.Echo/Length", std::string(50000000, 'x'));
  EXPECT_EQ(bomb.code, 8) << bomb.message;
  EXPECT_EQ(bomb.message, "body decompresses to more than the limit of 200000 bytes");
  EXPECT_EQ(bomb.details.retry_after, std::nullopt);
  EXPECT_EQ(server_->counters().calls_too_large, 1u);
}

TEST_F(GrpcServerTest, CallsInFlightAreBounded) {
  GrpcServerOptions options;
  options.limits.calls_in_flight_max = 2;
  start(options);
  auto grpc = client();
  std::promise<GrpcAnswer> first, second;
  grpc->start("/test.Echo/Held", "x", [&](GrpcAnswer answer) { first.set_value(std::move(answer)); });
  grpc->start("/test.Echo/Held", "x", [&](GrpcAnswer answer) { second.set_value(std::move(answer)); });
  auto replies = held_.wait_for(2);
  ASSERT_EQ(replies.size(), 2u);
  const GrpcAnswer refused = grpc->call("/test.Echo/Echo", "x");
  EXPECT_EQ(refused.code, 8);
  EXPECT_TRUE(refused.details.retry_after.has_value());
  std::thread other([&] {
    for (auto& reply : replies) reply->send("done");
    replies.clear();
  });
  EXPECT_EQ(first.get_future().get().message, "done");
  EXPECT_EQ(second.get_future().get().message, "done");
  other.join();
  wait_for_no_calls();
  EXPECT_EQ(grpc->call("/test.Echo/Echo", "x").code, 0);
}

TEST_F(GrpcServerTest, BytesInFlightAreBounded) {
  GrpcServerOptions options;
  options.limits.message_bytes_in_flight_max = 1500;
  start(options);
  auto grpc = client();
  std::promise<GrpcAnswer> first;
  grpc->start("/test.Echo/Held", std::string(1000, 'x'), [&](GrpcAnswer answer) { first.set_value(std::move(answer)); });
  auto replies = held_.wait_for(1);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(grpc->call("/test.Echo/Echo", std::string(1000, 'x')).code, 8);
  EXPECT_EQ(grpc->call("/test.Echo/Echo", std::string(100, 'x')).code, 0);
  replies[0]->send("done");
  EXPECT_EQ(first.get_future().get().message, "done");
}

TEST_F(GrpcServerTest, ClientsThatGiveUp) {
  start();
  std::vector<GrpcReplyPtr> replies;
  {
    GrpcClient impatient({.target = target_, .timeout = milliseconds(1000)});
    EXPECT_EQ(impatient.call("/test.Echo/Held", "x").code, 4);
    auto gone = client();
    gone->start("/test.Echo/Held", "x", [](GrpcAnswer answer) { EXPECT_EQ(answer.code, 1); });
    replies = held_.wait_for(2);
  }
  ASSERT_EQ(replies.size(), 2u);
  replies[0]->send("late");
  replies[1]->fail({stdx::ErrorCode::kInternal, "late"});
  wait_for_no_calls();
  EXPECT_EQ(server_->counters().calls_in_flight, 0u);
}

TEST_F(GrpcServerTest, Health) {
  start();
  auto grpc = client();
  EXPECT_EQ(grpc->call("/grpc.health.v1.Health/Check", "").message, "\x08\x01");
  EXPECT_EQ(grpc->call("/grpc.health.v1.Health/Check", "\x0A\x09test.Echo").message, "\x08\x01");
  EXPECT_EQ(grpc->call("/grpc.health.v1.Health/Check", "\x0A\x01x").code, 5);
  EXPECT_EQ(grpc->call("/grpc.health.v1.Health/Check", "\x0A\xFF").code, 3);
  server_->set_serving(false);
  EXPECT_EQ(grpc->call("/grpc.health.v1.Health/Check", "").message, "\x08\x02");
}

TEST_F(GrpcServerTest, NoHttp2) {
  start();
  RawClient raw(server_->ports().at(0));
  raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(10000, 'x'));
  raw.end_output();
  raw.read_all();
  EXPECT_EQ(client()->call("/test.Echo/Echo", "x").code, 0);
}

TEST_F(GrpcServerTest, TakenPortNamesItself) {
  start();
  const uint16_t port = server_->ports().at(0);
  // The first address is free, so what was begun for it must be undone.
  const auto second = GrpcServer::start({.addresses = {{"127.0.0.1", 0}, {"127.0.0.1", port}}}, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, StartsWith("cannot listen on " + target_ + ": port " + std::to_string(port) +
                                                 " is taken by net_test (process "));
}

TEST_F(GrpcServerTest, StopLetsCallsFinish) {
  start();
  auto grpc = client();
  std::promise<GrpcAnswer> held;
  grpc->start("/test.Echo/Held", "x", [&](GrpcAnswer answer) { held.set_value(std::move(answer)); });
  auto replies = held_.wait_for(1);
  ASSERT_EQ(replies.size(), 1u);
  std::thread stopper([&] { server_->stop(std::chrono::seconds(90)); });
  while (RawClient(static_cast<uint16_t>(std::stoi(target_.substr(10)))).connected()) std::this_thread::yield();
  replies[0]->send("finished");
  EXPECT_EQ(held.get_future().get().message, "finished");
  stopper.join();
}

TEST_F(GrpcServerTest, StopAnswersForSilentHandlers) {
  start();
  auto grpc = client();
  std::promise<GrpcAnswer> held;
  grpc->start("/test.Echo/Held", "x", [&](GrpcAnswer answer) { held.set_value(std::move(answer)); });
  auto replies = held_.wait_for(1);
  ASSERT_EQ(replies.size(), 1u);
  server_->stop(milliseconds(0));
  server_.reset();
  const GrpcAnswer answer = held.get_future().get();
  EXPECT_EQ(answer.code, 14);
  EXPECT_TRUE(answer.details.retry_after.has_value());
  replies[0]->send("too late");
}

TEST_F(GrpcServerTest, ManyOutstandingCallsAndThreads) {
  GrpcServerOptions options;
  options.threads = 2;
  start(options);
  std::atomic<int> good{0};
  {
    auto one = client();
    auto two = client();
    std::mutex mutex;
    std::condition_variable changed;
    int open = 0;
    for (int round = 0; round < 2000; ++round) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return open < 64; });
      ++open;
      lock.unlock();
      const std::string body = std::to_string(round) + std::string(static_cast<size_t>(round % 50) * 100, 'x');
      (round % 2 == 0 ? one : two)->start("/test.Echo/Echo", body, [&, body](GrpcAnswer answer) {
        if (answer.message == body) ++good;
        const std::lock_guard guard(mutex);
        --open;
        changed.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open == 0; });
  }
  EXPECT_EQ(good, 2000);
}

TEST(GrpcClient, NobodyThere) {
  GrpcClient client({.target = "127.0.0.1:1", .timeout = std::chrono::seconds(5)});
  EXPECT_EQ(client.call("/x/y", "").code, 14);
}

}  // namespace
}  // namespace clew::net
