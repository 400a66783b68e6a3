#include "api/ui/ui_routes.h"

#include <algorithm>
#include <string>

#include "api/ui/ui_files.h"

namespace clew::api_ui {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

std::string_view content_type(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

net::HttpResponse file_response(std::string_view name) {
  net::HttpResponse response;
  response.headers = {{"Content-Security-Policy", std::string(kPolicy)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-cache"}};
  const auto found = std::ranges::find(ui_files(), name, &UiFile::name);
  if (found == ui_files().end()) {
    response.status = 404;
    response.content_type = "text/plain; charset=utf-8";
    response.body = "no such file\n";
    return response;
  }
  response.content_type = content_type(name);
  response.body = found->content;
  return response;
}

}  // namespace

std::vector<net::HttpRoute> routes() {
  const auto page = [](const net::HttpRequest&, net::HttpReplyPtr reply) { reply->send(file_response("index.html")); };
  const auto file = [](const net::HttpRequest& request, net::HttpReplyPtr reply) {
    reply->send(file_response(request.path_parameters.front()));
  };
  return {{"GET", "/", page}, {"GET", "/trace/{id}", page}, {"GET", "/ui/{file}", file}};
}

}  // namespace clew::api_ui
