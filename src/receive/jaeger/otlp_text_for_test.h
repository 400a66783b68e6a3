// An encoded OTLP request as text with one line a fact, and its comparison with a golden file.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "otlp/traces_codec.h"
#include "otlp/value_json.h"

namespace clew::receive_jaeger {

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void append_attributes(std::string_view indent, const otlp::Attributes& attributes, std::string& text) {
  static constexpr std::string_view kTypes[] = {"empty", "string", "bool", "int", "double", "array", "map", "bytes"};
  for (const otlp::KeyValue& attribute : attributes) {
    std::string value;
    otlp::append_value_json(attribute.value, value);
    text += fmt::format("{}{} = {} ({})\n", indent, attribute.key, value, kTypes[attribute.value.value.index()]);
  }
}

inline std::string otlp_text(std::string_view request) {
  const auto data = otlp::decode_traces(request);
  if (!data) return data.error().message + "\n";
  static constexpr std::string_view kKinds[] = {"unspecified", "internal", "server", "client", "producer", "consumer"};
  static constexpr std::string_view kStatuses[] = {"unset", "ok", "error"};
  std::string text;
  for (const auto& resource : data->resource_spans) {
    text += "resource\n";
    append_attributes("  ", resource.resource.attributes, text);
    for (const auto& scope : resource.scope_spans) {
      if (!scope.scope.name.empty()) text += fmt::format("  scope {} {}\n", scope.scope.name, scope.scope.version);
      for (const otlp::Span& span : scope.spans) {
        text += fmt::format("  span {} {} below {}: {} \"{}\", {} + {} ns, status {} \"{}\", flags {}, state \"{}\"\n",
                            otlp::to_hex(span.trace_id), otlp::span_id_hex(span.span_id),
                            otlp::span_id_hex(span.parent_span_id), kKinds[static_cast<size_t>(span.kind)], span.name,
                            span.start_time_unix_nano, span.end_time_unix_nano - span.start_time_unix_nano,
                            kStatuses[static_cast<size_t>(span.status_code)], span.status_message, span.flags,
                            span.trace_state);
        append_attributes("    ", span.attributes, text);
        if (span.dropped_attributes_count + span.dropped_events_count + span.dropped_links_count > 0) {
          text += fmt::format("    dropped {} attributes, {} events, {} links\n", span.dropped_attributes_count,
                              span.dropped_events_count, span.dropped_links_count);
        }
        for (const otlp::SpanEvent& event : span.events) {
          text += fmt::format("    event {} {}\n", event.time_unix_nano, event.name);
          append_attributes("      ", event.attributes, text);
        }
        for (const otlp::SpanLink& link : span.links) {
          text += fmt::format("    link {} {}\n", otlp::to_hex(link.trace_id), otlp::span_id_hex(link.span_id));
          append_attributes("      ", link.attributes, text);
        }
      }
    }
  }
  return text;
}

// CLEW_GOLDEN_REWRITE=1 writes the file instead.
inline void expect_golden(const std::string& path, const std::string& text) {
  if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(path, std::ios::binary) << text;
  EXPECT_EQ(text, read_file(path)) << "CLEW_GOLDEN_REWRITE=1 rewrites " << path;
}

}  // namespace clew::receive_jaeger
