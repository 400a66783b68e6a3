// Every limit of the Zipkin receiver, beside those of the server in net/http_limits.h.
#pragma once

#include <cstddef>

#include "otlp/value_json.h"

namespace clew::receive_zipkin {

struct ZipkinLimits {
  size_t decompressed_bytes_max = 32 << 20;  // A request after decompression: 413. A setting; this is its default.
};

// JSON in an annotation's text that becomes an event's attributes: deeper or longer ones stay text.
inline constexpr int kEventJsonDepthMax = otlp::kValueDepthMax;
inline constexpr size_t kEventJsonBytesMax = 1 << 20;
// A version 1 span has one half for each service that its annotations name. Real ones have two; further services' annotations
// stay with the first half.
inline constexpr size_t kHalvesMax = 8;

}  // namespace clew::receive_zipkin
