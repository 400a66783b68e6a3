// Sends the shop's traces as OTLP over HTTP, the way an SDK does, and its visitors' bundles to the RUM door, as browsers do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "demo/trace_sink.h"
#include "net/http_client.h"

namespace clew::demo {

// One thread. Keeps one connection to each port open.
class HttpTraceSink final : public TraceSink {
 public:
  struct Door {
    std::string host;
    uint16_t port = 0;
    std::string target = "/rum/web/v2";
  };
  HttpTraceSink(std::string host, uint16_t otlp_port, Door rum);
  stdx::Result<void> send(std::string request) override { return send_otlp("/v1/traces", request); }
  stdx::Result<void> send_logs(std::string request) override { return send_otlp("/v1/logs", request); }
  stdx::Result<void> send_bundle(const Bundle& bundle) override;

 private:
  stdx::Result<void> send_otlp(std::string_view path, const std::string& request);

  net::HttpClient client_;
  net::HttpClient rum_client_;
  const std::string rum_target_;
};

}  // namespace clew::demo
