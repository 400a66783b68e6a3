#include "query/scan_ledger.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "stdx/thread_name.h"

namespace clew::query {

void ScanLedger::add_set(uint32_t set) {
  ++stats_.blocks_total;
  ++stats_.blocks_pruned;
  touched_.resize(std::max<size_t>(touched_.size(), size_t{set} + 1));
}

stdx::Result<QueryStats> ScanLedger::run(const std::function<void()>& work, unsigned threads_max) {
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads_max && i < progress_.part_count; ++i) {
      others.emplace_back([&work] {
        stdx::name_this_thread("query-scan");
        work();
      });
    }
    work();
  }
  if (error_) return std::unexpected(std::move(*error_));
  stats_.elapsed_ns = watch_.elapsed_ns();
  return stats_;
}

std::optional<uint32_t> ScanLedger::next() {
  if (stopped()) return std::nullopt;
  const uint32_t part = next_.fetch_add(1, std::memory_order_relaxed);
  return part < progress_.part_count ? std::optional(part) : std::nullopt;
}

void ScanLedger::fail(stdx::Error error) {
  stopped_.store(true, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
}

stdx::Result<void> ScanLedger::finish_part(uint32_t set, uint64_t rows_scanned, const std::function<stdx::Result<void>()>& merge,
                                           const std::function<void()>& show_partial) {
  std::lock_guard lock(mutex_);
  if (rows_scanned != 0 && !touched_[set]) {
    touched_[set] = true;
    --stats_.blocks_pruned;
  }
  stats_.rows_scanned += rows_scanned;
  if (auto merged = merge(); !merged) return merged;
  progress_.done_parts += 1;
  progress_.scanned_spans = stats_.rows_scanned;
  progress_.elapsed_ns = watch_.elapsed_ns();
  if (hooks_.progress) hooks_.progress(progress_);
  const bool more = progress_.done_parts < progress_.part_count;
  if (more && show_partial && hooks_.wants_partial && hooks_.wants_partial()) show_partial();
  return {};
}

}  // namespace clew::query
