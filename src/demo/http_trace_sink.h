// Sends the shop's traces as OTLP over HTTP, the way an SDK does.
#pragma once

#include <cstdint>
#include <string>

#include "demo/trace_sink.h"
#include "net/http_client.h"

namespace clew::demo {

// One thread. Keeps one connection open.
class HttpTraceSink final : public TraceSink {
 public:
  HttpTraceSink(std::string host, uint16_t port);
  stdx::Result<void> send(std::string request) override;

 private:
  net::HttpClient client_;
};

}  // namespace clew::demo
