// SkyWalking v3 over HTTP: its messages in JSON.
#pragma once

#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::receive_skywalking {

// The messages that come as JSON. Those with a list take one object or an array of them.
enum class JsonMessageKind : uint8_t { kSegment, kInstanceProperties, kInstancePing, kLog, kEvent, kMeter };

// Appends the protobuf of each object to `messages`, one after the other, each as field 1 of a collection (as in
// SegmentCollection). Protobuf's JSON mapping, as agents write it: enums by name or number, 64-bit numbers as numbers or texts,
// null for absent, names in lowerCamelCase. Unknown members are skipped. kInvalidArgument names what is wrong and where it
// stands. Pure; bounded by its input and kJsonDepthMax. Guarded by skywalking_json_fuzz.
stdx::Result<void> json_to_messages(JsonMessageKind kind, std::string_view json, std::string& messages);

}  // namespace clew::receive_skywalking
