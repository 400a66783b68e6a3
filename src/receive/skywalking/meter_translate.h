// SkyWalking's meters, logs and events as OTLP metrics and logs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "receive/skywalking/instances.h"
#include "stdx/error.h"

namespace clew::receive_skywalking {

// In these streams only the first message need name service and instance (and the time, of meters); the others belong to it.
struct StreamSource {
  std::string service;
  std::string instance;
  std::string layer;
  int64_t time_ms = 0;
};

// Each appends to `request` what one message holds; nothing if it fails. `now_ms` stands for times that are absent. Pure but
// for the source, which is carried along. Sources: language-agent/Meter.proto, logging/Logging.proto, event/Event.proto,
// language-agent/Tracing.proto (SpanAttachedEvent). Guarded by skywalking_fuzz.

// MeterData; MeterDataCollection.
stdx::Result<void> translate_meter(std::string_view message, StreamSource& source, Instances& instances, int64_t now_ms,
                                   std::string& request);
stdx::Result<void> translate_meters(std::string_view message, StreamSource& source, Instances& instances, int64_t now_ms,
                                    std::string& request);
stdx::Result<void> translate_log(std::string_view message, StreamSource& source, Instances& instances, int64_t now_ms,
                                 std::string& request);
stdx::Result<void> translate_event(std::string_view message, Instances& instances, int64_t now_ms, std::string& request);
stdx::Result<void> translate_attached_event(std::string_view message, int64_t now_ms, std::string& request);

}  // namespace clew::receive_skywalking
