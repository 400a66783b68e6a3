// Any bytes: the decoder must survive them and agree with the survey about what is refused.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/span_decoder.h"
#include "otlp/traces_survey.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view request(reinterpret_cast<const char*>(data), size);
  const auto survey = clew::otlp::survey_traces(request);
  if (!survey) return 0;  // Such a request never reaches the log.
  clew::table::SpanTable table;
  clew::ingest::SpanDecoder decoder(table);
  const auto counts = decoder.decode(request, {});
  if (counts.refused != survey->refused_count) std::abort();
  if (counts.spans + counts.refused != survey->span_count) std::abort();
  return 0;
}
