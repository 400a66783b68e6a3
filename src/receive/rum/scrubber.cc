#include "receive/rum/scrubber.h"

#include <algorithm>

#include "wire/ascii.h"

namespace clew::receive_rum {
namespace {

constexpr std::string_view kBeforeName = "?&;#";
// What ends a value in a URL, and what ends a URL in a text around it. A backslash begins an escape of JSON in a string.
constexpr std::string_view kAfterValue = "&;#\"'<>()\\ \t\r\n";

}  // namespace

Scrubber::Scrubber(std::vector<std::string> names) : names_(std::move(names)) {
  for (std::string& name : names_) {
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  }
}

bool Scrubber::is_secret(std::string_view name) const {
  return std::ranges::any_of(names_, [&](const std::string& secret) { return wire::equal_ignoring_case(secret, name); });
}

std::string_view Scrubber::scrub(std::string_view text, std::string& buffer) const {
  size_t copied = 0;
  bool changed = false;
  for (size_t equals = text.find('='); equals != std::string_view::npos; equals = text.find('=', equals + 1)) {
    // A name is short, so looking back costs a bounded number of steps.
    size_t name = equals;
    while (name > 0 && equals - name < 64 && kBeforeName.find(text[name - 1]) == std::string_view::npos) --name;
    if (name == 0 || kBeforeName.find(text[name - 1]) == std::string_view::npos) continue;
    if (!is_secret(text.substr(name, equals - name))) continue;
    const size_t end = std::min(text.find_first_of(kAfterValue, equals + 1), text.size());
    if (!changed) buffer.clear();
    changed = true;
    buffer.append(text.substr(copied, equals + 1 - copied)).append("***");
    copied = end;
    equals = end - 1;
  }
  if (!changed) return text;
  buffer.append(text.substr(copied));
  return buffer;
}

std::vector<std::string> default_secret_parameters() {
  return {"access_token", "api_key", "apikey",  "auth",     "authorization", "client_secret", "code",  "credential",
          "email",        "id_token", "jwt",    "key",      "mobile",        "otp",           "passwd", "password",
          "phone",        "pwd",      "secret", "session_id", "sessionid",   "sig",           "sign",  "signature",
          "sms",          "ssn",      "ticket", "token",    "x-amz-credential", "x-amz-signature", "x-amz-security-token"};
}

}  // namespace clew::receive_rum
