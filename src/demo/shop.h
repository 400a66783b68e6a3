// The simulated shop: makes traces of a small web shop and sends them, first for the hour behind, then live.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "demo/scenarios.h"
#include "demo/trace_sink.h"
#include "stdx/clock.h"

namespace clew::demo {

struct ShopOptions {
  double traces_per_second = 3.0;
  std::chrono::seconds backfill{3600};    // How far back the first screen is filled; 0 for nothing.
  double backfill_traces_per_second = 0.6;
  uint64_t seed = 20;
  uint64_t id_salt = 0;  // Another one for each run over the same data, or its traces would grow into those of the run before.
  // Called now and then with one line for people, e.g. "shop: 42 traces a minute …"; from the shop's thread.
  std::function<void(const std::string& line)> report;
};

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

  // The hour behind, sent by the calling thread; false when stopped or when the sink refused for good.
  bool backfill();

  uint64_t traces_sent() const { return traces_sent_.load(std::memory_order_relaxed); }
  uint64_t spans_sent() const { return spans_sent_.load(std::memory_order_relaxed); }
  uint64_t traces_dropped() const { return traces_dropped_.load(std::memory_order_relaxed); }

 private:
  void run();
  bool send(const otlp::TracesData& data, uint64_t trace_count);
  // False when stopped meanwhile.
  bool pause(std::chrono::nanoseconds duration);
  void say(const std::string& line) const;

  std::unique_ptr<TraceSink> sink_;
  const stdx::Clock& clock_;
  const ShopOptions options_;
  Chance chance_;
  Scenarios scenarios_;
  std::atomic<uint64_t> traces_sent_{0};
  std::atomic<uint64_t> spans_sent_{0};
  std::atomic<uint64_t> traces_dropped_{0};
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace clew::demo
