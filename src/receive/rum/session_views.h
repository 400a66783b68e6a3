// On which page each session is, for clients that say it only when the page changes.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace clew::receive_rum {

struct SessionView {
  std::string id;
  std::string name;
};

// The latest view of each session that OpenTelemetry's events have named: its events of vitals, clicks and errors say
// nothing of the page. Bounded by kSessionViewsMax; the table is emptied when it is full, and lost at a restart: then events
// have no view until the next page. Any thread.
class SessionViews {
 public:
  void set(std::string_view session_id, SessionView view);
  SessionView of(std::string_view session_id) const;  // Empty: not known.

 private:
  mutable std::mutex mutex_;
  std::unordered_map<uint64_t, SessionView> views_;
};

}  // namespace clew::receive_rum
