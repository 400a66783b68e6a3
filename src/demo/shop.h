// The simulated shop: makes traces of a small web shop and its visitors' sessions and sends them, first for the hour behind,
// then live.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "demo/trace_sink.h"
#include "demo/traffic.h"
#include "receive/rum/client_clocks.h"
#include "receive/rum/scrubber.h"
#include "stdx/clock.h"
#include "useragent/user_agent.h"

namespace clew::demo {

struct ShopOptions {
  double traces_per_second = 3.0;
  std::chrono::seconds backfill{3600};    // How far back the first screen is filled; 0 for nothing.
  double backfill_traces_per_second = 1.2;
  uint64_t seed = 27;  // A story whose filled hour has some of everything (traffic_test.cc).
  uint64_t id_salt = 0;  // Another one for each run over the same data, or its traces would grow into those of the run before.
  // Called now and then with one line for people, e.g. "shop: 42 traces a minute …"; from the shop's thread.
  std::function<void(const std::string& line)> report;
};

// What is due now goes the way it goes in real life: spans as OTLP, bundles to the RUM door. What is long past cannot, because
// the door takes a bundle that arrives late for one of a client whose clock is wrong. So bundles of the past are translated
// here, by the door's own translation with the time at which they would have arrived, and sent as the OTLP that it makes of them.
//
// Owns one thread between start() and stop(); the sink and the clock must outlive it. What cannot be sent is tried again
// with growing pauses and then dropped and counted, as an SDK does.
class Shop {
 public:
  Shop(std::unique_ptr<TraceSink> sink, const stdx::Clock& clock, ShopOptions options);
  ~Shop();
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  void start();
  void stop();  // Idempotent; returns when the thread has ended.

  // For tests: the hour behind, sent by the calling thread; false when stopped or when the sink refused for good.
  bool backfill();

  uint64_t traces_sent() const { return traces_sent_.load(std::memory_order_relaxed); }
  uint64_t spans_sent() const { return spans_sent_.load(std::memory_order_relaxed); }
  uint64_t traces_dropped() const { return traces_dropped_.load(std::memory_order_relaxed); }
  uint64_t events_sent() const { return events_sent_.load(std::memory_order_relaxed); }
  uint64_t events_dropped() const { return events_dropped_.load(std::memory_order_relaxed); }

 private:
  // What waits to be sent together; concatenated requests are one request.
  struct Batch {
    std::string traces, logs;
    uint64_t trace_count = 0, span_count = 0, event_count = 0;
    size_t deliveries = 0;
  };

  void run();
  void begin();  // Decides when the story starts, once.
  void add_past(Batch& batch, Delivery delivery);
  bool send_batch(Batch batch);
  bool send_now(const Delivery& delivery);
  // Tries again what may be tried again; says what was lost.
  bool deliver(const std::function<stdx::Result<void>()>& attempt, const std::string& what);
  // False when stopped meanwhile.
  bool pause(std::chrono::nanoseconds duration);
  void say(const std::string& line) const;

  std::unique_ptr<TraceSink> sink_;
  const stdx::Clock& clock_;
  const ShopOptions options_;
  std::optional<Traffic> traffic_;
  std::optional<Delivery> next_;  // Taken from the traffic, not due yet.
  int64_t began_ns_ = 0;
  useragent::UserAgents agents_;
  const receive_rum::Scrubber scrubber_;
  receive_rum::ClientClocks clocks_;
  std::atomic<uint64_t> traces_sent_{0};
  std::atomic<uint64_t> spans_sent_{0};
  std::atomic<uint64_t> traces_dropped_{0};
  std::atomic<uint64_t> events_sent_{0};
  std::atomic<uint64_t> events_dropped_{0};
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace clew::demo
