// UTF-8 in strings that come from outside: protobuf demands it, clients get it wrong.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace clew::otlp {

inline bool is_ascii(std::string_view text) {
  size_t at = 0;
  uint64_t seen = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    seen |= word;
  }
  for (; at < text.size(); ++at) seen |= static_cast<uint8_t>(text[at]);
  return (seen & 0x8080808080808080) == 0;
}

bool is_valid_multibyte(std::string_view text);

// Quick for the usual case, plain ASCII.
inline bool is_valid_utf8(std::string_view text) { return is_ascii(text) || is_valid_multibyte(text); }

// `text` with U+FFFD in place of each maximal ill-formed part (as browsers do; Unicode 15, section 3.9).
std::string repaired_utf8(std::string_view text);

}  // namespace clew::otlp
