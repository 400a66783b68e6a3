// The three signals of OTLP and the ways they come in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clew::receive_otlp {

enum class Signal : uint8_t { kTraces, kLogs, kMetrics };

struct SignalNames {
  std::string_view http_path;
  std::string_view grpc_method;
  std::string_view rejected_key;  // In the JSON of partial success.
};

// Source: the OTLP specification 1.x and the collector/*/v1/*_service.proto files.
inline constexpr std::array kSignals = {
    SignalNames{"/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", "rejectedSpans"},
    SignalNames{"/v1/logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export", "rejectedLogRecords"},
    SignalNames{"/v1/metrics", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "rejectedDataPoints"},
};
inline const SignalNames& names_of(Signal signal) { return kSignals[static_cast<size_t>(signal)]; }

}  // namespace clew::receive_otlp
