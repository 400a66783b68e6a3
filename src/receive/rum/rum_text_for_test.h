// For tests: the requests that translators make, as text.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "otlp/ids.h"
#include "otlp/log_fields.h"
#include "otlp/message_reader.h"
#include "otlp/message_writer.h"
#include "otlp/traces_codec.h"
#include "otlp/value_json.h"

namespace clew::receive_rum {

namespace field = otlp::field;

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += "0123456789abcdef"[static_cast<uint8_t>(byte) >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// "  key = value", a line for each KeyValue of `field_number`; long values are cut.
inline std::string attributes_text(std::string_view message, uint32_t field_number, const char* indent) {
  std::string text;
  otlp::MessageReader fields(message);
  while (fields.next()) {
    if (fields.field() != field_number) continue;
    otlp::MessageReader pair(fields.bytes());
    std::string key, value;
    while (pair.next()) {
      if (pair.field() == field::kKeyValueKey) key = pair.bytes();
      if (pair.field() == field::kKeyValueValue) otlp::append_wire_value_json(pair.bytes(), value);
    }
    if (value.size() > 100) value = value.substr(0, 100) + "…(" + std::to_string(value.size()) + ")";
    text += indent + key + " = " + value + "\n";
  }
  EXPECT_TRUE(fields.ok());
  return text;
}

inline std::string record_text(std::string_view record) {
  std::string head, body, trace;
  otlp::MessageReader fields(record);
  while (fields.next()) {
    if (fields.field() == field::kLogTimeUnixNano) head = std::to_string(fields.number() / 1'000'000) + " " + head;
    if (fields.field() == field::kLogEventName) head += std::string(fields.bytes()) + " ";
    if (fields.field() == field::kLogSeverityNumber) head += "severity " + std::to_string(fields.number()) + " ";
    if (fields.field() == field::kLogBody) otlp::append_wire_value_json(fields.bytes(), body);
    if (fields.field() == field::kLogTraceId || fields.field() == field::kLogSpanId) trace += " " + hex(fields.bytes());
  }
  EXPECT_TRUE(fields.ok());
  return "  " + head + body + trace + "\n" + attributes_text(record, field::kLogAttributes, "    ");
}

// Both requests have the envelope of traces.
inline std::string request_text(std::string_view request, const std::function<std::string(std::string_view)>& row_text) {
  std::string text;
  otlp::MessageReader resources(request);
  while (resources.next()) {
    otlp::MessageReader parts(resources.bytes());
    while (parts.next()) {
      if (parts.field() == field::kResourceSpansResource) {
        text += attributes_text(parts.bytes(), field::kResourceAttributes, "  ");
      } else if (parts.field() == field::kResourceSpansScopeSpans) {
        otlp::MessageReader rows(parts.bytes());
        while (rows.next()) {
          if (rows.field() == field::kScopeSpansSpans) text += row_text(rows.bytes());
        }
        EXPECT_TRUE(rows.ok());
      }
    }
  }
  EXPECT_TRUE(resources.ok());
  return text;
}

inline std::string span_text(std::string_view message) {
  std::string request, scope, resource;
  otlp::MessageWriter(scope).add_bytes(field::kScopeSpansSpans, message);
  otlp::MessageWriter(resource).add_bytes(field::kResourceSpansScopeSpans, scope);
  otlp::MessageWriter(request).add_bytes(field::kTracesResourceSpans, resource);
  const auto traces = otlp::decode_traces(request);
  if (!traces) return "malformed: " + traces.error().message;
  const otlp::Span& span = traces->resource_spans[0].scope_spans[0].spans[0];
  return "  " + otlp::to_hex(span.trace_id) + " " + otlp::span_id_hex(span.span_id) + " \"" + span.name + "\" kind " +
         std::to_string(static_cast<int>(span.kind)) + " " +
         std::to_string((span.end_time_unix_nano - span.start_time_unix_nano) / 1000) + " us status " +
         std::to_string(static_cast<int>(span.status_code)) + " " + span.status_message + " tracestate \"" +
         span.trace_state + "\"\n" + attributes_text(message, field::kSpanAttributes, "    ");
}

}  // namespace clew::receive_rum
