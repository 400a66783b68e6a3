#include "query/execute/top_traces.h"

#include <algorithm>

#include <fmt/format.h>

#include "query/traceql/query_limits.h"

namespace clew::query_execute {

using stdx::ErrorCode;

TopTraces::TopTraces(const table::Catalog::Sets& sets, Settings settings)
    : sets_(sets), settings_(std::move(settings)), best_count_max_(size_t{settings_.limit} + 1) {}

bool TopTraces::before(const TraceRank& a, const TraceRank& b) const {
  if (a.key != b.key) return settings_.descending ? a.key > b.key : a.key < b.key;
  return a.trace_id < b.trace_id;
}

int64_t TopTraces::key_of(const TraceFacts& facts) const {
  switch (settings_.order) {
    case TraceOrder::kStart: return facts.start_ns;
    case TraceOrder::kDuration: return facts.end_ns - facts.start_ns;
    case TraceOrder::kSpanCount: return facts.span_count;
    case TraceOrder::kErrorCount: return facts.error_count;
  }
  return 0;
}

stdx::Result<TopTraces::Candidate*> TopTraces::candidate(otlp::TraceId id) {
  const auto [at, is_new] = candidates_.try_emplace(id);
  if (is_new) {
    if (candidates_.size() > query::kCandidatesMax) {
      return stdx::fail(ErrorCode::kResourceExhausted,
                        fmt::format("more than {} traces match; narrow the filter or the time range, or sort by start, "
                                    "newest first",
                                    query::kCandidatesMax));
    }
    open_.push_back(id);
  }
  return &at->second;
}

void TopTraces::note_match(Candidate& candidate, const MatchRef& match) {
  ++candidate.matched_count;
  candidate.start_min_ns = std::min(candidate.start_min_ns, match.start_ns);
  if (candidate.state == Candidate::State::kOut || settings_.matches_per_trace == 0) return;
  auto& matches = candidate.matches;
  if (matches.size() == settings_.matches_per_trace) {
    if (match.start_ns >= matches.back().start_ns) return;
    matches.pop_back();
    --matches_kept_;
  }
  const auto at = std::ranges::upper_bound(matches, match.start_ns, {}, &MatchRef::start_ns);
  matches.insert(at, match);
  ++matches_kept_;
}

stdx::Result<void> TopTraces::add(Batch& batch, const Selection& matched, BatchPlace place, table::TimeRange& range) {
  const table::ColumnWindow& ids = batch.column(table::CoreColumn::kTraceId);
  const table::ColumnWindow& starts = batch.column(table::CoreColumn::kStartTime);
  if (batch.error()) return std::unexpected(*batch.error());
  stdx::Result<void> outcome;
  otlp::TraceId last_id;
  Candidate* last = nullptr;  // Blocks are ordered by trace.
  matched.for_each([&](uint32_t row) {
    if (!outcome) return;
    const otlp::TraceId id = ids.trace_ids[row];
    if (last == nullptr || id != last_id) {
      auto found = candidate(id);
      if (!found) {
        outcome = std::unexpected(std::move(found.error()));
        return;
      }
      last = *found;
      last_id = id;
    }
    note_match(*last, {starts.ints[row], place.set, place.segment, batch.segment_row(row)});
  });
  if (!outcome) return outcome;
  if (matches_kept_ > query::kMatchesKeptMax) {
    return stdx::fail(ErrorCode::kResourceExhausted,
                      fmt::format("more than {} matching spans would have to be remembered; ask for fewer spans per trace "
                                  "or narrow the filter",
                                  query::kMatchesKeptMax));
  }
  if (newest_first() && open_.size() >= 256 + 2 * best_count_max_) {
    if (auto done = rank_newest(); !done) return done;
    if (is_full()) range.begin_ns = std::max(range.begin_ns, best_.front().key);
  }
  return {};
}

void TopTraces::compete(const TraceRank& rank, Candidate& candidate) {
  const auto drop = [this](Candidate& loser) {
    loser.state = Candidate::State::kOut;
    matches_kept_ -= loser.matches.size();
    loser.matches = {};
  };
  candidate.key = rank.key;
  if (settings_.after && !before(*settings_.after, rank)) return drop(candidate);
  const auto order = [this](const TraceRank& a, const TraceRank& b) { return before(a, b); };
  if (is_full()) {
    if (!before(rank, best_.front())) return drop(candidate);
    std::ranges::pop_heap(best_, order);
    drop(candidates_.at(best_.back().trace_id));
    best_.pop_back();
  }
  best_.push_back(rank);
  std::ranges::push_heap(best_, order);
  candidate.state = Candidate::State::kAmongBest;
}

stdx::Result<void> TopTraces::rank(std::vector<otlp::TraceId> ids) {
  std::ranges::sort(ids);
  auto loaded = load_trace_facts(sets_, ids);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  if (loaded->size() != ids.size()) {
    return stdx::fail(ErrorCode::kInternal, "a trace has spans that match but no entry in any trace table");
  }
  for (const TraceFacts& facts : *loaded) compete({key_of(facts), facts.trace_id}, candidates_.at(facts.trace_id));
  return {};
}

// Looks up open traces, latest first, until none of the rest can be among the best; those are forgotten. Should one of
// them match again later, it is looked up then and found to be no better.
stdx::Result<void> TopTraces::rank_newest() {
  std::vector<std::pair<int64_t, otlp::TraceId>> open;
  open.reserve(open_.size());
  for (const otlp::TraceId id : open_) open.emplace_back(candidates_.at(id).start_min_ns, id);
  open_.clear();
  std::ranges::sort(open, std::greater<>());
  size_t next = 0;
  while (next < open.size() && !(is_full() && open[next].first < best_.front().key)) {
    const size_t end = std::min(open.size(), next + std::max<size_t>(best_count_max_, 32));
    std::vector<otlp::TraceId> ids;
    for (; next < end; ++next) ids.push_back(open[next].second);
    if (auto done = rank(std::move(ids)); !done) return done;
  }
  for (; next < open.size(); ++next) {
    const auto at = candidates_.find(open[next].second);
    matches_kept_ -= at->second.matches.size();
    candidates_.erase(at);
  }
  return {};
}

stdx::Result<TopTraces::Outcome> TopTraces::finish(const Interrupt& interrupt) {
  if (newest_first()) {
    if (auto done = rank_newest(); !done) return std::unexpected(std::move(done.error()));
  } else {
    std::ranges::sort(open_);
    for (size_t begin = 0; begin < open_.size(); begin += query::kSummaryBatch) {
      if (auto go_on = interrupt.check(); !go_on) return std::unexpected(std::move(go_on.error()));
      const size_t end = std::min(open_.size(), begin + query::kSummaryBatch);
      std::vector<otlp::TraceId> ids(open_.begin() + static_cast<ptrdiff_t>(begin),
                                     open_.begin() + static_cast<ptrdiff_t>(end));
      if (auto done = rank(std::move(ids)); !done) return std::unexpected(std::move(done.error()));
    }
    open_.clear();
  }
  std::ranges::sort(best_, [this](const TraceRank& a, const TraceRank& b) { return before(a, b); });
  Outcome outcome;
  outcome.more = best_.size() > settings_.limit;
  if (outcome.more) best_.pop_back();
  for (const TraceRank& rank : best_) {
    Candidate& found = candidates_.at(rank.trace_id);
    outcome.traces.push_back({rank, found.matched_count, std::move(found.matches)});
  }
  return outcome;
}

}  // namespace clew::query_execute
