// The bench's OTLP requests in the encodings of other protocols.
#pragma once

#include <string>
#include <string_view>

namespace clew::bench {

// All take an ExportTraceServiceRequest of the workload and give what a native client of the other protocol would send for its
// spans: service name and address where the protocol has them, the span's attributes as tags, nothing else of the resource,
// which Zipkin has no place for. Pure; any thread.
std::string zipkin_v2_json(std::string_view otlp);
std::string zipkin_v2_proto(std::string_view otlp);
std::string zipkin_v1_thrift(std::string_view otlp);

// A Batch of Jaeger's agent.thrift in binary, and a PostSpansRequest of its model.proto. Both have one process: the request's first
// resource, with its attributes as tags.
std::string jaeger_thrift(std::string_view otlp);
std::string jaeger_proto(std::string_view otlp);

// SkyWalking's segments, each as field 1 of the whole: one for the spans of a trace in a service that come together.
std::string skywalking_segments(std::string_view otlp);

}  // namespace clew::bench
