#include "query/rum/event_numbers.h"

#include <algorithm>
#include <functional>
#include <cmath>
#include <tuple>

#include "query/rum/event_keys.h"
#include "query/rum/request_facts.h"
#include "query/rum/rum_query_limits.h"
#include "query/rum/session_limits.h"

namespace clew::query_rum {
namespace {

enum TextSlot : size_t { kSessionSlot, kUserSlot, kViewSlot, kTypeSlot, kTargetSlot, kNameSlot, kVersionSlot, kValueSlot };
// Vitals first, in their order.
enum NumberSlot : size_t {
  kVitalSlots = 0,
  kTimesSlot = kVitalCount,
  kDurationSlot,
  kSuccessSlot,
  kStatusSlot,
  kDnsSlot,
  kConnectSlot,
  kTlsSlot,
  kFirstByteSlot,
  kDownloadSlot,
  kDomCompleteSlot,
};
enum ExceptionKind : uint8_t { kPlainError, kBlankScreen, kCrash };

constexpr int64_t kStepUnitNs = 1'000'000'000;
constexpr int64_t kNsPerMs = 1'000'000;

uint64_t text_hash(std::string_view text) {  // Never 0 for a text.
  if (text.empty()) return 0;
  return std::max<uint64_t>(1, std::hash<std::string_view>()(text));
}
uint64_t mixed(uint64_t a, uint64_t b) {
  uint64_t hash = (a ^ (b * 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
  hash ^= hash >> 29;
  return hash * 0x94d049bb133111ebu;
}

query::TimeSteps steps_of(const NumbersRequest& request) {
  if (request.points == 0) return {.start_ns = request.range.begin_ns, .step_ns = INT64_MAX, .count = 1};
  return query::TimeSteps::of(request.range, request.points, kStepUnitNs);
}

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

EventQuestion NumbersTally::question(const NumbersRequest& request) {
  EventQuestion question{.range = request.range, .app = request.app, .filter = request.filter};
  // A slot that nobody needs costs nothing under a key that no event has.
  question.texts = {key::kSessionId, key::kUserId, key::kViewId, key::kType, key::kTarget, key::kEventName,
                    request.versions ? key::kVersion : std::string_view("resource.")};
  if (!request.by.empty()) question.texts.push_back(request.by);
  question.numbers = {key::kLcp,         key::kInp,         key::kCls,    key::kFcp,
                      key::kTtfb,        key::kFid,         key::kLoad,   key::kTimes,
                      key::kDuration,    key::kSuccess,     key::kStatusCode, key::kDnsDuration,
                      key::kConnectDuration, key::kTlsDuration, key::kFirstByteDuration, key::kDownloadDuration,
                      key::kDomComplete};
  return question;
}

NumbersTally::NumbersTally(const NumbersRequest& request)
    : request_(request), steps_(steps_of(request)), series_(request.points == 0 ? 0 : static_cast<size_t>(steps_.count)),
      session_hashes_(kSessionSlot), user_hashes_(kUserSlot), view_hashes_(kViewSlot),
      target_hashes_(kTargetSlot), name_hashes_(kNameSlot), value_ids_(values_, kValueSlot), version_ids_(version_texts_, kVersionSlot),
      exception_kinds_(kTypeSlot), clicks_of_type_(kTypeSlot) {
  group_of(0);
}

GroupNumbers& NumbersTally::group_of(uint32_t group) {
  while (groups_.size() <= group) {
    const auto id = static_cast<uint32_t>(groups_.size());
    group_hashes_.push_back(text_hash(values_.text(id)));
    groups_.emplace_back();
  }
  return groups_[group];
}

template <class Map, class Key>
bool NumbersTally::has_room(const Map& map, const Key& key, size_t max) {
  if (map.size() < max || map.contains(key)) return true;
  exact_ = false;
  return false;
}

void NumbersTally::flush_session() {
  if (run_session_ == 0) return;
  if (has_room(sessions_, run_session_, kSessionsMax)) {
    SessionFacts& facts = sessions_[run_session_];
    facts.group = run_.group;
    facts.views += run_.views;
    facts.failed |= run_.failed;
  }
  run_session_ = 0;
  run_ = {};
}

void NumbersTally::add_session(const Event& event, bool is_view, bool is_error) {
  if (event.session == 0) return;
  const uint64_t key = mixed(event.session, group_hashes_[event.group]);
  if (key != run_session_) {
    flush_session();
    run_session_ = key;
    run_.group = event.group;
  }
  run_.views += is_view ? 1 : 0;
  run_.failed |= is_error;
  if (series_.empty()) return;
  const uint64_t in_step = mixed(event.session, event.step + 1);
  if (in_step == run_step_session_) return;
  run_step_session_ = in_step;
  if (has_room(step_sessions_, in_step, kSessionsMax)) step_sessions_.emplace(in_step, event.step);
}

void NumbersTally::add_user(const Event& event) {
  if (event.user == 0) return;
  const uint64_t key = mixed(event.user, group_hashes_[event.group]);
  if (key != run_user_) {
    run_user_ = key;
    if (has_room(users_, key, kUsersMax)) users_.emplace(key, event.group);
  }
  if (series_.empty()) return;
  const uint64_t in_step = mixed(event.user, event.step + 1);
  if (in_step == run_step_user_) return;
  run_step_user_ = in_step;
  if (has_room(step_users_, in_step, kUsersMax)) step_users_.emplace(in_step, event.step);
}

void NumbersTally::add(const EventBatch& batch) {
  for (uint32_t i = 0; i < batch.size(); ++i) {
    Event event;
    if (!request_.by.empty()) event.group = value_ids_(batch, i);
    GroupNumbers& group = group_of(event.group);
    event.step = series_.empty() ? 0 : static_cast<uint32_t>(steps_.index_of(batch.time_ns(i)));
    event.session = session_hashes_.get(batch, i, text_hash);
    event.user = user_hashes_.get(batch, i, text_hash);
    event.times = std::max(1.0, batch.number(kTimesSlot, i).value_or(1));
    const EventKind kind = batch.kind(i);
    // Clients that report no page views tell of each load once.
    const bool has_view_id = batch.code(kViewSlot, i) != table::kNullCode;
    const bool is_view = kind == EventKind::kView || (kind == EventKind::kPerf && !has_view_id);
    add_session(event, is_view, kind == EventKind::kException);
    add_user(event);
    if (request_.versions) add_version(batch, i, event);
    if (is_view) add_view(batch, i, event);
    switch (kind) {
      case EventKind::kPerf: add_phases(batch, i, event); [[fallthrough]];
      case EventKind::kVitals: add_vitals(batch, i, event); break;
      case EventKind::kRequest: add_request(batch, i, event); break;
      case EventKind::kResource: ++group.counts.resources; break;
      case EventKind::kException: add_exception(batch, i, event); break;
      case EventKind::kAction: add_action(batch, i, event); break;
      case EventKind::kLongTask:
        ++group.counts.long_tasks;
        group.counts.long_task_ms += std::max(0.0, batch.number(kDurationSlot, i).value_or(0));
        break;
      default: break;
    }
  }
}

void NumbersTally::add_version(const EventBatch& batch, uint32_t i, const Event& event) {
  const uint32_t version = version_ids_(batch, i);
  if (version == TextIds::kNone) return;
  if (versions_.size() <= version) {
    if (version > kVersionsMax) {
      exact_ = false;
      return;
    }
    versions_.resize(version + 1);
  }
  VersionFacts& facts = versions_[version];
  facts.first_ns = std::min(facts.first_ns, batch.time_ns(i));
  facts.last_ns = std::max(facts.last_ns, batch.time_ns(i));
  if (event.session == 0 || (event.session == run_version_session_ && version == run_version_)) return;
  run_version_session_ = event.session;
  run_version_ = version;
  if (has_room(facts.sessions, event.session, kSessionsMax)) facts.sessions.insert(event.session);
}

void NumbersTally::add_view(const EventBatch& batch, uint32_t i, const Event& event) {
  ++groups_[event.group].counts.views;
  if (!series_.empty()) ++series_[event.step].views;
  if (!request_.exits || event.session == 0 || !has_room(last_views_, event.session, kSessionsMax)) return;
  LastView& last = last_views_[event.session];
  if (batch.time_ns(i) >= last.time_ns) last = {batch.time_ns(i), event.group};
}

void NumbersTally::add_action(const EventBatch& batch, uint32_t i, const Event& event) {
  Counts& counts = groups_[event.group].counts;
  counts.actions += static_cast<int64_t>(event.times);
  if (!clicks_of_type_.get(batch, i, [](std::string_view type) -> uint8_t { return is_click_type(type); })) return;
  const auto times = static_cast<uint32_t>(std::min(event.times, 1e6));
  if (event.session == 0) {  // Nothing tells which clicks are one user's.
    counts.rage_clicks += times >= kRageClicks ? 1 : 0;
    return;
  }
  uint64_t target = batch.none(kTargetSlot) ? 0 : target_hashes_.get(batch, i, text_hash);
  if (target == 0 && !batch.none(kNameSlot)) target = name_hashes_.get(batch, i, text_hash);
  const uint64_t place = mixed(mixed(event.session, group_hashes_[event.group]), target);
  // One more than the limit tells merge() that there were more.
  if (clicks_.size() > kListedClicksMax) return;
  clicks_.push_back({.session = static_cast<uint32_t>(place >> 32), .target = static_cast<uint32_t>(place), .time_ns = batch.time_ns(i),
                     .times = times, .event = event.group});
}

// As in lists of sessions. Clicks of two groups are never one burst, so that a row counts what its filter would.
void NumbersTally::count_rage(std::vector<GroupNumbers>& groups) const {
  std::vector<Click> clicks = clicks_;
  find_rage(clicks, [&](size_t first, size_t) { ++groups[clicks[first].event].counts.rage_clicks; });
}

void NumbersTally::add_request(const EventBatch& batch, uint32_t i, const Event& event) {
  GroupNumbers& group = groups_[event.group];
  const double ms = batch.number(kDurationSlot, i).value_or(0);
  const bool failed = request_failed(batch.number(kSuccessSlot, i), batch.number(kStatusSlot, i));
  ++group.counts.requests;
  group.counts.failed_requests += failed ? 1 : 0;
  group.counts.slow_requests += ms > kSlowRequestMs ? 1 : 0;
  group.counts.judge(failed ? INFINITY : ms, request_.apdex_threshold_ms);
  group.requests.add(ms);
  if (series_.empty()) return;
  StepNumbers& step = series_[event.step];
  ++step.requests;
  step.failed_requests += failed ? 1 : 0;
  step.request_ms.add(ms);
}

void NumbersTally::add_exception(const EventBatch& batch, uint32_t i, const Event& event) {
  Counts& counts = groups_[event.group].counts;
  const auto times = static_cast<int64_t>(event.times);
  counts.errors += times;
  if (!series_.empty()) series_[event.step].errors += times;
  switch (exception_kinds_.get(batch, i, [](std::string_view type) -> uint8_t {
    return type == "blank" ? kBlankScreen : type == "crash" ? kCrash : kPlainError;
  })) {
    case kBlankScreen: counts.blank_screens += times; break;
    case kCrash: counts.crashes += times; break;
    default: break;
  }
}

void NumbersTally::add_vitals(const EventBatch& batch, uint32_t i, const Event& event) {
  uint64_t view = view_hashes_.get(batch, i, text_hash);
  if (view == 0) {  // A view of its own: nothing tells what belongs to it.
    const RowPlace place = batch.place(i);
    view = mixed(mixed(place.set + 1, place.segment + 1), uint64_t{place.row} << 8 | 7);
  }
  const uint64_t key = mixed(view, group_hashes_[event.group]);
  ViewFacts* facts = nullptr;
  for (size_t vital = 0; vital < kVitalCount; ++vital) {
    const double value = batch.number_or_nan(kVitalSlots + vital, i);
    if (!(value >= 0)) continue;
    if (facts == nullptr) {
      if (!has_room(views_, key, kViewsMax)) return;
      const auto [found, added] = views_.try_emplace(key);
      facts = &found->second;
      facts->group = event.group;
      facts->step = added ? event.step : std::min(facts->step, event.step);
    }
    const int64_t at = (batch.time_ns(i) - request_.range.begin_ns) / kNsPerMs;
    facts->put(static_cast<Vital>(vital), value, static_cast<int32_t>(std::clamp<int64_t>(at, 0, INT32_MAX)));
  }
}

void NumbersTally::add_phases(const EventBatch& batch, uint32_t i, const Event& event) {
  GroupNumbers& group = groups_[event.group];
  bool any = false;
  const auto put = [&](Phase phase, std::optional<double> ms) {
    if (!ms || !(*ms >= 0)) return;
    group.phases[static_cast<size_t>(phase)].add(*ms);
    any = true;
  };
  const auto first_byte = batch.number(kVitalSlots + static_cast<size_t>(Vital::kTtfb), i);
  const auto load = batch.number(kVitalSlots + static_cast<size_t>(Vital::kLoad), i);
  const auto download = batch.number(kDownloadSlot, i), dom_complete = batch.number(kDomCompleteSlot, i);
  const auto connect = batch.number(kConnectSlot, i), tls = batch.number(kTlsSlot, i);
  put(Phase::kDns, batch.number(kDnsSlot, i));
  if (connect) put(Phase::kConnect, std::max(0.0, *connect - tls.value_or(0)));
  put(Phase::kTls, tls);
  put(Phase::kRequest, batch.number(kFirstByteSlot, i));
  put(Phase::kResponse, download);
  if (dom_complete && first_byte) put(Phase::kDom, std::max(0.0, *dom_complete - *first_byte - download.value_or(0)));
  if (load && dom_complete) put(Phase::kLoad, std::max(0.0, *load - *dom_complete));
  group.phase_count += any ? 1 : 0;
}

void NumbersTally::merge(NumbersTally& part) {
  constexpr uint32_t kLeftOut = UINT32_MAX;
  part.flush_session();
  std::vector<uint32_t> to;  // By group of the part.
  for (uint32_t group = 0; group < part.groups_.size(); ++group) {
    const std::string_view text = part.values_.text(group);
    const bool room = text.empty() || values_.size() < kValuesMax || values_.find(text) != TextIds::kNone;
    exact_ &= room;
    to.push_back(room ? values_.of(text) : kLeftOut);
    if (!room) continue;
    GroupNumbers& ours = group_of(to.back());
    const GroupNumbers& theirs = part.groups_[group];
    ours.counts.add(theirs.counts);
    ours.requests.merge(theirs.requests);
    ours.phase_count += theirs.phase_count;
    for (size_t phase = 0; phase < kPhaseCount; ++phase) ours.phases[phase].merge(theirs.phases[phase]);
  }
  for (size_t step = 0; step < series_.size(); ++step) {
    StepNumbers& ours = series_[step];
    const StepNumbers& theirs = part.series_[step];
    ours.views += theirs.views;
    ours.errors += theirs.errors;
    ours.requests += theirs.requests;
    ours.failed_requests += theirs.failed_requests;
    ours.request_ms.merge(theirs.request_ms);
  }
  for (const auto& [key, facts] : part.views_) {
    if (to[facts.group] == kLeftOut || !has_room(views_, key, kViewsMax)) continue;
    const auto [found, added] = views_.try_emplace(key, facts);
    if (!added) found->second.merge(facts);
    found->second.group = to[facts.group];
  }
  for (const auto& [key, facts] : part.sessions_) {
    if (to[facts.group] == kLeftOut || !has_room(sessions_, key, kSessionsMax)) continue;
    SessionFacts& ours = sessions_[key];
    ours.group = to[facts.group];
    ours.views += facts.views;
    ours.failed |= facts.failed;
  }
  for (const auto& [key, group] : part.users_) {
    if (to[group] != kLeftOut && has_room(users_, key, kUsersMax)) users_.emplace(key, to[group]);
  }
  for (const auto& [key, step] : part.step_sessions_) {
    if (has_room(step_sessions_, key, kSessionsMax)) step_sessions_.emplace(key, step);
  }
  for (const auto& [key, step] : part.step_users_) {
    if (has_room(step_users_, key, kUsersMax)) step_users_.emplace(key, step);
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
  for (const auto& [session, last] : part.last_views_) {
    if (to[last.group] == kLeftOut || !has_room(last_views_, session, kSessionsMax)) continue;
    LastView& ours = last_views_[session];
    if (last.time_ns >= ours.time_ns) ours = {last.time_ns, to[last.group]};
  }
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
  exact_ &= part.exact_;
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

class NumbersPart final : public EventCollector {
 public:
  NumbersPart(const NumbersRequest& request, NumbersTally& whole) : tally_(request), whole_(whole) {}
  stdx::Result<void> add(const EventBatch& batch) override {
    tally_.add(batch);
    return {};
  }
  stdx::Result<void> merge() override {
    whole_.merge(tally_);
    return {};
  }

 private:
  NumbersTally tally_;
  NumbersTally& whole_;
};

}  // namespace

EventPass numbers_pass(const NumbersRequest& request, NumbersTally& whole) {
  return {NumbersTally::question(request), [&request, &whole] { return std::make_unique<NumbersPart>(request, whole); }};
}

stdx::Result<Numbers> count_events(const table::Catalog::Sets& sets, const NumbersRequest& request,
                                   const query::QueryControl& control, const query::ScanHooks& hooks,
                                   const std::function<void(Numbers)>& partial) {
  NumbersTally whole(request);
  const EventQuestion question = NumbersTally::question(request);
  std::function<void()> show;
  if (partial) show = [&] { partial(whole.finish()); };
  auto stats = scan_event_parts(sets, question, control, hooks, [&] { return std::make_unique<NumbersPart>(request, whole); }, show);
  if (!stats) return std::unexpected(std::move(stats.error()));
  Numbers done = whole.finish();
  done.stats = *stats;
  return done;
}

}  // namespace clew::query_rum
