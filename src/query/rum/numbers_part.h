// What happened in the events of one segment, counted: the first half of event_numbers.h. Internal to the room.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "query/rum/event_filter.h"
#include "query/rum/event_scan.h"
#include "query/rum/rum_numbers.h"
#include "query/rum/session_summary.h"
#include "query/rum/text_ids.h"
#include "query/time_steps.h"

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

  query::TimeSteps steps() const;
};

// Over all groups.
struct StepNumbers {
  int64_t views = 0, errors = 0, requests = 0, failed_requests = 0;
  int64_t sessions = 0, users = 0;  // Distinct.
  Samples request_ms;
  std::array<VitalNumbers, kVitalCount> vitals;
};

// Lists, not sets: an entry for each code of a dictionary, which costs an array's look-up and no hashing. The same view, session
// or user may stand several times where its texts have several codes or its group changes; who merges parts tells them apart.
// One thread.
class NumbersPart {
 public:
  explicit NumbersPart(const NumbersRequest& request);

  static EventQuestion question(const NumbersRequest& request);
  void add(const EventBatch& batch);

 private:
  friend class NumbersTally;
  static constexpr uint32_t kNoEntry = UINT32_MAX;

  struct SessionFacts {
    uint64_t session = 0;  // Hash.
    uint32_t group = 0;
    uint32_t views = 0;
    bool failed = false;
  };
  struct LastView {
    uint64_t session = 0;
    int64_t time_ns = INT64_MIN;
    uint32_t group = 0;
  };
  struct InGroup {  // A user in a group; a session or user in a step.
    uint64_t who = 0;
    uint32_t group = 0;
  };
  struct VersionFacts {
    int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;
    std::vector<uint64_t> sessions;
  };
  // Where the latest entries of a code are.
  struct SessionCode {
    uint64_t hash = 0;
    uint32_t entry = kNoEntry, last_view = kNoEntry, step = kNoEntry, version = TextIds::kNone;
  };
  struct UserCode {
    uint64_t hash = 0;
    uint32_t group = kNoEntry, step = kNoEntry;
  };
  struct ViewCode {
    uint64_t hash = 0;
    uint32_t entry = kNoEntry;
  };
  struct Event {  // The row at hand.
    uint32_t group = 0;
    uint32_t step = 0;
    SessionCode* session = nullptr;
  };

  GroupNumbers& group_of(uint32_t group);
  uint32_t step_of(int64_t time_ns);
  double times_of(const EventBatch& batch, uint32_t i) const;
  void add_session(const EventBatch& batch, uint32_t i, Event& event, bool is_view, bool is_error);
  void add_user(const EventBatch& batch, uint32_t i, const Event& event);
  void add_request(const EventBatch& batch, uint32_t i, const Event& event);
  void add_version(const EventBatch& batch, uint32_t i, const Event& event);
  void add_exception(const EventBatch& batch, uint32_t i, const Event& event);
  void add_view(const EventBatch& batch, uint32_t i, const Event& event);
  void add_action(const EventBatch& batch, uint32_t i, const Event& event);
  void add_vitals(const EventBatch& batch, uint32_t i, const Event& event);
  ViewFacts& view_facts(const EventBatch& batch, uint32_t i, const Event& event);
  void add_phases(const EventBatch& batch, uint32_t i, const Event& event);

  const bool by_, exits_, with_versions_;
  const double apdex_threshold_ms_;
  const int64_t begin_ns_;  // Of the times in views_.
  const query::TimeSteps steps_;

  TextIds values_;
  std::vector<uint64_t> group_hashes_;  // By group: of its text, the same in all parts.
  std::vector<GroupNumbers> groups_;
  std::vector<StepNumbers> series_;
  std::vector<std::pair<uint64_t, ViewFacts>> views_;  // By hash of the view.
  std::vector<SessionFacts> sessions_;
  std::vector<InGroup> users_, step_sessions_, step_users_;
  std::vector<LastView> last_views_;
  std::vector<Click> clicks_;  // Of sessions; `event` is the group; session and target are a hash of both and the group.
  TextIds version_texts_;
  std::vector<VersionFacts> versions_;  // By number of version_texts_.
  bool exact_ = true;

  // By slot of question().
  PerCode<SessionCode> session_codes_;
  PerCode<UserCode> user_codes_;
  PerCode<ViewCode> view_codes_;
  PerCode<uint64_t> target_hashes_, name_hashes_;
  SlotIds value_ids_, version_ids_;
  PerCode<uint8_t> exception_kinds_, clicks_of_type_;
  // The step of the row before: rows that follow each other are mostly of one.
  int64_t step_begin_ns_ = 0, step_end_ns_ = 0;
  uint32_t step_ = 0;
};

}  // namespace clew::query_rum
