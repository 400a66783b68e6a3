// Any bytes as a Thrift list of Zipkin's spans in both encodings: ends, and gives well-formed OTLP of as many spans as it says.
#include <cstdint>
#include <string>

#include "receive/zipkin/zipkin_fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto encoding : {wire::ThriftEncoding::kBinary, wire::ThriftEncoding::kCompact}) {
    const auto translated = receive_zipkin::translate_thrift_list(body, encoding, 1);
    receive_zipkin::check_translated(translated);
  }
  return 0;
}
