// Takes the secrets in query strings out of what devices send as OTLP.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "receive/rum/scrubber.h"

namespace clew::receive_rum {

enum class OtlpItems : uint8_t { kSpans, kLogRecords };

// The Export…ServiceRequest without the secrets in what is of devices: all of it if `all_of_devices`, else those resources that
// say so (otlp_device.h). Every text of these is looked at: names, bodies, messages, values of attributes of resources,
// scopes, items, their events and links. Keys, ids and trace states stay; so does what is malformed or nested too deeply, which
// nobody will read. nullopt: nothing is to be replaced, the request stays as it is. Guarded by otlp_sessions_fuzz.
std::optional<std::string> without_secrets(std::string_view request, OtlpItems items, bool all_of_devices, const Scrubber& scrubber);

}  // namespace clew::receive_rum
