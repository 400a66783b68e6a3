// Whether an OTLP request comes from a user's device, told by its resources and by who brought it.
#pragma once

#include <string_view>

#include "receive/rum/wire_fields.h"

namespace clew::receive_rum {

inline constexpr std::string_view kSessionKey = "session.id";

// By a Resource message: "browser", "android", "ios", "app" (Dart: any of these), or empty: a backend, as far as it says. One
// pass without allocation, because every request of every backend is asked.
std::string_view device_type_of(std::string_view resource);

// By the User-Agent header: browsers all begin alike, OpenTelemetry's exporters otherwise.
inline bool is_browser(std::string_view user_agent) { return user_agent.starts_with("Mozilla/"); }

// Whether any of it is from a user's device.
bool has_device(std::string_view request, bool from_browser);

// Whether there may be log records of a backend's resource that only devices make (only_devices_say): some of the first of a
// scope name a session.
bool has_sessions_without_device(std::string_view logs);

// The attributes of a Resource message.
WireFields attributes_of(std::string_view resource);

// Event names that only SDKs on devices give.
bool only_devices_say(std::string_view event_name);

// All guarded by otlp_sessions_fuzz.

}  // namespace clew::receive_rum
