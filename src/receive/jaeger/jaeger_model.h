// A Jaeger span as it lies in the request: views into the bytes, whichever encoding they came in.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "otlp/ids.h"

namespace clew::receive_jaeger {

// Numbered as Thrift's TagType; model.proto has another order.
enum class TagType : uint8_t { kString = 0, kDouble = 1, kBool = 2, kLong = 3, kBinary = 4 };

struct Tag {
  std::string_view key;
  TagType type = TagType::kString;
  std::string_view text;     // Of a string or binary.
  uint64_t number = 0;       // Of a bool or long; of a double its bits.
};

struct Reference {
  bool follows_from = false;  // Else child of.
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
};

struct Log {
  uint64_t time_ns = 0;
  size_t first_field = 0;  // In Span::log_fields.
  size_t field_count = 0;
};

// Filled anew for each span of a request, so that its lists are allocated once for all of them. A time that 64-bit
// nanoseconds cannot hold is kTimeOutOfRange, which the survey of the OTLP request refuses.
struct Span {
  static constexpr uint64_t kTimeOutOfRange = UINT64_MAX;

  std::string_view trace_id;  // 16 bytes; model.proto may bring any number of them.
  std::string_view span_id;   // 8 bytes, likewise.
  otlp::SpanId parent_span_id = 0;
  std::string_view name;
  uint32_t flags = 0;
  uint64_t start_ns = 0;
  uint64_t end_ns = 0;
  std::vector<Tag> tags;
  std::vector<Reference> references;
  std::vector<Log> logs;
  std::vector<Tag> log_fields;
  std::vector<std::string_view> warnings;
  char id_bytes[24];  // What trace_id and span_id view where the request has numbers instead.

  void clear() {
    trace_id = span_id = name = {};
    parent_span_id = start_ns = end_ns = 0;
    flags = 0;
    tags.clear();
    references.clear();
    logs.clear();
    log_fields.clear();
    warnings.clear();
  }
};

struct Process {
  std::string_view service;
  std::vector<Tag> tags;

  void clear() {
    service = {};
    tags.clear();
  }
};

inline constexpr uint32_t kFlagSampled = 1;
inline constexpr uint32_t kFlagDebug = 2;
inline constexpr uint32_t kFlagFirehose = 8;

}  // namespace clew::receive_jaeger
