#include "head/head_pump.h"

#include <algorithm>
#include <chrono>

#include "stdx/thread_name.h"

namespace clew::head {
namespace {

using namespace std::chrono_literals;

// How long a read of the log waits for a record: also how soon a stop or a flush is noticed.
constexpr auto kReadWait = 100ms;

}  // namespace

HeadPump::HeadPump(log::Log& log, uint32_t partition, Head& head, const HeadOptions& head_options, PumpOptions options,
                   Cut cut, ReportLoss report_loss)
    : log_(log),
      partition_(partition),
      head_(head),
      head_options_(head_options),
      options_(options),
      cut_(std::move(cut)),
      report_loss_(std::move(report_loss)) {}

HeadPump::~HeadPump() { stop(); }

void HeadPump::start() {
  start_end_offset_ = log_.next_offset(partition_);
  caught_up_.store(head_.next_offset() >= start_end_offset_, std::memory_order_release);
  thread_ = std::thread([this] { run(); });
}

void HeadPump::stop() {
  stopping_.store(true, std::memory_order_release);
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HeadPump::run() {
  stdx::name_this_thread("ingest");
  while (!stopping_.load(std::memory_order_acquire)) {
    cut_if_wanted();
    if (may_ingest()) {
      read_and_ingest();
    } else {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kReadWait, [this] { return !cutting_ || stopping_.load(); });
    }
  }
}

bool HeadPump::may_ingest() const {
  const auto over = [&](double used, double cut_at) { return used >= cut_at * options_.overfill_max; };
  {
    std::lock_guard lock(mutex_);
    if (!cutting_) return true;
  }
  return !over(head_.current_row_count(), head_options_.cut_spans) &&
         !over(static_cast<double>(head_.current_used_bytes()), static_cast<double>(head_options_.cut_bytes));
}

void HeadPump::read_and_ingest() {
  records_.clear();
  auto read = log_.read(partition_, head_.next_offset(), options_.read_bytes_max, kReadWait, records_);
  if (!read) {
    report_loss_(read.error());
    const uint64_t first_offset = log_.first_offset(partition_);
    if (head_.next_offset() < first_offset) {
      head_.skip_to(first_offset);
    } else {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kReadWait, [this] { return stopping_.load(); });
    }
    return;
  }
  for (const log::Record& record : records_) head_.ingest(record);
  records_.clear();
  if (head_.next_offset() >= start_end_offset_) caught_up_.store(true, std::memory_order_release);
}

void HeadPump::cut_if_wanted() {
  bool flush;
  {
    std::lock_guard lock(mutex_);
    if (cutting_) return;
    flush = flush_requested_ > flush_sealed_ && head_.next_offset() >= flush_requested_;
    if (flush && head_.empty()) {
      flush_sealed_ = flush_stored_ = head_.next_offset();
      changed_.notify_all();
      return;
    }
  }
  if (!flush && !head_.wants_cut()) return;
  auto sealed = head_.seal(flush);
  if (!sealed) return report_loss_(sealed.error());
  const uint64_t end_offset = (*sealed)->position.end_offset;
  {
    std::lock_guard lock(mutex_);
    cutting_ = true;
    if (flush) flush_sealed_ = end_offset;
  }
  cut_(*sealed, [this, flush, end_offset] {
    std::lock_guard lock(mutex_);
    cutting_ = false;
    if (flush) flush_stored_ = end_offset;
    changed_.notify_all();
  });
}

stdx::Result<void> HeadPump::flush(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  const uint64_t wanted = log_.next_offset(partition_);
  flush_requested_ = std::max(flush_requested_, wanted);
  const bool stored = changed_.wait_for(lock, wait, [&] { return flush_stored_ >= wanted || stopping_.load(); });
  if (stored && flush_stored_ >= wanted) return {};
  return stdx::fail(stdx::ErrorCode::kDeadlineExceeded, "not everything is stored in blocks yet");
}

}  // namespace clew::head
