// Any bytes as each of SkyWalking's messages in JSON: ends, and gives well-formed protobuf, which the other readers take.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "otlp/message_reader.h"
#include "receive/skywalking/segment_json.h"
#include "receive/skywalking/segment_translate.h"
#include "receive/skywalking/segment_v3.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  using namespace clew::receive_skywalking;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  using enum JsonMessageKind;
  for (const auto kind : {kSegment, kInstanceProperties, kInstancePing, kLog, kEvent, kMeter}) {
    std::string messages;
    if (!json_to_messages(kind, json, messages)) continue;
    otlp::MessageReader reader(messages);
    while (reader.next()) {
      otlp::MessageReader message(reader.bytes());
      while (message.next()) {
      }
      if (!message.ok()) std::abort();
      if (kind != kSegment) continue;
      const auto head = read_segment_head(reader.bytes());
      std::string request;
      SegmentTranslator translator(request);
      // What we wrote ourselves has no malformed spans.
      const auto translated = head ? translate_segment_v3(reader.bytes(), *head, {}, translator)
                                   : stdx::Result<Translated>(Translated{});
      if (translated && translated->malformed_spans != 0) std::abort();
    }
    if (!reader.ok()) std::abort();
  }
  return 0;
}
