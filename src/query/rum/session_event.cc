#include "query/rum/session_event.h"

#include <algorithm>
#include <array>
#include <memory>
#include <tuple>

#include "query/rum/event_keys.h"
#include "query/rum/request_facts.h"
#include "query/rum/rum_query_limits.h"
#include "query/rum/session_limits.h"

namespace clew::query_rum {
namespace {

constexpr auto kSlowNs = static_cast<int64_t>(kSlowRequestMs * 1e6);

enum Text : size_t {
  kSession, kEventIdText, kTypeText, kNameText, kViewIdText, kViewNameText, kUrlText, kMethodText, kSourceText, kTargetText,
  kErrorTypeText, kErrorMessageText, kMessageText, kFirstSessionText,
};
constexpr std::array<std::string_view, kFirstSessionText> kTextKeys = {
    key::kSessionId, key::kEventId, key::kType,   key::kEventName,   key::kViewId,    key::kViewName,     key::kUrl,
    key::kMethod,    key::kSource,  key::kTarget, key::kErrorType, key::kErrorMessage, key::kMessage,
};
constexpr std::array<std::string_view, kSessionTextCount> kSessionKeys = {
    key::kAppId,    key::kAppName,     key::kAppType, key::kService,   key::kUserId,     key::kUserName,    key::kVersion,
    key::kEnvironment, key::kBrowser,  key::kBrowserVersion, key::kOs, key::kOsVersion,  key::kDeviceType,  key::kDeviceModel,
    key::kCountry,  key::kProvince,    key::kCity,    key::kIsp,       key::kNetwork,    key::kClientAddress,
};

enum Number : size_t {
  kTimesNumber, kDurationNumber, kStatusNumber, kSuccessNumber, kLcpNumber, kInpNumber, kClsNumber, kFcpNumber, kTtfbNumber,
  kFidNumber, kLoadNumber, kNumberCount,
};
constexpr std::array<std::string_view, kNumberCount> kNumberKeys = {
    key::kTimes, key::kDuration, key::kStatusCode, key::kSuccess, key::kLcp, key::kInp,
    key::kCls,   key::kFcp,      key::kTtfb,       key::kFid,     key::kLoad,
};

// Numbers of strangers: what does not fit is the nearest that does.
template <class Whole>
Whole whole(double number, Whole low, Whole high) {
  return static_cast<Whole>(std::clamp(number, static_cast<double>(low), static_cast<double>(high)));
}

class EventReader {
 public:
  explicit EventReader(TextIds& texts) {
    for (size_t slot = 0; slot < kFirstSessionText + kSessionTextCount; ++slot) slots_.emplace_back(texts, slot);
  }

  uint32_t text(const EventBatch& batch, size_t slot, uint32_t i) { return batch.none(slot) ? TextIds::kNone : slots_[slot](batch, i); }

  SessionEvent read(const EventBatch& batch, uint32_t i) {
    SessionEvent event;
    event.time_ns = batch.time_ns(i);
    event.place = batch.place(i);
    event.kind = batch.kind(i);
    if (const auto ms = batch.number(kDurationNumber, i); ms && *ms >= 0) event.duration_ns = whole<int64_t>(*ms * 1e6, 0, kSessionReachNs);
    event.times = whole<uint32_t>(batch.number(kTimesNumber, i).value_or(1), 1, 1'000'000);
    if (const auto success = batch.number(kSuccessNumber, i)) event.success = whole<int8_t>(*success, -1, 1);
    if (const auto status = batch.number(kStatusNumber, i)) event.status = whole<int32_t>(*status, 0, 1'000'000);
    event.session = text(batch, kSession, i);
    event.event_id = text(batch, kEventIdText, i);
    event.type = text(batch, kTypeText, i);
    event.name = text(batch, kNameText, i);
    event.view_id = text(batch, kViewIdText, i);
    event.view_name = text(batch, kViewNameText, i);
    event.url = text(batch, kUrlText, i);
    event.method = text(batch, kMethodText, i);
    event.source = text(batch, kSourceText, i);
    event.target = text(batch, kTargetText, i);
    event.error_type = text(batch, kErrorTypeText, i);
    event.message = text(batch, event.kind == EventKind::kException ? kErrorMessageText : kMessageText, i);
    event.trace_id = batch.trace_id(i);
    event.span_id = batch.span_id(i);
    if (event.kind == EventKind::kVitals || event.kind == EventKind::kPerf || event.kind == EventKind::kViewCustom) {
      const auto number = [&](size_t slot) { return batch.number_or_nan(slot, i); };
      event.numbers = {number(kLcpNumber), number(kInpNumber),  number(kClsNumber), number(kFcpNumber),
                       number(kTtfbNumber), number(kFidNumber), number(kLoadNumber)};
    }
    return event;
  }

