// What the server keeps of each group of errors beyond the events themselves: when it was first seen, and what people
// said of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "stdx/clock.h"
#include "stdx/error.h"

namespace clew::query_rum {

enum class ErrorState : uint8_t { kOpen, kResolved, kIgnored, kRegressed };
std::string_view error_state_word(ErrorState state);  // "open" …
std::optional<ErrorState> parse_error_state(std::string_view word);

struct ErrorSighting {
  uint64_t id = 0;
  uint64_t plain_id = 0;  // Without source maps: whose state it takes over when it is new.
  std::string app;
  struct Version {
    std::string version;
    int64_t first_ns = 0, last_ns = 0;
  };
  std::vector<Version> versions;  // Not empty; an empty text where an event has none.
};

struct KnownError {
  uint64_t id = 0;
  uint64_t plain_id = 0;  // Without source maps: what leads to its events after the maps have gone.
  std::string app;
  ErrorState state = ErrorState::kOpen;
  int64_t state_since_ns = 0;  // 0: never changed.
  std::string resolved_in_version;
  std::string note;
  int64_t regressed_ns = 0;  // When it was seen again after it was resolved; 0: it was not.
  int64_t first_ns = 0, last_ns = 0;
  std::string first_version;
  std::map<std::string, int64_t> last_by_version;
};

// Any thread. Changes by people are durable when set() returns; what sightings add can be found out again from the
// events and is saved at most every kErrorSaveNs.
class ErrorStates {
 public:
  // Documents by name; `load` gives kNotFound for one that is not there. Any thread.
  struct Store {
    std::function<stdx::Result<std::string>(const std::string& name)> load;
    std::function<stdx::Result<void>(const std::string& name, std::string_view bytes)> save;
  };
  explicit ErrorStates(const stdx::Clock& clock, Store store = {});

  std::optional<KnownError> find(uint64_t id) const;

  struct Change {
    ErrorState state = ErrorState::kOpen;  // Not kRegressed: that is found out.
    std::string resolved_in_version = {};
    std::optional<std::string> note = {};        // Without it the note stays.
    std::optional<int64_t> state_since_ns = {};  // To put a former state back; now where absent.
  };
  // kNotFound for a group that was never seen. The state that it has then: one that was seen since is regressed again.
  stdx::Result<KnownError> set(uint64_t id, const Change& change);

  // What a scan saw, in any order and as often as one likes.
  void see(std::span<const ErrorSighting> sightings);
  // Everything that happened before this was seen; 0 before the first time.
  int64_t seen_until_ns() const;
  void saw_until(int64_t time_ns);
  // Taken by who looks at what came since; others go on with what is known.
  std::mutex& look_mutex() { return look_mutex_; }

 private:
  void see_one(const ErrorSighting& sighting);
  void find_regression(KnownError& known) const;
  bool is_at_or_after(const KnownError& known, const std::string& version) const;
  stdx::Result<void> save();
  void read(const std::string& json);

  const stdx::Clock& clock_;
  const Store store_;
  std::mutex look_mutex_;
  mutable std::mutex mutex_;
  absl::flat_hash_map<uint64_t, KnownError> known_;
  std::map<std::pair<std::string, std::string>, int64_t> version_first_ns_;  // By application and version.
  int64_t seen_until_ns_ = 0;
  int64_t saved_ns_ = 0;
  bool changed_ = false;
};

// Versions of numbers ("2.10.1", "v2.9") in their order; nullopt where one is none of them.
std::optional<int> compare_versions(std::string_view a, std::string_view b);

}  // namespace clew::query_rum
