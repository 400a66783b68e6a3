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

HttpTraceSink::HttpTraceSink(std::string host, uint16_t otlp_port, Door rum)
    : client_({.host = std::move(host), .port = otlp_port}),
      rum_client_({.host = std::move(rum.host), .port = rum.port}),
      rum_target_(std::move(rum.target)) {}

stdx::Result<void> HttpTraceSink::send_otlp(std::string_view path, const std::string& request) {
  auto response = client_.post(path, "application/x-protobuf", request);
  if (!response) return std::unexpected(response.error());
  if (response->status == 200) return {};
  return stdx::fail(code_of_status(response->status), fmt::format("the server answered HTTP {}", response->status));
}

stdx::Result<void> HttpTraceSink::send_bundle(const Bundle& bundle) {
  // What a beacon sends; a mini-program's request has no origin, but no harm comes of one.
  auto response = rum_client_.post(rum_target_, "text/plain;charset=UTF-8", bundle.body,
                                   {{"User-Agent", bundle.user_agent},
                                    {"Origin", "https://shop.example"},
                                    {"X-Forwarded-For", bundle.client_address}});
  if (!response) return std::unexpected(response.error());
  if (response->status == 200 || response->status == 204) return {};
  return stdx::fail(code_of_status(response->status), fmt::format("the RUM door answered HTTP {}", response->status));
}

}  // namespace clew::demo
