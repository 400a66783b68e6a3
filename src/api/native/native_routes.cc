#include "api/native/native_routes.h"

#include <utility>

#include "api/native/endpoint.h"
#include "api/native/native_limits.h"
#include "wire/content_coding.h"
#include "wire/json_writer.h"

namespace clew::api_native {
namespace {

// As net::error_response(), with the parameter at fault.
net::HttpResponse refusal(const ApiError& error) {
  net::HttpResponse response;
  response.status = net::http_status(error.code);
  if (net::is_retryable(error.code)) {
    response.headers.emplace_back("Retry-After", std::to_string(net::kRetryAfterSeconds));
  }
  wire::JsonWriter json(response.body);
  json.begin_object().key("error").begin_object();
  json.member("code", net::error_name(error.code));
  json.member("message", error.message);
  if (!error.parameter.empty()) json.member("parameter", error.parameter);
  json.end_object().end_object();
  return response;
}

std::expected<std::string, ApiError> decoded_body(net::HttpRequest& request) {
  if (request.body.empty()) return std::string();
  const std::string* encoding = request.header("Content-Encoding");
  auto body = wire::decode_content(encoding == nullptr ? std::string_view() : *encoding, std::move(request.body), kBodyBytesMax);
  if (!body) return std::unexpected(ApiError{body.error().code, std::move(body.error().message), {}});
  return std::move(*body);
}

net::HttpResponse respond(const Endpoint& endpoint, const NativeOptions& options, net::HttpRequest& request) {
  auto arguments =
      Arguments::parse(endpoint.parameters, request.query, request.path_parameters, options.clock->now_ns());
  if (!arguments) return refusal(arguments.error());

  const auto ticket = endpoint.admitted ? options.admission->try_enter() : std::nullopt;
  if (endpoint.admitted && !ticket) {
    return refusal({stdx::ErrorCode::kUnavailable, "too many queries run at once; try again", {}});
  }
  const query::QueryControl control = ticket ? ticket->control() : query::QueryControl{};
  auto body = decoded_body(request);
  if (!body) return refusal(body.error());
  auto answer = endpoint.handler({options, *arguments, control, *body});
  if (!answer) return refusal(answer.error());
  net::HttpResponse response;
  response.content_type = std::move(answer->content_type);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(answer->body);
  return response;
}

}  // namespace

std::vector<net::HttpRoute> routes(NativeOptions options) {
  if (options.ui_state == nullptr) options.ui_state = std::make_shared<UiState>();
  if (options.service_book == nullptr) options.service_book = std::make_shared<query::ServiceBook>();
  // Shared by all handlers: the server copies them, and the last copy ends with it.
  const auto shared = std::make_shared<const NativeOptions>(std::move(options));
  std::vector<net::HttpRoute> routes;
  for (const Endpoint& endpoint : endpoints()) {
    routes.push_back({std::string(endpoint.method), std::string(endpoint.path),
                      [shared, &endpoint](net::HttpRequest& request, net::HttpReplyPtr reply) {
                        reply->send(respond(endpoint, *shared, request));
                      }});
  }
  routes.push_back({"GET", "/api/v1/{rest*}", [](const net::HttpRequest& request, net::HttpReplyPtr reply) {
                      reply->send(refusal({stdx::ErrorCode::kNotFound, "no such path: " + request.path, {}}));
                    }});
  return routes;
}

}  // namespace clew::api_native
