#include "query/rum/event_numbers.h"

#include <algorithm>
#include <tuple>

#include "query/rum/event_keys.h"
#include "query/rum/rum_query_limits.h"
#include "query/rum/session_limits.h"

namespace clew::query_rum {
namespace {

constexpr uint32_t kLeftOut = UINT32_MAX;

}  // namespace

GroupNumbers& Numbers::group(std::string_view value) {
  const uint32_t id = values.find(value);
  if (groups.size() <= id || (id == TextIds::kNone && !value.empty())) {
    static thread_local GroupNumbers none;
    none = {};
    return none;
  }
  return groups[id];
}

NumbersTally::NumbersTally(const NumbersRequest& request)
    : request_(request), steps_(request.steps()), series_(request.points == 0 ? 0 : static_cast<size_t>(steps_.count)) {
  group_of({});
}

uint32_t NumbersTally::group_of(std::string_view value) {
  const uint32_t group = values_.of(value);
  while (groups_.size() <= group) {
    group_hashes_.push_back(hash_of_text(values_.text(static_cast<uint32_t>(groups_.size()))));
    groups_.emplace_back();
  }
  return group;
}

// nullptr if there is no room for another.
template <class Map, class Key>
auto* NumbersTally::find_or_add(Map& map, const Key& key, size_t max) {
  using Value = typename Map::mapped_type;
  if (map.size() < max) return &map.try_emplace(key).first->second;
  const auto found = map.find(key);
  if (found != map.end()) return &found->second;
  exact_ = false;
  return static_cast<Value*>(nullptr);
}

void NumbersTally::merge(const NumbersPart& part) {
  std::vector<uint32_t> to;  // By group of the part.
  merge_groups(part, to);
  merge_steps(part);
  merge_people(part, to);
  merge_versions(part);
  for (const auto& [view, facts] : part.views_) {
    if (to[facts.group] == kLeftOut) continue;
    ViewFacts* ours = find_or_add(views_, mixed_hash(view, group_hashes_[to[facts.group]]), kViewsMax);
    if (ours == nullptr) continue;
    ours->merge(facts);
    ours->group = to[facts.group];
  }
  exact_ &= part.exact_;
}

void NumbersTally::merge_groups(const NumbersPart& part, std::vector<uint32_t>& to) {
  for (uint32_t group = 0; group < part.groups_.size(); ++group) {
    const std::string_view text = part.values_.text(group);
    const bool room = text.empty() || values_.size() < kValuesMax || values_.find(text) != TextIds::kNone;
    exact_ &= room;
    to.push_back(room ? group_of(text) : kLeftOut);
    if (!room) continue;
    GroupNumbers& ours = groups_[to.back()];
    const GroupNumbers& theirs = part.groups_[group];
    ours.counts.add(theirs.counts);
    ours.requests.merge(theirs.requests);
    ours.phase_count += theirs.phase_count;
    for (size_t phase = 0; phase < kPhaseCount; ++phase) ours.phases[phase].merge(theirs.phases[phase]);
  }
}

void NumbersTally::merge_steps(const NumbersPart& part) {
  for (size_t step = 0; step < series_.size(); ++step) {
    StepNumbers& ours = series_[step];
    const StepNumbers& theirs = part.series_[step];
    ours.views += theirs.views;
    ours.errors += theirs.errors;
    ours.requests += theirs.requests;
    ours.failed_requests += theirs.failed_requests;
    ours.request_ms.merge(theirs.request_ms);
  }
  const auto add = [&](const std::vector<NumbersPart::InGroup>& theirs, PerStep& ours, size_t max) {
    for (const auto& [who, step] : theirs) {
      if (uint32_t* known = find_or_add(ours, mixed_hash(who, step + 1), max)) *known = step;
    }
  };
  add(part.step_sessions_, step_sessions_, kSessionsMax);
  add(part.step_users_, step_users_, kUsersMax);
}

void NumbersTally::merge_people(const NumbersPart& part, const std::vector<uint32_t>& to) {
  for (const NumbersPart::SessionFacts& facts : part.sessions_) {
    const uint32_t group = to[facts.group];
    if (group == kLeftOut) continue;
    SessionFacts* ours = find_or_add(sessions_, mixed_hash(facts.session, group_hashes_[group]), kSessionsMax);
    if (ours == nullptr) continue;
    ours->group = group;
    ours->views += facts.views;
    ours->failed |= facts.failed;
  }
  for (const auto& [user, in_part] : part.users_) {
    const uint32_t group = to[in_part];
    if (group == kLeftOut) continue;
    if (uint32_t* known = find_or_add(users_, mixed_hash(user, group_hashes_[group]), kUsersMax)) *known = group;
  }
  for (Click click : part.clicks_) {
    click.event = to[click.event];
    if (click.event == kLeftOut) continue;
    if (clicks_.size() == kListedClicksMax) {
      exact_ = false;
      break;
    }
    clicks_.push_back(click);
  }
  for (const NumbersPart::LastView& last : part.last_views_) {
    if (to[last.group] == kLeftOut) continue;
    LastView* ours = find_or_add(last_views_, last.session, kSessionsMax);
    if (ours != nullptr && last.time_ns >= ours->time_ns) *ours = {last.time_ns, to[last.group]};
  }
}

void NumbersTally::merge_versions(const NumbersPart& part) {
  for (uint32_t version = 1; version < part.versions_.size(); ++version) {
    const uint32_t ours = version_texts_.of(part.version_texts_.text(version));
    if (ours > kVersionsMax) {
      exact_ = false;
      continue;
    }
    if (versions_.size() <= ours) versions_.resize(ours + 1);
    versions_[ours].first_ns = std::min(versions_[ours].first_ns, part.versions_[version].first_ns);
    versions_[ours].last_ns = std::max(versions_[ours].last_ns, part.versions_[version].last_ns);
    versions_[ours].sessions.insert(part.versions_[version].sessions.begin(), part.versions_[version].sessions.end());
  }
}

// As in lists of sessions. Clicks of two groups are never one burst, so that a row counts what its filter would.
void NumbersTally::count_rage(std::vector<GroupNumbers>& groups) const {
  std::vector<Click> clicks = clicks_;
  find_rage(clicks, [&](size_t first, size_t) { ++groups[clicks[first].event].counts.rage_clicks; });
}

Numbers NumbersTally::finish() const {
  Numbers done;
  for (uint32_t id = 1; id <= values_.size(); ++id) done.values.of(values_.text(id));
  done.groups = groups_;
  done.steps = steps_;
  done.series = series_;
  done.exact = exact_;
  for (const auto& [key, facts] : views_) {
    GroupNumbers& group = done.groups[facts.group];
    bool poor = false;
    for (size_t i = 0; i < kVitalCount; ++i) {
      const auto vital = static_cast<Vital>(i);
      if (!facts.has(vital)) continue;
      const double value = facts.value(vital);
      group.vitals[i].add(vital, value);
      if (!done.series.empty()) done.series[facts.step].vitals[i].add(vital, value);
      poor |= i <= static_cast<size_t>(Vital::kCls) && value > kVitals[i].poor_min;
    }
    group.poor_views += poor ? 1 : 0;
    if (const auto load = facts.load_ms()) group.counts.judge(*load, request_.apdex_threshold_ms);
  }
  count_rage(done.groups);
  // What a value of a breakdown has of a session is a part of it, except where the value is the application's version.
  const bool knows_bounces = (request_.filter == nullptr || request_.filter->all()) && (request_.by.empty() || request_.by == key::kVersion);
  for (GroupNumbers& group : done.groups) {
    if (knows_bounces) group.counts.bounce_sessions = 0;
  }
  for (const auto& [key, facts] : sessions_) {
    Counts& counts = done.groups[facts.group].counts;
    ++counts.sessions;
    counts.error_sessions += facts.failed ? 1 : 0;
    if (knows_bounces && facts.views == 1) ++*counts.bounce_sessions;
  }
  for (const auto& [key, group] : users_) ++done.groups[group].counts.users;
  for (const auto& [key, step] : step_sessions_) ++done.series[step].sessions;
  for (const auto& [key, step] : step_users_) ++done.series[step].users;
  for (const auto& [session, last] : last_views_) ++done.groups[last.group].exits;
  for (uint32_t version = 1; version < versions_.size(); ++version) {
    const VersionFacts& facts = versions_[version];
    if (facts.last_ns == INT64_MIN) continue;
    done.versions.push_back({std::string(version_texts_.text(version)), facts.first_ns, facts.last_ns, static_cast<int64_t>(facts.sessions.size())});
  }
  std::ranges::stable_sort(done.versions, [](const AppVersion& a, const AppVersion& b) { return std::tie(b.last_ns, a.version) < std::tie(a.last_ns, b.version); });
  return done;
}

namespace {

class NumbersCollector final : public EventCollector {
 public:
  NumbersCollector(const NumbersRequest& request, NumbersTally& whole) : part_(request), whole_(whole) {}
  stdx::Result<void> add(const EventBatch& batch) override {
    part_.add(batch);
    return {};
  }
  stdx::Result<void> merge() override {
    whole_.merge(part_);
    return {};
  }

 private:
  NumbersPart part_;
  NumbersTally& whole_;
};

}  // namespace

EventPass numbers_pass(const NumbersRequest& request, NumbersTally& whole) {
  return {NumbersPart::question(request), [&request, &whole] { return std::make_unique<NumbersCollector>(request, whole); }};
}

stdx::Result<Numbers> count_events(const table::Catalog::Sets& sets, const NumbersRequest& request,
                                   const query::QueryControl& control, const query::ScanHooks& hooks,
                                   const std::function<void(Numbers)>& partial) {
  NumbersTally whole(request);
  const EventQuestion question = NumbersPart::question(request);
  std::function<void()> show;
  if (partial) show = [&] { partial(whole.finish()); };
  auto stats = scan_event_parts(sets, question, control, hooks, [&] { return std::make_unique<NumbersCollector>(request, whole); }, show);
  if (!stats) return std::unexpected(std::move(stats.error()));
  Numbers done = whole.finish();
  done.stats = *stats;
  return done;
}

}  // namespace clew::query_rum
