#include "query/traceql/lexer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "query/traceql/fields.h"
#include "query/traceql/query_limits.h"

namespace clew::query_traceql {
namespace {

using stdx::ErrorCode;
using stdx::fail;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool ends_attribute(char c) { return is_space(c) || std::string_view("{}()=~!<>&|^,").find(c) != std::string_view::npos; }

// Longest first, so that the first match is the right one.
constexpr std::array<std::string_view, 36> kSymbols = {
    "!>>", "!<<", "&>>", "&<<", "&&", "||", "=~", "!~", "!=", ">=", "<=", ">>", "<<", "!>", "!<", "&>", "&<", "&~", "{",
    "}",   "(",   ")",   ",",   "=",  "!",  "<",  ">",  "+",  "-",  "*",  "/",  "%",  "^",  "|",  "~",  "&"};

struct Unit {
  std::string_view name;
  int64_t ns;
};
constexpr int64_t kSecond = 1'000'000'000;
constexpr std::array<Unit, 11> kUnits = {{{"ns", 1},
                                          {"us", 1'000},
                                          {"\u00b5s", 1'000},
                                          {"\u03bcs", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", kSecond},
                                          {"m", 60 * kSecond},
                                          {"h", 3600 * kSecond},
                                          {"d", 86'400 * kSecond},
                                          {"w", 7 * 86'400 * kSecond},
                                          {"y", 365 * 86'400 * kSecond}}};

void append_utf8(uint32_t rune, std::string& out) {
  if (rune < 0x80) {
    out += static_cast<char>(rune);
  } else if (rune < 0x800) {
    out += static_cast<char>(0xc0 | (rune >> 6));
    out += static_cast<char>(0x80 | (rune & 0x3f));
  } else if (rune < 0x10000) {
    out += static_cast<char>(0xe0 | (rune >> 12));
    out += static_cast<char>(0x80 | (rune >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (rune & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (rune >> 18));
    out += static_cast<char>(0x80 | (rune >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (rune >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (rune & 0x3f));
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  stdx::Result<std::vector<Token>> run() {
    std::vector<Token> tokens;
    while (true) {
      while (position_ < text_.size() && is_space(text_[position_])) advance(1);
      Token token;
      token.place = place_;
      if (position_ == text_.size()) {
        tokens.push_back(std::move(token));
        return tokens;
      }
      if (!next(token)) return fail(ErrorCode::kInvalidArgument, at(error_place_) + ": " + error_);
      tokens.push_back(std::move(token));
    }
  }

 private:
  bool next(Token& token) {
    const char c = text_[position_];
    if (c == '"' || c == '`') return string_literal(token);
    if (is_digit(c) || (c == '.' && position_ + 1 < text_.size() && is_digit(text_[position_ + 1]))) return number(token);
    if (c == '.') {
      advance(1);
      return attribute(token, FieldScope::kAny);
    }
    if (is_word_start(c)) return word_or_attribute(token);
    for (const std::string_view symbol : kSymbols) {
      if (text_.substr(position_).starts_with(symbol)) {
        token.kind = TokenKind::kSymbol;
        token.text = symbol;
        advance(symbol.size());
        return true;
      }
    }
    return error(token.place, "unexpected character");
  }

  bool word_or_attribute(Token& token) {
    size_t end = position_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string_view word = text_.substr(position_, end - position_);
    if (end < text_.size() && text_[end] == '.') {
      for (const FieldScope scope : {FieldScope::kSpan, FieldScope::kResource, FieldScope::kInstrumentation,
                                     FieldScope::kEvent, FieldScope::kLink}) {
        if (word == scope_word(scope)) {
          advance(word.size() + 1);
          return attribute(token, scope);
        }
      }
      if (word == "parent") return error(token.place, "the scope \"parent.\" is not supported");
      return error(token.place, fmt::format("unknown scope \"{}.\"; the scopes are span, resource, instrumentation, event "
                                            "and link, and an attribute without scope begins with a point",
                                            word));
    }
    token.kind = TokenKind::kWord;
    if (end + 1 < text_.size() && text_[end] == ':' && is_word_start(text_[end + 1])) {
      ++end;
      while (end < text_.size() && is_word(text_[end])) ++end;
    }
    token.text = text_.substr(position_, end - position_);
    advance(end - position_);
    return true;
  }

  // After the scope and its point. Parts may be quoted: span."a b".c
  bool attribute(Token& token, FieldScope scope) {
    token.kind = TokenKind::kAttribute;
    token.field.scope = scope;
    std::string& key = token.field.key;
    bool quoted = false;
    while (position_ < text_.size() && !ends_attribute(text_[position_])) {
      if (text_[position_] != '"') {
        key += text_[position_];
        advance(1);
        continue;
      }
      quoted = true;
      const Place start = place_;
      advance(1);
      while (position_ < text_.size() && text_[position_] != '"') {
        if (text_[position_] == '\\') {
          advance(1);
          if (position_ == text_.size() || (text_[position_] != '"' && text_[position_] != '\\')) {
            return error(place_, "in a quoted attribute name only \\\" and \\\\ are escapes");
          }
        }
        key += text_[position_];
        advance(1);
      }
      if (position_ == text_.size()) return error(start, "the quoted attribute name does not end");
      advance(1);
    }
    if (key.empty() && !quoted) return error(place_, "expected an attribute name after the point");
    return true;
  }

  bool string_literal(Token& token) {
    const char quote = text_[position_];
    token.kind = TokenKind::kLiteral;
    std::string value;
    advance(1);
    while (position_ < text_.size() && text_[position_] != quote) {
      if (quote == '"' && text_[position_] == '\n') break;
      if (quote == '"' && text_[position_] == '\\') {
        if (!escape(value)) return false;
        continue;
      }
      value += text_[position_];
      advance(1);
    }
    if (position_ == text_.size() || text_[position_] != quote) return error(token.place, "the string does not end");
    advance(1);
    token.literal = std::move(value);
    return true;
  }

  // The escapes of Go's interpreted strings.
  bool escape(std::string& value) {
    const Place start = place_;
    advance(1);
    if (position_ == text_.size()) return error(start, "the string does not end");
    const char c = text_[position_];
    static constexpr std::string_view kNames = "abfnrtv\\\"'";
    static constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\\"'";
    if (const size_t index = kNames.find(c); index != std::string_view::npos) {
      value += kValues[index];
      advance(1);
      return true;
    }
    size_t digits = 0;
    int radix = 16;
    if (c == 'x') digits = 2;
    if (c == 'u') digits = 4;
    if (c == 'U') digits = 8;
    if (c >= '0' && c <= '7') {
      digits = 3;
      radix = 8;
    } else if (digits != 0) {
      advance(1);
    }
    uint32_t code = 0;
    const std::string_view text = text_.substr(position_, digits);
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), code, radix);
    if (digits == 0 || text.size() != digits || status != std::errc() || end != text.data() + text.size()) {
      return error(start, "unknown escape in a string; a back-quoted string takes every character as it is");
    }
    advance(digits);
    if (c == 'u' || c == 'U') {
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return error(start, "the escape is no Unicode character");
      append_utf8(code, value);
    } else {
      if (code > 0xff) return error(start, "the escape is larger than a byte");
      value += static_cast<char>(code);
    }
    return true;
  }

  bool number(Token& token) {
    token.kind = TokenKind::kLiteral;
    size_t end = position_;
    while (end < text_.size() && (is_digit(text_[end]) || text_[end] == '.')) ++end;
    const bool has_exponent =
        end < text_.size() && (text_[end] == 'e' || text_[end] == 'E') && end + 1 < text_.size() &&
        (is_digit(text_[end + 1]) ||
         ((text_[end + 1] == '+' || text_[end + 1] == '-') && end + 2 < text_.size() && is_digit(text_[end + 2])));
    if (has_exponent) {
      end += 2;
      while (end < text_.size() && is_digit(text_[end])) ++end;
    } else if (end < text_.size() && (is_word_start(text_[end]) || static_cast<unsigned char>(text_[end]) >= 0x80)) {
      return duration(token);
    }
    const std::string_view text = text_.substr(position_, end - position_);
    if (text.find_first_of(".eE") == std::string_view::npos) {
      int64_t value = 0;
      const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), value);
      // One past the largest int is a float here; the parser turns -9223372036854775808 back.
      if (status == std::errc()) {
        token.literal = value;
        advance(text.size());
        return true;
      }
      if (status != std::errc::result_out_of_range) return error(token.place, "expected a number");
      (void)stop;
    }
    double value = 0;
    const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status == std::errc::result_out_of_range) return error(token.place, "the number is out of range");
    if (status != std::errc() || stop != text.data() + text.size()) return error(token.place, "expected a number");
    token.literal = value;
    advance(text.size());
    return true;
  }

  // One or more of <decimal><unit>, as Prometheus and Go write them: 1h2m, 1.5s.
  bool duration(Token& token) {
    long double total = 0;
    int64_t exact = 0;
    bool overflow = false;
    while (position_ < text_.size() && (is_digit(text_[position_]) || text_[position_] == '.')) {
      size_t end = position_;
      while (end < text_.size() && (is_digit(text_[end]) || text_[end] == '.')) ++end;
      const std::string_view amount = text_.substr(position_, end - position_);
      size_t unit_end = end;
      while (unit_end < text_.size() &&
             (is_word_start(text_[unit_end]) || static_cast<unsigned char>(text_[unit_end]) >= 0x80)) {
        ++unit_end;
      }
      const std::string_view unit_text = text_.substr(end, unit_end - end);
      const std::optional<int64_t> unit = unit_ns(unit_text);
      if (!unit) {
        return error(token.place, fmt::format("\"{}\" is no unit of a duration; the units are ns, us, ms, s, m, h, d, w, y",
                                              unit_text.substr(0, 16)));
      }
      int64_t whole = 0;
      const auto [whole_end, whole_status] = std::from_chars(amount.data(), amount.data() + amount.size(), whole);
      if (whole_status == std::errc() && whole_end == amount.data() + amount.size()) {
        int64_t product = 0;
        overflow |= __builtin_mul_overflow(whole, *unit, &product) || __builtin_add_overflow(exact, product, &exact);
      } else {
        double part = 0;
        const auto [part_end, part_status] = std::from_chars(amount.data(), amount.data() + amount.size(), part);
        if (part_status != std::errc() || part_end != amount.data() + amount.size()) {
          return error(token.place, "expected a duration");
        }
        total += static_cast<long double>(part) * static_cast<long double>(*unit);
      }
      advance(unit_end - position_);
    }
    overflow |= total > 9.2e18L || __builtin_add_overflow(exact, static_cast<int64_t>(std::llround(total)), &exact);
    if (overflow) {
      return error(token.place, "the duration is longer than 292 years");
    }
    token.literal = Duration{exact};
    return true;
  }

  static std::optional<int64_t> unit_ns(std::string_view name) {
    for (const Unit& unit : kUnits) {
      if (unit.name == name) return unit.ns;
    }
    return std::nullopt;
  }

  bool error(Place place, std::string message) {
    error_place_ = place;
    error_ = std::move(message);
    return false;
  }

  void advance(size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) {
      const auto c = static_cast<unsigned char>(text_[position_++]);
      if (c == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((c & 0xc0) != 0x80) {
        ++place_.column;
      }
    }
  }

  std::string_view text_;
  size_t position_ = 0;
  Place place_;
  Place error_place_;
  std::string error_;
};

}  // namespace

std::string at(Place place) { return fmt::format("line {}, column {}", place.line, place.column); }

stdx::Result<std::vector<Token>> tokenize(std::string_view query) {
  if (query.size() > query::kQueryBytesMax) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the query has {} bytes; at most {} are allowed", query.size(), query::kQueryBytesMax));
  }
  return Lexer(query).run();
}

}  // namespace clew::query_traceql
