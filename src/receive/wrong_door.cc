#include "receive/wrong_door.h"

namespace clew::receive {

std::string_view protocol_by_request(std::string_view path, std::string_view content_type) {
  struct Known {
    std::string_view path_begin;
    std::string_view phrase;
  };
  // Longer beginnings before shorter ones.
  static constexpr Known kKnown[] = {
      {"/opentelemetry.proto.collector.", "OTLP over gRPC, which goes to port 4317"},
      {"/jaeger.api_v2.", "Jaeger over gRPC, which goes to port 14250"},
      {"/skywalking.v3.", "SkyWalking over gRPC, which goes to port 11800"},
      {"/TraceSegmentReportService/", "SkyWalking over gRPC, which goes to port 11800"},
      {"/v1/traces", "OTLP over HTTP, which goes to port 4318"},
      {"/v1/logs", "OTLP over HTTP, which goes to port 4318"},
      {"/v1/metrics", "OTLP over HTTP, which goes to port 4318"},
      {"/api/v1/spans", "Zipkin, which goes to port 9411"},
      {"/api/v2/spans", "Zipkin, which goes to port 9411"},
      {"/api/traces", "a Jaeger client's Thrift over HTTP, which goes to port 14268"},
      {"/sampling", "a Jaeger client asking for its sampling strategy, which goes to port 5778"},
      {"/v3/segment", "SkyWalking over HTTP, which goes to port 12800"},
      {"/v3/management", "SkyWalking over HTTP, which goes to port 12800"},
      {"/v3/logs", "SkyWalking over HTTP, which goes to port 12800"},
  };
  for (const Known& known : kKnown) {
    if (path.starts_with(known.path_begin)) return known.phrase;
  }
  if (content_type.starts_with("application/grpc")) return "gRPC: OTLP's port is 4317, Jaeger's 14250, SkyWalking's 11800";
  return {};
}

}  // namespace clew::receive
