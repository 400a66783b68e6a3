// SkyWalking segments as OTLP resource spans.
#pragma once

#include <string>
#include <string_view>

#include "otlp/message_writer.h"
#include "receive/skywalking/skywalking_segment.h"
#include "stdx/error.h"

namespace clew::receive_skywalking {

// Segments become an ExportTraceServiceRequest. Those that follow one another and are of one instance, as all of an agent's
// are, share a ResourceSpans: all that reads the request pays for each resource. Pure: no clock, no I/O. What becomes of what
// is in README.md. One thread. Guarded by skywalking_fuzz.
class SegmentTranslator {
 public:
  explicit SegmentTranslator(std::string& request) : request_(request), writer_(request) {}

  // `resource` are encoded attributes of the resource (OTLP's Resource, field 1), of which service.name is one.
  void begin(const SegmentHead& head, std::string_view resource);
  // kPayloadTooLarge if the request has become too large.
  stdx::Result<void> add(const SegmentSpan& span);
  // Takes back what has come since begin().
  void cancel();
  // The request is only then well-formed. The next segment begins another ResourceSpans.
  void finish();

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
  std::string resource_;         // Of the ResourceSpans that is open, if one is.
  bool is_open_ = false;
  size_t resource_spans_ = 0;
  size_t scope_spans_ = 0;
  size_t segment_begin_ = 0;     // In the request; if the segment opened its ResourceSpans, that is part of it.
  bool segment_opened_ = false;
};

// One segment of v3, handed to `translator`; nothing stays of it if it fails. Spans that cannot be read are left out.
struct Translated {
  size_t malformed_spans = 0;
  size_t span_count = 0;  // All of the segment.
};
stdx::Result<Translated> translate_segment_v3(std::string_view segment, const SegmentHead& head, std::string_view resource,
                                              SegmentTranslator& translator);

}  // namespace clew::receive_skywalking
