// Any bytes as a Thrift list of Zipkin's spans in both encodings: ends, and gives OTLP that our decoder takes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "otlp/traces_codec.h"
#include "receive/zipkin/zipkin_translate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto encoding : {wire::ThriftEncoding::kBinary, wire::ThriftEncoding::kCompact}) {
    const auto translated = receive_zipkin::translate_thrift_list(body, encoding, 1);
    if (translated && !otlp::decode_traces(translated->request)) std::abort();
  }
  return 0;
}
