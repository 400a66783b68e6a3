// Any bytes as a PostSpansRequest: what is taken is an OTLP request that the survey can read, of as many spans as were
// counted; what is refused leaves nothing behind.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "otlp/traces_survey.h"
#include "receive/jaeger/jaeger_proto.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  const receive_jaeger::JaegerLimits limits;
  receive_jaeger::ProtoTranslator translator(limits);
  receive_jaeger::OtlpWriter writer;
  const bool taken =
      translator.translate_post_spans({reinterpret_cast<const char*>(data), size}, writer).has_value();
  if (!taken) {
    if (!writer.empty()) std::abort();
    return 0;
  }
  const auto survey = otlp::survey_traces(writer.take());
  if (!survey || survey->span_count != translator.span_count()) std::abort();
  return 0;
}
