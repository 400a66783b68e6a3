// Any text as a list of Zipkin's spans in JSON of both versions: ends, and gives OTLP that our decoder takes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "otlp/traces_codec.h"
#include "receive/zipkin/zipkin_translate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::receive_zipkin;
  const std::string body(reinterpret_cast<const char*>(data), size);
  for (const Format format : {Format::kV1Json, Format::kV2Json}) {
    const auto translated = translate(format, body, 1);
    if (translated && !clew::otlp::decode_traces(translated->request)) std::abort();
  }
  return 0;
}
