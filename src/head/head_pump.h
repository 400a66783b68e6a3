// Moves records from the log into the head, and full generations on to the cutter.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "head/head.h"
#include "log/log.h"

namespace clew::head {

struct PumpOptions {
  size_t read_bytes_max = size_t{4} << 20;  // Per read of the log.
  // While a generation waits to become a block the next one grows, to this many times its cut size; then the log is no
  // longer read and its back-pressure reaches the clients.
  double overfill_max = 1.25;
};

// Owns the ingest thread of one partition. Hands one sealed generation at a time to `cut`, which returns at once and calls
// back when the block is stored; storing is retried there, never given up. Log, head and clock outlive it.
class HeadPump {
 public:
  using Stored = std::function<void()>;
  using Cut = std::function<void(std::shared_ptr<const SealedGeneration>, Stored)>;
  // Called, at most now and then, with what could not be read (damaged or missing records); reading goes on behind it.
  using ReportLoss = std::function<void(const stdx::Error&)>;

  HeadPump(log::Log& log, uint32_t partition, Head& head, const HeadOptions& head_options, PumpOptions options, Cut cut,
           ReportLoss report_loss);
  ~HeadPump();

  void start();
  // Waits for the thread; a cut under way goes on in the cutter.
  void stop();

  // Returns when everything that was in the log at the time of the call is in blocks, or with kDeadlineExceeded.
  stdx::Result<void> flush(std::chrono::milliseconds wait);
  // True once everything that was in the log at start is decoded: the head then shows all that was ever acknowledged.
  bool caught_up() const { return caught_up_.load(std::memory_order_acquire); }

 private:
  void run();
  void read_and_ingest();
  void cut_if_wanted();
  bool may_ingest() const;

  log::Log& log_;
  const uint32_t partition_;
  Head& head_;
  const HeadOptions head_options_;
  const PumpOptions options_;
  const Cut cut_;
  const ReportLoss report_loss_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> caught_up_{false};
  uint64_t start_end_offset_ = 0;
  std::vector<log::Record> records_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool cutting_ = false;           // Under mutex_.
  uint64_t flush_requested_ = 0;   // Under mutex_: offset below which everything shall be stored.
  uint64_t flush_sealed_ = 0;      // Under mutex_: end offset of the newest generation sealed with nothing left behind.
  uint64_t flush_stored_ = 0;      // Under mutex_: the same, stored.
};

}  // namespace clew::head
