#include "otlp/model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace clew::otlp {
namespace {

// Bits, so that 0.0 and -0.0 differ; but one NaN is as good as another.
bool same_double(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

std::vector<const KeyValue*> by_key(const Attributes& attributes) {
  std::vector<const KeyValue*> sorted;
  sorted.reserve(attributes.size());
  for (const KeyValue& attribute : attributes) sorted.push_back(&attribute);
  // Repeated keys keep their order, which is that of their addresses.
  std::ranges::sort(sorted, [](const KeyValue* x, const KeyValue* y) { return x->key != y->key ? x->key < y->key : x < y; });
  return sorted;
}

bool same_event(const SpanEvent& a, const SpanEvent& b) {
  return a.time_unix_nano == b.time_unix_nano && a.name == b.name &&
         a.dropped_attributes_count == b.dropped_attributes_count && same_attributes(a.attributes, b.attributes);
}

bool same_link(const SpanLink& a, const SpanLink& b) {
  return a.trace_id == b.trace_id && a.span_id == b.span_id && a.trace_state == b.trace_state && a.flags == b.flags &&
         a.dropped_attributes_count == b.dropped_attributes_count && same_attributes(a.attributes, b.attributes);
}

}  // namespace

bool ArrayValue::operator==(const ArrayValue& other) const { return values == other.values; }
bool KeyValueList::operator==(const KeyValueList& other) const { return values == other.values; }

bool AnyValue::operator==(const AnyValue& other) const {
  const double* a = std::get_if<double>(&value);
  const double* b = std::get_if<double>(&other.value);
  if (a != nullptr && b != nullptr) return same_double(*a, *b);
  return value == other.value;
}

bool same_attributes(const Attributes& a, const Attributes& b) {
  return std::ranges::equal(by_key(a), by_key(b), [](const KeyValue* x, const KeyValue* y) { return *x == *y; });
}

bool same_resource(const Resource& a, const Resource& b) {
  return a.dropped_attributes_count == b.dropped_attributes_count && a.schema_url == b.schema_url &&
         same_attributes(a.attributes, b.attributes);
}

bool same_scope(const InstrumentationScope& a, const InstrumentationScope& b) {
  return a.name == b.name && a.version == b.version && a.dropped_attributes_count == b.dropped_attributes_count &&
         a.schema_url == b.schema_url && same_attributes(a.attributes, b.attributes);
}

bool same_span(const Span& a, const Span& b) {
  return a.trace_id == b.trace_id && a.span_id == b.span_id && a.parent_span_id == b.parent_span_id &&
         a.trace_state == b.trace_state && a.flags == b.flags && a.name == b.name && a.kind == b.kind &&
         a.start_time_unix_nano == b.start_time_unix_nano && a.end_time_unix_nano == b.end_time_unix_nano &&
         a.dropped_attributes_count == b.dropped_attributes_count &&
         a.dropped_events_count == b.dropped_events_count && a.dropped_links_count == b.dropped_links_count &&
         a.status_code == b.status_code && a.status_message == b.status_message &&
         same_attributes(a.attributes, b.attributes) && std::ranges::equal(a.events, b.events, same_event) &&
         std::ranges::equal(a.links, b.links, same_link);
}

const std::string* find_string(const Attributes& attributes, std::string_view key) {
  for (const KeyValue& attribute : attributes) {
    if (attribute.key == key) return std::get_if<std::string>(&attribute.value.value);
  }
  return nullptr;
}

}  // namespace clew::otlp
