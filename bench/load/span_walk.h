// The spans of a workload's request, for the encodings of other protocols.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "otlp/traces_codec.h"
#include "wire/json_writer.h"

namespace clew::bench {

inline constexpr uint64_t kNsPerUs = 1000;

inline otlp::TracesData decoded(std::string_view request) {
  auto data = otlp::decode_traces(request);
  if (!data) throw std::runtime_error(data.error().message);
  return std::move(*data);
}

// `write(span, service)` for each span of the request.
template <class Write>
void each_span(std::string_view request, Write write) {
  for (const auto& resource : decoded(request).resource_spans) {
    const std::string* service = otlp::find_string(resource.resource.attributes, "service.name");
    for (const auto& scope : resource.scope_spans) {
      for (const auto& span : scope.spans) write(span, service == nullptr ? "" : *service);
    }
  }
}

inline std::string text_of(const otlp::AnyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&value.value)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&value.value)) return *truth ? "true" : "false";
  return {};
}

inline uint64_t start_us(const otlp::Span& span) { return span.start_time_unix_nano / kNsPerUs; }
inline uint64_t duration_us(const otlp::Span& span) {
  return std::max<uint64_t>(1, (span.end_time_unix_nano - span.start_time_unix_nano) / kNsPerUs);
}
inline bool failed(const otlp::Span& span) { return span.status_code == otlp::StatusCode::kError; }

// The text of an exception event, as OpenTelemetry's Go exporter has it.
inline std::string event_text(const otlp::SpanEvent& event) {
  std::string text = event.name + ": ";
  wire::JsonWriter json(text);
  json.begin_object();
  for (const auto& attribute : event.attributes) json.member(attribute.key, text_of(attribute.value));
  json.end_object();
  return text;
}

}  // namespace clew::bench
