// Any text of an annotation: gives an event that our decoder takes, within a small multiple of the text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "otlp/message_writer.h"
#include "otlp/traces_codec.h"
#include "receive/zipkin/zipkin_event.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  namespace field = otlp::field;
  std::string event;
  receive_zipkin::append_event(1, {reinterpret_cast<const char*>(data), size}, event);
  if (event.size() > 64 + 32 * size) std::abort();
  std::string request;
  otlp::MessageWriter out(request);
  const size_t resource = out.open(field::kTracesResourceSpans);
  const size_t scope = out.open(field::kResourceSpansScopeSpans);
  const size_t span = out.open(field::kScopeSpansSpans);
  out.add_bytes(field::kSpanTraceId, std::string(16, '\1'));
  out.add_bytes(field::kSpanSpanId, std::string(8, '\1'));
  out.add_bytes(field::kSpanEvents, event);
  out.close(span);
  out.close(scope);
  out.close(resource);
  if (!otlp::decode_traces(request)) std::abort();
  return 0;
}
