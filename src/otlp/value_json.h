// Attribute values as natural JSON text that keeps every type: how arrays, maps, bytes and event attributes are stored.
//
// Strings, booleans, arrays and maps are themselves; an int is written without, a double with a point or exponent; an
// empty value is null. What JSON cannot say is an object with one key that begins with '$': {"$bytes":"<base64>"},
// {"$double":"NaN"|"Infinity"|"-Infinity"}; a map whose first key begins with '$' is wrapped as {"$map":{…}}. Order and
// repeated keys of maps are kept. Nesting deeper than kValueDepthMax is cut to null.
#pragma once

#include <string>
#include <string_view>

#include "otlp/model.h"
#include "stdx/error.h"

namespace clew::otlp {

inline constexpr int kValueDepthMax = 32;

void append_value_json(const AnyValue& value, std::string& json);
// A JSON object of the attributes, in order.
void append_attributes_json(const Attributes& attributes, std::string& json);
stdx::Result<AnyValue> parse_value_json(std::string_view json);
stdx::Result<Attributes> parse_attributes_json(std::string_view json);

// The same straight from the wire: `any_value` is an encoded AnyValue message, `key_values` a sequence that a caller feeds
// one encoded KeyValue message at a time. Malformed input or depth is cut to null and reported by returning false.
bool append_wire_value_json(std::string_view any_value, std::string& json);
bool append_wire_key_value_json(std::string_view key_value, bool first, std::string& json);

// Appends `text` as a JSON string with quotes; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string_view text, std::string& json);
// Appends the shortest text that reads back as the same double, with a point or exponent. `value` must be finite.
void append_json_double(double value, std::string& json);

}  // namespace clew::otlp
