#include "receive/rum/scrubber.h"

#include <algorithm>
#include <optional>

#include "wire/ascii.h"

namespace clew::receive_rum {
namespace {

constexpr std::string_view kInPlace = "***";
constexpr std::string_view kBeforeName = "?&;#";
// What ends a value in a URL, and what ends a URL in a text around it. A backslash begins an escape of JSON in a string.
constexpr std::string_view kAfterValue = "&;#\"'<>()\\ \t\r\n";
constexpr size_t kNameMax = 64;  // A name is short, so looking back costs a bounded number of steps.

// "%3D": the character that an escape at `at` stands for; 0 if there is none.
char escaped_at(std::string_view text, size_t at) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (at + 3 > text.size() || text[at] != '%') return 0;
  const int high = digit(text[at + 1]), low = digit(text[at + 2]);
  return high < 0 || low < 0 ? '\0' : static_cast<char>(high * 16 + low);
}

bool is_one_of(std::string_view set, char c) { return c != '\0' && set.find(c) != std::string_view::npos; }

// Where the name that ends at `end` begins, after what separates parameters, escaped or not; nullopt: none does so.
std::optional<size_t> name_before(std::string_view text, size_t end, bool is_query) {
  for (size_t begin = end;; --begin) {
    if (begin == 0) return is_query ? std::optional<size_t>(0) : std::nullopt;
    if (is_one_of(kBeforeName, text[begin - 1])) return begin;
    if (begin >= 3 && is_one_of(kBeforeName, escaped_at(text, begin - 3))) return begin;
    if (end - begin == kNameMax) return std::nullopt;
  }
}

// Where the value that begins at `begin` ends. One whose "=" was escaped is part of a URL that is: "%26" ends it, too.
size_t value_end(std::string_view text, size_t begin, bool is_escaped) {
  size_t end = begin;
  const auto is_end = [&](size_t at) {
    return is_one_of(kAfterValue, text[at]) || (is_escaped && is_one_of("&;#\"", escaped_at(text, at)));
  };
  while (end < text.size() && !is_end(end)) ++end;
  return end;
}

// Of "user[token]" and "user%5Btoken%5D": "token".
std::string_view innermost(std::string_view name) {
  if (name.ends_with(']')) return name.substr(name.rfind('[') + 1, name.size() - name.rfind('[') - 2);
  if (name.size() > 3 && escaped_at(name, name.size() - 3) == ']') {
    name.remove_suffix(3);
    for (size_t at = name.size(); at-- > 0;) {
      if (escaped_at(name, at) == '[') return name.substr(at + 3);
    }
  }
  return name;
}

}  // namespace

// Finds the values to be replaced, one after the other: one pass over the text for "=", and one for "%".
class Scrubber::Secrets {
 public:
  Secrets(const Scrubber& scrubber, std::string_view text, bool is_query)
      : scrubber_(scrubber), text_(text), is_query_(is_query), plain_(text.find('=')), escape_(text.find('%')) {}

  // False: there is none after the one before.
  bool next() {
    for (size_t at = next_equals(); at != std::string_view::npos; at = next_equals()) {
      const bool is_escaped = text_[at] == '%';
      if (at < end_) continue;
      const auto name = name_before(text_, at, is_query_);
      if (!name || !scrubber_.is_secret(text_.substr(*name, at - *name))) continue;
      begin_ = at + (is_escaped ? 3 : 1);
      end_ = value_end(text_, begin_, is_escaped);
      if (text_.substr(begin_, end_ - begin_) != kInPlace) return true;
    }
    return false;
  }

  // The value.
  size_t begin() const { return begin_; }
  size_t end() const { return end_; }

 private:
  size_t next_equals() {
    while (escape_ < plain_ && escaped_at(text_, escape_) != '=') escape_ = text_.find('%', escape_ + 1);
    size_t& first = escape_ < plain_ ? escape_ : plain_;
    const size_t at = first;
    if (at != std::string_view::npos) first = text_.find(text_[at], at + 1);
    return at;
  }

  const Scrubber& scrubber_;
  const std::string_view text_;
  const bool is_query_;
  size_t plain_, escape_;  // Not yet looked at.
  size_t begin_ = 0, end_ = 0;
};

Scrubber::Scrubber(std::vector<std::string> names) : names_(std::move(names)) {
  for (std::string& name : names_) {
    std::ranges::transform(name, name.begin(), wire::ascii_lower);
  }
}

bool Scrubber::is_secret(std::string_view name) const {
  name = innermost(name);
  return std::ranges::any_of(names_, [&](const std::string& secret) { return wire::equal_ignoring_case(secret, name); });
}

bool Scrubber::finds_any(std::string_view bytes) const { return Secrets(*this, bytes, false).next(); }

std::string_view Scrubber::scrub(std::string_view text, std::string& buffer, bool is_query) const {
  Secrets secrets(*this, text, is_query);
  if (!secrets.next()) return text;
  buffer.clear();
  size_t copied = 0;
  do {
    buffer.append(text.substr(copied, secrets.begin() - copied)).append(kInPlace);
    copied = secrets.end();
  } while (secrets.next());
  buffer.append(text.substr(copied));
  return buffer;
}

std::vector<std::string> default_secret_parameters() {
  return {"access_token", "api_key", "apikey",  "auth",     "authorization", "client_secret", "code",  "credential",
          "email",        "id_token", "jsessionid", "jwt",  "key",      "mobile",        "otp",           "passwd", "password",
          "phone",        "pwd",      "refresh_token", "secret", "session_id", "sessionid",   "sig",           "sign",  "signature",
          "sms",          "ssn",      "ticket", "token",    "x-amz-credential", "x-amz-signature", "x-amz-security-token"};
}

}  // namespace clew::receive_rum
