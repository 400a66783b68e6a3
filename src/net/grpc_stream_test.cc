#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "net/grpc_client.h"
#include "net/grpc_server.h"

namespace clew::net {
namespace {

using std::chrono::milliseconds;
using stdx::ErrorCode;

constexpr char kCollect[] = "/test.Segments/collect";

// What the handlers of all streams saw. Messages are taken at once, or when the test says so.
class Seen {
 public:
  void message(std::string text, GrpcTaken taken) {
    std::unique_lock lock(mutex_);
    messages_.push_back(std::move(text));
    const bool bad = messages_.back() == "bad";
    changed_.notify_all();
    if (hold_) return held_.push_back(std::move(taken));
    lock.unlock();
    bad ? taken.fail({ErrorCode::kInvalidArgument, "a bad message"}) : taken.done();
  }
  void opened() { change(open_, 1); }
  void closed() { change(open_, -1); }
  void hold(bool hold) {
    const std::lock_guard lock(mutex_);
    hold_ = hold;
  }
  bool wait_for_messages(size_t count) {
    return wait([this, count] { return messages_.size() >= count; });
  }
  bool wait_for_open(int count) {
    return wait([this, count] { return open_ == count; });
  }
  std::vector<GrpcTaken> held() {
    const std::lock_guard lock(mutex_);
    return std::move(held_);
  }
  std::vector<std::string> messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  void change(int& number, int by) {
    const std::lock_guard lock(mutex_);
    number += by;
    changed_.notify_all();
  }
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(90), condition);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> messages_;
  std::vector<GrpcTaken> held_;
  bool hold_ = false;
  int open_ = 0;
};

class CountingStream final : public GrpcStream {
 public:
  explicit CountingStream(Seen& seen) : seen_(seen) { seen_.opened(); }
  ~CountingStream() override { seen_.closed(); }
  void take(stdx::SharedBytes message, GrpcTaken taken) override {
    ++count_;
    seen_.message(std::string(message.view), std::move(taken));
  }
  stdx::Result<std::string> finish() override { return std::to_string(count_); }

 private:
  Seen& seen_;
  int count_ = 0;
};

class GrpcStreamTest : public testing::Test {
 protected:
  void start(GrpcServerOptions options = {}) {
    options.addresses = {{"127.0.0.1", 0}};
    auto started = GrpcServer::start(
        std::move(options),
        {{.name = kCollect, .open_stream = [this](const GrpcRequest&) { return std::make_unique<CountingStream>(seen_); }},
         {.name = "/test.Segments/thrown",
          .open_stream = [](const GrpcRequest&) -> std::unique_ptr<GrpcStream> { throw std::runtime_error("boom"); }},
         {.name = "/test.Segments/echo",
          .handler = [](GrpcRequest& request, GrpcReplyPtr reply) { reply->send(request.message.view); }}});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    server_ = std::move(*started);
    client_ = client();
  }
  std::unique_ptr<GrpcClient> client(bool gzip = false) {
    return std::make_unique<GrpcClient>(
        GrpcClientOptions{.target = "127.0.0.1:" + std::to_string(server_->ports().at(0)), .gzip = gzip});
  }

