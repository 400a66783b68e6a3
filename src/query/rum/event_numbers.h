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
#include "query/rum/event_filter.h"
#include "query/rum/event_scan.h"
#include "query/rum/rum_numbers.h"
#include "query/rum/session_summary.h"
#include "query/rum/text_ids.h"
#include "query/time_steps.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

struct NumbersRequest {
  table::TimeRange range = {};
  std::string app = {};
  const EventFilter* filter = nullptr;  // Must outlive the pass.
  std::string by = {};                  // Key of an attribute; empty: one group of all.
  bool exits = false;                   // Also which group the last view of each session was of.
  double apdex_threshold_ms = 2000;
  int64_t points = 0;                   // Steps of time; 0 for none.
  bool versions = false;                // Also which versions were seen, of all events together.
};

// Over all groups.
struct StepNumbers {
  int64_t views = 0, errors = 0, requests = 0, failed_requests = 0;
  int64_t sessions = 0, users = 0;  // Distinct.
  Samples request_ms;
  std::array<VitalNumbers, kVitalCount> vitals;
};

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

// What is held while the pass goes on. Parts are counted apart and merged; one thread at a time.
class NumbersTally {
 public:
  explicit NumbersTally(const NumbersRequest& request);

  void add(const EventBatch& batch);
  void merge(NumbersTally& part);
  Numbers finish() const;
  static EventQuestion question(const NumbersRequest& request);

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
  struct Event {  // The row at hand.
    uint32_t group = 0;
    uint32_t step = 0;
    uint64_t session = 0, user = 0;  // Hashes; 0 for none.
    double times = 1;
  };
  GroupNumbers& group_of(uint32_t group);
  void add_session(const Event& event, bool is_view, bool is_error);
  void flush_session();
  void add_user(const Event& event);
  void add_request(const EventBatch& batch, uint32_t i, const Event& event);
  void add_version(const EventBatch& batch, uint32_t i, const Event& event);
  void add_exception(const EventBatch& batch, uint32_t i, const Event& event);
  void add_view(const EventBatch& batch, uint32_t i, const Event& event);
  void add_action(const EventBatch& batch, uint32_t i, const Event& event);
  void add_vitals(const EventBatch& batch, uint32_t i, const Event& event);
  void add_phases(const EventBatch& batch, uint32_t i, const Event& event);
  template <class Map, class Key>
  bool has_room(const Map& map, const Key& key, size_t max);
  void count_rage(std::vector<GroupNumbers>& groups) const;

  const NumbersRequest& request_;
  const query::TimeSteps steps_;
  TextIds values_;
  std::vector<uint64_t> group_hashes_;  // By group: of its text, the same in all parts.
  std::vector<GroupNumbers> groups_;
  std::vector<StepNumbers> series_;
  absl::flat_hash_map<uint64_t, ViewFacts> views_;         // By view and group.
  absl::flat_hash_map<uint64_t, SessionFacts> sessions_;   // By session and group.
  absl::flat_hash_map<uint64_t, uint32_t> users_;          // By user and group: the group.
  absl::flat_hash_map<uint64_t, uint32_t> step_sessions_, step_users_;  // By session or user and step: the step.
  absl::flat_hash_map<uint64_t, LastView> last_views_;     // By session.
  std::vector<Click> clicks_;  // Of sessions; `event` is the group; session and target are a hash of both and the group.
  std::vector<VersionFacts> versions_;  // By number of version_texts_.
  TextIds version_texts_;
  bool exact_ = true;

  // Rows that follow each other are mostly of one session and user: looked up once for a run of them.
  uint64_t run_session_ = 0;
  SessionFacts run_;
  uint64_t run_user_ = 0, run_step_session_ = 0, run_step_user_ = 0;
  uint64_t run_version_session_ = 0;
  uint32_t run_version_ = 0;

  // By slot of question().
  PerCode<uint64_t> session_hashes_, user_hashes_, view_hashes_, target_hashes_, name_hashes_;
  SlotIds value_ids_, version_ids_;
  PerCode<uint8_t> exception_kinds_, clicks_of_type_;
};

// The same as a pass of a scan that does more; `whole` and `request` must outlive it. whole.finish() tells, without stats.
EventPass numbers_pass(const NumbersRequest& request, NumbersTally& whole);

stdx::Result<Numbers> count_events(const table::Catalog::Sets& sets, const NumbersRequest& request,
                                   const query::QueryControl& control = {}, const query::ScanHooks& hooks = {},
                                   const std::function<void(Numbers)>& partial = {});

}  // namespace clew::query_rum
