// Any bytes as each of SkyWalking's messages: ends, and gives well-formed OTLP of no more spans than there were.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"
#include "receive/skywalking/meter_translate.h"
#include "receive/skywalking/runtime_translate.h"
#include "receive/skywalking/segment_json.h"
#include "receive/skywalking/segment_translate.h"
#include "receive/skywalking/segment_v2.h"
#include "receive/skywalking/segment_v3.h"

namespace {

using namespace clew;
using namespace std::literals;
using namespace clew::receive_skywalking;

void check_traces(const std::string& request, size_t span_count, size_t malformed) {
  const auto survey = otlp::survey_traces(request);
  if (!survey || survey->span_count + malformed != span_count) std::abort();
  // Texts are passed on as they are, and repaired where they are stored.
  const auto decoded = otlp::decode_traces(request);
  if (!decoded && decoded.error().message.find("UTF-8") == std::string::npos) std::abort();
}

// Logs and metrics share the envelope with traces, and are protobuf all the way down to their scopes.
void check_envelope(std::string_view message, int depth) {
  otlp::MessageReader reader(message);
  while (reader.next()) {
    if (depth > 0 && (reader.tag() & 7) == 2) check_envelope(reader.bytes(), depth - 1);
  }
  if (!reader.ok()) std::abort();
}

NameBook& names() {
  static NameBook book;
  static const bool once = [] {
    book.register_names({{NameKind::kService, 0, "shop", {}}, {NameKind::kInstance, 2, "shop-1", {}}}, [](auto) {});
    return true;
  }();
  static_cast<void>(once);
  return book;
}

void try_segments(std::string_view bytes) {
  std::string request;
  if (const auto head = read_segment_head(bytes)) {
    SegmentTranslator translator(request);
    const auto translated = translate_segment_v3(bytes, *head, {}, translator);
    // Once more: into the same ResourceSpans, or, where the resource is another, into one of its own.
    const auto again = translate_segment_v3(bytes, *head, head->segment_id.size() % 2 == 0 ? "" : "\x0A\0"sv, translator);
    if (translated.has_value() != again.has_value()) std::abort();
    translator.finish();
    if (translated) check_traces(request, 2 * translated->span_count, 2 * translated->malformed_spans);
    if (!translated && !request.empty()) std::abort();
  }
  static_cast<void>(is_segment_v2(bytes));
  request.clear();
  std::string service;
  SegmentTranslator translator(request);
  const auto translated = translate_segment_v2(bytes, names(), translator, service);
  translator.finish();
  if (translated) check_traces(request, translated->span_count, translated->malformed_spans);
}

void try_items(std::string_view bytes) {
  Instances instances;
  const auto with = [&](auto translate) {
    std::string request;
    if (translate(request)) {
      check_envelope(request, 2);
    } else if (!request.empty()) {
      std::abort();
    }
  };
  StreamSource source;
  with([&](std::string& out) { return translate_meter(bytes, source, instances, 1, out).has_value(); });
  with([&](std::string& out) { return translate_meters(bytes, source, instances, 1, out).has_value(); });
  with([&](std::string& out) { return translate_log(bytes, source, instances, 1, out).has_value(); });
  with([&](std::string& out) { return translate_event(bytes, instances, 1, out).has_value(); });
  with([&](std::string& out) { return translate_attached_event(bytes, 1, out).has_value(); });
  with([&](std::string& out) { return translate_jvm(bytes, {}, out).has_value(); });
  with([&](std::string& out) { return translate_clr(bytes, {}, out).has_value(); });
  static_cast<void>(read_runtime_source(bytes));
  std::vector<TextPair> properties;
  uint32_t dropped = 0;
  if (append_pair(bytes, 1, properties, dropped)) check_envelope(encode_resource("s", "i", "l", {}, properties), 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try_segments(bytes);
  try_items(bytes);
  return 0;
}
