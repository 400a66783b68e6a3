// Any text as a list of Zipkin's spans in JSON of both versions: ends, and gives well-formed OTLP of as many spans as it says.
#include <cstdint>
#include <string>

#include "receive/zipkin/zipkin_fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::receive_zipkin;
  const std::string body(reinterpret_cast<const char*>(data), size);
  for (const Format format : {Format::kV1Json, Format::kV2Json}) {
    const auto translated = translate(format, body, 1);
    check_translated(translated);
  }
  return 0;
}
