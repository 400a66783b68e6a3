// Jaeger's model.proto: the request of CollectorService/PostSpans.
#pragma once

#include <string_view>

#include "receive/jaeger/jaeger_receive_limits.h"
#include "receive/jaeger/jaeger_model.h"
#include "receive/jaeger/jaeger_otlp_writer.h"
#include "stdx/error.h"

namespace clew::receive_jaeger {

// Appends the batch to an OtlpWriter, all of it or, if there is an error, nothing. A span may name a process of its own;
// otherwise the batch's counts. Pure; holds only buffers that are used again. One thread. Format: jaeger-idl's
// proto/api_v2/collector.proto and model.proto. Unknown fields are passed over. Guarded by jaeger_proto_fuzz.
class ProtoTranslator {
 public:
  explicit ProtoTranslator(const JaegerLimits& limits) : limits_(limits) {}

  stdx::Result<void> translate_post_spans(std::string_view request, OtlpWriter& writer);

  const Process& process() const { return process_; }  // The last one of the request.
  size_t span_count() const { return span_count_; }

 private:
  bool read_batch(std::string_view batch, OtlpWriter& writer);
  bool read_process(std::string_view process);
  bool read_span(std::string_view span);

  const JaegerLimits limits_;
  Process process_;
  Span span_;
  std::string_view span_process_;  // The encoded process of the span that was read last; empty if it has none.
  size_t span_count_ = 0;
  const char* fault_ = nullptr;  // What is wrong, where something is.
};

}  // namespace clew::receive_jaeger
