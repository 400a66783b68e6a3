#include "query/rum/apps.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "query/rum/event_keys.h"
#include "query/rum/event_scan.h"
#include "query/rum/rum_query_limits.h"
#include "query/rum/text_ids.h"

namespace clew::query_rum {
namespace {

enum TextSlot : size_t { kAppSlot, kServiceSlot, kNameSlot, kTypeSlot, kVersionSlot, kEnvironmentSlot, kSessionSlot, kUserSlot, kViewSlot };
enum NumberSlot : size_t { kTimesSlot };

struct VersionFacts {
  int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;
  absl::flat_hash_set<uint64_t> sessions;
};
struct AppFacts {
  std::string name, type, service;
  std::map<std::string, VersionFacts, std::less<>> versions;
  std::set<std::string, std::less<>> environments;
  absl::flat_hash_set<uint64_t> sessions, users;
  int64_t views = 0, errors = 0, last_ns = INT64_MIN;
};
using Facts = std::map<std::string, AppFacts, std::less<>>;

struct Whole {
  Facts apps;
  bool exact = true;
};

class AppsPart final : public EventCollector {
 public:
  explicit AppsPart(Whole& whole) : whole_(whole) {}

  stdx::Result<void> add(const EventBatch& batch) override {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      const std::array<uint32_t, 6> ids = {apps_(batch, i),  services_(batch, i), names_(batch, i),
                                           types_(batch, i), versions_(batch, i), environments_(batch, i)};
      if (ids != last_ids_ || app_ == nullptr) find(ids);
      if (app_ == nullptr) continue;
      const int64_t at = batch.time_ns(i);
      app_->last_ns = std::max(app_->last_ns, at);
      const EventKind kind = batch.kind(i);
      app_->views += kind == EventKind::kView || (kind == EventKind::kPerf && batch.code(kViewSlot, i) == table::kNullCode) ? 1 : 0;
      if (kind == EventKind::kException) app_->errors += static_cast<int64_t>(std::max(1.0, batch.number(kTimesSlot, i).value_or(1)));
      if (version_ != nullptr) {
        version_->first_ns = std::min(version_->first_ns, at);
        version_->last_ns = std::max(version_->last_ns, at);
      }
      if (const uint64_t session = session_hashes_.get(batch, i, hash_of_text); session != 0 && session != last_session_) {
        last_session_ = session;
        app_->sessions.insert(session);
        if (version_ != nullptr) version_->sessions.insert(session);
      }
      if (const uint64_t user = user_hashes_.get(batch, i, hash_of_text); user != 0 && user != last_user_) {
        last_user_ = user;
        app_->users.insert(user);
      }
    }
    return {};
  }

  stdx::Result<void> merge() override {
    for (auto& [id, facts] : facts_.apps) {
      if (whole_.apps.size() >= kAppsMax && !whole_.apps.contains(id)) {
        whole_.exact = false;
        continue;
      }
      AppFacts& ours = whole_.apps[id];
      if (ours.name.empty()) ours.name = facts.name;
      if (ours.type.empty()) ours.type = facts.type;
      if (ours.service.empty()) ours.service = facts.service;
      for (auto& [version, theirs] : facts.versions) {
        if (ours.versions.size() >= kVersionsMax && !ours.versions.contains(version)) {
          whole_.exact = false;
          continue;
        }
        VersionFacts& here = ours.versions[version];
        here.first_ns = std::min(here.first_ns, theirs.first_ns);
        here.last_ns = std::max(here.last_ns, theirs.last_ns);
        here.sessions.insert(theirs.sessions.begin(), theirs.sessions.end());
      }
      ours.environments.insert(facts.environments.begin(), facts.environments.end());
      ours.sessions.insert(facts.sessions.begin(), facts.sessions.end());
      ours.users.insert(facts.users.begin(), facts.users.end());
      ours.views += facts.views;
      ours.errors += facts.errors;
      ours.last_ns = std::max(ours.last_ns, facts.last_ns);
    }
    whole_.exact &= facts_.exact;
    return {};
  }

