// What the events of OpenTelemetry's browser and mobile SDKs are in the words of the events table.
#pragma once

#include <string_view>

#include "receive/rum/record_writer.h"
#include "receive/rum/wire_fields.h"

namespace clew::receive_rum {

struct EventMeaning {
  std::string_view event_name;  // "rum.view"
  std::string_view type;        // rum.type
};

// `name` is the record's event name; `fields` its attributes, and those of its body. An unknown name is a custom event, no name
// a log line, unless they bring an exception. Sources: OpenTelemetry's semantic conventions of browser, app, device and
// session events, and @opentelemetry/browser-instrumentation 0.6.
EventMeaning meaning_of_event(std::string_view name, const WireFields& fields);

// Their measures under the names that the same measures have in bundles of the ARMS SDK; the attributes themselves are kept
// beside them by the caller.
void write_event_measures(RecordWriter& record, std::string_view name, const WireFields& fields);

// What people see of it in lists: "click on button", "/cart"; may be empty.
std::string event_title(std::string_view name, const WireFields& fields);

// The page or screen that the record names itself; empty if it does not.
std::string_view named_view(const WireFields& fields);

}  // namespace clew::receive_rum
