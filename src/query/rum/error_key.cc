#include "query/rum/error_key.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "query/analyse/normalised_text.h"
#include "query/rum/error_limits.h"

namespace clew::query_rum {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// FNV-1a: ids are kept by clients and in the store, so they must not depend on a library.
uint64_t text_hash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

// What SkyWalking's client and others say for want of the type of an exception.
bool is_category(std::string_view type) {
  constexpr std::array<std::string_view, 6> kCategories = {"", "js", "promise", "vue", "unknown", "error"};
  return std::ranges::find(kCategories, type) != kCategories.end();
}

bool is_count(std::string_view part) {
  if (part.size() > 1 && (part[0] == 'v' || part[0] == 'V')) part.remove_prefix(1);
  return !part.empty() && std::ranges::all_of(part, is_digit);
}

// A content hash as bundlers write them: hex of six and more, or letters of both cases and digits mixed, of eight and
// more.
bool is_hash(std::string_view part) {
  if (part.size() < 6) return false;
  const bool has_digit = std::ranges::any_of(part, is_digit);
  if (std::ranges::all_of(part, is_hex)) return has_digit || part.size() >= 8;
  if (part.size() < 8) return false;
  const bool has_upper_inside = std::ranges::any_of(part.substr(1), is_upper);
  const bool has_lower = std::ranges::any_of(part, is_lower);
  if (has_digit) return has_upper_inside || std::ranges::count_if(part, is_digit) >= 3;
  return has_upper_inside && has_lower && std::ranges::count_if(part, is_upper) >= 3;
}

bool differs_by_release(std::string_view part) { return is_count(part) || is_hash(part); }

// A folder of a path: "v2.3.1", "build-20240501", "a8f3e2b1".
bool is_release_folder(std::string_view folder) {
  bool any = false, all = true;
  for (size_t begin = 0; begin <= folder.size();) {
    const size_t end = std::min(folder.find_first_of("._-", begin), folder.size());
    const std::string_view part = folder.substr(begin, end - begin);
    if (!part.empty()) {
      const bool differs = differs_by_release(part);
      any |= differs;
      all &= differs || part == "release" || part == "build" || part == "rc" || part == "beta";
    }
    begin = end + 1;
  }
  return any && all;
}

// Vite writes name-hash.js with a hash of eight of base64url, in which "-" and "_" may stand.
std::string_view without_vite_hash(std::string_view stem) {
  if (stem.size() < 10 || stem[stem.size() - 9] != '-') return stem;
  const std::string_view last = stem.substr(stem.size() - 8);
  const bool mixed = std::ranges::any_of(last, is_digit) || std::ranges::any_of(last.substr(1), is_upper) ||
                     last.find_first_of("-_") != std::string_view::npos;
  return mixed ? stem.substr(0, stem.size() - 9) : stem;
}

std::string stable_name(std::string_view name) {
  const size_t dot = name.rfind('.');
  const std::string_view extension = dot == std::string_view::npos ? std::string_view() : name.substr(dot);
  std::string_view stem = without_vite_hash(name.substr(0, name.size() - extension.size()));
  std::string out;
  for (size_t begin = 0; begin <= stem.size();) {
    const size_t end = std::min(stem.find_first_of("._-~", begin), stem.size());
    const std::string_view part = stem.substr(begin, end - begin);
    if (!part.empty() && part != "min" && part != "chunk" && !differs_by_release(part)) {
      if (!out.empty()) out += '.';
      out += part;
    }
    begin = end + 1;
  }
  return out.append(extension);
}

struct KeyText {
  std::string text;
  bool has_function = false;
};

// The innermost frames of the application as text; a run of equal ones counts once.
KeyText frames_text(std::span<const ResolvedFrame> frames, bool mapped) {
  KeyText key;
  std::string before;
  size_t count = 0;
  for (const ResolvedFrame& frame : frames) {
    if (count == kKeyFramesMax) break;
    const bool in_app = mapped ? frame.frame.in_app : is_in_app(frame.frame.function, frame.frame.file);
    if (!in_app) continue;
    const bool named_by_source = mapped && frame.source && !frame.source->function.empty();
    const std::string function = stable_function(mapped ? frame.function() : frame.frame.function, named_by_source);
    std::string line = function + '@' + stable_file(mapped ? frame.file() : frame.frame.file);
    if (line == before) continue;
    key.has_function |= !function.empty();
    key.text += line + '\n';
    before = std::move(line);
    ++count;
  }
  return key;
}

uint64_t hash_of(const ErrorFacts& facts, const ErrorKey& key, std::span<const ResolvedFrame> frames, bool mapped) {
  std::string text = fmt::format("{}\n{}\n{}\n", facts.app, facts.kind, key.type);
  const KeyText where = frames_text(frames, mapped);
  text += where.text;
  // Names that a minifier left tell nothing, so what happened must.
  if (!where.has_function) {
    text += key.message;
    if (where.text.empty() && !facts.file.empty()) text += '\n' + stable_file(facts.file);
  }
  return text_hash(text);
}

}  // namespace

