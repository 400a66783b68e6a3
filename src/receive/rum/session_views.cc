#include "receive/rum/session_views.h"

#include <functional>

#include "receive/rum/rum_limits.h"

namespace clew::receive_rum {

void SessionViews::set(std::string_view session_id, SessionView view) {
  const uint64_t key = std::hash<std::string_view>{}(session_id);
  const std::lock_guard lock(mutex_);
  if (views_.size() >= kSessionViewsMax && !views_.contains(key)) views_.clear();
  views_[key] = std::move(view);
}

SessionView SessionViews::of(std::string_view session_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = views_.find(std::hash<std::string_view>{}(session_id));
  return found == views_.end() ? SessionView() : found->second;
}

}  // namespace clew::receive_rum
