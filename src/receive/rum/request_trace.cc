#include "receive/rum/request_trace.h"

#include "otlp/foreign_ids.h"
#include "receive/rum/json_fields.h"
#include "wire/ascii.h"

namespace clew::receive_rum {

using simdjson::dom::element;

namespace {

// The SDK's type file names the field otherwise than its code does.
std::string_view trace_data_of(element event) {
  const std::string_view data = long_text_of(event, "trace_data");
  return data.empty() ? long_text_of(event, "tracing_data") : data;
}

// Electron's main process has another name for them than pages have.
element headers_of(element data) {
  const element headers = member(data, "headers");
  return headers.is_object() ? headers : member(data, "header");
}

bool is_skywalking(std::string_view header) {
  return wire::equal_ignoring_case(header, "sw8") || wire::equal_ignoring_case(header, "sw6");
}

}  // namespace

std::optional<RequestTrace> trace_of_request(element event) {
  const std::string trace_id = text_of(event, "trace_id");
  if (trace_id.empty()) return std::nullopt;
  const std::string_view data_text = trace_data_of(event);
  const auto parsed = parse_inner(data_text);
  const element data = parsed ? *parsed : nothing();
  RequestTrace trace;
  bool skywalking = false;
  for (const auto [name, value] : object_of(headers_of(data))) {
    if (trace.header_names.size() > kNameBytesMax) break;
    if (!trace.header_names.empty()) trace.header_names += ',';
    trace.header_names += name.substr(0, 64);
    skywalking = skywalking || is_skywalking(name);
    if (wire::equal_ignoring_case(name, "tracestate") && value.is_string()) {
      trace.trace_state = std::string_view(value).substr(0, kNameBytesMax);
    }
  }
  trace.sample = number_of(data, "sample");
  const std::string span_id = text_of(data, "spanId");
  if (span_id.empty()) {
    trace.trace_id = otlp::trace_id_of_text(trace_id);
    if (!otlp::is_uuid_like(trace_id)) trace.original_trace_id = trace_id;
    return trace;
  }
  const auto plain_span = otlp::parse_span_id(span_id);
  if (!skywalking && plain_span && *plain_span != 0) {
    const auto plain_trace = otlp::parse_trace_id(trace_id);
    if (plain_trace && !plain_trace->is_zero()) {
      trace.trace_id = *plain_trace;
      trace.span_id = *plain_span;
      return trace;
    }
  }
  trace.trace_id = otlp::trace_id_of_text(trace_id);
  trace.span_id = otlp::span_id_of_segment(span_id, 0);
  trace.original_trace_id = trace_id;
  trace.original_segment_id = span_id;
  return trace;
}

void write_trace_fields(RecordWriter& record, const RequestTrace& trace) {
  record.text("sw8.trace_id", trace.original_trace_id);
  record.text("sw8.segment_id", trace.original_segment_id);
  record.text("rum.trace.headers", trace.header_names);
  if (trace.sample) record.real("rum.trace.sample", *trace.sample);
}

}  // namespace clew::receive_rum
