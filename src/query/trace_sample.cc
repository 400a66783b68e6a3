#include "query/trace_sample.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "query/engine_steps.h"
#include "query/trace_view.h"
#include "query/traceql/query_limits.h"
#include "stdx/thread_name.h"

namespace clew::query {
namespace {

using query_execute::Batch;
using query_execute::BatchPlace;
using query_execute::Selection;

class TracesPart final : public PartCollector {
 public:
  explicit TracesPart(MatchedTraces& whole) : whole_(whole) {}

  stdx::Result<void> add(Batch& batch, const Selection& matched, BatchPlace, query_execute::TraceLookup&) override {
    const table::ColumnWindow& traces = batch.column(table::CoreColumn::kTraceId);
    if (batch.error()) return std::unexpected(*batch.error());
    matched.for_each([&](uint32_t row) {
      ++span_count_;
      if (traces.trace_ids[row] == last_) return;
      last_ = traces.trace_ids[row];
      ids_.insert(last_);
    });
    return {};
  }
  stdx::Result<void> merge() override {
    whole_.span_count += span_count_;
    for (const otlp::TraceId id : ids_) {
      if (whole_.ids.size() < kComparedTracesMax) {
        whole_.ids.insert(id);
      } else if (!whole_.ids.contains(id)) {
        whole_.exact = false;
      }
    }
    return {};
  }

 private:
  MatchedTraces& whole_;
  MatchedTraces::Ids ids_;
  otlp::TraceId last_;
  int64_t span_count_ = 0;
};

uint64_t sampling_hash(otlp::TraceId id) {
  uint64_t hash = (id.lo ^ (id.hi * 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
  hash ^= hash >> 31;
  return hash * 0x94d049bb133111ebu;
}

// Traces are read ahead by whoever is free and shown in order.
class TraceReader {
 public:
  TraceReader(const table::Catalog& catalog, const std::vector<otlp::TraceId>& ids, const QueryControl& control,
              const std::function<void(size_t, const query_analyse::TraceColumns&)>& visit)
      : catalog_(catalog), ids_(ids), control_(control), visit_(visit), waiting_(ids.size()), done_(ids.size()) {}

  stdx::Result<void> run() {
    {
      std::vector<std::jthread> others;
      for (unsigned i = 1; i < kScanThreads && i < ids_.size(); ++i) {
        others.emplace_back([this] {
          stdx::name_this_thread("query-traces");
          work();
        });
      }
      work();
    }
    if (error_) return std::unexpected(std::move(*error_));
    return {};
  }

 private:
  void work() {
    while (!stopped_.load(std::memory_order_relaxed)) {
      const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= ids_.size()) return;
      auto trace = trace_view(catalog_, ids_[index], control_);
      std::lock_guard lock(mutex_);
      if (trace) {
        waiting_[index] = std::move(*trace);
      } else if (trace.error().code != stdx::ErrorCode::kPayloadTooLarge && trace.error().code != stdx::ErrorCode::kNotFound) {
        if (!error_) error_ = std::move(trace.error());
        stopped_.store(true, std::memory_order_relaxed);
        return;
      }
      done_[index] = true;
      for (; shown_ < ids_.size() && done_[shown_]; ++shown_) {
        if (waiting_[shown_]) visit_(shown_, *waiting_[shown_]);
        waiting_[shown_].reset();
      }
    }
  }

  const table::Catalog& catalog_;
  const std::vector<otlp::TraceId>& ids_;
  const QueryControl& control_;
  const std::function<void(size_t, const query_analyse::TraceColumns&)>& visit_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;  // All below.
  std::vector<std::optional<query_analyse::TraceColumns>> waiting_;
  std::vector<bool> done_;
  size_t shown_ = 0;
  std::optional<stdx::Error> error_;
};

}  // namespace

stdx::Result<MatchedTraces> matched_traces(const table::Catalog::Sets& sets, const query_plan::Plan& plan, table::TimeRange range,
                                           const QueryControl& control, const ScanHooks& hooks) {
  MatchedTraces matched;
  const PartScanRequest scan{.sets = sets, .plan = plan, .range = range, .make_part = [&] { return std::make_unique<TracesPart>(matched); }};
  auto stats = scan_parts(scan, control, hooks);
  if (!stats) return std::unexpected(std::move(stats.error()));
  matched.stats = *stats;
  return matched;
}

std::vector<otlp::TraceId> sample_of(const MatchedTraces::Ids& ids, size_t count) {
  std::vector<std::pair<uint64_t, otlp::TraceId>> ranked;
  ranked.reserve(ids.size());
  for (const otlp::TraceId id : ids) ranked.emplace_back(sampling_hash(id), id);
  const size_t kept = std::min(count, ranked.size());
  std::ranges::partial_sort(ranked, ranked.begin() + static_cast<ptrdiff_t>(kept));
  std::vector<otlp::TraceId> sample;
  for (size_t i = 0; i < kept; ++i) sample.push_back(ranked[i].second);
  return sample;
}

stdx::Result<void> view_traces(const table::Catalog& catalog, const std::vector<otlp::TraceId>& ids, const QueryControl& control,
                               const std::function<void(size_t, const query_analyse::TraceColumns&)>& visit) {
  return TraceReader(catalog, ids, control, visit).run();
}

}  // namespace clew::query