std::string stable_function(std::string_view function, bool named_by_source) {
  while (!function.empty() && (function.ends_with('<') || function.ends_with('/'))) function.remove_suffix(1);
  if (const size_t paren = function.find('('); paren != std::string_view::npos && paren > 0)
    function = function.substr(0, paren);
  // "-[Cart total:]" of Apple, "Cart.prototype.total", "./src/cart.js", "Module.8423".
  if (const size_t end = function.find_last_of("./ "); end != std::string_view::npos)
    function = function.substr(end + 1);
  while (!function.empty() && (function.front() == '#' || function.front() == '[')) function.remove_prefix(1);
  while (!function.empty() && (function.back() == ']' || function.back() == ':')) function.remove_suffix(1);
  if (function.empty() || (function.size() <= 2 && !named_by_source) || function == "<anonymous>" ||
      function == "anonymous" || function == "exports" || function == "callback" ||
      std::ranges::all_of(function, is_digit)) {
    return {};
  }
  if (function.starts_with("_0x")) return {};  // Of obfuscators.
  return std::string(function);
}

std::string stable_file(std::string_view file) {
  if (file.starts_with("data:") || file.starts_with("blob:")) return std::string(file.substr(0, 4));
  const std::string_view path = script_path_of(file);
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
    begin = end + 1;
  }
  if (parts.empty()) return file.empty() ? std::string() : "/";  // The page itself.
  std::string out = stable_name(parts.back());
  parts.pop_back();
  for (size_t taken = 1; taken < kKeyPathPartsMax && !parts.empty();) {
    if (!is_release_folder(parts.back())) {
      out = fmt::format("{}/{}", parts.back(), out);
      ++taken;
    }
    parts.pop_back();
  }
  return out;
}

ErrorKey error_key(const ErrorFacts& facts, std::span<const ResolvedFrame> frames) {
  ErrorKey key;
  key.type = is_category(facts.type) && !facts.stack_type.empty() ? facts.stack_type : facts.type;
  std::string_view message = facts.message;
  for (const std::string_view prefix : {std::string_view("Uncaught "), std::string_view("(in promise) ")}) {
    if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  }
  if (!key.type.empty() && message.size() > key.type.size() + 2 && message.starts_with(key.type) &&
      message[key.type.size()] == ':') {
    message.remove_prefix(key.type.size() + 2);
  }
  key.message = query_analyse::normalise_message(message);
  for (size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].frame.in_app) {
      key.culprit = static_cast<int>(i);
      break;
    }
    if (key.culprit < 0 && !frames[i].frame.file.empty()) key.culprit = static_cast<int>(i);
  }
  key.id = hash_of(facts, key, frames, true);
  key.plain_id = hash_of(facts, key, frames, false);
  return key;
}

std::string group_id_text(uint64_t id) { return fmt::format("{:016x}", id); }

uint64_t parse_group_id(std::string_view text) {
  uint64_t id = 0;
  if (text.size() != 16) return 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  return error == std::errc() && end == text.data() + text.size() ? id : 0;
}

}  // namespace clew::query_rum
