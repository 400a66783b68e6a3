// Where the simulated shop sends what its services and its visitors' browsers report.
#pragma once

#include <string>

#include "demo/web_sdk.h"
#include "stdx/error.h"

namespace clew::demo {

// Each returns when the server acknowledged or refused. One thread calls.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual stdx::Result<void> send(std::string request) = 0;       // An OTLP ExportTraceServiceRequest.
  virtual stdx::Result<void> send_logs(std::string request) = 0;  // An OTLP ExportLogsServiceRequest.
  virtual stdx::Result<void> send_bundle(const Bundle& bundle) = 0;  // To the RUM door, as a browser does now.
};

}  // namespace clew::demo
