// The OTLP trace messages as data: what traces_json_reader.cc needs to turn their JSON into protobuf.
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
  kInt64,
  kFixed64,
  kDouble,
  kSpanKind,
  kStatusCode,
};

struct JsonMessage;

struct JsonField {
  std::string_view name;           // lowerCamelCase
  std::string_view original_name;  // snake_case, as in the .proto file
  uint32_t number;
  JsonFieldType type;
  bool is_repeated = false;
  bool has_presence = false;  // A member of a oneof: written even when it holds its default.
  const JsonMessage* message = nullptr;
};

struct JsonMessage {
  std::span<const JsonField> fields;
};

extern const JsonMessage kTracesDataJson;

// The names of an enum's values in the order of their numbers.
std::span<const std::string_view> span_kind_names();
std::span<const std::string_view> status_code_names();

}  // namespace clew::otlp
