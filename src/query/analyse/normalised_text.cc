#include "query/analyse/normalised_text.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "query/analyse/analyse_limits.h"

namespace clew::query_analyse {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool is_word(char c) { return is_alpha(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr std::string_view kCut = "…";

// One past the closing quote; quotes are escaped by doubling or with a backslash. An open quote reaches to the end.
size_t end_of_quoted(std::string_view text, size_t at) {
  const char quote = text[at];
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (i + 1 < text.size() && text[i + 1] == quote) {
        ++i;
      } else {
        return i + 1;
      }
    }
  }
  return text.size();
}

// 12, 0x1f, 1.5e-3; `at` is a digit.
size_t end_of_number(std::string_view text, size_t at) {
  size_t i = at;
  while (i < text.size() && (is_word(text[i]) || text[i] == '.' ||
                             ((text[i] == '+' || text[i] == '-') && (text[i - 1] == 'e' || text[i - 1] == 'E') && i > at &&
                              is_digit(text[at]) && i + 1 < text.size() && is_digit(text[i + 1])))) {
    ++i;
  }
  return i;
}

class SqlText {
 public:
  explicit SqlText(std::string_view in) : in_(in) {}

  std::string run() {
    while (at_ < in_.size() && out_.size() < kNormalisedBytesMax) step();
    if (at_ < in_.size()) out_ += kCut;
    return std::move(out_);
  }

 private:
  bool next_is(std::string_view text) const { return in_.substr(at_).starts_with(text); }

  void step() {
    const char c = in_[at_];
    if (is_space(c)) {
      pending_space_ = true;
      ++at_;
    } else if (next_is("--") || (c == '#' && !next_is("#>"))) {
      at_ = std::min(in_.find('\n', at_), in_.size());
      pending_space_ = true;
    } else if (next_is("/*")) {
      const size_t end = in_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? in_.size() : end + 2;
      pending_space_ = true;
    } else if (c == '\'') {
      at_ = end_of_quoted(in_, at_);
      literal();
    } else if (c == '"' || c == '`') {
      const size_t end = end_of_quoted(in_, at_);
      put(in_.substr(at_, end - at_));
      at_ = end;
    } else if (c == '$' && at_ + 1 < in_.size() && (in_[at_ + 1] == '$' || is_alpha(in_[at_ + 1]))) {
      dollar_quoted();
    } else if (c == '?' || ((c == '$' || c == '@' || c == ':') && at_ + 1 < in_.size() && is_word(in_[at_ + 1]) &&
                            !(at_ > 0 && (in_[at_ - 1] == ':' || in_[at_ - 1] == '@')))) {
      ++at_;
      while (at_ < in_.size() && is_word(in_[at_])) ++at_;
      literal();
    } else if (is_digit(c) && (out_.empty() || !is_word(last_char()) || pending_space_)) {
      at_ = end_of_number(in_, at_);
      literal();
    } else if (is_word(c)) {
      size_t end = at_;
      while (end < in_.size() && (is_word(in_[end]) || in_[end] == '$')) ++end;
      word(in_.substr(at_, end - at_));
      at_ = end;
    } else {
      put(in_.substr(at_++, 1));
    }
  }

  // $1 is a parameter, $$ … $$ and $tag$ … $tag$ are texts; :: is PostgreSQL's cast and no parameter.
  void dollar_quoted() {
    const size_t tag_end = in_.find('$', at_ + 1);
    if (tag_end == std::string_view::npos) {
      put(in_.substr(at_++, 1));
      return;
    }
    const std::string_view tag = in_.substr(at_, tag_end + 1 - at_);
    if (!std::ranges::all_of(tag.substr(1, tag.size() - 2), is_word)) {
      put(in_.substr(at_++, 1));
      return;
    }
    const size_t end = in_.find(tag, tag_end + 1);
    at_ = end == std::string_view::npos ? in_.size() : end + tag.size();
    literal();
  }

  char last_char() const { return out_.empty() ? ' ' : out_.back(); }

  void word(std::string_view text) {
    std::string upper(text);
    std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    const bool is_value = upper == "TRUE" || upper == "FALSE";
    // A prefix of a literal: N'…', E'…', X'…', B'…'.
    if (text.size() == 1 && at_ + 1 < in_.size() && in_[at_ + 1] == '\'' && std::string_view("NEXB").find(upper[0]) != std::string_view::npos) return;
    if (is_value) return literal();
    put(text);
  }

  void literal() {
    // A sign before a literal that follows an operator belongs to it.
    if (out_.size() >= 2 && (out_.back() == '-' || out_.back() == '+') && !pending_space_) {
      size_t before = out_.size() - 1;
      while (before > 0 && out_[before - 1] == ' ') --before;
      if (before == 0 || std::string_view("=<>(,+-*/").find(out_[before - 1]) != std::string_view::npos) out_.pop_back();
    }
    // "?, ?" after "(" is one list.
    size_t end = out_.size();
    while (end > 0 && out_[end - 1] == ' ') --end;
    if (end > 0 && out_[end - 1] == ',') {
      size_t before = end - 1;
      while (before > 0 && out_[before - 1] == ' ') --before;
      const bool follows_literal = before > 0 && out_[before - 1] == '?';
      size_t open = before > 0 ? before - 1 : 0;
      while (open > 0 && out_[open - 1] == ' ') --open;
      if (follows_literal && open > 0 && (out_[open - 1] == '(' || out_[open - 1] == '[')) {
        out_.resize(before);
        pending_space_ = false;
        return;
      }
    }
    put("?");
  }

