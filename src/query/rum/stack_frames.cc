#include "query/rum/stack_frames.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "query/rum/error_limits.h"

namespace clew::query_rum {
namespace {

constexpr std::string_view kEvalFile = "<eval>";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string cut(std::string_view text, size_t size_max) {
  if (text.size() <= size_max) return std::string(text);
  text = text.substr(0, size_max);
  while (!text.empty() && (static_cast<uint8_t>(text.back()) & 0xC0) == 0x80) text.remove_suffix(1);
  if (!text.empty() && static_cast<uint8_t>(text.back()) >= 0xC0) text.remove_suffix(1);
  return std::string(text);
}

// ":12" at the end goes into `number`; digits beyond kLineMax are no number.
bool take_number(std::string_view& text, uint32_t& number) {
  size_t begin = text.size();
  while (begin > 0 && is_digit(text[begin - 1])) --begin;
  if (begin == text.size() || begin == 0 || text[begin - 1] != ':') return false;
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + begin, text.data() + text.size(), value);
  if (error != std::errc() || value > kLineMax) return false;
  number = value;
  text = text.substr(0, begin - 1);
  return true;
}

// A script made from data has its whole text as its name.
std::string_view without_data(std::string_view file) {
  if (!file.starts_with("data:")) return file;
  return file.substr(0, std::min(file.find_first_of(";,"), file.size()));
}

// "scheme:" of at least two letters, as it begins URLs and "webpack-internal:///…"; a Windows drive has one.
bool begins_with_scheme(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && i < 32 &&
         (is_letter(text[i]) || is_digit(text[i]) || text[i] == '+' || text[i] == '-' || text[i] == '.'))
    ++i;
  return i >= 2 && i < text.size() && text[i] == ':' && is_letter(text[0]);
}

bool looks_like_place(std::string_view text) {
  if (text.starts_with("[native code]") || text.starts_with("[wasm code]") || text.starts_with("debugger eval code") ||
      text.starts_with("self-hosted:") || text.starts_with("/")) {
    return true;
  }
  if (!begins_with_scheme(text)) return false;
  const std::string_view rest = text.substr(text.find(':') + 1);
  return rest.starts_with("/") || text.starts_with("blob:") || text.starts_with("data:") || text.starts_with("pptr:");
}

// "file:line:column", "file:line" or a file alone, into the frame.
void read_place(std::string_view place, StackFrame& frame) {
  place = trimmed(place);
  if (place.empty() || place == "native" || place == "[native code]" || place == "[wasm code]" ||
      place == "<anonymous>" || place == "unknown location" || place == "unknown" || place.starts_with("index ") ||
      place.starts_with("self-hosted:") || place == "Native Method" || place == "Unknown Source") {
    return;
  }
  // WebAssembly: a byte offset in hex where a line would stand.
  if (const size_t wasm = place.rfind(":0x");
      wasm != std::string_view::npos && place.find("wasm-function[") != std::string_view::npos) {
    place = place.substr(0, wasm);
    frame.file = cut(place, kFileBytesMax);
    return;
  }
  uint32_t last = 0, before = 0;
  if (take_number(place, last)) {
    if (take_number(place, before)) {
      frame.line = before;
      frame.column = last;
    } else {
      frame.line = last;
    }
  }
  if (place.empty() || place == "<anonymous>" || place == "debugger eval code" || place == "eval code") {
    frame.file = kEvalFile;
    return;
  }
  frame.file = cut(without_data(place), kFileBytesMax);
}

// Gecko: "https://shop/app.js line 5 > eval:1:1": the place where eval was called tells more than the one inside.
bool read_gecko_eval(std::string_view place, StackFrame& frame) {
  const size_t mark = place.find(" line ");
  if (mark == std::string_view::npos || place.find(" > ", mark) == std::string_view::npos) return false;
  uint32_t line = 0;
  const std::string_view digits = place.substr(mark + 6);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), line);
  if (error != std::errc() || line > kLineMax) return false;
  frame.file = cut(without_data(place.substr(0, mark)), kFileBytesMax);
  frame.line = line;
  return true;
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

