// Loads (requests or static files) summed up by what they asked for. Internal to the room.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "query/rum/event_scan.h"
#include "query/rum/rum_query_limits.h"
#include "query/rum/text_ids.h"
#include "query/rum/value_samples.h"

namespace clew::query_rum {

// How often each text was seen: few of them, so a list. One thread.
class TextCounts {
 public:
  void add(uint32_t text, int64_t count, size_t max) {
    for (auto& [known, total] : counts_) {
      if (known == text) {
        total += count;
        return;
      }
    }
    if (counts_.size() < max) counts_.emplace_back(text, count);
  }
  const std::vector<std::pair<uint32_t, int64_t>>& entries() const { return counts_; }
  // Most first.
  std::vector<std::pair<std::string, int64_t>> top(const TextIds& texts, size_t count) const {
    std::vector<std::pair<std::string, int64_t>> named;
    for (const auto& [text, total] : counts_) named.emplace_back(texts.text(text), total);
    std::ranges::sort(named, [](const auto& a, const auto& b) { return std::pair(-a.second, a.first) < std::pair(-b.second, b.first); });
    if (named.size() > count) named.resize(count);
    return named;
  }

 private:
  std::vector<std::pair<uint32_t, int64_t>> counts_;
};

// A request with a trace that may be looked into.
struct TracedLoad {
  uint64_t rank = 0;  // A hash of the trace id: the smallest are kept, which is a fair choice.
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  double ms = 0;
  double browser_ms = 0;  // Waited before it was sent.
};

inline constexpr size_t kLoadPhases = 6;

struct LoadNumbers {
  uint32_t type = 0, protocol = 0;
  int64_t count = 0, failed = 0, traced = 0, cached = 0, render_blocking = 0;
  double total_ms = 0, max_ms = -1;
  Samples ms, transfer, decoded;  // Sizes in kB, so that they fit.
  std::array<Samples, kLoadPhases> phases;
  TextCounts status, pages;
  RowPlace slowest;
  std::vector<TracedLoad> traces;

  void keep(const TracedLoad& load) {
    if (traces.size() >= kTraceCandidates && load.rank > traces.back().rank) return;
    const auto at = std::ranges::lower_bound(traces, load.rank, {}, &TracedLoad::rank);
    traces.insert(at, load);
    if (traces.size() > kTraceCandidates) traces.pop_back();
  }
};

// Of method or type, host, and name; numbers of `texts`.
using LoadKey = std::tuple<uint32_t, uint32_t, uint32_t>;

struct LoadTally {
  TextIds texts;
  absl::flat_hash_map<LoadKey, LoadNumbers> loads;
  bool exact = true;

  // nullptr if there is no room for another.
  LoadNumbers* find(const LoadKey& key) {
    const auto found = loads.find(key);
    if (found != loads.end()) return &found->second;
    if (loads.size() >= kValuesMax) {
      exact = false;
      return nullptr;
    }
    return &loads[key];
  }
  void merge(const LoadTally& part);
};

}  // namespace clew::query_rum
