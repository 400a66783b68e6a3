#include "wire/json_writer.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

namespace clew::wire {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Length of the well-formed UTF-8 sequence at the start of `text` (Unicode table 3-7), or 0; then `bad` is the length of
// the maximal part that could have begun one, which one U+FFFD stands for.
size_t sequence_length(std::string_view text, size_t& bad) {
  const auto byte = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char lead = byte(0);
  size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;   // Overlong.
    if (lead == 0xED) high = 0x9F;  // Surrogates.
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;   // Overlong.
    if (lead == 0xF4) high = 0x8F;  // Beyond U+10FFFF.
  }
  bad = 1;
  if (length == 0) return 0;
  for (size_t index = 1; index < length; ++index) {
    if (index >= text.size() || byte(index) < low || byte(index) > high) {
      bad = index;
      return 0;
    }
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

// Bytes that a JSON string cannot hold as they are, or that begin or continue something to be checked.
constexpr std::array<bool, 256> kNeedsCare = [] {
  std::array<bool, 256> care{};
  for (int byte = 0; byte < 256; ++byte) care[byte] = byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
  return care;
}();

void append_escape(unsigned char byte, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (byte) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default:
      out += "\\u00";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
  }
}

template <bool kEscape>
void append_checked(std::string_view text, std::string& out) {
  size_t run = 0;  // Start of what has been looked at and not yet copied.
  size_t position = 0;
  while (position < text.size()) {
    const auto byte = static_cast<unsigned char>(text[position]);
    if (!kNeedsCare[byte] || (!kEscape && byte < 0x80)) {
      ++position;
      continue;
    }
    size_t bad = 1;
    if (byte >= 0x80) {
      const size_t length = sequence_length(text.substr(position), bad);
      if (length != 0) {
        position += length;
        continue;
      }
    }
    out.append(text, run, position - run);
    if (byte >= 0x80) {
      out += kReplacement;
    } else {
      append_escape(byte, out);
    }
    position += bad;
    run = position;
  }
  out.append(text, run, text.size() - run);
}

template <class T>
void append_number(T number, std::string& out) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  assert(error == std::errc());
  out.append(buffer, end);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  append_checked<true>(text, out);
  out.push_back('"');
}

void append_valid_utf8(std::string_view text, std::string& out) { append_checked<false>(text, out); }

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
  comma_ = false;
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  assert(depth_ > 0);
  --depth_;
  out_.push_back(bracket);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(depth_ > 0);
  separate();
  append_json_string(name, out_);
  out_.push_back(':');
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(text, out_);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  append_number(number, out_);
  return *this;
}

JsonWriter& JsonWriter::signed_number(int64_t number) {
  separate();
  append_number(number, out_);
  return *this;
}

JsonWriter& JsonWriter::unsigned_number(uint64_t number) {
  separate();
  append_number(number, out_);
  return *this;
}

JsonWriter& JsonWriter::int64_string(int64_t number) {
  separate();
  out_.push_back('"');
  append_number(number, out_);
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::uint64_string(uint64_t number) {
  separate();
  out_.push_back('"');
  append_number(number, out_);
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace clew::wire
