#include "main/query_command_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>
#include <simdjson.h>

#include "stdx/time_text.h"
#include "wire/json_writer.h"

namespace clew::main {
namespace {

struct Rune {
  uint32_t code = 0;
  size_t bytes = 1;
};

// `text` is valid UTF-8 and not empty.
Rune first_rune(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint32_t>(static_cast<unsigned char>(text[i])) : 0; };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xe0) return {(lead & 0x1f) << 6 | (byte(1) & 0x3f), 2};
  if (lead < 0xf0) return {(lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
  return {(lead & 7) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f), 4};
}

// Controls of ASCII and Latin-1, and those that turn the direction of text.
bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

size_t rune_width(uint32_t code) {
  if (code >= 0x300 && code <= 0x36f) return 0;  // Combining accents.
  const bool wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
                    (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
                    (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
                    (code >= 0x1f300 && code <= 0x1faff) || (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

using simdjson::dom::element;

std::string text_of(element object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}
int64_t number_of(element object, std::string_view key) {
  int64_t number = 0;
  if (object[key].get(number) == simdjson::SUCCESS) return number;
  const std::string text = text_of(object, key);  // Times are decimal strings.
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string painted(std::string_view text, std::string_view code, const TerminalStyle& style) {
  return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

// "2026-01-01 00:00:05.250"
std::string short_time(int64_t unix_ns) {
  std::string text = stdx::rfc3339_text(unix_ns - unix_ns % 1'000'000);
  text.pop_back();
  text[10] = ' ';
  if (text.size() == 19) text += '.';
  text.resize(23, '0');
  return text;
}

}  // namespace

TerminalStyle terminal_style() {
  TerminalStyle style;
  winsize size{};
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
  if (const char* columns = std::getenv("COLUMNS"); !terminal && columns != nullptr) {
    std::from_chars(columns, columns + std::char_traits<char>::length(columns), style.width);
  }
  style.width = std::clamp<size_t>(style.width, 60, 240);
  const char* no_colour = std::getenv("NO_COLOR");
  style.colour = terminal && (no_colour == nullptr || *no_colour == '\0');
  return style;
}

std::string clean_text(std::string_view text) {
  std::string valid;
  wire::append_valid_utf8(text, valid);
  std::string clean;
  for (std::string_view rest = valid; !rest.empty();) {
    const Rune rune = first_rune(rest);
    if (is_control(rune.code)) {
      clean += "\u00b7";
    } else {
      clean += rest.substr(0, rune.bytes);
    }
    rest.remove_prefix(std::min(rune.bytes, rest.size()));
  }
  return clean;
}

size_t text_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Rune rune = first_rune(text);
    width += rune_width(rune.code);
    text.remove_prefix(std::min(rune.bytes, text.size()));
  }
  return width;
}

std::string fitted(std::string_view text, size_t width) {
  const size_t whole = text_width(text);
  if (whole <= width) return std::string(text) + std::string(width - whole, ' ');
  if (width == 0) return {};
  std::string cut;
  size_t used = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const Rune rune = first_rune(rest);
    if (used + rune_width(rune.code) > width - 1) break;
    used += rune_width(rune.code);
    cut += rest.substr(0, rune.bytes);
    rest.remove_prefix(std::min(rune.bytes, rest.size()));
  }
  return cut + "\u2026" + std::string(width - 1 - used, ' ');
}

stdx::Result<std::string> search_text(std::string_view json, const TerminalStyle& style) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(json);
  element answer;
  simdjson::dom::array traces;
  if (parser.parse(padded).get(answer) != simdjson::SUCCESS || answer["traces"].get(traces) != simdjson::SUCCESS) {
    return stdx::fail(stdx::ErrorCode::kDataLoss, "the answer is not one of /api/v1/search");
  }
  std::string text;
  constexpr size_t kFixed = 32 + 2 + 23 + 2 + 9 + 2 + 6 + 2 + 6 + 2;
  const size_t name_width = style.width > kFixed + 20 ? style.width - kFixed : 20;
  text += painted(fmt::format("{:<32}  {:<23}  {:>9}  {:>6}  {:>6}  {}", "trace", "start (UTC)", "duration", "spans", "errors",
                              "root"),
                  "2", style) +
          "\n";
  for (const element trace : traces) {
    const int64_t error_count = number_of(trace, "error_count");
    const std::string errors = fmt::format("{:>6}", error_count == 0 ? std::string("-") : std::to_string(error_count));
    const std::string duration = stdx::short_duration_text(number_of(trace, "duration_ns"));
    std::string root = clean_text(text_of(trace, "root_service") + "  " + text_of(trace, "root_name"));
    if (text_width(root) > name_width) root = fitted(root, name_width);
    text += fmt::format("{}  {}  {}  {:>6}  {}  {}\n", text_of(trace, "trace_id"), short_time(number_of(trace, "start_time_ns")),
                        std::string(9 - std::min<size_t>(9, text_width(duration)), ' ') + duration,
                        number_of(trace, "span_count"), error_count == 0 ? errors : painted(errors, "31", style), root);
  }
  element stats;
  if (answer["stats"].get(stats) == simdjson::SUCCESS) {
    text += painted(fmt::format("{} {}; looked at {} of {} spans in {}{}\n", traces.size(),
                                traces.size() == 1 ? "trace" : "traces", number_of(stats, "rows_scanned"),
                                number_of(stats, "rows_total"), stdx::short_duration_text(number_of(stats, "elapsed_ns")),
                                text_of(answer, "next_cursor").empty() ? "" : "; there are more (--limit)"),
                    "2", style);
  }
  return text;
}

}  // namespace clew::main
