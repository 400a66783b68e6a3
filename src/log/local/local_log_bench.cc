// The cost of the synced log, as CPU time of the whole process: commit thread, appender and reader together.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "disk/real_file_system.h"
#include "disk/temporary_folder.h"
#include "log/local/local_log.h"

namespace clew::log_local {
namespace {

constexpr size_t kSpanBytes = 690;  // OTLP bytes of a span of the reference load.

// Lets the appender have so many records under way, as so many connections would.
class InFlight {
 public:
  explicit InFlight(int max) : left_(max), max_(max) {}
  void take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return left_ > 0; });
    --left_;
  }
  void give() {
    const std::scoped_lock lock(mutex_);
    ++left_;
    changed_.notify_one();
  }
  void wait_for_all() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return left_ == max_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int left_;
  const int max_;
};

void drain(LocalLog& log, const std::stop_token& stop) {
  uint64_t offset = log.first_offset(0);
  std::vector<log::Record> records;
  while (!stop.stop_requested()) {
    records.clear();
    if (!log.read(0, offset, 1 << 20, std::chrono::milliseconds(20), records) || records.empty()) continue;
    offset = records.back().offset + 1;
    // As the block store does after a cut: a million spans at a time.
    if (offset % 1000 == 0) (void)log.trim(0, offset);
  }
}

// Arguments: spans a record, records under way.
void append_synced(benchmark::State& state) {
  const auto spans = static_cast<size_t>(state.range(0));
  disk::TemporaryFolder folder;
  disk::RealFileSystem files;
  stdx::SystemClock clock;
  LocalLogOptions options;
  options.folder = folder.path();
  auto log = LocalLog::open(files, clock, options);
  if (!log) return state.SkipWithError(log.error().message.c_str());
  // Several payloads, so that the bytes do not stay in the nearest cache.
  std::vector<stdx::SharedBytes> payloads;
  for (int i = 0; i < 16; ++i) {
    payloads.push_back(stdx::SharedBytes::from_string(std::string(spans * kSpanBytes, static_cast<char>('a' + i))));
  }
  InFlight in_flight(static_cast<int>(state.range(1)));
  std::atomic<uint64_t> refused{0};
  std::jthread reader([&](const std::stop_token& stop) { drain(**log, stop); });
  size_t next = 0;
  for (auto unused : state) {
    (void)unused;
    in_flight.take();
    (*log)->append(0, log::RecordKind::kTraces, 1, payloads[next++ % payloads.size()],
                   [&](const stdx::Result<uint64_t>& acknowledged) {
                     if (!acknowledged) ++refused;
                     in_flight.give();
                   });
  }
  in_flight.wait_for_all();
  const LogStats stats = (*log)->stats();
  const auto iterations = static_cast<double>(state.iterations());
  const double spans_total = iterations * static_cast<double>(spans);
  // Inverted rates are CPU seconds apiece; the library prints them with a unit: 200n is 0.2 µs.
  state.counters["cpu/span"] =
      benchmark::Counter(spans_total, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["cpu/MB"] = benchmark::Counter(spans_total * kSpanBytes / 1e6,
                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["records/sync"] = iterations / static_cast<double>(std::max<uint64_t>(stats.syncs, 1));
  state.counters["sync_ms"] = 1e3 * stats.sync_seconds / static_cast<double>(std::max<uint64_t>(stats.syncs, 1));
  state.counters["refused"] = static_cast<double>(refused);
}
BENCHMARK(append_synced)
    ->ArgNames({"spans", "in_flight"})
    ->Args({512, 4})
    ->Args({512, 16})
    ->Args({20, 4})
    ->Args({20, 64})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace clew::log_local
