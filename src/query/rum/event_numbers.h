// One pass over events that counts what happened, as a whole, by steps of time, and by the values of one attribute.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "query/engine.h"
#include "query/part_scan.h"
#include "query/rum/apps.h"
#include "query/rum/event_scan.h"
#include "query/rum/numbers_part.h"
#include "query/rum/rum_numbers.h"
#include "query/rum/text_ids.h"
#include "query/time_steps.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

struct Numbers {
  TextIds values;                    // Groups are the numbers of these; group 0 is of events without a value.
  std::vector<GroupNumbers> groups;
  query::TimeSteps steps;
  std::vector<StepNumbers> series;
  std::vector<AppVersion> versions;  // Newest last_ns first.
  bool exact = true;
  query::QueryStats stats;

  GroupNumbers& group(std::string_view value);  // An empty one if there is none of it.
};

// What is held while the pass goes on: parts are counted apart and merged; one thread at a time.
class NumbersTally {
 public:
  explicit NumbersTally(const NumbersRequest& request);

  void merge(const NumbersPart& part);
  Numbers finish() const;

 private:
  struct SessionFacts {
    uint32_t group = 0;
    uint32_t views = 0;
    bool failed = false;
  };
  struct LastView {
    int64_t time_ns = INT64_MIN;
    uint32_t group = 0;
  };
  struct VersionFacts {
    int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;
    absl::flat_hash_set<uint64_t> sessions;
  };
  using PerStep = absl::flat_hash_map<uint64_t, uint32_t>;

  uint32_t group_of(std::string_view value);
  void merge_groups(const NumbersPart& part, std::vector<uint32_t>& to);
  void merge_steps(const NumbersPart& part);
  void merge_people(const NumbersPart& part, const std::vector<uint32_t>& to);
  void merge_versions(const NumbersPart& part);
  void count_rage(std::vector<GroupNumbers>& groups) const;
  template <class Map, class Key>
  auto* find_or_add(Map& map, const Key& key, size_t max);

  const NumbersRequest& request_;
  const query::TimeSteps steps_;
  TextIds values_;
  std::vector<uint64_t> group_hashes_;  // By group: of its text.
  std::vector<GroupNumbers> groups_;
  std::vector<StepNumbers> series_;
  absl::flat_hash_map<uint64_t, ViewFacts> views_;         // By view and group.
  absl::flat_hash_map<uint64_t, SessionFacts> sessions_;   // By session and group.
  absl::flat_hash_map<uint64_t, uint32_t> users_;          // By user and group: the group.
  PerStep step_sessions_, step_users_;                     // By session or user and step: the step.
  absl::flat_hash_map<uint64_t, LastView> last_views_;     // By session.
  std::vector<Click> clicks_;  // As NumbersPart's; `event` is the group here.
  std::vector<VersionFacts> versions_;  // By number of version_texts_.
  TextIds version_texts_;
  bool exact_ = true;
};

// The same as a pass of a scan that does more; `whole` and `request` must outlive it. whole.finish() tells, without stats.
EventPass numbers_pass(const NumbersRequest& request, NumbersTally& whole);

stdx::Result<Numbers> count_events(const table::Catalog::Sets& sets, const NumbersRequest& request,
                                   const query::QueryControl& control = {}, const query::ScanHooks& hooks = {},
                                   const std::function<void(Numbers)>& partial = {});

}  // namespace clew::query_rum
