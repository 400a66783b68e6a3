// google.rpc.Status: the error body that OTLP/HTTP demands and the trailing metadata that gRPC clients read.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::net {

// Source: googleapis google/rpc/status.proto and error_details.proto; JSON by the protobuf mapping of Any and Duration.
struct RpcStatus {
  int code = 0;  // gRPC's number.
  std::string message;
  std::optional<std::chrono::milliseconds> retry_after;  // Becomes a RetryInfo among the details.
};

// The status of an error by the table in http.h, with RetryInfo where the client may retry.
RpcStatus rpc_status(const stdx::Error& error);

std::string encode_rpc_status(const RpcStatus& status);
std::string rpc_status_json(const RpcStatus& status);
// For clients and tests. kInvalidArgument if the bytes are no Status.
stdx::Result<RpcStatus> decode_rpc_status(std::string_view protobuf);

}  // namespace clew::net
