// The books of a scan whose parts several threads work off: who takes which part, what was scanned, how far it is, what failed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "query/engine.h"
#include "query/engine_steps.h"
#include "query/part_scan.h"
#include "stdx/error.h"

namespace clew::query {

// Filled by one thread (add_set, add_part), then run() by the same. `hooks` must outlive it.
class ScanLedger {
 public:
  explicit ScanLedger(const ScanHooks& hooks) : hooks_(hooks) {}

  // A set that may have something, by its number; it counts as pruned until a row of it was looked at.
  void add_set(uint32_t set);
  void add_rows(uint64_t count) { stats_.rows_total += count; }
  void add_part() { ++progress_.part_count; }

  // Calls work() on up to kScanThreads threads, this one among them; it takes parts with next() until there are none.
  stdx::Result<QueryStats> run(const std::function<void()>& work, unsigned threads_max);

  // ---- Any thread, within run() ----
  // nullopt after the last part, and after a failure.
  std::optional<uint32_t> next();
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  void fail(stdx::Error error);  // The first is told.
  // A part of this set is through: merge() brings it into the whole, one at a time, and show_partial(), which may be empty, shows
  // that if somebody wants to see it.
  stdx::Result<void> finish_part(uint32_t set, uint64_t rows_scanned, const std::function<stdx::Result<void>()>& merge,
                                 const std::function<void()>& show_partial);

 private:
  const ScanHooks& hooks_;
  const Stopwatch watch_;
  std::atomic<uint32_t> next_{0};
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;  // All below, within run().
  QueryStats stats_;
  std::vector<bool> touched_;  // By set.
  ScanProgress progress_;
  std::optional<stdx::Error> error_;
};

}  // namespace clew::query
