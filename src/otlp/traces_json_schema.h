// The OTLP messages of all signals as data: what traces_json_reader.cc needs to turn their JSON into protobuf.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "otlp/trace_fields.h"

namespace clew::otlp {

enum class JsonFieldType : uint8_t {
  kMessage,
  kString,
  kId,  // Hex in JSON (OTLP's exception from protobuf's JSON mapping), bytes on the wire.
  kBytes,
  kBool,
  kUint32,
  kFixed32,
  kUint64,
  kInt64,
  kSint32,    // Zigzag on the wire.
  kSfixed64,
  kFixed64,
  kDouble,
  kSpanKind,
  kStatusCode,
  kSeverityNumber,
  kTemporality,
};

struct JsonMessage;

struct JsonField {
  std::string_view name;           // lowerCamelCase
  std::string_view original_name;  // snake_case, as in the .proto file
  uint32_t number;
  JsonFieldType type;
  bool is_repeated = false;
  bool has_presence = false;  // Member of a oneof, optional or repeated: written even when it holds its default.
  const JsonMessage* message = nullptr;
};

struct JsonMessage {
  std::span<const JsonField> fields;
};

extern const JsonMessage kTracesDataJson;
extern const JsonMessage kLogsDataJson;
extern const JsonMessage kMetricsDataJson;

// The names of an enum's values in the order of their numbers.
std::span<const std::string_view> span_kind_names();
std::span<const std::string_view> status_code_names();
std::span<const std::string_view> severity_number_names();
std::span<const std::string_view> temporality_names();

}  // namespace clew::otlp