std::string function_name(std::string_view name) {
  name = trimmed(name);
  name = without_prefix(without_prefix(name, "async "), "new ");
  if (const size_t alias = name.find(" [as "); alias != std::string_view::npos && name.ends_with(']'))
    name = name.substr(0, alias);
  if (name == "<anonymous>" || name == "?" || name == "(anonymous)" || name == "anonymous" ||
      name == "Anonymous function")
    return {};
  return cut(name, kFunctionBytesMax);
}

// Of "f (eval at g (https://shop/app.js:3:5), <anonymous>:1:2)" the innermost place that has an address.
bool read_v8_eval(std::string_view place, StackFrame& frame) {
  if (!place.starts_with("eval at ")) return false;
  size_t open = place.rfind('(');
  if (open == std::string_view::npos) {
    frame.file = kEvalFile;
    return true;
  }
  const size_t close = place.find(')', open);
  read_place(place.substr(open + 1, close == std::string_view::npos ? close : close - open - 1), frame);
  if (frame.file.empty()) frame.file = kEvalFile;
  return true;
}

// The '(' that the ')' at the end closes: URLs may have both, too.
size_t opening_of_last(std::string_view text) {
  int depth = 0;
  for (size_t i = text.size(); i-- > 0;) {
    if (text[i] == ')') ++depth;
    if (text[i] == '(' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

// "    at f (place)", "    at place", "    at async f (place)"; Java's "at com.shop.Cart.total(Cart.java:12)".
std::optional<StackFrame> v8_frame(std::string_view line) {
  if (!line.starts_with("at ")) return std::nullopt;
  line = trimmed(line.substr(3));
  StackFrame frame;
  if (line.ends_with(')')) {
    const size_t open = opening_of_last(line);
    if (open != std::string_view::npos && open > 0 && (line[open - 1] == ' ' || !begins_with_scheme(line))) {
      const std::string_view place = line.substr(open + 1, line.size() - open - 2);
      frame.function = function_name(line.substr(0, open));
      if (!read_v8_eval(place, frame)) read_place(place, frame);
      return frame;
    }
  }
  const bool is_async = line.starts_with("async ");
  line = without_prefix(line, "async ");
  std::string_view rest = line;
  uint32_t number = 0;
  // Words without a position are a sentence of a message, not a frame: "at least one is needed".
  if (!take_number(rest, number) && !looks_like_place(line) && line != "<anonymous>" && line != "native") {
    if (is_async || line.empty() || line.find(' ') != std::string_view::npos) return std::nullopt;
    frame.function = function_name(line);
    return frame;
  }
  read_place(line, frame);
  return frame;
}

// "f@place", "@place", "async*f@place", "f/g<@place"; JavaScriptCore's "global code@place" and "[native code]".
std::optional<StackFrame> gecko_frame(std::string_view line) {
  StackFrame frame;
  if (line == "[native code]") return frame;
  size_t at = std::string_view::npos;
  for (size_t i = line.find('@'); i != std::string_view::npos; i = line.find('@', i + 1)) {
    if (looks_like_place(line.substr(i + 1))) {
      at = i;
      break;
    }
  }
  std::string_view name, place;
  if (at != std::string_view::npos) {
    name = line.substr(0, at);
    place = line.substr(at + 1);
  } else if (looks_like_place(line)) {
    place = line;  // WebKit's anonymous frames are an address alone.
    std::string_view rest = place;
    uint32_t number = 0;
    if (!take_number(rest, number)) return std::nullopt;
  } else {
    return std::nullopt;
  }
  // "setTimeout handler*", "async*", "promise callback*" tell how it was called.
  if (const size_t star = name.rfind('*'); star != std::string_view::npos && star + 1 <= name.size()) {
    name = name.substr(star + 1);
  }
  if (name == "global code" || name == "module code" || name == "eval code" || name.ends_with("/<")) name = {};
  if (name.ends_with('<')) name.remove_suffix(1);
  if (const size_t inner = name.rfind('/'); inner != std::string_view::npos && inner + 1 < name.size())
    name = name.substr(inner + 1);
  frame.function = function_name(name);
  if (!read_gecko_eval(place, frame)) read_place(place, frame);
  return frame;
}

// Apple: "3   Shop   0x0000000102a4 -[Cart total] + 104".
std::optional<StackFrame> apple_frame(std::string_view line) {
  if (line.empty() || !is_digit(line[0])) return std::nullopt;
  const size_t address = line.find(" 0x");
  if (address == std::string_view::npos) return std::nullopt;
  std::string_view module = line.substr(0, address);
  while (!module.empty() && is_digit(module.front())) module.remove_prefix(1);
  module = trimmed(module);
  std::string_view symbol = line.substr(address + 3);
  const size_t blank = symbol.find(' ');
  if (module.empty() || blank == std::string_view::npos) return std::nullopt;
  symbol = trimmed(symbol.substr(blank));
  if (const size_t plus = symbol.rfind(" + "); plus != std::string_view::npos) symbol = symbol.substr(0, plus);
  StackFrame frame;
  frame.function = cut(symbol, kFunctionBytesMax);
  frame.file = cut(module, kFileBytesMax);
  return frame;
}

std::optional<StackFrame> frame_of(std::string_view line) {
  if (auto frame = v8_frame(line)) return frame;
  if (auto frame = gecko_frame(line)) return frame;
  return apple_frame(line);
}

// "TypeError", "shop.PaymentError", "java.lang.IllegalStateException": a word that may stand before ": ".
bool is_type_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && (is_letter(text[0]) || text[0] == '_' || text[0] == '$') &&
         std::ranges::all_of(text,
                             [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '$'; });
}

void read_header(std::string_view header, Stack& stack) {
  header = trimmed(header);
  header = without_prefix(header, "Uncaught ");
  header = without_prefix(header, "(in promise) ");
  const size_t colon = header.find(':');
  const std::string_view word = trimmed(header.substr(0, std::min(colon, header.size())));
  if (is_type_name(word) &&
      (colon != std::string_view::npos || word.ends_with("Error") || word.ends_with("Exception"))) {
    stack.type = word;
    if (colon != std::string_view::npos) stack.message = cut(trimmed(header.substr(colon + 1)), kStackHeaderBytesMax);
  } else {
    stack.message = cut(header, kStackHeaderBytesMax);
  }
}

}  // namespace

Stack parse_stack(std::string_view raw) {
  Stack stack;
  stack.cut = raw.size() > kStackBytesMax;
  raw = raw.substr(0, kStackBytesMax);
  size_t header_end = std::string_view::npos;
  for (size_t begin = 0; begin < raw.size();) {
    const size_t end = std::min(raw.find('\n', begin), raw.size());
    if (auto frame = frame_of(trimmed(raw.substr(begin, end - begin)))) {
      if (header_end == std::string_view::npos) header_end = begin;
      if (stack.frames.size() == kStackFramesMax) {
        stack.cut = true;
        break;
      }
      frame->in_app = is_in_app(frame->function, frame->file);
      stack.frames.push_back(std::move(*frame));
    }
    begin = end + 1;
  }
  stack.frames_at = std::min(header_end, raw.size());
  read_header(raw.substr(0, stack.frames_at), stack);
  return stack;
}

std::string_view script_host_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || scheme > 32) return {};
  const std::string_view rest = url.substr(scheme + 3);
  return rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
}

std::string_view script_path_of(std::string_view url) {
  if (url.starts_with("blob:")) url.remove_prefix(5);
  if (const size_t scheme = url.find("://"); scheme != std::string_view::npos && scheme <= 32) {
    url = url.substr(scheme + 3);
    const size_t slash = url.find_first_of("/?#");
    url = slash == std::string_view::npos ? std::string_view() : url.substr(slash);
  }
  return url.substr(0, std::min(url.find_first_of("?#"), url.size()));
}

}  // namespace clew::query_rum
