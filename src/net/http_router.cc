#include "net/http_router.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/ascii.h"

namespace clew::net {

namespace {

bool method_fits(std::string_view have, std::string_view want) {
  return have == want || (have == "GET" && want == "HEAD");
}

void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

}  // namespace

bool origin_matches(std::string_view pattern, std::string_view origin) {
  if (pattern == "*") return true;
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return wire::equal_ignoring_case(pattern, origin);
  const std::string_view before = pattern.substr(0, star);
  const std::string_view after = pattern.substr(star + 1);
  if (origin.size() <= before.size() + after.size()) return false;
  const std::string_view middle = origin.substr(before.size(), origin.size() - before.size() - after.size());
  return wire::equal_ignoring_case(origin.substr(0, before.size()), before) &&
         wire::equal_ignoring_case(origin.substr(origin.size() - after.size()), after) &&
         middle.find_first_of("/:@") == std::string_view::npos;
}

HttpRouter::HttpRouter(std::vector<HttpRoute> routes, CorsPolicy cors)
    : routes_(std::move(routes)), cors_(std::move(cors)) {}

std::variant<const HttpRoute*, HttpResponse, HttpRouter::Refusal> HttpRouter::resolve(HttpRequest& request) const {
  for (const HttpRoute& route : routes_) {
    if (method_fits(route.method, request.method) &&
        match_pattern(route.pattern, request.raw_path, request.path_parameters)) {
      return &route;
    }
  }
  std::string allow = allowed_methods(request);
  request.path_parameters.clear();
  if (allow.empty()) {
    return Refusal{{stdx::ErrorCode::kNotFound, fmt::format("nothing at {:.200}", request.path)}, 404, {}};
  }
  if (request.method == "OPTIONS") return preflight(request, allow);
  return Refusal{{stdx::ErrorCode::kUnimplemented,
                  fmt::format("{:.200} takes {}, not {:.20}", request.path, allow, request.method)},
                 405,
                 std::move(allow)};
}

std::string HttpRouter::allowed_methods(HttpRequest& request) const {
  std::string allow;
  for (const HttpRoute& route : routes_) {
    if (route.method == "OPTIONS" || !match_pattern(route.pattern, request.raw_path, request.path_parameters)) continue;
    append_item(allow, route.method);
    if (route.method == "GET") append_item(allow, "HEAD");
  }
  if (!allow.empty()) append_item(allow, "OPTIONS");
  return allow;
}

bool HttpRouter::origin_is_allowed(std::string_view origin) const {
  return !origin.empty() && std::ranges::any_of(cors_.allowed_origins, [&](const std::string& pattern) {
    return origin_matches(pattern, origin);
  });
}

void HttpRouter::add_cors_headers(const std::string& origin, HttpResponse& response) const {
  if (cors_.allowed_origins.empty()) return;
  // Caches must not give one origin's answer to another, whether it was allowed or not.
  response.headers.emplace_back("Vary", "Origin");
  // A door may have its own policy; two answers to one question are none to browsers.
  const bool said = std::ranges::any_of(response.headers, [](const auto& header) {
    return wire::equal_ignoring_case(header.first, "Access-Control-Allow-Origin");
  });
  if (said || !origin_is_allowed(origin)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Access-Control-Expose-Headers", "Retry-After");
}

// Source: WHATWG Fetch, CORS-preflight. Without permission the answer just lacks the headers, and the browser refuses.
HttpResponse HttpRouter::preflight(const HttpRequest& request, const std::string& allow) const {
  HttpResponse response;
  response.status = 204;
  response.content_type.clear();
  response.headers.emplace_back("Allow", allow);
  const std::string* origin = request.header("Origin");
  if (origin == nullptr || !origin_is_allowed(*origin)) return response;
  response.headers.emplace_back("Access-Control-Allow-Methods", allow);
  response.headers.emplace_back("Access-Control-Max-Age", std::to_string(cors_.max_age.count()));
  std::string headers;
  const bool any = cors_.allowed_headers.empty() || std::ranges::find(cors_.allowed_headers, "*") != cors_.allowed_headers.end();
  if (const std::string* wanted = request.header("Access-Control-Request-Headers"); any && wanted != nullptr) {
    headers = *wanted;
  } else {
    for (const std::string& header : cors_.allowed_headers) append_item(headers, header);
    append_item(headers, "Content-Type, Content-Encoding");
  }
  response.headers.emplace_back("Access-Control-Allow-Headers", headers);
  return response;
}

}  // namespace clew::net
