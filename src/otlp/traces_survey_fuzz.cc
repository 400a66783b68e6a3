// Any bytes: the survey and the strict decoder end, within bounds, and agree on what they both judge.
#include <cstdlib>

#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"
#include "otlp/value_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::otlp;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto survey = survey_traces(bytes);
  const auto traces = decode_traces(bytes);
  // What decodes strictly is well-formed for the survey too, and has as many spans.
  if (traces) {
    if (!survey) std::abort();
    size_t spans = 0;
    for (const auto& resource_spans : traces->resource_spans) {
      for (const auto& scope_spans : resource_spans.scope_spans) spans += scope_spans.spans.size();
    }
    if (spans != survey->span_count) std::abort();
    if (survey->refused_by[static_cast<size_t>(SpanRefusal::kMalformed)] != 0) std::abort();
  }
  // Whatever an attribute value is, what we write for it is JSON that we read.
  std::string json;
  append_wire_value_json(bytes, json);
  if (!parse_value_json(json)) std::abort();
  json = "{";
  append_wire_key_value_json(bytes, true, json);
  json += '}';
  if (!parse_attributes_json(json)) std::abort();
  return 0;
}
