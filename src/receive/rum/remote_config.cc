#include "receive/rum/remote_config.h"

#include <simdjson.h>

#include "receive/rum/json_fields.h"

namespace clew::receive_rum {

namespace {

constexpr std::string_view kNothing = "{}";

std::string_view behind_at(std::string_view app_id) {
  const size_t at = app_id.rfind('@');
  return at == std::string_view::npos ? app_id : app_id.substr(at + 1);
}

}  // namespace

std::string remote_config_of(std::string_view file, std::string_view app_id) {
  simdjson::dom::parser parser;
  const auto parsed = parse_body(file, parser);
  if (file.empty() || !parsed || !parsed->is_object()) return std::string(kNothing);
  simdjson::dom::element found = member(*parsed, "*");
  // The SDK asks with the part behind "@" alone; somebody's own address may name all of it.
  for (const auto [key, value] : object_of(*parsed)) {
    if (!app_id.empty() && behind_at(key) == behind_at(app_id)) found = value;
  }
  return found.is_object() ? std::string(simdjson::minify(found)) : std::string(kNothing);
}

}  // namespace clew::receive_rum
