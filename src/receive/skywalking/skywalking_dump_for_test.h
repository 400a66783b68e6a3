// An OTLP request for traces as lines that people can check.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "otlp/traces_codec.h"
#include "otlp/value_json.h"

namespace clew::receive_skywalking {

inline std::string attributes_text(const otlp::Attributes& attributes) {
  std::string json;
  otlp::append_attributes_json(attributes, json);
  return json;
}

inline void dump_span(const otlp::Span& span, std::back_insert_iterator<std::string> out) {
  constexpr const char* kKinds[] = {"-", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"};
  constexpr const char* kStatuses[] = {"", " OK", " ERROR"};
  fmt::format_to(out, "  {} \"{}\" {} {} < {} at {} for {}{}\n", kKinds[static_cast<size_t>(span.kind)], span.name,
                 otlp::to_hex(span.trace_id), otlp::span_id_hex(span.span_id), otlp::span_id_hex(span.parent_span_id),
                 span.start_time_unix_nano, span.end_time_unix_nano - span.start_time_unix_nano,
                 kStatuses[static_cast<size_t>(span.status_code)]);
  if (!span.status_message.empty()) fmt::format_to(out, "    message {}\n", span.status_message);
  if (!span.attributes.empty()) fmt::format_to(out, "    {}\n", attributes_text(span.attributes));
  if (span.dropped_attributes_count + span.dropped_events_count + span.dropped_links_count != 0) {
    fmt::format_to(out, "    dropped {} {} {}\n", span.dropped_attributes_count, span.dropped_events_count,
                   span.dropped_links_count);
  }
  for (const auto& event : span.events) {
    fmt::format_to(out, "    event {} {} {}\n", event.time_unix_nano, event.name, attributes_text(event.attributes));
  }
  for (const auto& link : span.links) {
    fmt::format_to(out, "    link {} {} {}\n", otlp::to_hex(link.trace_id), otlp::span_id_hex(link.span_id),
                   attributes_text(link.attributes));
  }
}

inline std::string dump(std::string_view request) {
  const auto data = otlp::decode_traces(request);
  if (!data) return "not OTLP: " + data.error().message + "\n";
  std::string text;
  auto out = std::back_inserter(text);
  for (const auto& resource : data->resource_spans) {
    fmt::format_to(out, "resource {}\n", attributes_text(resource.resource.attributes));
    for (const auto& scope : resource.scope_spans) {
      for (const auto& span : scope.spans) dump_span(span, out);
    }
  }
  return text;
}

inline std::string testdata_folder() { return std::string(CLEW_SOURCE_DIR) + "/src/receive/skywalking/testdata/"; }

inline std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

}  // namespace clew::receive_skywalking
