#include "api/ui/ui_routes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/ui/ui_files.h"
#include "wire/content_coding.h"

namespace clew::api_ui {
namespace {

// Styles are set through the DOM only, so that not even style attributes need to be allowed. Images: the icon.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
    "font-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

// The addresses that pages have; a test compares them with web/src/app/places.ts.
constexpr std::string_view kPagePatterns[] = {
    "/",        "/services", "/services/{name}", "/topology", "/traces", "/trace/{id}", "/compare", "/explain",
    "/errors",  "/live",     "/open",            "/connect",  "/settings", "/errors/{id}",
    "/rum",     "/rum/page", "/sessions",        "/sessions/{id}",
};

std::string_view content_type(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

net::HttpResponse text_response(int status, std::string_view text) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.headers = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
  response.body = text;
  return response;
}

// A tag of the list equals ours; weak ones too, as If-None-Match compares (RFC 9110, 13.1.2).
bool names_tag(std::string_view list, std::string_view tag) { return list == "*" || list.find(tag) != std::string_view::npos; }

net::HttpResponse file_response(const net::HttpRequest& request, std::string_view name) {
  if (ui_files().empty()) {
    return text_response(404, "This build of Clew has no browser UI (CLEW_UI=OFF). The API is there: /api/v1/openapi.json\n");
  }
  const auto found = std::ranges::find(ui_files(), name, &UiFile::name);
  if (found == ui_files().end()) return text_response(404, "no such file\n");
  const bool is_page = name == "index.html";
  net::HttpResponse response;
  response.content_type = content_type(name);
  response.headers = {{"Content-Security-Policy", std::string(kPolicy)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Vary", "Accept-Encoding"},
                      {"ETag", std::string(found->tag)},
                      // The page names the files of its own version; those never change under their names.
                      {"Cache-Control", is_page || name.ends_with(".svg") ? "no-cache" : "public, max-age=31536000, immutable"}};
  if (const std::string* known = request.header("If-None-Match"); known != nullptr && names_tag(*known, found->tag)) {
    response.status = 304;
    return response;
  }
  const std::string* accepted = request.header("Accept-Encoding");
  if (accepted != nullptr && net::accepts_coding(*accepted, "gzip")) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = found->zipped;
    return response;
  }
  stdx::Result<std::string> unpacked = wire::decode_gzip(found->zipped, found->size);
  if (!unpacked) return net::error_response(unpacked.error());
  response.body = std::move(*unpacked);
  return response;
}

}  // namespace

std::vector<net::HttpRoute> routes() {
  std::vector<net::HttpRoute> routes;
  for (const std::string_view pattern : kPagePatterns) {
    routes.push_back({"GET", std::string(pattern), [](net::HttpRequest& request, net::HttpReplyPtr reply) {
                        reply->send(file_response(request, "index.html"));
                      }});
  }
  routes.push_back({"GET", "/ui/{file}", [](net::HttpRequest& request, net::HttpReplyPtr reply) {
                      reply->send(file_response(request, "ui/" + request.path_parameters.front()));
                    }});
  return routes;
}

}  // namespace clew::api_ui
