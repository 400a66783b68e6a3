// The first pass over a range: every session as counts.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "otlp/ids.h"
#include "query/rum/event_keys.h"
#include "query/rum/session_limits.h"
#include "query/rum/session_list.h"
#include "query/rum/text_search.h"
#include "query/traceql/query_limits.h"

namespace clew::query_rum {
namespace {

enum Text : size_t { kSession, kType, kTarget, kName, kUserId, kUserName, kFirstSearched };
constexpr std::array<std::string_view, 8> kSearched = {key::kUrl,    key::kViewName,  key::kErrorType, key::kErrorMessage,
                                                       key::kViewId, key::kEventId, "sw8.trace_id",  key::kMessage};
enum Number : size_t { kTimes, kDuration, kStatus, kSuccess, kLcp, kInp, kCls };

// What the first pass knows of a session.
struct Fold {
  SessionCounts counts;
  bool matched = false, has_user = false, has_text = false;

  void merge(const Fold& other) {
    counts.merge(other.counts);
    matched |= other.matched;
    has_user |= other.has_user;
    has_text |= other.has_text;
  }
};

struct Whole {
  TextIds sessions, targets;
  std::vector<Fold> folds;    // By session, from 1.
  std::vector<Click> clicks;
  bool exact = true;
};

// What is asked of single texts, for each text once.
struct Search {
  Needle user, text;
  std::optional<otlp::TraceId> trace_id;
};

class FoldPart final : public EventCollector {
 public:
  FoldPart(Whole& whole, const Search& search)
      : whole_(whole), search_(search), session_(sessions_, kSession), target_(targets_, kTarget), name_(targets_, kName) {
    if (!search.user.empty()) {
      users_.emplace_back(kUserId);
      users_.emplace_back(kUserName);
    }
    if (search.text.empty()) return;
    for (const size_t slot : {size_t{kSession}, size_t{kName}, size_t{kUserId}, size_t{kUserName}}) texts_.emplace_back(slot);
    for (size_t slot = kFirstSearched; slot < kFirstSearched + kSearched.size(); ++slot) texts_.emplace_back(slot);
  }

  stdx::Result<void> add(const EventBatch& batch) override {
    if (batch.none(kSession)) return {};
    enter(batch, users_, search_.user, users_here_);
    enter(batch, texts_, search_.text, texts_here_);
    for (uint32_t i = 0; i < batch.size(); ++i) {
      const uint32_t session = session_(batch, i);
      if (session == TextIds::kNone) continue;
      if (session >= folds_.size()) folds_.resize(session + 1);
      add_event(batch, i, session, folds_[session]);
    }
    return {};
  }

  stdx::Result<void> merge() override {
    if (whole_.folds.empty()) whole_.folds.resize(1);
    std::vector<uint32_t> ids(folds_.size(), TextIds::kNone), targets(targets_.size() + 1, TextIds::kNone);
    for (uint32_t session = 1; session < folds_.size(); ++session) {
      if (folds_[session].counts.events == 0) continue;
      uint32_t id = whole_.sessions.find(sessions_.text(session));
      if (id == TextIds::kNone) {
        if (whole_.sessions.size() == kListedSessionsMax) {
          whole_.exact = false;
          continue;
        }
        id = whole_.sessions.of(sessions_.text(session));
        whole_.folds.emplace_back();
      }
      whole_.folds[id].merge(folds_[session]);
      ids[session] = id;
    }
    for (Click& click : clicks_) {
      if (ids[click.session] == TextIds::kNone) continue;
      if (whole_.clicks.size() == kListedClicksMax) {
        whole_.exact = false;
        break;
      }
      click.session = ids[click.session];
      uint32_t& target = targets[click.target];
      if (target == TextIds::kNone) target = whole_.targets.of(targets_.text(click.target));
      click.target = target;
      whole_.clicks.push_back(click);
    }
    return {};
  }

