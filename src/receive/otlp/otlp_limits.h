// Every limit of the OTLP receiver, beside those of the servers in net/. All are settings; these are their defaults.
#pragma once

#include <cstddef>

namespace clew::receive_otlp {

struct OtlpLimits {
  size_t decompressed_bytes_max = 32 << 20;  // A request over HTTP after decompression: 413. gRPC's is in net/grpc_limits.h.
  // Protobuf requests handed to the log and not yet acknowledged, over all protocols: 429, RESOURCE_EXHAUSTED.
  size_t bytes_in_flight_max = 64 << 20;
};
static_assert(OtlpLimits{}.decompressed_bytes_max <= OtlpLimits{}.bytes_in_flight_max, "or the largest is never taken");

}  // namespace clew::receive_otlp
