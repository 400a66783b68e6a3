// Every limit of the Jaeger receiver, beside those of the servers in net/.
#pragma once

#include <cstddef>

namespace clew::receive_jaeger {

struct JaegerLimits {
  size_t decompressed_bytes_max = 32 << 20;  // A request over HTTP after decompression: 413. gRPC's is in net/grpc_limits.h.
  // One batch as OTLP. A span of one byte becomes fifty, so the request's size alone is no bound.
  size_t translated_bytes_max = 64 << 20;
  // Datagrams that came together become one record of the log of about so many bytes; how long they wait for each other is
  // in net/udp_limits.h.
  size_t gather_bytes_max = 1 << 20;
};

// Of one span: its tags, references, logs, fields of all logs, and warnings, each. More is called malformed.
inline constexpr size_t kSpanPartsMax = 1 << 16;
static_assert(JaegerLimits{}.decompressed_bytes_max <= JaegerLimits{}.translated_bytes_max);
static_assert(JaegerLimits{}.gather_bytes_max <= JaegerLimits{}.translated_bytes_max);

}  // namespace clew::receive_jaeger
