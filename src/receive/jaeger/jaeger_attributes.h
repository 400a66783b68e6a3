// Tags as OTLP attributes, one at a time; and the process's tags as those of a resource.
#pragma once

#include <string_view>

#include "otlp/message_writer.h"
#include "receive/jaeger/jaeger_model.h"

namespace clew::receive_jaeger {

// `field` is the number of the attributes in the message that is being written. Pure.
void write_attribute(otlp::MessageWriter& message, uint32_t field, std::string_view key, const Tag& value);
void write_attribute(otlp::MessageWriter& message, uint32_t field, std::string_view key, std::string_view value);
void write_attribute(otlp::MessageWriter& message, uint32_t field, std::string_view key, bool value);
void write_attribute(otlp::MessageWriter& message, uint32_t field, std::string_view key, int64_t value);
void write_attribute(otlp::MessageWriter& message, uint32_t field, std::string_view key,
                     const std::vector<std::string_view>& values);

// The fields of a Resource.
void write_resource(otlp::MessageWriter& message, const Process& process);

}  // namespace clew::receive_jaeger
