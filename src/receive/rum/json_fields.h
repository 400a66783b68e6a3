// Reading members of JSON that may be missing or of any type.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::receive_rum {

// The value of a body, whose memory is `parser`'s. A text with bytes that are no UTF-8 is repaired first: one odd string is no
// reason to lose the rest. kInvalidArgument if it is no JSON.
stdx::Result<simdjson::dom::element> parse_body(std::string_view json, simdjson::dom::parser& parser);

// The value of JSON that came as a string; nullopt if it is none. It lives until this thread's next call.
std::optional<simdjson::dom::element> parse_inner(std::string_view json);

simdjson::dom::element nothing();  // JSON null.
// A member of `object`; JSON null where there is none, or `object` is no object.
simdjson::dom::element member(simdjson::dom::element object, std::string_view key);
// A string, cut at kNameBytesMax, a number or boolean as its JSON; else empty. For ids and names; what may be long is read
// with long_text_of(), as a view into the parser's memory.
std::string text_of(simdjson::dom::element object, std::string_view key);
std::string_view long_text_of(simdjson::dom::element object, std::string_view key);
std::optional<double> number_of(simdjson::dom::element object, std::string_view key);  // Finite; texts are not numbers.
std::optional<simdjson::dom::array> array_of(simdjson::dom::element object, std::string_view key);
simdjson::dom::object object_of(simdjson::dom::element value);  // An empty one if `value` is none.

// Fields that every event has.
std::optional<int64_t> time_ms(simdjson::dom::element event);  // Within what 64-bit nanoseconds hold.
double duration_ms(simdjson::dom::element event);              // Zero if missing, negative or absurd.
bool is_request(simdjson::dom::element event);                 // A fetch, XMLHttpRequest or call: what may carry a trace.
std::optional<double> timing_start_ms(simdjson::dom::element event);  // startTime of timing_data, on the page's clock.
std::optional<bool> succeeded(simdjson::dom::element event);   // nullopt: not known.
// "/api/cart": the name, else the URL's path, else "".
std::string request_name(simdjson::dom::element event);
std::string_view path_of(std::string_view url);  // Without host, query and fragment.

}  // namespace clew::receive_rum
