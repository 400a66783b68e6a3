#include "query/rum/event_kinds.h"

#include <algorithm>
#include <array>

namespace clew::query_rum {
namespace {

// Static resources by what clients call them: ARMS' words, those of SkyWalking's and Faro's clients, initiator types of browsers.
constexpr std::array<std::string_view, 24> kStaticTypes = {
    "css",  "js",    "image", "img",   "font",       "media",  "other",  "document", "beacon", "script", "link",   "style",
    "icon", "video", "audio", "track", "stylesheet", "iframe", "frame",  "embed",    "object", "input",  "imageset", "navigation",
};

constexpr std::array<std::string_view, kEventKindCount> kWords = {
    "view", "perf", "vitals", "view_custom", "action", "request", "resource", "error", "long_task", "custom", "application", "other",
};

}  // namespace

EventKind event_kind(std::string_view name, std::string_view type) {
  if (name.starts_with("rum.")) name.remove_prefix(4);
  if (name == "view") {
    if (type == "pv") return EventKind::kView;
    if (type == "perf") return EventKind::kPerf;
    return type == "webvitals" ? EventKind::kVitals : EventKind::kViewCustom;
  }
  if (name == "resource") {
    const bool is_static = type.empty() || std::ranges::find(kStaticTypes, type) != kStaticTypes.end();
    return is_static ? EventKind::kResource : EventKind::kRequest;
  }
  if (name == "action") return EventKind::kAction;
  if (name == "exception") return EventKind::kException;
  if (name == "longTask" || name == "longtask") return EventKind::kLongTask;
  if (name == "custom") return EventKind::kCustom;
  return name == "application" ? EventKind::kApplication : EventKind::kOther;
}

std::string_view kind_word(EventKind kind) { return kWords[static_cast<size_t>(kind)]; }

}  // namespace clew::query_rum
