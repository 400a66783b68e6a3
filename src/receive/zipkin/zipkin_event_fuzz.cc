// Any text of an annotation: gives the fields of one event, within a small multiple of the text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "otlp/message_reader.h"
#include "otlp/value_json.h"
#include "receive/zipkin/zipkin_event.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  std::string event;
  receive_zipkin::append_event(1, {reinterpret_cast<const char*>(data), size}, event);
  if (event.size() > 64 + 32 * size) std::abort();
  // All of it must be fields of an event; what they hold is anybody's text.
  otlp::MessageReader fields(event);
  size_t names = 0;
  while (fields.next()) {
    names += fields.field() == otlp::field::kEventName;
    if (fields.field() != otlp::field::kEventAttributes) continue;
    otlp::MessageReader pair(fields.bytes());
    while (pair.next()) {
      std::string json;
      if (pair.field() == otlp::field::kKeyValueValue) static_cast<void>(otlp::append_wire_value_json(pair.bytes(), json));
    }
    if (!pair.ok()) std::abort();
  }
  if (!fields.ok() || names != 1) std::abort();
  return 0;
}
