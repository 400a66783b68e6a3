#include "query/rum/numbers_part.h"

#include <algorithm>
#include <cmath>

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

}  // namespace

query::TimeSteps NumbersRequest::steps() const {
  if (points == 0) return {.start_ns = range.begin_ns, .step_ns = INT64_MAX, .count = 1};
  return query::TimeSteps::of(range, points, kStepUnitNs);
}

EventQuestion NumbersPart::question(const NumbersRequest& request) {
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

NumbersPart::NumbersPart(const NumbersRequest& request)
    : by_(!request.by.empty()), exits_(request.exits), with_versions_(request.versions), apdex_threshold_ms_(request.apdex_threshold_ms),
      begin_ns_(request.range.begin_ns), steps_(request.steps()), series_(request.points == 0 ? 0 : static_cast<size_t>(steps_.count)),
      session_codes_(kSessionSlot), user_codes_(kUserSlot), view_codes_(kViewSlot), target_hashes_(kTargetSlot),
      name_hashes_(kNameSlot), value_ids_(values_, kValueSlot), version_ids_(version_texts_, kVersionSlot), exception_kinds_(kTypeSlot),
      clicks_of_type_(kTypeSlot) {
  group_of(0);
}

GroupNumbers& NumbersPart::group_of(uint32_t group) {
  while (groups_.size() <= group) {
    group_hashes_.push_back(hash_of_text(values_.text(static_cast<uint32_t>(groups_.size()))));
    groups_.emplace_back();
  }
  return groups_[group];
}

uint32_t NumbersPart::step_of(int64_t time_ns) {
  if (time_ns >= step_begin_ns_ && time_ns < step_end_ns_) return step_;
  const int64_t step = steps_.index_of(time_ns);
  step_begin_ns_ = steps_.start_ns + step * steps_.step_ns;
  step_end_ns_ = step_begin_ns_ + steps_.step_ns;
  return step_ = static_cast<uint32_t>(step);
}

// How often what the event tells of happened.
double NumbersPart::times_of(const EventBatch& batch, uint32_t i) const {
  const double times = batch.number_or_nan(kTimesSlot, i);
  return times > 1 ? times : 1;
}

void NumbersPart::add(const EventBatch& batch) {
  for (uint32_t i = 0; i < batch.size(); ++i) {
    Event event;
    if (by_) event.group = value_ids_(batch, i);
    GroupNumbers& group = group_of(event.group);
    event.step = series_.empty() ? 0 : step_of(batch.time_ns(i));
    const EventKind kind = batch.kind(i);
    // Clients that report no page views tell of each load once.
    const bool is_view = kind == EventKind::kView || (kind == EventKind::kPerf && batch.code(kViewSlot, i) == table::kNullCode);
    add_session(batch, i, event, is_view, kind == EventKind::kException);
    add_user(batch, i, event);
    if (with_versions_) add_version(batch, i, event);
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

void NumbersPart::add_session(const EventBatch& batch, uint32_t i, Event& event, bool is_view, bool is_error) {
  SessionCode& code = session_codes_.get(batch, i, [](std::string_view text) { return SessionCode{.hash = hash_of_text(text)}; });
  if (code.hash == 0) return;
  event.session = &code;
  if (code.entry == kNoEntry || sessions_[code.entry].group != event.group) {
    code.entry = static_cast<uint32_t>(sessions_.size());
    sessions_.push_back({.session = code.hash, .group = event.group});
  }
  SessionFacts& facts = sessions_[code.entry];
  facts.views += is_view ? 1 : 0;
  facts.failed |= is_error;
  if (series_.empty() || code.step == event.step) return;
  code.step = event.step;
  step_sessions_.push_back({code.hash, event.step});
}

void NumbersPart::add_user(const EventBatch& batch, uint32_t i, const Event& event) {
  UserCode& code = user_codes_.get(batch, i, [](std::string_view text) { return UserCode{.hash = hash_of_text(text)}; });
  if (code.hash == 0) return;
  if (code.group != event.group) {
    code.group = event.group;
    users_.push_back({code.hash, event.group});
  }
  if (series_.empty() || code.step == event.step) return;
  code.step = event.step;
  step_users_.push_back({code.hash, event.step});
}

void NumbersPart::add_version(const EventBatch& batch, uint32_t i, const Event& event) {
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
  if (event.session == nullptr || event.session->version == version) return;
  event.session->version = version;
  facts.sessions.push_back(event.session->hash);
}

void NumbersPart::add_view(const EventBatch& batch, uint32_t i, const Event& event) {
  ++groups_[event.group].counts.views;
  if (!series_.empty()) ++series_[event.step].views;
  if (!exits_ || event.session == nullptr) return;
  SessionCode& session = *event.session;
  if (session.last_view == kNoEntry) {
    session.last_view = static_cast<uint32_t>(last_views_.size());
    last_views_.push_back({.session = session.hash});
  }
  LastView& last = last_views_[session.last_view];
  if (batch.time_ns(i) < last.time_ns) return;
  last.time_ns = batch.time_ns(i);
  last.group = event.group;
}

void NumbersPart::add_action(const EventBatch& batch, uint32_t i, const Event& event) {
  Counts& counts = groups_[event.group].counts;
  const double all_times = times_of(batch, i);
  counts.actions += static_cast<int64_t>(all_times);
  if (!clicks_of_type_.get(batch, i, [](std::string_view type) -> uint8_t { return is_click_type(type); })) return;
  const auto times = static_cast<uint32_t>(std::min(all_times, 1e6));
  if (event.session == nullptr) {  // Nothing tells which clicks are one user's.
    counts.rage_clicks += times >= kRageClicks ? 1 : 0;
    return;
  }
  uint64_t target = batch.none(kTargetSlot) ? 0 : target_hashes_.get(batch, i, hash_of_text);
  if (target == 0 && !batch.none(kNameSlot)) target = name_hashes_.get(batch, i, hash_of_text);
  const uint64_t place = mixed_hash(mixed_hash(event.session->hash, group_hashes_[event.group]), target);
  // One more than the limit tells who merges that there were more.
  if (clicks_.size() > kListedClicksMax) return;
  clicks_.push_back({.session = static_cast<uint32_t>(place >> 32), .target = static_cast<uint32_t>(place), .time_ns = batch.time_ns(i),
                     .times = times, .event = event.group});
}

void NumbersPart::add_request(const EventBatch& batch, uint32_t i, const Event& event) {
  GroupNumbers& group = groups_[event.group];
  const double ms = batch.number(kDurationSlot, i).value_or(0);
  const bool failed = request_failed(batch.number(kSuccessSlot, i), batch.number(kStatusSlot, i));
  ++group.counts.requests;
  group.counts.failed_requests += failed ? 1 : 0;
  group.counts.slow_requests += ms > kSlowRequestMs ? 1 : 0;
  group.counts.judge(failed ? INFINITY : ms, apdex_threshold_ms_);
  group.requests.add(ms);
  if (series_.empty()) return;
  StepNumbers& step = series_[event.step];
  ++step.requests;
  step.failed_requests += failed ? 1 : 0;
  step.request_ms.add(ms);
}

void NumbersPart::add_exception(const EventBatch& batch, uint32_t i, const Event& event) {
  Counts& counts = groups_[event.group].counts;
  const auto times = static_cast<int64_t>(times_of(batch, i));
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

ViewFacts& NumbersPart::view_facts(const EventBatch& batch, uint32_t i, const Event& event) {
  const auto append = [&](uint64_t view) -> ViewFacts& {
    ViewFacts& facts = views_.emplace_back(view, ViewFacts()).second;
    facts.group = event.group;
    facts.step = event.step;
    return facts;
  };
  ViewCode& code = view_codes_.get(batch, i, [](std::string_view text) { return ViewCode{.hash = hash_of_text(text)}; });
  if (code.hash == 0) {  // A view of its own: nothing tells what belongs to it.
    const RowPlace place = batch.place(i);
    return append(mixed_hash(mixed_hash(place.set + 1, place.segment + 1), uint64_t{place.row} << 8 | 7));
  }
  if (code.entry != kNoEntry && views_[code.entry].second.group == event.group) {
    ViewFacts& facts = views_[code.entry].second;
    facts.step = std::min(facts.step, event.step);
    return facts;
  }
  code.entry = static_cast<uint32_t>(views_.size());
  return append(code.hash);
}

void NumbersPart::add_vitals(const EventBatch& batch, uint32_t i, const Event& event) {
  ViewFacts* facts = nullptr;
  int32_t at = 0;
  for (size_t vital = 0; vital < kVitalCount; ++vital) {
    const double value = batch.number_or_nan(kVitalSlots + vital, i);
    if (!(value >= 0)) continue;
    if (facts == nullptr) {
      facts = &view_facts(batch, i, event);
      at = static_cast<int32_t>(std::clamp<int64_t>((batch.time_ns(i) - begin_ns_) / kNsPerMs, 0, INT32_MAX));
    }
    facts->put(static_cast<Vital>(vital), value, at);
  }
}

void NumbersPart::add_phases(const EventBatch& batch, uint32_t i, const Event& event) {
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

}  // namespace clew::query_rum
