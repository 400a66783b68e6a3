// An OTLP request as lines that people can check.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "otlp/traces_codec.h"
#include "otlp/value_json.h"
#include "wire/content_coding.h"

namespace clew::receive_zipkin {

inline std::string attributes_text(const otlp::Attributes& attributes) {
  std::string json;
  otlp::append_attributes_json(attributes, json);
  return json;
}

inline std::string dump(std::string_view request) {
  constexpr const char* kKinds[] = {"-", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"};
  constexpr const char* kStatuses[] = {"", " OK", " ERROR"};
  const auto data = otlp::decode_traces(request);
  if (!data) return "not OTLP: " + data.error().message + "\n";
  std::string text;
  auto out = std::back_inserter(text);
  for (const auto& resource : data->resource_spans) {
    fmt::format_to(out, "resource {}\n", attributes_text(resource.resource.attributes));
    for (const auto& scope : resource.scope_spans) {
      if (!scope.scope.name.empty()) fmt::format_to(out, "  scope {} {}\n", scope.scope.name, scope.scope.version);
      for (const auto& span : scope.spans) {
        fmt::format_to(out, "  {} \"{}\" {} {} < {} at {} for {}{}\n", kKinds[static_cast<size_t>(span.kind)], span.name,
                       otlp::to_hex(span.trace_id), otlp::span_id_hex(span.span_id), otlp::span_id_hex(span.parent_span_id),
                       span.start_time_unix_nano, span.end_time_unix_nano - span.start_time_unix_nano,
                       kStatuses[static_cast<size_t>(span.status_code)]);
        if (!span.status_message.empty()) fmt::format_to(out, "    message {}\n", span.status_message);
        if (!span.trace_state.empty()) fmt::format_to(out, "    state {}\n", span.trace_state);
        if (!span.attributes.empty()) fmt::format_to(out, "    {}\n", attributes_text(span.attributes));
        if (span.dropped_attributes_count + span.dropped_events_count + span.dropped_links_count != 0) {
          fmt::format_to(out, "    dropped {} {} {}\n", span.dropped_attributes_count, span.dropped_events_count,
                         span.dropped_links_count);
        }
        for (const auto& event : span.events) {
          fmt::format_to(out, "    event {} {} {}{}\n", event.time_unix_nano, event.name, attributes_text(event.attributes),
                         event.dropped_attributes_count == 0 ? "" : fmt::format(" dropped {}", event.dropped_attributes_count));
        }
      }
    }
  }
  return text;
}

inline std::string testdata_folder() { return std::string(CLEW_SOURCE_DIR) + "/src/receive/zipkin/testdata/"; }

inline std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

// Of a file as a client sent it, compressed or not.
inline std::string read_sample(const std::string& path) {
  std::string bytes = read_whole(path);
  if (!path.ends_with(".gz")) return bytes;
  return wire::decode_gzip(bytes, 1 << 20).value_or("not gzip");
}

}  // namespace clew::receive_zipkin
