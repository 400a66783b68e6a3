#include <fmt/format.h>

#include <bit>

#include "receive/zipkin/zipkin_readers.h"
#include "receive/zipkin/zipkin_v1_span.h"

namespace clew::receive_zipkin {

namespace {

using wire::ThriftField;
using wire::ThriftList;
using wire::ThriftReader;
using wire::ThriftType;

// Field ids and types: zipkin-api's thrift/zipkinCore.thrift.

uint64_t positive(int64_t number) { return number > 0 ? static_cast<uint64_t>(number) : 0; }

void read_endpoint(ThriftReader& in, Endpoint& endpoint) {
  ThriftField field;
  while (in.next_field(field)) {
    if (field.id == 1 && field.type == ThriftType::kI32) {
      endpoint.ipv4.assign_ipv4(static_cast<uint32_t>(in.read_i32()));
    } else if (field.id == 2 && field.type == ThriftType::kI16) {
      endpoint.port = static_cast<uint16_t>(in.read_i16());  // Ports above 32767 come as negative numbers.
    } else if (field.id == 3 && field.type == ThriftType::kString) {
      endpoint.service_name = in.read_string();
    } else if (field.id == 4 && field.type == ThriftType::kString) {
      endpoint.ipv6.assign_ipv6_bytes(in.read_string());
    } else {
      in.skip(field);
    }
  }
}

void read_annotation(ThriftReader& in, V1Annotation& annotation) {
  ThriftField field;
  while (in.next_field(field)) {
    if (field.id == 1 && field.type == ThriftType::kI64) {
      annotation.timestamp_us = positive(in.read_i64());
    } else if (field.id == 2 && field.type == ThriftType::kString) {
      annotation.value = in.read_string();
    } else if (field.id == 3 && field.type == ThriftType::kStruct) {
      read_endpoint(in, annotation.endpoint);
    } else {
      in.skip(field);
    }
  }
}

// AnnotationType's numbers.
enum class ValueType : int32_t { kBool, kBytes, kI16, kI32, kI64, kDouble, kString };

uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

// Numbers come as big-endian bytes; of another length than their type has they stay bytes.
TagValue typed(std::string_view bytes, int32_t type) {
  TagValue value{TagValue::Type::kBytes, bytes, 0, 0};
  switch (static_cast<ValueType>(type)) {
    case ValueType::kBool:
      if (bytes.size() != 1) break;
      return {TagValue::Type::kBool, {}, bytes[0] != 0, 0};
    case ValueType::kI16:
      if (bytes.size() != 2) break;
      return {TagValue::Type::kInt, {}, static_cast<int16_t>(big_endian(bytes)), 0};
    case ValueType::kI32:
      if (bytes.size() != 4) break;
      return {TagValue::Type::kInt, {}, static_cast<int32_t>(big_endian(bytes)), 0};
    case ValueType::kI64:
      if (bytes.size() != 8) break;
      return {TagValue::Type::kInt, {}, static_cast<int64_t>(big_endian(bytes)), 0};
    case ValueType::kDouble:
      if (bytes.size() != 8) break;
      return {TagValue::Type::kDouble, {}, 0, std::bit_cast<double>(big_endian(bytes))};
    case ValueType::kString: value.type = TagValue::Type::kString; break;
    default: break;
  }
  return value;
}

void read_binary_annotation(ThriftReader& in, V1BinaryAnnotation& annotation) {
  std::string_view bytes;
  auto type = static_cast<int32_t>(ValueType::kString);
  ThriftField field;
  while (in.next_field(field)) {
    if (field.id == 1 && field.type == ThriftType::kString) {
      annotation.key = in.read_string();
    } else if (field.id == 2 && field.type == ThriftType::kString) {
      bytes = in.read_string();
    } else if (field.id == 3 && field.type == ThriftType::kI32) {
      type = in.read_i32();
    } else if (field.id == 4 && field.type == ThriftType::kStruct) {
      read_endpoint(in, annotation.endpoint);
    } else {
      in.skip(field);
    }
  }
  annotation.value = typed(bytes, type);
}

template <class T>
void read_structs(ThriftReader& in, std::vector<T>& into, void (*read)(ThriftReader&, T&)) {
  ThriftList list;
  if (!in.read_list(list)) return;
  for (uint32_t index = 0; index < list.size && in.ok(); ++index) {
    if (list.element == ThriftType::kStruct) {
      read(in, into.emplace_back());
    } else {
      in.skip_element(list.element);
    }
  }
}

void read_span(ThriftReader& in, V1Span& span) {
  ThriftField field;
  while (in.next_field(field)) {
    if (field.type == ThriftType::kI64) {
      const int64_t number = in.read_i64();
      switch (field.id) {
        case 1: span.ids.trace_id.lo = static_cast<uint64_t>(number); break;
        case 4: span.ids.id = static_cast<uint64_t>(number); break;
        case 5: span.ids.parent_id = static_cast<uint64_t>(number); break;
        case 10: span.timestamp_us = positive(number); break;
        case 11: span.duration_us = positive(number); break;
        case 12: span.ids.trace_id.hi = static_cast<uint64_t>(number); break;
        default: break;
      }
    } else if (field.id == 3 && field.type == ThriftType::kString) {
      span.name = in.read_string();
    } else if (field.id == 6 && field.type == ThriftType::kList) {
      read_structs(in, span.annotations, read_annotation);
    } else if (field.id == 8 && field.type == ThriftType::kList) {
      read_structs(in, span.binary_annotations, read_binary_annotation);
    } else if (field.id == 9 && field.type == ThriftType::kBool) {
      span.debug = in.read_bool(field);
    } else {
      in.skip(field);
    }
  }
}

}  // namespace

stdx::Result<void> read_v1_thrift(std::string_view body, wire::ThriftEncoding encoding, OtlpBuilder& builder,
                                  bool* to_the_end) {
  ThriftReader in(body, encoding);
  size_t index = 0;
  const auto malformed = [&] {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("Malformed reading List<Span> from {} at span {}",
                                  encoding == wire::ThriftEncoding::kBinary ? "TBinary" : "TCompact", index));
  };
  ThriftList list;
  if (!in.read_list(list)) return malformed();
  if (list.size != 0 && list.element != ThriftType::kStruct) return malformed();
  V1Span span;
  V1Splitter splitter;
  for (; index < list.size; ++index) {
    span.clear();
    read_span(in, span);
    if (!in.ok()) return malformed();
    for (const ZipkinSpan& half : splitter.split(span)) builder.add(half);
  }
  if (to_the_end != nullptr) *to_the_end = in.at_end();
  return {};
}

}  // namespace clew::receive_zipkin
