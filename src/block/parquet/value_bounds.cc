#include "block/parquet/value_bounds.h"

#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {
namespace {

// The longest prefix of at most kBoundBytesMax bytes that does not end inside a UTF-8 character.
std::string_view cut(std::string_view text) {
  size_t length = kBoundBytesMax;
  while (length > 0 && (static_cast<uint8_t>(text[length]) & 0xc0) == 0x80) --length;
  return text.substr(0, length);
}

// The smallest string of whole characters above every string that begins with `text`.
bool raise_last_character(std::string& text) {
  while (!text.empty()) {
    size_t at = text.size() - 1;
    while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) --at;
    // Raising the last byte keeps the character valid as long as it is not the last of its range; rarer cases (the end of
    // a range of lead bytes, surrogates) give up the character and raise the one before.
    const auto last = static_cast<uint8_t>(text.back());
    const bool single = text.size() - at == 1;
    if (single ? last < 0x7f : last < 0xbf) {
      text.back() = static_cast<char>(last + 1);
      return true;
    }
    text.resize(at);
  }
  return false;
}

}  // namespace

bool cut_bounds(std::string_view low, std::string_view high, Bounds& out) {
  out = {};
  if (low.size() > kBoundBytesMax) {
    low = cut(low);
    out.low_exact = false;
  }
  out.low = low;
  out.high = high;
  if (high.size() > kBoundBytesMax) {
    out.high = cut(high);
    out.high_exact = false;
    return raise_last_character(out.high);
  }
  return true;
}

}  // namespace clew::block::parquet
