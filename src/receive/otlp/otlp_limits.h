// Every limit of the OTLP receiver, beside those of the servers in net/. All are settings; these are their defaults.
#pragma once

#include <cstddef>

namespace clew::receive_otlp {

struct OtlpLimits {
  size_t decompressed_bytes_max = 32 << 20;  // A request over HTTP after decompression: 413. gRPC's is in net/grpc_limits.h.
};

}  // namespace clew::receive_otlp
