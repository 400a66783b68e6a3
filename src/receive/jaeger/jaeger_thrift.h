// Jaeger's Thrift messages: batches, and the calls of the agent's UDP ports.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "receive/jaeger/jaeger_receive_limits.h"
#include "receive/jaeger/jaeger_model.h"
#include "receive/jaeger/jaeger_otlp_writer.h"
#include "stdx/error.h"
#include "wire/thrift_reader.h"

namespace clew::receive_jaeger {

// Turns a list<zipkincore.Span>, whose header is the first thing in the bytes, into an encoded OTLP request.
using ZipkinTranslation = std::function<stdx::Result<std::string>(std::string_view list, wire::ThriftEncoding encoding)>;

// Appends what it reads to an OtlpWriter, all of it or, if there is an error, nothing. Pure: no clock, no I/O; holds only
// buffers that are used again. One thread. Formats: jaeger-idl's thrift/jaeger.thrift and agent.thrift. Unknown fields are
// passed over, so that later versions can be read. Guarded by jaeger_thrift_fuzz.
class ThriftTranslator {
 public:
  explicit ThriftTranslator(const JaegerLimits& limits) : limits_(limits) {}

  // A bare Batch, as the collector takes it over HTTP.
  stdx::Result<void> translate_batch(std::string_view batch, wire::ThriftEncoding encoding, OtlpWriter& writer);
  // A call of the agent: emitBatch or emitZipkinBatch, with or without answer expected (none is given).
  stdx::Result<void> translate_call(std::string_view datagram, wire::ThriftEncoding encoding,
                                    const ZipkinTranslation& zipkin, OtlpWriter& writer);

  // Of the batch that was translated last; views into its bytes.
  const Process& process() const { return process_; }
  size_t span_count() const { return span_count_; }

 private:
  stdx::Result<void> read_batch(wire::ThriftReader& reader, OtlpWriter& writer);
  void read_process(wire::ThriftReader& reader);
  void read_spans(wire::ThriftReader& reader, OtlpWriter& writer);
  void read_span(wire::ThriftReader& reader);
  void read_span_list(wire::ThriftReader& reader, const wire::ThriftField& field);

  const JaegerLimits limits_;
  Process process_;
  Span span_;
  size_t span_count_ = 0;
  const char* fault_ = nullptr;  // Set where the bytes are well-formed but too much.
};

// Which encoding a call has by its first bytes, whichever port it came to. False if it is none that we know.
bool recognise_call(std::string_view datagram, wire::ThriftEncoding& encoding);

}  // namespace clew::receive_jaeger