  void put(std::string_view text) {
    const char first = text.front();
    if (pending_space_ && !out_.empty() && first != ',' && first != ')' && first != ';' && out_.back() != '(') out_.push_back(' ');
    pending_space_ = false;
    if (first == ')' ) {
      out_ += text;
      fold_rows();
      return;
    }
    out_ += text;
    if (first == ',') pending_space_ = true;
  }

  // VALUES (?), (?), (?) → VALUES (?)
  void fold_rows() {
    constexpr std::string_view kRow = "(?)";
    constexpr std::string_view kRepeated = "(?), (?)";
    if (out_.ends_with(kRepeated)) out_.resize(out_.size() - kRepeated.size() + kRow.size());
  }

  std::string_view in_;
  std::string out_;
  size_t at_ = 0;
  bool pending_space_ = false;
};

// "GET product:SKU-00123" → "GET product:?"
std::string normalise_redis(std::string_view statement) {
  std::string out;
  size_t at = 0;
  bool is_command = true, is_key = false;
  bool last_was_mark = false;
  while (at < statement.size() && out.size() < kNormalisedBytesMax) {
    while (at < statement.size() && is_space(statement[at])) ++at;
    if (at >= statement.size()) break;
    const bool quoted = statement[at] == '"' || statement[at] == '\'';
    size_t end = quoted ? end_of_quoted(statement, at) : at;
    while (!quoted && end < statement.size() && !is_space(statement[end])) ++end;
    const std::string_view token = statement.substr(at, end - at);
    at = end;
    if (is_command) {
      out += token;
      is_command = false;
      is_key = true;
      continue;
    }
    std::string shown = "?";
    if (is_key && !quoted) {
      // What names the kind of key: everything up to the last separator that stands before a part with digits.
      const size_t digit = static_cast<size_t>(std::ranges::find_if(token, is_digit) - token.begin());
      const size_t colon = token.substr(0, std::min(digit, token.size())).rfind(':');
      if (digit == token.size() && token.find(':') == std::string_view::npos) {
        shown = std::string(token);
      } else if (colon != std::string_view::npos) {
        shown = std::string(token.substr(0, colon + 1)) + "?";
      }
    }
    is_key = false;
    if (shown == "?" && last_was_mark) continue;
    last_was_mark = shown == "?";
    out.push_back(' ');
    out += shown;
  }
  if (at < statement.size()) out += kCut;
  return out;
}

// Of a token that holds a digit: a plain number, or an identifier.
bool is_plain_number(std::string_view token) {
  bool any = false;
  for (size_t i = 0; i < token.size(); ++i) {
    if (is_digit(token[i])) {
      any = true;
    } else if (token[i] != '.' && token[i] != '-' && token[i] != '+' && token[i] != ',') {
      return false;
    }
  }
  return any;
}

// 120ms, 5s, 12MB: a number with a unit.
size_t unit_begin(std::string_view token) {
  size_t i = 0;
  while (i < token.size() && (is_digit(token[i]) || token[i] == '.')) ++i;
  return i;
}

void append_token(std::string_view token, std::string& out) {
  const bool has_digit = std::ranges::any_of(token, is_digit);
  if (!has_digit) {
    const bool long_hex = token.size() >= 16 && std::ranges::all_of(token, is_hex);
    out += long_hex ? std::string_view("<id>") : token;
    return;
  }
  if (is_plain_number(token)) {
    out += "<num>";
    return;
  }
  const size_t unit = unit_begin(token);
  if (unit > 0 && token.size() - unit <= 3 && std::ranges::all_of(token.substr(unit), is_alpha)) {
    out += "<num>";
    out += token.substr(unit);
    return;
  }
  const auto digits = static_cast<size_t>(std::ranges::count_if(token, is_digit));
  const bool is_id = token.size() >= 8 && (std::ranges::all_of(token, [](char c) { return is_hex(c) || c == '-' || c == 'x'; }) || digits * 3 >= token.size());
  if (is_id) {
    out += "<id>";
    return;
  }
  // A word with a number in it, such as order-17 or HTTP2: the word stays.
  bool in_number = false;
  for (const char c : token) {
    if (is_digit(c)) {
      if (!in_number) out += "<num>";
      in_number = true;
    } else {
      out.push_back(c);
      in_number = false;
    }
  }
}

}  // namespace

std::string normalise_statement(std::string_view statement, std::string_view system) {
  for (const std::string_view cache : {"redis", "memcached", "valkey"}) {
    if (system == cache) return normalise_redis(statement);
  }
  return SqlText(statement).run();
}

std::string normalise_message(std::string_view message) {
  while (!message.empty() && is_space(message.front())) message.remove_prefix(1);
  message = message.substr(0, message.find_first_of("\r\n"));
  std::string out;
  size_t at = 0;
  while (at < message.size() && out.size() < kNormalisedBytesMax) {
    const char c = message[at];
    const bool opens = at == 0 || !is_word(message[at - 1]);  // Not the apostrophe of "can't".
    if ((c == '\'' || c == '"' || c == '`') && opens) {
      const size_t end = message.find(c, at + 1);
      if (end != std::string_view::npos) {
        out += "<text>";
        at = end + 1;
        continue;
      }
    }
    if (is_word(c)) {
      size_t end = at;
      while (end < message.size() && (is_word(message[end]) || ((message[end] == '-' || message[end] == '.') && end + 1 < message.size() && is_word(message[end + 1])))) ++end;
      append_token(message.substr(at, end - at), out);
      at = end;
      continue;
    }
    out.push_back(c);
    ++at;
  }
  if (at < message.size()) out += kCut;
  return out;
}

}  // namespace clew::query_analyse
