#include "demo/http_trace_sink.h"

#include <utility>

#include <fmt/format.h>

namespace clew::demo {
namespace {

// The statuses that the OTLP specification lets a client retry.
stdx::ErrorCode code_of_status(int status) {
  switch (status) {
    case 429:
      return stdx::ErrorCode::kResourceExhausted;
    case 502:
    case 503:
    case 504:
      return stdx::ErrorCode::kUnavailable;
    default:
      return stdx::ErrorCode::kInvalidArgument;
  }
}

}  // namespace

HttpTraceSink::HttpTraceSink(std::string host, uint16_t port) : client_({.host = std::move(host), .port = port}) {}

stdx::Result<void> HttpTraceSink::send(std::string request) {
  auto response = client_.post("/v1/traces", "application/x-protobuf", request);
  if (!response) return std::unexpected(response.error());
  if (response->status == 200) return {};
  return stdx::fail(code_of_status(response->status), fmt::format("the server answered HTTP {}", response->status));
}

}  // namespace clew::demo