 private:
  void add_event(const EventBatch& batch, uint32_t i, uint32_t session, Fold& fold) {
    const EventKind kind = batch.kind(i);
    const auto number = [&](size_t slot, double otherwise) { return batch.number(slot, i).value_or(otherwise); };
    const auto times = static_cast<uint32_t>(std::clamp(number(kTimes, 1), 1.0, 1e6));
    const double ms = number(kDuration, -1);
    const int64_t duration_ns = ms >= 0 ? static_cast<int64_t>(std::min(ms * 1e6, static_cast<double>(kSessionReachNs))) : -1;
    const bool failed = kind == EventKind::kRequest && request_failed(static_cast<int8_t>(std::clamp(number(kSuccess, 2), -1.0, 2.0)),
                                                                      static_cast<int32_t>(std::clamp(number(kStatus, -1), -1.0, 1e6)));
    const ErrorKind error = kind == EventKind::kException ? error_kind(batch.text(kType, i)) : ErrorKind::kError;
    ViewNumbers numbers;
    if (kind == EventKind::kVitals || kind == EventKind::kPerf || kind == EventKind::kViewCustom) {
      numbers.lcp = batch.number_or_nan(kLcp, i);
      numbers.inp = batch.number_or_nan(kInp, i);
      numbers.cls = batch.number_or_nan(kCls, i);
    }
    fold.counts.add(kind, batch.time_ns(i), duration_ns, times, failed, error, numbers);
    fold.matched |= batch.matched(i);
    if (kind == EventKind::kAction) add_click(batch, i, session, times);
    const auto holds = [&](const FoundTexts* of) { return of->holds(batch, i); };
    fold.has_user = fold.has_user || std::ranges::any_of(users_here_, holds);
    fold.has_text = fold.has_text || (search_.trace_id && batch.trace_id(i) == *search_.trace_id) || std::ranges::any_of(texts_here_, holds);
  }

  // Those of the slots that rows of the batch can have the needle in.
  static void enter(const EventBatch& batch, std::vector<FoundTexts>& slots, const Needle& needle, std::vector<const FoundTexts*>& here) {
    here.clear();
    for (FoundTexts& slot : slots) {
      if (slot.enter(batch, needle)) here.push_back(&slot);
    }
  }

  void add_click(const EventBatch& batch, uint32_t i, uint32_t session, uint32_t times) {
    if (!is_click_type(batch.text(kType, i))) return;
    uint32_t target = batch.none(kTarget) ? TextIds::kNone : target_(batch, i);
    if (target == TextIds::kNone && !batch.none(kName)) target = name_(batch, i);
    // One more than the limit tells merge() that there were more.
    if (clicks_.size() <= kListedClicksMax) clicks_.push_back({.session = session, .target = target, .time_ns = batch.time_ns(i), .times = times});
  }