 private:
  void find(const std::array<uint32_t, 6>& ids) {
    last_ids_ = ids;
    last_session_ = last_user_ = 0;
    app_ = nullptr;
    version_ = nullptr;
    const std::string_view id = ids[0] != 0 ? texts_.text(ids[0]) : texts_.text(ids[1]);
    if (facts_.apps.size() >= kAppsMax && !facts_.apps.contains(id)) {
      facts_.exact = false;
      return;
    }
    app_ = &facts_.apps[std::string(id)];
    if (ids[1] != 0) app_->service = texts_.text(ids[1]);
    if (ids[2] != 0) app_->name = texts_.text(ids[2]);
    if (ids[3] != 0) app_->type = texts_.text(ids[3]);
    if (ids[4] != 0) {
      if (app_->versions.size() < kVersionsMax || app_->versions.contains(texts_.text(ids[4]))) {
        version_ = &app_->versions[std::string(texts_.text(ids[4]))];
      } else {
        facts_.exact = false;
      }
    }
    if (ids[5] != 0 && app_->environments.size() < kVersionsMax) app_->environments.emplace(texts_.text(ids[5]));
  }

  Whole& whole_;
  Whole facts_;
  TextIds texts_;
  SlotIds apps_{texts_, kAppSlot}, services_{texts_, kServiceSlot}, names_{texts_, kNameSlot}, types_{texts_, kTypeSlot},
      versions_{texts_, kVersionSlot}, environments_{texts_, kEnvironmentSlot};
  PerCode<uint64_t> session_hashes_{kSessionSlot}, user_hashes_{kUserSlot};
  // Of the row before: events of one session follow each other.
  std::array<uint32_t, 6> last_ids_{};
  AppFacts* app_ = nullptr;
  VersionFacts* version_ = nullptr;
  uint64_t last_session_ = 0, last_user_ = 0;
};

// "2.10.1" → {2, 10, 1}; nullopt for what is no such number. What follows - or + is left out.
std::optional<std::vector<uint64_t>> numbers_of(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  version = version.substr(0, version.find_first_of("-+"));
  std::vector<uint64_t> numbers;
  while (true) {
    const size_t dot = version.find('.');
    const std::string_view part = version.substr(0, dot);
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
    numbers.push_back(number);
    if (dot == std::string_view::npos) return numbers;
    version.remove_prefix(dot + 1);
  }
}

}  // namespace

ReleasePair newest_releases(const std::vector<AppVersion>& versions) {
  std::vector<std::optional<std::vector<uint64_t>>> numbers;
  for (const AppVersion& version : versions) numbers.push_back(numbers_of(version.version));
  const bool numbered = std::ranges::all_of(numbers, [](const auto& number) { return number.has_value(); });
  std::vector<int> order(versions.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](int a, int b) {
    const auto &left = versions[static_cast<size_t>(a)], &right = versions[static_cast<size_t>(b)];
    if (numbered && numbers[static_cast<size_t>(a)] != numbers[static_cast<size_t>(b)]) {
      return *numbers[static_cast<size_t>(a)] > *numbers[static_cast<size_t>(b)];
    }
    return std::tie(left.first_ns, left.version) > std::tie(right.first_ns, right.version);
  });
  return {order.empty() ? -1 : order[0], order.size() < 2 ? -1 : order[1]};
}

stdx::Result<Apps> list_apps(const table::Catalog::Sets& sets, const AppsRequest& request, const query::QueryControl& control,
                             const query::ScanHooks& hooks) {
  EventQuestion question{.range = request.range, .app = request.app, .filter = request.filter};
  question.texts = {key::kAppId, key::kService, key::kAppName, key::kAppType, key::kVersion, key::kEnvironment, key::kSessionId, key::kUserId,
                    key::kViewId};
  question.numbers = {key::kTimes};
  Whole whole;
  auto stats = scan_event_parts(sets, question, control, hooks, [&] { return std::make_unique<AppsPart>(whole); });
  if (!stats) return std::unexpected(std::move(stats.error()));
  Apps done{.apps = {}, .exact = whole.exact, .stats = *stats};
  for (auto& [id, facts] : whole.apps) {
    App app{.id = id, .name = facts.name.empty() ? id : facts.name, .type = facts.type, .service = facts.service,
            .versions = {}, .environments = {facts.environments.begin(), facts.environments.end()},
            .sessions = static_cast<int64_t>(facts.sessions.size()), .users = static_cast<int64_t>(facts.users.size()),
            .views = facts.views, .errors = facts.errors, .last_ns = facts.last_ns};
    for (const auto& [version, seen] : facts.versions) {
      app.versions.push_back({version, seen.first_ns, seen.last_ns, static_cast<int64_t>(seen.sessions.size())});
    }
    std::ranges::stable_sort(app.versions, std::ranges::greater(), &AppVersion::last_ns);
    done.apps.push_back(std::move(app));
  }
  std::ranges::stable_sort(done.apps, std::ranges::greater(), &App::sessions);
  return done;
}

}  // namespace clew::query_rum
