// What OpenTelemetry's SDKs send from users' devices, as events of their sessions.
#pragma once

#include <string>
#include <string_view>

#include "receive/rum/bundle.h"
#include "receive/rum/scrubber.h"
#include "receive/rum/session_views.h"

namespace clew::receive_rum {

// A log record or span is of a user's session if it has `session.id` (or its resource has) and comes from a device: the
// request is a browser's by its User-Agent, the resource names a browser, Android, iOS or Dart, or the event has a name that
// only such SDKs give. A backend's own `session.id` is none of these, and stays where it is.

// An ExportLogsServiceRequest to be stored in place of `request`: its records of sessions have become records of the scope
// clew.rum with the words of otlp_event_names.h, their attributes kept; all others are as they were. Empty: there are none, or
// the request is malformed, which its survey will say.
std::string with_session_events(std::string_view request, const BundleContext& context, const Scrubber& scrubber,
                                SessionViews& views);

// An ExportLogsServiceRequest with an event for each HTTP request that a span of a session is of; empty: there are none. The
// spans themselves are stored as they are.
std::string requests_of_spans(std::string_view request, const BundleContext& context, const Scrubber& scrubber,
                              const SessionViews& views);

// Whether these are worth calling: false for what backends send, at the cost of a search for the attribute's key, or of a walk
// over the envelope and a look into the first spans of each scope.
bool logs_have_sessions(std::string_view request);
bool spans_have_sessions(std::string_view request, std::string_view user_agent);

// All guarded by otlp_sessions_fuzz.

}  // namespace clew::receive_rum
