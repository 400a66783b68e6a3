#include "receive/sampling/sampled_roots.h"

#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"

namespace clew::receive_sampling {

namespace {

namespace field = otlp::field;
using otlp::MessageReader;
using otlp::wire_tag;
using otlp::WireType;

constexpr uint32_t bytes_tag(uint32_t number) { return wire_tag(number, WireType::kLength); }

struct Value {
  std::string_view text;
  double number = 0;
};

Value read_value(std::string_view any_value) {
  Value value;
  MessageReader reader(any_value);
  while (reader.next()) {
    if (reader.tag() == bytes_tag(field::kAnyValueString)) value.text = reader.bytes();
    if (reader.tag() == wire_tag(field::kAnyValueDouble, WireType::kFixed64)) value.number = reader.as_double();
    if (reader.tag() == wire_tag(field::kAnyValueInt, WireType::kVarint)) {
      value.number = static_cast<double>(reader.as_int64());
    }
  }
  return value;
}

template <class See>
void for_attribute(std::string_view key_value, See see) {
  std::string_view key, value;
  MessageReader reader(key_value);
  while (reader.next()) {
    if (reader.tag() == bytes_tag(field::kKeyValueKey)) key = reader.bytes();
    if (reader.tag() == bytes_tag(field::kKeyValueValue)) value = reader.bytes();
  }
  see(key, value);
}

void look_at_span(std::string_view span, SampledRoot& root, const std::function<void(const SampledRoot&)>& see) {
  root.operation = {};
  MessageReader fields(span);
  while (fields.next()) {
    if (fields.tag() == bytes_tag(field::kSpanParentSpanId) && !fields.bytes().empty()) return;
    if (fields.tag() == bytes_tag(field::kSpanName)) root.operation = fields.bytes();
  }
  std::string_view type;
  root.probability = 0;
  MessageReader attributes(span);
  while (attributes.next()) {
    if (attributes.tag() != bytes_tag(field::kSpanAttributes)) continue;
    for_attribute(attributes.bytes(), [&](std::string_view key, std::string_view value) {
      if (key.starts_with("jaeger.sampler.")) key.remove_prefix(7);
      if (key == "sampler.type") type = read_value(value).text;
      if (key == "sampler.param") root.probability = read_value(value).number;
    });
  }
  if (type != "probabilistic" && type != "lowerbound") return;
  root.chosen = type == "probabilistic";
  see(root);
}

std::string_view service_of(std::string_view resource) {
  std::string_view service;
  MessageReader reader(resource);
  while (reader.next()) {
    if (reader.tag() != bytes_tag(field::kResourceAttributes)) continue;
    for_attribute(reader.bytes(), [&](std::string_view key, std::string_view value) {
      if (key == "service.name") service = read_value(value).text;
    });
  }
  return service;
}

void look_at_resource_spans(std::string_view resource_spans, const std::function<void(const SampledRoot&)>& see) {
  SampledRoot root;
  MessageReader first(resource_spans);
  while (first.next()) {
    if (first.tag() == bytes_tag(field::kResourceSpansResource)) root.service = service_of(first.bytes());
  }
  if (root.service.empty()) return;
  MessageReader second(resource_spans);
  while (second.next()) {
    if (second.tag() != bytes_tag(field::kResourceSpansScopeSpans)) continue;
    MessageReader spans(second.bytes());
    while (spans.next()) {
      if (spans.tag() == bytes_tag(field::kScopeSpansSpans)) look_at_span(spans.bytes(), root, see);
    }
  }
}

}  // namespace

void for_each_sampled_root(std::string_view traces_request, const std::function<void(const SampledRoot&)>& see) {
  MessageReader reader(traces_request);
  while (reader.next()) {
    if (reader.tag() == bytes_tag(field::kTracesResourceSpans)) look_at_resource_spans(reader.bytes(), see);
  }
}

}  // namespace clew::receive_sampling
