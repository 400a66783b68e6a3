// Any bytes as a protobuf list of Zipkin's spans: ends, and gives OTLP that our decoder takes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "otlp/traces_codec.h"
#include "receive/zipkin/zipkin_translate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::receive_zipkin;
  const auto translated = translate(Format::kV2Proto, std::string(reinterpret_cast<const char*>(data), size), 1);
  if (translated && !clew::otlp::decode_traces(translated->request)) std::abort();
  return 0;
}
