#include "query/rum/request_facts.h"

#include <algorithm>
#include <optional>

namespace clew::query_rum {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr size_t kHexIdMin = 8;     // "deadbeef", with a digit among them.
constexpr size_t kMixedIdMin = 16;  // Letters and at least four digits: "uid_dorp9fxdbmw30lvv7".
constexpr size_t kLongNumberMin = 4;
constexpr size_t kHashMin = 6;      // "app.3f9a1c.js"

bool is_id(std::string_view part) {
  if (part.empty()) return false;
  const auto digits = static_cast<size_t>(std::ranges::count_if(part, is_digit));
  if (digits == part.size()) return true;
  if (digits == 0) return false;
  const bool dashed_hex = std::ranges::all_of(part, [](char c) { return is_hex(c) || c == '-'; });
  if (dashed_hex && part.size() >= kHexIdMin) return true;
  if (part.size() >= kMixedIdMin && digits >= 4) return true;
  // "12.5", "-7", "17,18": numbers with their signs.
  return is_digit(part.back()) && std::ranges::none_of(part, is_letter) &&
         std::ranges::all_of(part, [](char c) { return is_digit(c) || c == '.' || c == '-' || c == ',' || c == '_'; });
}

// Between dots and dashes of a file's name. Words with a digit ("v2", "bootstrap4") are no hashes.
bool is_hash(std::string_view part) {
  if (part.size() < kHashMin) return false;
  const auto digits = std::ranges::count_if(part, is_digit);
  if (digits == 0) return false;
  if (std::ranges::all_of(part, is_hex)) return true;
  const bool both_cases = std::ranges::any_of(part, [](char c) { return c >= 'a' && c <= 'z'; }) &&
                          std::ranges::any_of(part, [](char c) { return c >= 'A' && c <= 'Z'; });
  return (part.size() >= 8 && digits >= 3) || (part.size() >= 8 && both_cases);
}

// Where the host of an address ends, or its path. A loop, because find_first_of() costs a call for each character.
size_t find_end(std::string_view url, bool of_path) {
  for (size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    if (c == '?' || c == '#' || (!of_path && c == '/')) return i;
  }
  return std::string_view::npos;
}

// What follows the scheme; nullopt without one.
std::optional<std::string_view> after_scheme(std::string_view url) {
  const size_t end = find_end(url, false);
  if (end == std::string_view::npos || end == 0 || url[end - 1] != ':' || !url.substr(end).starts_with("//")) return std::nullopt;
  return url.substr(end + 2);
}

// visit(segment) for what stands between slashes; its result is appended.
template <class Visit>
std::string by_segment(std::string_view path, Visit&& visit) {
  std::string out;
  out.reserve(path.size());
  while (true) {
    const size_t slash = path.find('/');
    visit(path.substr(0, slash), out);
    if (slash == std::string_view::npos) return out;
    out += '/';
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string_view url_host(std::string_view url) {
  const auto after = after_scheme(url);
  if (!after) return {};
  const std::string_view rest = after->substr(0, find_end(*after, false));
  const size_t user = rest.rfind('@');
  return user == std::string_view::npos ? rest : rest.substr(user + 1);
}

std::string_view url_path(std::string_view url) {
  if (const auto after = after_scheme(url)) {
    const size_t end = find_end(*after, false);
    url = end == std::string_view::npos ? std::string_view("/") : after->substr(end);
  }
  return url.substr(0, find_end(url, true));
}

std::string path_template(std::string_view path) {
  return by_segment(path, [](std::string_view segment, std::string& out) { out += is_id(segment) ? "{id}" : segment; });
}

std::string file_template(std::string_view path) {
  return by_segment(path, [](std::string_view segment, std::string& out) {
    if (segment.find('.') == std::string_view::npos) {
      out += is_id(segment) ? "{id}" : segment;
      return;
    }
    const auto all_digits = [](std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); };
    bool is_first = true;
    while (true) {
      // "2.4.0" of a release; a single number is an id where the name begins with it or it is long.
      size_t numbers = 0, numbers_end = 0;
      for (size_t at = 0; at < segment.size(); ++numbers) {
        const size_t stop = std::min(segment.find_first_of(".-_~", at), segment.size());
        if (!all_digits(segment.substr(at, stop - at))) break;
        numbers_end = stop;
        if (stop == segment.size() || segment[stop] != '.') {
          ++numbers;
          break;
        }
        at = stop + 1;
      }
      const size_t end = numbers >= 2 ? numbers_end : std::min(segment.find_first_of(".-_~"), segment.size());
      const std::string_view part = segment.substr(0, end);
      if (numbers >= 2) {
        out += "{version}";
      } else if (numbers == 1 && (is_first || part.size() >= kLongNumberMin)) {
        out += "{id}";
      } else {
        out += is_hash(part) ? "{hash}" : part;
      }
      if (end == segment.size()) return;
      out += segment[end];
      segment.remove_prefix(end + 1);
      is_first = false;
    }
  });
}

std::string_view site_of(std::string_view host) {
  host = host.substr(0, host.starts_with('[') ? host.find(']') : host.find(':'));
  if (host.starts_with('[') || std::ranges::all_of(host, [](char c) { return is_digit(c) || c == '.'; })) return host;
  const size_t last = host.rfind('.');
  if (last == std::string_view::npos || last == 0) return host;
  const size_t second = host.rfind('.', last - 1);
  if (second == std::string_view::npos) return host;
  const bool short_second = last - second - 1 <= 3 && host.size() - last - 1 == 2;  // co.uk, com.cn
  if (!short_second || second == 0) return host.substr(second + 1);
  const size_t third = host.rfind('.', second - 1);
  return third == std::string_view::npos ? host : host.substr(third + 1);
}

bool is_third_party(std::string_view host, std::string_view page_host) { return site_of(host) != site_of(page_host); }

std::string template_pattern(std::string_view templated) {
  std::string out;
  while (!templated.empty()) {
    if (templated.starts_with("{id}") || templated.starts_with("{hash}") || templated.starts_with("{version}")) {
      out += templated.starts_with("{id}") ? "[^/]+" : templated.starts_with("{hash}") ? "[^/._~-]+" : "[0-9]+([.][0-9]+)+";
      templated.remove_prefix(templated.find('}') + 1);
      continue;
    }
    const char c = templated.front();
    if (std::string_view(R"(\.+*?()|[]{}^$)").find(c) != std::string_view::npos) out += '\\';
    out += c;
    templated.remove_prefix(1);
  }
  return out;
}

}  // namespace clew::query_rum
