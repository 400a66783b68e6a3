#include "query/execute/grouping.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace clew::query_execute {

using table::ColumnWindow;
using table::CoreColumn;

Grouping::Grouping(const std::vector<query_traceql::Field>& fields, bool with_durations, TraceLookup& traces)
    : fields_(fields), with_durations_(with_durations), traces_(traces) {}

uint32_t Grouping::find_or_add(const Key& key) {
  const auto [at, is_new] = group_by_key_.try_emplace(key, static_cast<uint32_t>(groups_.size()));
  if (is_new) groups_.push_back({.key = key, .count = 0, .error_count = 0, .durations = {}, .buckets = {}});
  return at->second;
}

uint32_t Grouping::group_of(const Key& key) {
  uint64_t hash = 0;
  for (const uint32_t id : key) hash = (hash ^ id) * 0x9e3779b97f4a7c15u;
  CacheSlot& slot = cache_[hash >> 52];
  static_assert(kCacheSlots == size_t{1} << 12);
  if (slot.group == kNoValue || slot.key != key) slot = {key, find_or_add(key)};
  return slot.group;
}

stdx::Result<void> Grouping::add(Batch& batch, const Selection& matched, BatchPlace place) {
  if (!place_ || place_->set != place.set || place_->segment != place.segment) {
    readers_.clear();
    for (const query_traceql::Field& field : fields_) {
      readers_.push_back(std::make_unique<FieldReader>(field, batch.segment(), traces_, values_));
    }
    place_ = place;
  }
  for (size_t i = 0; i < readers_.size(); ++i) {
    ids_[i].resize(table::kWindowRows);
    readers_[i]->read(batch, matched, ids_[i]);
    if (readers_[i]->error()) return std::unexpected(*readers_[i]->error());
  }
  const ColumnWindow& statuses = batch.column(CoreColumn::kStatusCode);
  const ColumnWindow* durations = with_durations_ ? &batch.column(CoreColumn::kDuration) : nullptr;
  if (batch.error()) return std::unexpected(*batch.error());

  Key key;
  key.fill(kNoValue);
  matched.for_each([&](uint32_t row) {
    for (size_t i = 0; i < readers_.size(); ++i) key[i] = ids_[i][row];
    Group& group = groups_[group_of(key)];
    ++group.count;
    group.error_count += statuses.has(row) && statuses.small[row] == static_cast<uint8_t>(otlp::StatusCode::kError);
    if (durations == nullptr) return;
    if (exact_) {
      group.durations.push_back(durations->ints[row]);
      ++duration_count_;
    } else {
      group.buckets.resize(table::kDurationBucketCount);
      ++group.buckets[static_cast<size_t>(table::duration_bucket(durations->ints[row]))];
    }
  });
  if (exact_ && duration_count_ > query::kExactDurationsMax) go_inexact();
  if (values_.is_full() || groups_.size() > query::kGroupsMax) {
    return stdx::fail(stdx::ErrorCode::kResourceExhausted,
                      fmt::format("the spans that match have more than {} distinct values to group by; narrow the filter "
                                  "or the time range",
                                  values_.size()));
  }
  return {};
}

void Grouping::go_inexact() {
  exact_ = false;
  for (Group& group : groups_) {
    group.buckets.resize(table::kDurationBucketCount);
    for (const int64_t duration : group.durations) ++group.buckets[static_cast<size_t>(table::duration_bucket(duration))];
    group.durations = {};
  }
}

std::vector<double> Grouping::quantiles_ns(Group& group, const std::vector<double>& quantiles) const {
  std::vector<double> values(quantiles.size());
  std::vector<std::pair<int64_t, size_t>> ranks;
  for (size_t i = 0; i < quantiles.size(); ++i) {
    // The smallest value such that at least this share of all are not greater.
    const auto rank = static_cast<int64_t>(std::ceil(quantiles[i] * static_cast<double>(group.count)));
    ranks.emplace_back(std::clamp<int64_t>(rank - 1, 0, std::max<int64_t>(group.count - 1, 0)), i);
  }
  if (group.count == 0) return values;
  std::ranges::sort(ranks);
  if (exact_) {
    // Each step leaves the greater durations behind its place, where the next step goes on.
    auto begin = group.durations.begin();
    for (const auto& [index, i] : ranks) {
      const auto nth = group.durations.begin() + index;
      std::nth_element(begin, nth, group.durations.end());
      values[i] = static_cast<double>(*nth);
      begin = nth;
    }
    return values;
  }
  int64_t below = 0;
  size_t next = 0;
  for (size_t bucket = 0; bucket < group.buckets.size() && next < ranks.size(); ++bucket) {
    below += group.buckets[bucket];
    for (; next < ranks.size() && below > ranks[next].first; ++next) {
      values[ranks[next].second] = table::duration_bucket_upper_ns(static_cast<int>(bucket));
    }
  }
  return values;
}

}  // namespace clew::query_execute
