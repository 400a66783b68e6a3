// SkyWalking segments as OTLP resource spans.
#pragma once

#include <string>
#include <string_view>

#include "otlp/message_writer.h"
#include "receive/skywalking/skywalking_segment.h"
#include "stdx/error.h"

namespace clew::receive_skywalking {

// One segment after another becomes one ResourceSpans after another of an ExportTraceServiceRequest. Pure: no clock, no I/O.
// What becomes of what is in README.md. One thread. Guarded by skywalking_fuzz.
class SegmentTranslator {
 public:
  explicit SegmentTranslator(std::string& request) : request_(request), writer_(request) {}

  // `resource` are encoded attributes of the resource (OTLP's Resource, field 1), of which service.name is one.
  void begin(const SegmentHead& head, std::string_view resource);
  // kPayloadTooLarge if the request has become too large; it is then of no use.
  stdx::Result<void> add(const SegmentSpan& span);
  void end();

 private:
  void write_parents(const SegmentSpan& span);
  void write_reference(const SegmentReference& ref);
  void write_logs(const SegmentSpan& span);
  void write_status(const SegmentSpan& span);

  std::string& request_;
  otlp::MessageWriter writer_;
  SegmentHead head_;
  std::string trace_id_;     // 16 bytes.
  bool keeps_trace_id_ = false;  // The trace id still says what SkyWalking's said.
  size_t resource_spans_ = 0;
  size_t scope_spans_ = 0;
};

// One segment of v3, appended to `request`; nothing is appended if it fails. Spans that cannot be read are left out.
struct Translated {
  size_t malformed_spans = 0;
  size_t span_count = 0;  // All of the segment.
};
stdx::Result<Translated> translate_segment_v3(std::string_view segment, const SegmentHead& head, std::string_view resource,
                                              std::string& request);

}  // namespace clew::receive_skywalking
