// Any text: JSON ends in an error or in protobuf whose envelope is well-formed; and our value JSON reads what it writes.
#include <cstdlib>

#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"
#include "otlp/value_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::otlp;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto protobuf = traces_json_to_protobuf(text)) {
    const auto survey = survey_traces(*protobuf);
    if (!survey || survey->refused_by[static_cast<size_t>(SpanRefusal::kMalformed)] != 0) std::abort();
  }
  if (const auto value = parse_value_json(text)) {
    std::string json;
    append_value_json(*value, json);
    const auto again = parse_value_json(json);
    if (!again || !(*again == *value)) std::abort();
  }
  return 0;
}
