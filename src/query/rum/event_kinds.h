// What the rows of the events table are, told from their name and type.
#pragma once

#include <cstdint>
#include <string_view>

namespace clew::query_rum {

enum class EventKind : uint8_t {
  kView,         // rum.view, pv: a page was entered.
  kPerf,         // rum.view, perf: how its load went.
  kVitals,       // rum.view, webvitals: a piece of what the user felt of it.
  kViewCustom,   // rum.view, anything else.
  kAction,       // rum.action: a click.
  kRequest,      // rum.resource of fetch, XMLHttpRequest and whatever else is no static resource.
  kResource,     // rum.resource: script, style sheet, image …
  kException,    // rum.exception, white screens and crashes included.
  kLongTask,     // rum.longTask
  kCustom,       // rum.custom
  kApplication,  // rum.application: launches of applications.
  kOther,
};
inline constexpr size_t kEventKindCount = static_cast<size_t>(EventKind::kOther) + 1;

// `name` with or without "rum.": both are understood. `type` is the attribute rum.type.
EventKind event_kind(std::string_view name, std::string_view type);

// "view", "perf", "vitals", "view_custom", "action", "request", …
std::string_view kind_word(EventKind kind);

}  // namespace clew::query_rum
