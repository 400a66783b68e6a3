#include "query/execute/grouping.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace clew::query_execute {

using table::ColumnWindow;
using table::CoreColumn;

Grouping::Grouping(const std::vector<query_traceql::Field>& fields, bool with_durations, TraceLookup& traces)
    : fields_(fields), with_durations_(with_durations), traces_(traces) {}

Grouping::Group& Grouping::group_of(const Key& key) {
  const auto [at, is_new] = group_by_key_.try_emplace(key, static_cast<uint32_t>(groups_.size()));
  if (is_new) groups_.push_back({.key = key, .count = 0, .error_count = 0, .durations = {}, .buckets = {}});
  return groups_[at->second];
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

  Key last_key;
  last_key.fill(kNoValue);
  uint32_t last_group = kNoValue;
  matched.for_each([&](uint32_t row) {
    Key key;
    key.fill(kNoValue);
    for (size_t i = 0; i < readers_.size(); ++i) key[i] = ids_[i][row];
    if (last_group == kNoValue || key != last_key) {
      last_group = static_cast<uint32_t>(&group_of(key) - groups_.data());
      last_key = key;
    }
    Group& group = groups_[last_group];
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

double Grouping::quantile_ns(Group& group, double quantile) const {
  if (group.count == 0) return 0;
  // The smallest value such that at least `quantile` of all are not greater.
  const auto rank = static_cast<int64_t>(std::ceil(quantile * static_cast<double>(group.count)));
  const int64_t index = std::clamp<int64_t>(rank - 1, 0, group.count - 1);
  if (exact_) {
    const auto nth = group.durations.begin() + index;
    std::ranges::nth_element(group.durations, nth);
    return static_cast<double>(*nth);
  }
  int64_t below = 0;
  for (size_t bucket = 0; bucket < group.buckets.size(); ++bucket) {
    below += group.buckets[bucket];
    if (below > index) return table::duration_bucket_upper_ns(static_cast<int>(bucket));
  }
  return 0;
}

}  // namespace clew::query_execute
