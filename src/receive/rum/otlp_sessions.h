// What OpenTelemetry's SDKs send from users' devices, as events of their sessions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "receive/rum/bundle.h"
#include "receive/rum/scrubber.h"
#include "receive/rum/session_views.h"

namespace clew::receive_rum {

// A log record or span is of a user's session if it has `session.id` (or its resource has) and comes from a device: the
// request is a browser's by its User-Agent, the resource names one (otlp_device.h), or the event has a name that only such SDKs
// give. A backend's own `session.id` is none of these, and stays where it is.

struct SessionEvents {
  std::string logs;  // An ExportLogsServiceRequest; may be empty if all events are repeats.
  std::string app;   // The service.name of the first resource that has events.
  uint32_t event_count = 0;
  uint32_t repeated_count = 0;       // Left out because `is_repeated` knew them.
  std::vector<uint64_t> event_keys;  // Of those that are new, to be remembered once they are durable.

  bool any() const { return event_count + repeated_count > 0; }
};

// In place of an ExportLogsServiceRequest: its records of sessions have become records of the scope clew.rum with the words of
// otlp_event_names.h, their attributes kept; all others are as they were. Not any(): the request stays as it is, since it has no
// such records or is malformed, which its survey will say. Events have no ids of their own, so they are told by session, moment
// and content (event_repeats.h); one without a time is never a repeat.
SessionEvents with_session_events(std::string_view request, const BundleContext& context, const Scrubber& scrubber,
                                  SessionViews& views, const IsRepeated& is_repeated);

// Beside an ExportTraceServiceRequest: an event for each HTTP request that a span of a session is of, told by the span's ids. The
// spans themselves are stored as they are.
SessionEvents requests_of_spans(std::string_view request, const BundleContext& context, const Scrubber& scrubber,
                                const SessionViews& views, const IsRepeated& is_repeated);

// All guarded by otlp_sessions_fuzz.

}  // namespace clew::receive_rum
