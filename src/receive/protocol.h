// The protocols that come in, and why something of them is refused: the closed lists that metrics, pages and tests share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "otlp/traces_survey.h"
#include "stdx/error.h"

namespace clew::receive {

enum class Protocol : uint8_t {
  kOtlpGrpc,
  kOtlpHttpProtobuf,
  kOtlpHttpJson,
  kJaegerUdpCompact,
  kJaegerUdpBinary,
  kJaegerHttpThrift,
  kJaegerGrpc,
  kZipkinV1Json,
  kZipkinV1Thrift,
  kZipkinV2Json,
  kZipkinV2Proto,
  kSkyWalkingGrpc,
  kSkyWalkingHttp,
  kSkyWalkingV2Grpc,
  kRumArms,
  kRumSkyWalking,
  kRumFaro,
  kCount,
};
inline constexpr size_t kProtocolCount = static_cast<size_t>(Protocol::kCount);

// The label `door` of /metrics and the name in the API.
inline constexpr std::array<std::string_view, kProtocolCount> kProtocolNames = {
    "otlp_grpc",          "otlp_http/protobuf", "otlp_http/json",   "jaeger_udp_compact", "jaeger_udp_binary",
    "jaeger_http_thrift", "jaeger_grpc",        "zipkin_v1_json",   "zipkin_v1_thrift",   "zipkin_v2_json",
    "zipkin_v2_proto",    "skywalking_grpc",    "skywalking_http",  "skywalking_v2_grpc",
    "rum_arms",           "rum_skywalking",     "rum_faro",
};
constexpr std::string_view protocol_name(Protocol protocol) { return kProtocolNames[static_cast<size_t>(protocol)]; }

// Why an item (span, log record, data point), a request or a datagram was not kept. The first ones are otlp::SpanRefusal's,
// with the same numbers.
enum class Refusal : uint8_t {
  kNone,
  kMalformed,
  kTraceIdLength,
  kTraceIdZero,
  kSpanIdLength,
  kSpanIdZero,
  kParentIdLength,
  kTimeOutOfRange,
  kUndecodable,   // The whole request: truncated, another message, bad JSON, damaged compression.
  kUnsupported,   // A content type, encoding or call that nobody here decodes; another protocol on this port.
  kTooLarge,
  kOverloaded,    // Back-pressure, or a datagram that found the queue full. Clients that can, retry.
  kUnavailable,   // The disk is full or fails, or the server is going. Clients that can, retry.
  kOther,
  kCount,
};
inline constexpr size_t kRefusalCount = static_cast<size_t>(Refusal::kCount);
static_assert(static_cast<size_t>(Refusal::kUndecodable) == static_cast<size_t>(otlp::SpanRefusal::kCount));

inline constexpr std::array<std::string_view, kRefusalCount> kRefusalNames = {
    "none",         "malformed",   "trace_id_length", "trace_id_zero", "span_id_length", "span_id_zero", "parent_id_length",
    "time_out_of_range", "undecodable", "unsupported",     "too_large",     "overloaded",     "unavailable",  "other",
};
constexpr std::string_view refusal_name(Refusal refusal) { return kRefusalNames[static_cast<size_t>(refusal)]; }

constexpr Refusal refusal_of(stdx::ErrorCode code) {
  using stdx::ErrorCode;
  switch (code) {
    case ErrorCode::kInvalidArgument: return Refusal::kUndecodable;
    case ErrorCode::kUnsupportedMediaType:
    case ErrorCode::kUnimplemented:
    case ErrorCode::kNotFound: return Refusal::kUnsupported;
    case ErrorCode::kPayloadTooLarge: return Refusal::kTooLarge;
    case ErrorCode::kResourceExhausted: return Refusal::kOverloaded;
    case ErrorCode::kUnavailable:
    case ErrorCode::kDeadlineExceeded:
    case ErrorCode::kCancelled: return Refusal::kUnavailable;
    default: return Refusal::kOther;
  }
}

}  // namespace clew::receive
