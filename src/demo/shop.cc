#include "demo/shop.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "otlp/traces_codec.h"

namespace clew::demo {
namespace {

constexpr int kSendAttempts = 5;
constexpr std::chrono::milliseconds kFirstPause{200};
constexpr size_t kBackfillTracesPerRequest = 25;
constexpr std::chrono::seconds kReportInterval{60};

uint64_t count_spans(const otlp::TracesData& data) {
  uint64_t count = 0;
  for (const auto& resource_spans : data.resource_spans) {
    for (const auto& scope_spans : resource_spans.scope_spans) count += scope_spans.spans.size();
  }
  return count;
}

bool may_retry(stdx::ErrorCode code) {
  return code == stdx::ErrorCode::kResourceExhausted || code == stdx::ErrorCode::kUnavailable ||
         code == stdx::ErrorCode::kDeadlineExceeded;
}

}  // namespace

Shop::Shop(std::unique_ptr<TraceSink> sink, const stdx::Clock& clock, ShopOptions options)
    : sink_(std::move(sink)),
      clock_(clock),
      options_(std::move(options)),
      chance_(options_.seed, options_.id_salt),
      scenarios_(chance_) {}

Shop::~Shop() { stop(); }

void Shop::start() {
  thread_ = std::thread([this] { run(); });
}

void Shop::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Shop::pause(std::chrono::nanoseconds duration) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, duration, [this] { return stopping_; });
}

void Shop::say(const std::string& line) const {
  if (options_.report) options_.report(line);
}

bool Shop::send(const otlp::TracesData& data, uint64_t trace_count) {
  const uint64_t span_count = count_spans(data);
  const std::string request = otlp::encode_traces(data);
  std::chrono::milliseconds wait = kFirstPause;
  for (int attempt = 1; attempt <= kSendAttempts; ++attempt) {
    auto sent = sink_->send(request);
    if (sent) {
      traces_sent_.fetch_add(trace_count, std::memory_order_relaxed);
      spans_sent_.fetch_add(span_count, std::memory_order_relaxed);
      return true;
    }
    if (!may_retry(sent.error().code) || attempt == kSendAttempts) {
      say(fmt::format("shop: dropped {} traces: {}", trace_count, sent.error().message));
      break;
    }
    if (!pause(wait)) break;
    wait *= 2;
  }
  traces_dropped_.fetch_add(trace_count, std::memory_order_relaxed);
  return false;
}

bool Shop::backfill() {
  const int64_t now_ns = clock_.now_ns();
  const auto total = static_cast<uint64_t>(static_cast<double>(options_.backfill.count()) *
                                           options_.backfill_traces_per_second);
  if (total == 0) return true;
  const int64_t span_ns = std::chrono::nanoseconds(options_.backfill).count();
  otlp::TracesData batch;
  uint64_t batched = 0;
  for (uint64_t trace = 0; trace < total; ++trace) {
    // Even spacing with jitter, oldest first, as the hour would have brought them.
    const double position = (static_cast<double>(trace) + chance_.uniform()) / static_cast<double>(total);
    const int64_t end_ns = now_ns - span_ns + static_cast<int64_t>(position * static_cast<double>(span_ns));
    for (auto& resource_spans : scenarios_.next(end_ns).resource_spans) {
      batch.resource_spans.push_back(std::move(resource_spans));
    }
    if (++batched < kBackfillTracesPerRequest && trace + 1 < total) continue;
    if (!send(std::exchange(batch, {}), std::exchange(batched, 0))) return false;
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
  }
  say(fmt::format("shop: filled the last {} minutes with {} traces, {} spans", options_.backfill.count() / 60,
                  traces_sent(), spans_sent()));
  return true;
}

void Shop::run() {
  backfill();
  say(fmt::format("shop: customers are arriving, {:g} traces a second", options_.traces_per_second));
  auto next_report = std::chrono::steady_clock::now() + kReportInterval;
  // Arrivals are a Poisson process: pauses are exponential, so that charts look like traffic and not like a metronome.
  while (true) {
    const double wait_s = -std::log(1.0 - chance_.uniform()) / std::max(options_.traces_per_second, 0.001);
    if (!pause(std::chrono::nanoseconds(static_cast<int64_t>(wait_s * 1e9)))) return;
    send(scenarios_.next(clock_.now_ns()), 1);
    if (std::chrono::steady_clock::now() < next_report) continue;
    next_report += kReportInterval;
    say(fmt::format("shop: {} traces, {} spans sent, {} traces dropped", traces_sent(), spans_sent(), traces_dropped()));
  }
}

}  // namespace clew::demo
