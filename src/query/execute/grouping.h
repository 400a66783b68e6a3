// Spans counted by the values of some fields, with the durations of each group.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "query/execute/batch.h"
#include "query/execute/field_reader.h"
#include "query/execute/scan.h"
#include "query/execute/selection.h"
#include "query/execute/value_table.h"
#include "query/traceql/query_limits.h"
#include "stdx/error.h"
#include "table/rollup_rows.h"

namespace clew::query_execute {

// A vector of value numbers, one per field, is a group. Durations are kept one by one, so that quantiles are exact, until
// there are kExactDurationsMax of them; then all groups go over to histograms. Bounded in groups and values, too: beyond
// that add() fails with kResourceExhausted. One thread.
class Grouping {
 public:
  Grouping(const std::vector<query_traceql::Field>& fields, bool with_durations, TraceLookup& traces);

  stdx::Result<void> add(Batch& batch, const Selection& matched, BatchPlace place);

  using Key = std::array<uint32_t, query::kGroupKeysMax>;  // kNoValue beyond the fields and where a span has no value.
  struct Group {
    Key key{};
    int64_t count = 0;
    int64_t error_count = 0;
    std::vector<int64_t> durations;
    std::vector<int64_t> buckets;  // By duration_bucket(); once no longer exact.
  };
  std::vector<Group>& groups() { return groups_; }
  const ValueTable& values() const { return values_; }
  bool is_exact() const { return exact_; }

  // Nearest rank, in the order asked for; the group's durations are reordered.
  std::vector<double> quantiles_ns(Group& group, const std::vector<double>& quantiles) const;

 private:
  uint32_t group_of(const Key& key);
  uint32_t find_or_add(const Key& key);
  void go_inexact();

  const std::vector<query_traceql::Field>& fields_;
  const bool with_durations_;
  TraceLookup& traces_;
  ValueTable values_;
  std::vector<Group> groups_;
  absl::flat_hash_map<Key, uint32_t> group_by_key_;
  // A direct-mapped cache in front of the map: rows alternate between few groups.
  struct CacheSlot {
    Key key{};
    uint32_t group = kNoValue;
  };
  static constexpr size_t kCacheSlots = 4096;
  std::vector<CacheSlot> cache_{kCacheSlots};
  // For the segment that batches come from at present.
  std::optional<BatchPlace> place_;
  std::vector<std::unique_ptr<FieldReader>> readers_;  // Not movable: they refer to their segment's columns.
  std::array<std::vector<uint32_t>, query::kGroupKeysMax> ids_;
  size_t duration_count_ = 0;
  bool exact_ = true;
};

}  // namespace clew::query_execute
