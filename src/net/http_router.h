// Which handler answers a request, and what a browser of another origin may do.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "net/http_server.h"

namespace clew::net {

// Whether `origin` is one that `pattern` allows: "https://*.example.com" covers any one or more labels in place of the star,
// "*" everything; the rest compares exactly, without case.
bool origin_matches(std::string_view pattern, std::string_view origin);

// Pure: no sockets, no clock. Immutable after construction, so any thread may ask. Guarded by http_fuzz.
class HttpRouter {
 public:
  HttpRouter(std::vector<HttpRoute> routes, CorsPolicy cors);

  // The route for the request, whose path_parameters are filled; or a finished answer (OPTIONS); or an error: kNotFound for
  // an unknown path, kUnimplemented for a method that the path does not have (the server answers 405, with `allow`).
  struct Refusal {
    stdx::Error error;
    int status;
    std::string allow;
  };
  std::variant<const HttpRoute*, HttpResponse, Refusal> resolve(HttpRequest& request) const;

  // Adds what CORS says to any answer for a request from this origin.
  void add_cors_headers(const std::string& origin, HttpResponse& response) const;

 private:
  std::string allowed_methods(HttpRequest& request) const;
  bool origin_is_allowed(std::string_view origin) const;
  HttpResponse preflight(const HttpRequest& request, const std::string& allow) const;

  std::vector<HttpRoute> routes_;
  CorsPolicy cors_;
};

}  // namespace clew::net
