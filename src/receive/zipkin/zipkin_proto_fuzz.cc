// Any bytes as a protobuf list of Zipkin's spans: ends, and gives well-formed OTLP of as many spans as it says.
#include <cstdint>
#include <string>

#include "receive/zipkin/zipkin_fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::receive_zipkin;
  const auto translated = translate(Format::kV2Proto, std::string(reinterpret_cast<const char*>(data), size), 1);
  check_translated(translated);
  return 0;
}
