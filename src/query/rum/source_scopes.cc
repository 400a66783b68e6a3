#include "query/rum/source_scopes.h"

#include <algorithm>
#include <array>
#include <vector>

#include "query/rum/error_limits.h"

namespace clew::query_rum {
namespace {

constexpr size_t kTokensMax = 32;   // Remembered of a statement.
constexpr size_t kLevelsMax = 512;  // Of brackets; deeper ones are not told apart.

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         c == '#' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_name(std::string_view token) {
  return !token.empty() && is_word(token[0]) && !(token[0] >= '0' && token[0] <= '9');
}

bool is_control(std::string_view word) {
  constexpr std::array<std::string_view, 8> kWords = {"if",    "for",  "while", "switch",
                                                      "catch", "with", "await", "function"};
  return std::ranges::find(kWords, word) != kWords.end();
}
// Begins a statement, so what stood before it has ended, semicolon or not.
bool begins_statement(std::string_view word) {
  constexpr std::array<std::string_view, 13> kWords = {"const", "let",   "var",    "class",  "export", "import", "if",
                                                       "for",   "while", "return", "switch", "try",    "throw"};
  return std::ranges::find(kWords, word) != kWords.end();
}
// A "/" after one of these words begins a regular expression.
bool is_operator_word(std::string_view word) {
  return word == "return" || word == "typeof" || word == "case" || word == "in" || word == "of" || word == "do" ||
         word == "else" || word == "await";
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) { levels_.push_back({}); }

  std::string run(size_t target) {
    target_ = std::min(target, source_.size());
    while (at_ < target_) step();
    std::string name;
    for (const Level& level : levels_) {
      for (const std::string* function : {&level.function, &level.arrow}) {
        if (!function->empty()) name = *function;
      }
    }
    return name;
  }

 private:
  struct Level {
    char open = 0;
    std::string function = {};    // Whose body it is.
    std::string class_name = {};  // Whose body it is.
    std::string arrow = {};       // Of an arrow function without braces that has begun at this level.
    std::vector<std::string_view> tokens = {};
  };
  Level& top() { return levels_.back(); }

  void step() {
    const char c = source_[at_];
    const std::string_view rest = source_.substr(at_);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else if (rest.starts_with("//")) {
      at_ = std::min(source_.find('\n', at_), target_);
    } else if (rest.starts_with("/*")) {
      const size_t end = source_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? target_ : end + 2;
    } else if (c == '"' || c == '\'') {
      skip_string(c);
    } else if (c == '`') {
      ++at_;
      template_text();
    } else if (c == '/' && begins_expression()) {
      skip_regular_expression();
    } else if (is_word(c)) {
      word();
    } else if (rest.starts_with("=>")) {
      at_ += 2;
      put("=>");
      after_arrow();
    } else {
      sign(c);
    }
  }

  void put(std::string_view token) {
    std::vector<std::string_view>& tokens = top().tokens;
    if (tokens.size() == kTokensMax) tokens.erase(tokens.begin(), tokens.begin() + kTokensMax / 2);
    tokens.push_back(token);
  }
  std::string_view last() { return top().tokens.empty() ? std::string_view() : top().tokens.back(); }

  // A string ends with its line at the latest: an apostrophe in text between tags must not swallow the rest.
  void skip_string(char quote) {
    for (++at_; at_ < target_ && source_[at_] != '\n'; ++at_) {
      if (source_[at_] == '\\') {
        ++at_;
      } else if (source_[at_] == quote) {
        ++at_;
        break;
      }
    }
    put("\"");
  }
  void template_text() {
    for (; at_ < target_; ++at_) {
      if (source_[at_] == '\\') {
        ++at_;
      } else if (source_[at_] == '`') {
        ++at_;
        put("\"");
        return;
      } else if (source_.substr(at_).starts_with("${")) {
        at_ += 2;
        open('`');
        return;
      }
    }
  }
  bool begins_expression() {
    const std::string_view before = last();
    if (before.empty()) return true;
    if (is_word(before[0])) return is_operator_word(before);
    return before != ")" && before != "]" && before != "}" && before != "\"";
  }
  void skip_regular_expression() {
    bool in_class = false;
    size_t i = at_ + 1;
    for (; i < target_ && source_[i] != '\n'; ++i) {
      if (source_[i] == '\\') {
        ++i;
      } else if (source_[i] == '[') {
        in_class = true;
      } else if (source_[i] == ']') {
        in_class = false;
      } else if (source_[i] == '/' && !in_class) {
        at_ = i + 1;
        put("\"");
        return;
      }
    }
    sign('/');  // No end: a division, or a closing tag.
  }
  void word() {
    const size_t begin = at_;
    while (at_ < target_ && is_word(source_[at_])) ++at_;
    const std::string_view token = source_.substr(begin, at_ - begin);
    if (begins_statement(token)) top().arrow.clear();
    put(token);
  }
  void sign(char c) {
    ++at_;
    if (c == '(' || c == '[' || c == '{') {
      open(c);
    } else if (c == ')' || c == ']' || c == '}') {
      close(c);
    } else if (c == ';' || c == ',') {
      top().tokens.clear();
      top().arrow.clear();
    } else {
      put(source_.substr(at_ - 1, 1));
    }
  }