  void read_texts(const EventBatch& batch, uint32_t i, SessionTexts& texts) {
    for (size_t at = 0; at < kSessionTextCount; ++at) {
      const uint32_t id = text(batch, kFirstSessionText + at, i);
      if (id == TextIds::kNone || (texts.id[at] != TextIds::kNone && texts.told_ns[at] > batch.time_ns(i))) continue;
      texts.id[at] = id;
      texts.told_ns[at] = batch.time_ns(i);
    }
  }

 private:
  std::vector<SlotIds> slots_;
};

}  // namespace

bool ViewNumbers::any() const {
  return !(std::isnan(lcp) && std::isnan(inp) && std::isnan(cls) && std::isnan(fcp) && std::isnan(ttfb) && std::isnan(fid) &&
           std::isnan(load));
}

void ViewNumbers::merge(const ViewNumbers& later) {
  const auto take = [](double& into, double from) {
    if (!std::isnan(from)) into = from;
  };
  take(lcp, later.lcp);
  take(inp, later.inp);
  take(cls, later.cls);
  take(fcp, later.fcp);
  take(ttfb, later.ttfb);
  take(fid, later.fid);
  take(load, later.load);
}

bool request_failed(int8_t success, int32_t status) {
  return request_failed(success == 2 ? std::nullopt : std::optional<double>(success), status < 0 ? std::nullopt : std::optional<double>(status));
}

bool request_slow(int64_t duration_ns) { return duration_ns > kSlowNs; }

ErrorKind error_kind(std::string_view type) {
  if (type == "blank") return ErrorKind::kBlank;
  return type == "crash" ? ErrorKind::kCrash : ErrorKind::kError;
}

stdx::Result<ReadSessions> read_sessions(const table::Catalog::Sets& sets, const ReadSessionsRequest& request,
                                         const query::QueryControl& control, const query::ScanHooks& hooks, TextIds& texts) {
  ReadSessions result;
  if (request.session_ids.empty()) return result;
  EventQuestion question;
  question.range = request.range;
  question.app = request.app;
  question.session_ids = request.session_ids;
  question.texts.assign(kTextKeys.begin(), kTextKeys.end());
  question.texts.insert(question.texts.end(), kSessionKeys.begin(), kSessionKeys.end());
  question.numbers.assign(kNumberKeys.begin(), kNumberKeys.end());
  EventReader reader(texts);
  absl::flat_hash_map<uint32_t, SessionEvents> sessions;
  auto stats = scan_events(sets, question, control, hooks, [&](const EventBatch& batch) -> stdx::Result<void> {
    SessionEvents* session = nullptr;
    uint32_t last = TextIds::kNone;
    for (uint32_t i = 0; i < batch.size(); ++i) {
      ++result.event_count;
      const uint32_t id = reader.text(batch, kSession, i);
      if (session == nullptr || id != last) session = &sessions[id];
      last = id;
      reader.read_texts(batch, i, session->texts);
      if (result.event_count <= request.events_max) session->events.push_back(reader.read(batch, i));
    }
    return {};
  });
  if (!stats) return std::unexpected(std::move(stats.error()));
  result.stats = *stats;
  for (auto& [id, session] : sessions) {
    std::ranges::sort(session.events, {}, [](const SessionEvent& event) { return std::tuple(event.time_ns, event.place); });
    result.sessions.emplace(std::string(texts.text(id)), std::move(session));
  }
  return result;
}

}  // namespace clew::query_rum
