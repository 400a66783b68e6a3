// Any bytes as a Batch in both encodings and as an agent's datagram: what is taken is an OTLP request that the survey can
// read, of as many spans as were counted, within bounds; what is refused leaves nothing behind.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "otlp/traces_survey.h"
#include "receive/jaeger/jaeger_thrift.h"

namespace {

using namespace clew;

void check(bool taken, size_t span_count, receive_jaeger::OtlpWriter& writer, const receive_jaeger::JaegerLimits& limits) {
  if (!taken) {
    if (!writer.empty()) std::abort();
    return;
  }
  const std::string request = writer.take();
  const auto survey = otlp::survey_traces(request);
  if (!survey || survey->span_count != span_count) std::abort();
  if (request.size() > limits.translated_bytes_max + (8 << 20)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const receive_jaeger::JaegerLimits limits;
  receive_jaeger::ThriftTranslator translator(limits);
  receive_jaeger::OtlpWriter writer;
  for (const auto encoding : {wire::ThriftEncoding::kBinary, wire::ThriftEncoding::kCompact}) {
    const bool taken = translator.translate_batch(bytes, encoding, writer).has_value();
    check(taken, translator.span_count(), writer, limits);
  }
  wire::ThriftEncoding encoding{};
  if (!receive_jaeger::recognise_call(bytes, encoding)) return 0;
  const bool taken = translator.translate_call(bytes, encoding, {}, writer).has_value();
  check(taken, translator.span_count(), writer, limits);
  return 0;
}