  Whole& whole_;
  const Search& search_;
  TextIds sessions_, targets_;
  SlotIds session_, target_, name_;
  std::vector<FoundTexts> users_, texts_;
  std::vector<const FoundTexts*> users_here_, texts_here_;  // Of the batch at hand.
  std::vector<Fold> folds_;
  std::vector<Click> clicks_;
};

// ---- Order ----

using Rank = std::pair<int64_t, int64_t>;  // Larger first.

Rank rank_of(const SessionCounts& counts, SessionSort sort) {
  switch (sort) {
    case SessionSort::kWorst: return {std::llround(pain(counts) * 10), counts.start_ns};
    case SessionSort::kNewest: return {counts.start_ns, 0};
    case SessionSort::kLongest: return {counts.duration_ns(), counts.start_ns};
    case SessionSort::kErrors: break;
  }
  return {counts.errors, counts.start_ns};
}

bool has(const SessionCounts& counts, SessionTrait trait) {
  switch (trait) {
    case SessionTrait::kErrors: return counts.errors > 0;
    case SessionTrait::kFailed: return counts.failed_requests > 0;
    case SessionTrait::kSlow: return counts.slow_requests > 0;
    case SessionTrait::kRage: return counts.rage_clicks > 0;
    case SessionTrait::kBlank: return counts.blank_screens > 0;
    case SessionTrait::kLongTasks: return counts.long_tasks > 0;
    case SessionTrait::kCrash: break;
  }
  return counts.crashes > 0;
}

constexpr std::string_view kSortLetters = "wnle";

struct Cursor {
  Rank rank;
  std::string session_id;
};
// "w.<rank>.<rank>.<session id>": the last session of the page before, good for one order. Ids that would make it long are told
// by their hash, in the order of sessions of one rank too.
std::string cursor_id(std::string_view session_id) {
  if (session_id.size() <= kCursorIdBytesMax) return std::string(session_id);
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a: the same in every process.
  for (const char c : session_id) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return fmt::format("#{:016x}", hash);
}
std::optional<Cursor> parse_cursor(std::string_view text, SessionSort sort) {
  Cursor cursor;
  if (text.size() < 2 || text.size() > kSessionCursorBytesMax || text[0] != kSortLetters[static_cast<size_t>(sort)] || text[1] != '.') return std::nullopt;
  const char* at = text.data() + 2;
  const char* const end = text.data() + text.size();
  for (int64_t* number : {&cursor.rank.first, &cursor.rank.second}) {
    const auto [stop, error] = std::from_chars(at, end, *number);
    if (error != std::errc() || stop == end || *stop != '.') return std::nullopt;
    at = stop + 1;
  }
  cursor.session_id.assign(at, end);
  return cursor;
}

stdx::Result<query::QueryStats> fold(const table::Catalog::Sets& sets, const SessionsRequest& request, Whole& whole,
                                     const query::QueryControl& control, const query::ScanHooks& hooks) {
  auto filter = EventFilter::parse(request.q);
  if (!filter) return std::unexpected(std::move(filter.error()));
  const Search search{.user = Needle(request.user), .text = Needle(request.text), .trace_id = otlp::parse_trace_id(request.text)};
  EventQuestion question;
  question.range = request.range;
  question.app = request.app;
  question.filter = &*filter;
  question.mark_only = !request.matching_events_only;
  question.texts = {key::kSessionId, key::kType, key::kTarget, key::kEventName};
  if (!search.user.empty() || !search.text.empty()) question.texts.insert(question.texts.end(), {key::kUserId, key::kUserName});
  if (!search.text.empty()) {
    question.texts.insert(question.texts.end(), kSearched.begin(), kSearched.end());
  }
  question.numbers = {key::kTimes, key::kDuration, key::kStatusCode, key::kSuccess, key::kLcp, key::kInp, key::kCls};
  return scan_event_parts(sets, question, control, hooks, [&] { return std::make_unique<FoldPart>(whole, search); });
}

}  // namespace

std::optional<SessionSort> session_sort_of(std::string_view word) {
  constexpr std::array<std::string_view, 4> kWords = {"worst", "newest", "longest", "errors"};
  const auto found = std::ranges::find(kWords, word);
  return found == kWords.end() ? std::nullopt : std::optional(static_cast<SessionSort>(found - kWords.begin()));
}

std::optional<SessionTrait> session_trait_of(std::string_view word) {
  constexpr std::array<std::string_view, 7> kWords = {"errors", "failed", "slow", "rage", "blank", "long_tasks", "crash"};
  const auto found = std::ranges::find(kWords, word);
  return found == kWords.end() ? std::nullopt : std::optional(static_cast<SessionTrait>(found - kWords.begin()));
}

stdx::Result<SessionFolds> fold_sessions(const table::Catalog::Sets& sets, const SessionsRequest& request, size_t count_max,
                                         const query::QueryControl& control, const query::ScanHooks& hooks) {
  std::optional<Cursor> cursor;
  if (!request.cursor.empty()) {
    cursor = parse_cursor(request.cursor, request.sort);
    if (!cursor) return stdx::fail(stdx::ErrorCode::kInvalidArgument, "cursor is none of this question's");
  }
  Whole whole;
  auto stats = fold(sets, request, whole, control, hooks);
  if (!stats) return std::unexpected(std::move(stats.error()));
  SessionFolds result;
  result.stats = *stats;
  result.exact = whole.exact;
  find_rage(whole.clicks, [&](size_t first, size_t) { ++whole.folds[whole.clicks[first].session].counts.rage_clicks; });
  struct Ranked {
    Rank rank;
    uint32_t session;
  };
  std::vector<Ranked> ranked;
  const auto before = [&](const Ranked& a, const Ranked& b) {
    return a.rank != b.rank ? a.rank > b.rank : cursor_id(whole.sessions.text(a.session)) < cursor_id(whole.sessions.text(b.session));
  };
  for (uint32_t session = 1; session < whole.folds.size(); ++session) {
    const Fold& fold = whole.folds[session];
    ++result.total_count;
    if (!fold.matched || (!request.user.empty() && !fold.has_user) || (!request.text.empty() && !fold.has_text)) continue;
    if (fold.counts.duration_ns() < request.min_duration_ns) continue;
    if (!std::ranges::all_of(request.has, [&](SessionTrait trait) { return has(fold.counts, trait); })) continue;
    ++result.session_count;
    const Rank rank = rank_of(fold.counts, request.sort);
    if (cursor && (rank > cursor->rank || (rank == cursor->rank && cursor_id(whole.sessions.text(session)) <= cursor->session_id))) continue;
    ranked.push_back({rank, session});
  }
  const size_t count = std::min(count_max, ranked.size());
  std::ranges::partial_sort(ranked, ranked.begin() + static_cast<ptrdiff_t>(count), before);
  for (size_t i = 0; i < count; ++i) {
    result.sessions.push_back({std::string(whole.sessions.text(ranked[i].session)), whole.folds[ranked[i].session].counts});
  }
  return result;
}

std::string session_cursor(const SessionFold& last, SessionSort sort) {
  const Rank rank = rank_of(last.counts, sort);
  return fmt::format("{}.{}.{}.{}", kSortLetters[static_cast<size_t>(sort)], rank.first, rank.second, cursor_id(last.session_id));
}

}  // namespace clew::query_rum
