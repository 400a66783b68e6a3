// What is told of a request from its fields, the same in every answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clew::query_rum {

// Not what the client calls a success. The SDK counts redirects among the failures; they are none.
inline bool request_failed(std::optional<double> success, std::optional<double> status) {
  if (status && *status >= 300 && *status < 400) return false;
  if (success && *success == 0) return true;
  if (success && *success > 0) return false;
  return status.value_or(0) >= 400;
}

// "shop.example:8080" of "https://shop.example:8080/cart?id=7"; empty where there is none.
std::string_view url_host(std::string_view url);
// "/cart": without query and fragment; of a text without scheme what stands before ? and #.
std::string_view url_path(std::string_view url);

// Segments of a path that are ids (numbers, UUIDs, hex, long ones with many digits) become {id}.
std::string path_template(std::string_view path);
// Of names of static files: what looks like a hash becomes {hash}, "app.3f9a1c07.js" → "app.{hash}.js"; a release's number
// {version}; a number that names a file {id}, "843.webp" → "{id}.webp". Folders as above.
std::string file_template(std::string_view path);

// Whether hosts are of two sites: their registrable domains differ. Without a list of public suffixes: the last two labels, or
// three where the one before the last is short (co.uk). Addresses are compared whole.
bool is_third_party(std::string_view host, std::string_view page_host);
std::string_view site_of(std::string_view host);

// A regular expression (RE2) that matches exactly the texts that have this template.
std::string template_pattern(std::string_view templated);

}  // namespace clew::query_rum
