#include "query/rum/error_states.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <simdjson.h>

#include "otlp/value_json.h"
#include "query/rum/error_key.h"
#include "query/rum/error_limits.h"

namespace clew::query_rum {
namespace {

constexpr std::string_view kDocument = "error_groups.json";
constexpr std::array<std::string_view, 4> kWords = {"open", "resolved", "ignored", "regressed"};

std::string json_text(std::string_view text) {
  std::string json;
  otlp::append_json_string(text, json);
  return json;
}

std::string text_of(simdjson::dom::element object, const char* name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}
int64_t number_of(simdjson::dom::element object, const char* name) {
  int64_t number = 0;
  return object[name].get(number) == simdjson::SUCCESS ? number : 0;
}

std::string known_json(const KnownError& known) {
  std::string json = fmt::format(
      R"({{"id":"{}","plain_id":"{}","app":{},"state":"{}","since":{},"in":{},"note":{},"regressed":{},"first":{},"last":{},"first_version":{},"versions":{{)",
      group_id_text(known.id), group_id_text(known.plain_id), json_text(known.app), error_state_word(known.state),
      known.state_since_ns, json_text(known.resolved_in_version), json_text(known.note), known.regressed_ns,
      known.first_ns, known.last_ns, json_text(known.first_version));
  bool first = true;
  for (const auto& [version, last_ns] : known.last_by_version) {
    json += fmt::format("{}{}:{}", first ? "" : ",", json_text(version), last_ns);
    first = false;
  }
  return json + "}}";
}

// "v2.10.1-rc.1": the numbers before the first other thing, or false.
bool read_numbers(std::string_view text, std::vector<uint64_t>& numbers) {
  if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
  while (!text.empty()) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return false;
    numbers.push_back(number);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.empty()) break;
    if (text[0] != '.' || numbers.size() == 8) return false;
    text.remove_prefix(1);
  }
  return numbers.size() > 1;
}

}  // namespace

std::string_view error_state_word(ErrorState state) { return kWords[static_cast<size_t>(state)]; }

std::optional<ErrorState> parse_error_state(std::string_view word) {
  const auto found = std::ranges::find(kWords, word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<ErrorState>(found - kWords.begin());
}

std::optional<int> compare_versions(std::string_view a, std::string_view b) {
  std::vector<uint64_t> left, right;
  if (!read_numbers(a, left) || !read_numbers(b, right)) return std::nullopt;
  const auto order = left <=> right;
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

ErrorStates::ErrorStates(const stdx::Clock& clock, Store store) : clock_(clock), store_(std::move(store)) {
  if (!store_.load) return;
  if (auto saved = store_.load(std::string(kDocument))) read(*saved);
}

std::optional<KnownError> ErrorStates::find(uint64_t id) const {
  std::lock_guard lock(mutex_);
  const auto known = known_.find(id);
  return known == known_.end() ? std::nullopt : std::optional(known->second);
}

int64_t ErrorStates::seen_until_ns() const {
  std::lock_guard lock(mutex_);
  return seen_until_ns_;
}

void ErrorStates::saw_until(int64_t time_ns) {
  std::lock_guard lock(mutex_);
  seen_until_ns_ = std::max(seen_until_ns_, time_ns);
  if (!changed_ || clock_.now_ns() - saved_ns_ < kErrorSaveNs) return;
  [[maybe_unused]] const auto saved = save();  // What cannot be saved now is saved the next time, or found out again.
}

stdx::Result<KnownError> ErrorStates::set(uint64_t id, const Change& change) {
  if (change.resolved_in_version.size() > kMapParameterBytesMax ||
      (change.note && change.note->size() > kErrorNoteBytesMax)) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("a note has at most {} bytes, a version {}",
                                                                     kErrorNoteBytesMax, kMapParameterBytesMax));
  }
  std::lock_guard lock(mutex_);
  const auto known = known_.find(id);
  if (known == known_.end())
    return stdx::fail(stdx::ErrorCode::kNotFound, "no group of errors has the id " + group_id_text(id));
  const KnownError before = known->second;
  KnownError& now = known->second;
  now.state = change.state;
  now.state_since_ns = change.state_since_ns.value_or(clock_.now_ns());
  now.resolved_in_version = change.state == ErrorState::kResolved ? change.resolved_in_version : std::string();
  now.regressed_ns = 0;
  if (change.note) now.note = *change.note;
  find_regression(now);
  if (auto saved = save(); !saved) {
    known->second = before;
    return std::unexpected(std::move(saved.error()));
  }
  return now;
}

void ErrorStates::see(std::span<const ErrorSighting> sightings) {
  std::lock_guard lock(mutex_);
  // Versions first: whether one is later than another is asked of all of them.
  for (const ErrorSighting& sighting : sightings) {
    for (const ErrorSighting::Version& version : sighting.versions) {
      const std::pair<std::string, std::string> key(sighting.app, version.version);
      const auto found = version_first_ns_.find(key);
      if (found == version_first_ns_.end()) {
        if (version_first_ns_.size() < kAppVersionsMax) version_first_ns_.emplace(key, version.first_ns);
      } else {
        found->second = std::min(found->second, version.first_ns);
      }
    }
  }
  for (const ErrorSighting& sighting : sightings) see_one(sighting);
  if (known_.size() <= kKnownErrorsMax) return;
  // Forgotten first: what nobody said anything of, the longest unseen.
  std::vector<std::pair<int64_t, uint64_t>> order;
  for (const auto& [id, known] : known_) {
    if (known.state == ErrorState::kOpen && known.note.empty()) order.emplace_back(known.last_ns, id);
  }
  std::ranges::sort(order);
  for (size_t i = 0; i < order.size() && known_.size() > kKnownErrorsMax; ++i) known_.erase(order[i].second);
}

