// The trace that a browser's request began, as the SDK reports it.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "otlp/ids.h"
#include "receive/rum/record_writer.h"

namespace clew::receive_rum {

struct RequestTrace {
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  std::string original_trace_id;  // Where it is not the hex of trace_id: SkyWalking's.
  std::string original_segment_id;
  std::string trace_state;
  std::string header_names;  // "traceparent,tracestate": what the SDK says that it sent.
  std::optional<double> sample;  // The configured rate in percent.
};

// nullopt where the event names no trace. A sw8 or sw6 trace is the span (segment id, 0) that the backend's first segment refers
// to; every other one has 32 and 16 hex digits. Without a span id, as applications name traces themselves (sendResource,
// evaluateApi) and as a trace_data that was cut leaves it, span_id is 0: the event leads to the trace, but is no span of it.
std::optional<RequestTrace> trace_of_request(simdjson::dom::element event);

void write_trace_fields(RecordWriter& record, const RequestTrace& trace);

}  // namespace clew::receive_rum
