// The text of a Zipkin annotation as an OTLP event.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace clew::receive_zipkin {

// Appends the fields of a Span.Event message. Zipkin's annotations are a time and a text; OpenTelemetry's exporters put an
// event's attributes into the text, each in its own way, and all of these come back as attributes:
//   name: {"key":1}      Go            "name":{"key":1}   Java, as the specification has it
//   {"name": {"key":1}}  Python        name|{"key":1}|0   the Collector, with the number of attributes dropped
// Any other text is the event's name, whole. Pure; any thread. Guarded by zipkin_event_fuzz.
void append_event(uint64_t time_unix_nano, std::string_view text, std::string& event);

}  // namespace clew::receive_zipkin
