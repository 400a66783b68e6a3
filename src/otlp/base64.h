// Base64 of RFC 4648, as JSON carries bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clew::otlp {

// Standard alphabet, padded.
void append_base64(std::string_view bytes, std::string& text);
// Standard or URL-safe alphabet, padded or not, as protobuf's JSON mapping demands of readers; nullopt for anything else.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace clew::otlp
