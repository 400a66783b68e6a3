// Where the simulated shop sends its traces.
#pragma once

#include <string>

#include "stdx/error.h"

namespace clew::demo {

// Sends one OTLP ExportTraceServiceRequest and returns when it was acknowledged or refused. One thread calls.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual stdx::Result<void> send(std::string request) = 0;
};

}  // namespace clew::demo
