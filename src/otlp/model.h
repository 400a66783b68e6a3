// OTLP traces as plain objects: for answers, tests and tools.
//
// The ingest path never builds these; it writes columns straight from the wire (ingest/). Equality is exact: same types,
// same values, NaN equal to NaN; attribute lists compare as sets of keys.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "otlp/ids.h"

namespace clew::otlp {

struct AnyValue;
struct KeyValue;

struct Bytes {
  std::string data;
  bool operator==(const Bytes&) const = default;
};
struct ArrayValue {
  std::vector<AnyValue> values;
  bool operator==(const ArrayValue&) const;
};
struct KeyValueList {
  std::vector<KeyValue> values;
  bool operator==(const KeyValueList&) const;
};

// std::monostate is OTLP's empty value.
struct AnyValue {
  std::variant<std::monostate, std::string, bool, int64_t, double, ArrayValue, KeyValueList, Bytes> value;
  bool operator==(const AnyValue&) const;
};

struct KeyValue {
  std::string key;
  AnyValue value;
  bool operator==(const KeyValue&) const = default;
};
using Attributes = std::vector<KeyValue>;

struct Resource {
  Attributes attributes;
  uint32_t dropped_attributes_count = 0;
  std::string schema_url;
};

struct InstrumentationScope {
  std::string name;
  std::string version;
  Attributes attributes;
  uint32_t dropped_attributes_count = 0;
  std::string schema_url;
};

enum class SpanKind : uint8_t { kUnspecified, kInternal, kServer, kClient, kProducer, kConsumer };
enum class StatusCode : uint8_t { kUnset, kOk, kError };

struct SpanEvent {
  uint64_t time_unix_nano = 0;
  std::string name;
  Attributes attributes;
  uint32_t dropped_attributes_count = 0;
};

struct SpanLink {
  TraceId trace_id;
  SpanId span_id = 0;
  std::string trace_state;
  Attributes attributes;
  uint32_t dropped_attributes_count = 0;
  uint32_t flags = 0;
};

struct Span {
  TraceId trace_id;
  SpanId span_id = 0;
  SpanId parent_span_id = 0;
  std::string trace_state;
  uint32_t flags = 0;
  std::string name;
  SpanKind kind = SpanKind::kUnspecified;
  uint64_t start_time_unix_nano = 0;
  uint64_t end_time_unix_nano = 0;
  Attributes attributes;
  uint32_t dropped_attributes_count = 0;
  std::vector<SpanEvent> events;
  uint32_t dropped_events_count = 0;
  std::vector<SpanLink> links;
  uint32_t dropped_links_count = 0;
  StatusCode status_code = StatusCode::kUnset;
  std::string status_message;
};

struct ScopeSpans {
  InstrumentationScope scope;
  std::vector<Span> spans;
};
struct ResourceSpans {
  Resource resource;
  std::vector<ScopeSpans> scope_spans;
};
struct TracesData {
  std::vector<ResourceSpans> resource_spans;
};

bool same_attributes(const Attributes& a, const Attributes& b);
bool same_resource(const Resource& a, const Resource& b);
bool same_scope(const InstrumentationScope& a, const InstrumentationScope& b);
bool same_span(const Span& a, const Span& b);

// The string value of the attribute, or nullptr if it is absent or of another type.
const std::string* find_string(const Attributes& attributes, std::string_view key);

}  // namespace clew::otlp
