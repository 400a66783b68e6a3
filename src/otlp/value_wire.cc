#include "otlp/value_wire.h"

#include "otlp/trace_fields.h"

namespace clew::otlp {
namespace {

// A member of a oneof has presence: written even when it holds its default.
struct ValueEncoder {
  MessageWriter& out;

  void operator()(std::monostate) const {}
  void operator()(const std::string& text) const { out.add_bytes(field::kAnyValueString, text); }
  void operator()(bool value) const { out.add_varint(field::kAnyValueBool, value ? 1 : 0); }
  void operator()(int64_t value) const { out.add_varint(field::kAnyValueInt, static_cast<uint64_t>(value)); }
  void operator()(double value) const { out.add_double(field::kAnyValueDouble, value); }
  void operator()(const Bytes& bytes) const { out.add_bytes(field::kAnyValueBytes, bytes.data); }
  void operator()(const ArrayValue& array) const {
    const size_t list = out.open(field::kAnyValueArray);
    for (const AnyValue& element : array.values) {
      const size_t value = out.open(field::kArrayValues);
      std::visit(*this, element.value);
      out.close(value);
    }
    out.close(list);
  }
  void operator()(const KeyValueList& map) const {
    const size_t list = out.open(field::kAnyValueKeyValueList);
    append_attributes(out, field::kKeyValueListValues, map.values);
    out.close(list);
  }
};

}  // namespace

void append_value(MessageWriter& out, const AnyValue& value) { std::visit(ValueEncoder{out}, value.value); }

void append_attributes(MessageWriter& out, uint32_t field, const Attributes& attributes) {
  for (const KeyValue& attribute : attributes) {
    const size_t pair = out.open(field);
    if (!attribute.key.empty()) out.add_bytes(field::kKeyValueKey, attribute.key);
    const size_t value = out.open(field::kKeyValueValue);
    std::visit(ValueEncoder{out}, attribute.value.value);
    out.close(value);
    out.close(pair);
  }
}

}  // namespace clew::otlp