  Seen seen_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<GrpcClient> client_;
};

TEST_F(GrpcStreamTest, EveryMessageIsHandedOverWhenItCame) {
  start();
  auto stream = client_->open_stream(kCollect);
  for (size_t count = 1; count <= 20; ++count) {
    EXPECT_TRUE(stream->write(std::string(count * 1000, 'x')));
    ASSERT_TRUE(seen_.wait_for_messages(count)) << "the client has not half-closed, and will not for days";
  }
  const GrpcAnswer answer = stream->finish();
  EXPECT_EQ(answer.code, 0) << answer.message;
  EXPECT_EQ(answer.message, "20");
  EXPECT_TRUE(seen_.wait_for_open(0));
  EXPECT_EQ(server_->counters().message_bytes_in_flight, 0u);
  EXPECT_EQ(server_->counters().stream_messages, 20u);
}

TEST_F(GrpcStreamTest, NothingSentIsAnsweredAsWell) {
  start();
  EXPECT_EQ(client_->open_stream(kCollect)->finish().message, "0");
  EXPECT_EQ(client_->call(kCollect, "one").message, "1") << "a client that calls it as a unary method";
}

TEST_F(GrpcStreamTest, CompressedMessages) {
  start();
  auto gzip = client(true);
  auto stream = gzip->open_stream(kCollect);
  stream->write(std::string(100'000, 'z'));
  EXPECT_EQ(stream->finish().message, "1");
  EXPECT_EQ(seen_.messages().at(0), std::string(100'000, 'z'));
}

TEST_F(GrpcStreamTest, AnsweredOnlyWhenAllIsTaken) {
  start();
  seen_.hold(true);
  auto stream = client_->open_stream(kCollect);
  stream->write("a");
  stream->write("b");
  ASSERT_TRUE(seen_.wait_for_messages(2));
  auto answer = std::async(std::launch::async, [&] { return stream->finish(); });
  auto held = seen_.held();
  held[1].done();
  EXPECT_EQ(answer.wait_for(milliseconds(50)), std::future_status::timeout);
  held[0].done();
  EXPECT_EQ(answer.get().message, "2");
}

TEST_F(GrpcStreamTest, OneForSeveral) {
  start();
  seen_.hold(true);
  auto stream = client_->open_stream(kCollect);
  for (int index = 0; index < 3; ++index) stream->write("abc");
  ASSERT_TRUE(seen_.wait_for_messages(3));
  auto held = seen_.held();
  held[0].join(std::move(held[2]));
  held[0].join(std::move(held[1]));
  held[0].done();
  EXPECT_EQ(stream->finish().message, "3");
  EXPECT_EQ(server_->counters().message_bytes_in_flight, 0u);
}

TEST_F(GrpcStreamTest, ReadsNoFurtherThanTheHandlerKeepsUp) {
  GrpcServerOptions options;
  options.limits.stream_messages_in_flight_max = 3;
  start(options);
  seen_.hold(true);
  std::thread writer([&] {
    auto stream = client_->open_stream(kCollect);
    for (int index = 0; index < 40; ++index) stream->write(std::string(100'000, 'x'));
    EXPECT_EQ(stream->finish().message, "40");
  });
  size_t taken = 0;
  while (taken < 40) {
    const size_t next = std::min<size_t>(taken + 3, 40);
    EXPECT_TRUE(seen_.wait_for_messages(next));
    EXPECT_EQ(seen_.messages().size(), next) << "more than three were handed over";
    auto held = seen_.held();
    taken += held.size();
    // All but the last are given back from a thread like the log's, so that the next ones come in any interleaving.
    std::thread([held = std::move(held)]() mutable {
      for (GrpcTaken& one : held) one.done();
    }).join();
  }
  writer.join();
}

TEST_F(GrpcStreamTest, OneMessageAtATimeWhenBytesAreShort) {
  GrpcServerOptions options;
  options.limits.message_bytes_in_flight_max = 1000;
  start(options);
  seen_.hold(true);
  auto stream = client_->open_stream(kCollect);
  stream->write(std::string(600, 'x'));
  ASSERT_TRUE(seen_.wait_for_messages(1));
  stream->write(std::string(600, 'y'));
  auto other = client_->open_stream(kCollect);
  other->write(std::string(600, 'z'));
  const GrpcAnswer refused = other->finish();
  EXPECT_EQ(refused.code, 8) << "hard limit, over all streams";
  EXPECT_TRUE(refused.details.retry_after.has_value());
  EXPECT_EQ(seen_.messages().size(), 1u);
  seen_.hold(false);
  seen_.held()[0].done();
  EXPECT_EQ(stream->finish().message, "2");
}

TEST_F(GrpcStreamTest, AnErrorEndsTheStreamAndNotTheOthers) {
  start();
  auto good = client_->open_stream(kCollect);
  good->write("first");
  auto bad = client_->open_stream(kCollect);
  bad->write("bad");
  const GrpcAnswer answer = bad->finish();
  EXPECT_EQ(answer.code, 3);
  EXPECT_EQ(answer.message, "a bad message");
  EXPECT_EQ(client_->open_stream("/test.Segments/thrown")->finish().code, 13);
  good->write("second");
  EXPECT_EQ(good->finish().message, "2");
  EXPECT_EQ(client_->call("/test.Segments/echo", "x").message, "x");
}

TEST_F(GrpcStreamTest, DroppedMessagesEndTheStream) {
  start();
  seen_.hold(true);
  auto stream = client_->open_stream(kCollect);
  stream->write("a");
  ASSERT_TRUE(seen_.wait_for_messages(1));
  seen_.held().clear();
  EXPECT_EQ(stream->finish().code, 13);
}

TEST_F(GrpcStreamTest, SizesAreBounded) {
  GrpcServerOptions options;
  options.limits.message_bytes_max = 100'000;
  options.limits.decompressed_bytes_max = 200'000;
  start(options);
  auto large = client_->open_stream(kCollect);
  large->write(std::string(100'001, 'x'));
  EXPECT_EQ(large->finish().code, 8);
  auto gzip = client(true);
  auto bomb = gzip->open_stream(kCollect);
  bomb->write(std::string(50'000'000, 'x'));
  const GrpcAnswer answer = bomb->finish();
  EXPECT_EQ(answer.code, 8);
  EXPECT_EQ(answer.details.retry_after, std::nullopt);
  EXPECT_EQ(server_->counters().calls_too_large, 1u);
  EXPECT_TRUE(seen_.wait_for_open(0));
}

TEST_F(GrpcStreamTest, OpenStreamsAreBounded) {
  GrpcServerOptions options;
  options.limits.streams_open_max = 2;
  start(options);
  auto one = client_->open_stream(kCollect);
  auto two = client_->open_stream(kCollect);
  ASSERT_TRUE(seen_.wait_for_open(2));
  EXPECT_EQ(client_->open_stream(kCollect)->finish().code, 8);
  EXPECT_EQ(client_->call("/test.Segments/echo", "x").code, 0) << "idle streams take no room from calls";
  EXPECT_EQ(one->finish().code, 0);
  EXPECT_TRUE(seen_.wait_for_open(1));
}

TEST_F(GrpcStreamTest, ClientsThatVanish) {
  start();
  seen_.hold(true);
  auto gone = client();
  auto stream = gone->open_stream(kCollect);
  stream->write("a");
  ASSERT_TRUE(seen_.wait_for_messages(1));
  stream.reset();
  gone.reset();
  auto held = seen_.held();
  held[0].done();
  EXPECT_TRUE(seen_.wait_for_open(0));
}

TEST_F(GrpcStreamTest, StopEndsIdleStreamsAndWaitsForWhatIsBeingTaken) {
  start();
  auto idle = client_->open_stream(kCollect);
  idle->write("a");
  ASSERT_TRUE(seen_.wait_for_messages(1));
  seen_.hold(true);
  auto busy = client_->open_stream(kCollect);
  busy->write("b");
  ASSERT_TRUE(seen_.wait_for_messages(2));
  auto stopped = std::async(std::launch::async, [&] { server_->stop(std::chrono::seconds(90)); });
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(90);
  while (server_->counters().streams_open > 1 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(idle->finish().code, 14) << "ended by the server while the client was silent";
  EXPECT_EQ(stopped.wait_for(milliseconds(50)), std::future_status::timeout);
  seen_.held()[0].done();
  EXPECT_EQ(busy->finish().code, 14);
  stopped.get();
}

TEST_F(GrpcStreamTest, StopAnswersForSilentHandlersAndTakenAfterwardsReachesNobody) {
  start();
  seen_.hold(true);
  auto stream = client_->open_stream(kCollect);
  stream->write("a");
  ASSERT_TRUE(seen_.wait_for_messages(1));
  server_->stop(milliseconds(0));
  server_.reset();
  EXPECT_EQ(stream->finish().code, 14);
  seen_.held()[0].done();
}

TEST_F(GrpcStreamTest, ManyStreamsAndThreads) {
  GrpcServerOptions options;
  options.threads = 2;
  options.limits.stream_messages_in_flight_max = 4;
  start(options);
  seen_.hold(true);
  std::atomic<bool> over{false};
  // Like the log: takes whatever is there, from one thread.
  std::thread log([&] {
    while (!over) {
      for (GrpcTaken& one : seen_.held()) one.done();
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&] {
      auto own = client();
      for (int round = 0; round < 20; ++round) {
        auto stream = own->open_stream(kCollect);
        for (int index = 0; index < 50; ++index) stream->write(std::to_string(index));
        EXPECT_EQ(stream->finish().message, "50");
      }
    });
  }
  for (auto& writer : writers) writer.join();
  over = true;
  log.join();
  EXPECT_TRUE(seen_.wait_for_open(0));
  EXPECT_EQ(seen_.messages().size(), 4000u);
}

}  // namespace
}  // namespace clew::net