  void open(char c) {
    if (levels_.size() == kLevelsMax) return;
    Level level{.open = c};
    if (c == '{') {
      level.class_name = class_named();
      if (level.class_name.empty()) level.function = with_class(function_named(top().tokens.size()));
    }
    levels_.push_back(std::move(level));
  }
  void close(char c) {
    const char open = c == ')' ? '(' : c == ']' ? '[' : '{';
    for (size_t i = levels_.size(); i-- > 1;) {
      if (levels_[i].open != open && !(c == '}' && levels_[i].open == '`')) continue;
      const bool of_template = levels_[i].open == '`';
      const bool body = !levels_[i].function.empty() || !levels_[i].class_name.empty();
      levels_.resize(i);
      if (of_template) return template_text();
      if (body) top().tokens.clear();
      put(c == ')' ? ")" : c == ']' ? "]" : "}");
      return;
    }
  }

  void after_arrow() {
    size_t next = at_;
    while (next < source_.size() &&
           (source_[next] == ' ' || source_[next] == '\n' || source_[next] == '\r' || source_[next] == '\t'))
      ++next;
    if (next < source_.size() && source_[next] != '{') top().arrow = with_class(function_named(top().tokens.size()));
  }

  std::string_view token(size_t end, size_t back) const {
    const std::vector<std::string_view>& tokens = levels_.back().tokens;
    return end > back ? tokens[end - 1 - back] : std::string_view();
  }

  std::string class_named() {
    const std::vector<std::string_view>& tokens = top().tokens;
    for (size_t i = tokens.size(); i-- > 0;) {
      if (tokens[i] == "class")
        return i + 1 < tokens.size() && is_name(tokens[i + 1]) && tokens[i + 1] != "extends"
                   ? std::string(tokens[i + 1])
                   : std::string();
      if (tokens[i] == "=>" || tokens[i] == "=" || tokens[i] == "}") return {};
    }
    return {};
  }
  std::string with_class(std::string name) const {
    for (size_t i = levels_.size(); i-- > 0 && !name.empty();) {
      if (!levels_[i].function.empty()) return name;  // A function within a method is not the class's.
      if (levels_[i].class_name.empty()) continue;
      return name == "constructor" ? levels_[i].class_name : levels_[i].class_name + '.' + name;
    }
    return name;
  }

  // Which function has its body after the tokens before `end`; empty for none, or one without a name.
  std::string function_named(size_t end) {
    const bool arrow = token(end, 0) == "=>";
    if (arrow) --end;
    // The parameters are the last ")" before the body, or before the type of what it returns.
    size_t parameters = end;
    while (parameters > 0 && token(parameters, 0) != ")") --parameters;
    if (parameters == 0) {
      return arrow && is_name(token(end, 0)) ? assigned_name(end - 1) : std::string();
    }
    if (parameters < end && levels_.back().tokens[parameters] != ":") {
      return arrow && is_name(token(end, 0)) ? assigned_name(end - 1) : std::string();
    }
    size_t name = parameters - 1;
    if (token(name, 0) == ">") {  // f<T>(…)
      while (name > 0 && token(name, 0) != "<") --name;
      if (name > 0) --name;
    }
    if (arrow) return assigned_name(name);
    const std::string_view word = token(name, 0);
    if (word == "function" || (word == "*" && token(name, 1) == "function"))
      return assigned_name(word == "*" ? name - 2 : name - 1);
    if (!is_name(word) || is_control(word)) return {};
    return std::string(word);
  }
  // Of "const x = async", "x:", "this.x =", "const f: Type =": x.
  std::string assigned_name(size_t end) {
    if (token(end, 0) == "async") --end;
    if (token(end, 0) == ":" && is_name(token(end, 1))) return std::string(token(end, 1));
    if (token(end, 0) != "=") return {};
    for (size_t i = end - 1; i-- > 0;) {
      const std::string_view word = levels_.back().tokens[i];
      if ((word == "const" || word == "let" || word == "var") && i + 1 < end)
        return std::string(levels_.back().tokens[i + 1]);
    }
    return is_name(token(end, 1)) ? std::string(token(end, 1)) : std::string();
  }

  std::string_view source_;
  size_t at_ = 0, target_ = 0;
  std::vector<Level> levels_;
};

// Columns count UTF-16 units, as engines do.
size_t offset_in_line(std::string_view line, uint32_t column) {
  size_t at = 0;
  for (uint32_t units = 0; at < line.size() && units < column;) {
    const auto lead = static_cast<uint8_t>(line[at]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    at = std::min(at + size, line.size());
    units += size == 4 ? 2 : 1;
  }
  return at;
}

}  // namespace

std::string_view line_of(std::string_view source, uint32_t number) {
  size_t begin = 0;
  for (; number > 0; --number) {
    begin = source.find('\n', begin);
    if (begin == std::string_view::npos) return {};
    ++begin;
  }
  std::string_view line = source.substr(begin, std::min(source.find('\n', begin), source.size()) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string function_around(std::string_view source, uint32_t line, uint32_t column) {
  const std::string_view text = line_of(source, line);
  if (text.data() == nullptr) return {};
  const size_t offset = static_cast<size_t>(text.data() - source.data()) + offset_in_line(text, column);
  if (offset > kScannedSourceBytesMax) return {};
  std::string name = Scanner(source).run(offset);
  name.resize(std::min(name.size(), kFunctionBytesMax));
  return name;
}

}  // namespace clew::query_rum