void ErrorStates::see_one(const ErrorSighting& sighting) {
  auto found = known_.find(sighting.id);
  if (found == known_.end()) {
    KnownError fresh;
    // A map has come since: the group goes on under its better name.
    if (const auto plain = known_.find(sighting.plain_id); plain != known_.end() && plain->second.app == sighting.app)
      fresh = plain->second;
    fresh.id = sighting.id;
    fresh.plain_id = sighting.plain_id;
    fresh.app = sighting.app;
    found = known_.emplace(sighting.id, std::move(fresh)).first;
    changed_ = true;
  }
  KnownError& known = found->second;
  for (const ErrorSighting::Version& version : sighting.versions) {
    if (known.first_ns == 0 || version.first_ns < known.first_ns) {
      known.first_ns = version.first_ns;
      known.first_version = version.version;
      changed_ = true;
    }
    if (version.last_ns > known.last_ns) {
      known.last_ns = version.last_ns;
      changed_ = true;
    }
    int64_t& last_ns = known.last_by_version[version.version];
    last_ns = std::max(last_ns, version.last_ns);
  }
  while (known.last_by_version.size() > kKnownVersionsMax) {
    known.last_by_version.erase(
        std::ranges::min_element(known.last_by_version, {}, [](const auto& entry) { return entry.second; }));
  }
  find_regression(known);
}

bool ErrorStates::is_at_or_after(const KnownError& known, const std::string& version) const {
  if (version == known.resolved_in_version) return true;
  if (const auto order = compare_versions(version, known.resolved_in_version)) return *order >= 0;
  const auto seen = version_first_ns_.find({known.app, version});
  const auto resolved = version_first_ns_.find({known.app, known.resolved_in_version});
  if (seen == version_first_ns_.end()) return false;
  // A version that nobody has used yet is later than all that were there when it was named.
  return seen->second > (resolved == version_first_ns_.end() ? known.state_since_ns : resolved->second);
}

void ErrorStates::find_regression(KnownError& known) const {
  if (known.state != ErrorState::kResolved) return;
  for (const auto& [version, last_ns] : known.last_by_version) {
    if (last_ns <= known.state_since_ns) continue;
    if (!known.resolved_in_version.empty() && !is_at_or_after(known, version)) continue;
    if (known.state == ErrorState::kResolved || last_ns < known.regressed_ns) known.regressed_ns = last_ns;
    known.state = ErrorState::kRegressed;
  }
}

stdx::Result<void> ErrorStates::save() {
  saved_ns_ = clock_.now_ns();
  if (!store_.save) return {};
  std::string json = fmt::format("{{\"seen_until\":{},\"versions\":[", seen_until_ns_);
  for (const auto& [key, first_ns] : version_first_ns_) {
    json += fmt::format("{}[{},{},{}]", json.back() == '[' ? "" : ",\n", json_text(key.first), json_text(key.second),
                        first_ns);
  }
  json += "],\"groups\":[";
  for (const auto& [id, known] : known_) {
    if (json.back() != '[') json += ",\n";
    json += known_json(known);
  }
  json += "]}";
  if (auto saved = store_.save(std::string(kDocument), json); !saved) return saved;
  changed_ = false;
  return {};
}

void ErrorStates::read(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) return;
  simdjson::dom::array versions, groups;
  if (root["versions"].get(versions) == simdjson::SUCCESS) {
    for (const simdjson::dom::element entry : versions) {
      std::string_view app, version;
      int64_t first_ns = 0;
      if (entry.at(0).get(app) != simdjson::SUCCESS || entry.at(1).get(version) != simdjson::SUCCESS) continue;
      if (entry.at(2).get(first_ns) != simdjson::SUCCESS || version_first_ns_.size() == kAppVersionsMax) continue;
      version_first_ns_.emplace(std::pair(std::string(app), std::string(version)), first_ns);
    }
  }
  if (root["groups"].get(groups) != simdjson::SUCCESS) return;
  for (const simdjson::dom::element entry : groups) {
    KnownError known;
    known.id = parse_group_id(text_of(entry, "id"));
    if (known.id == 0 || known_.size() == kKnownErrorsMax) continue;
    known.plain_id = parse_group_id(text_of(entry, "plain_id"));
    known.app = text_of(entry, "app");
    known.state = parse_error_state(text_of(entry, "state")).value_or(ErrorState::kOpen);
    known.state_since_ns = number_of(entry, "since");
    known.resolved_in_version = text_of(entry, "in");
    known.note = text_of(entry, "note");
    known.regressed_ns = number_of(entry, "regressed");
    known.first_ns = number_of(entry, "first");
    known.last_ns = number_of(entry, "last");
    known.first_version = text_of(entry, "first_version");
    simdjson::dom::object seen;
    if (entry["versions"].get(seen) == simdjson::SUCCESS) {
      for (const auto [version, last_ns] : seen) {
        int64_t time_ns = 0;
        if (last_ns.get(time_ns) == simdjson::SUCCESS) known.last_by_version.emplace(version, time_ns);
      }
    }
    known_.emplace(known.id, std::move(known));
  }
  seen_until_ns_ = number_of(root, "seen_until");
}

}  // namespace clew::query_rum
