// One Zipkin span as its version 1 model has it, and what it is in version 2.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "receive/zipkin/zipkin_span.h"

namespace clew::receive_zipkin {

struct V1Annotation {
  uint64_t timestamp_us = 0;
  std::string_view value;
  Endpoint endpoint;
};
struct V1BinaryAnnotation {
  std::string_view key;
  TagValue value;
  Endpoint endpoint;
};

// Views into the request, as ZipkinSpan.
struct V1Span {
  SpanIds ids;
  std::string_view name;
  uint64_t timestamp_us = 0;  // 0: not known, which on a server's side says that the client reports this span, too.
  uint64_t duration_us = 0;
  bool debug = false;
  std::vector<V1Annotation> annotations;
  std::vector<V1BinaryAnnotation> binary_annotations;

  void clear();
};

// Turns version 1 spans into version 2's. Version 1 has no kind, no shared flag and no local endpoint: they follow from the
// annotations cs, cr, sr, ss, ms, mr, ws, wr and from the address annotations ca, sa, ma, by the rules of Zipkin's own
// conversion (zipkin2.v1.V1SpanConverter). A span that holds both sides becomes two with one id. Keeps its memory from span
// to span; one thread. Guarded by zipkin_thrift_fuzz and zipkin_json_fuzz.
class V1Splitter {
 public:
  // Valid until the next call.
  std::span<const ZipkinSpan> split(const V1Span& span);

 private:
  struct Core;
  ZipkinSpan& start_half(const V1Span& source, const Endpoint& endpoint);
  ZipkinSpan& half_for(const V1Span& source, const Endpoint& endpoint);
  void take_annotations(const V1Span& source, Core& core);
  void take_binary_annotations(const V1Span& source, Core& core);
  void time_call(const V1Span& source, const Core& core);
  void time_message(const V1Span& source, const Core& core);
  void time_incomplete(const V1Span& source, const Core& core);
  void keep_as_annotation(const V1Span& source, const V1Annotation& annotation);
  void set_remotes(const V1Span& source, const Core& core);
  ZipkinSpan& other_half(const V1Span& source, const V1Annotation& first, const V1Annotation& second,
                         otlp::SpanKind first_kind, otlp::SpanKind second_kind);

  std::vector<ZipkinSpan> halves_;  // Only the first half_count_ are of the current span.
  size_t half_count_ = 0;
};

}  // namespace clew::receive_zipkin
