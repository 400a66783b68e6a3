// Attribute values as parts of a protobuf message.
#pragma once

#include <cstdint>

#include "otlp/message_writer.h"
#include "otlp/model.h"

namespace clew::otlp {

// The fields of an AnyValue message, which the caller has opened.
void append_value(MessageWriter& out, const AnyValue& value);
// A KeyValue message for each attribute, as field `field`.
void append_attributes(MessageWriter& out, uint32_t field, const Attributes& attributes);

}  // namespace clew::otlp
