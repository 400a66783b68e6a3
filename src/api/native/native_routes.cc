#include "api/native/native_routes.h"

#include <utility>

#include "api/native/endpoint.h"
#include "api/native/native_limits.h"
#include "wire/json_writer.h"

namespace clew::api_native {
namespace {

std::string_view code_word(stdx::ErrorCode code) {
  switch (code) {
    case stdx::ErrorCode::kInvalidArgument: return "invalid_argument";
    case stdx::ErrorCode::kUnsupportedMediaType: return "unsupported_media_type";
    case stdx::ErrorCode::kPayloadTooLarge: return "payload_too_large";
    case stdx::ErrorCode::kNotFound: return "not_found";
    case stdx::ErrorCode::kAlreadyExists: return "already_exists";
    case stdx::ErrorCode::kResourceExhausted: return "resource_exhausted";
    case stdx::ErrorCode::kUnavailable: return "unavailable";
    case stdx::ErrorCode::kDeadlineExceeded: return "deadline_exceeded";
    case stdx::ErrorCode::kCancelled: return "cancelled";
    case stdx::ErrorCode::kUnimplemented: return "unimplemented";
    case stdx::ErrorCode::kDataLoss: return "data_loss";
    case stdx::ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

net::HttpResponse error_response(const ApiError& error) {
  net::HttpResponse response;
  response.status = net::http_status(error.code);
  if (error.code == stdx::ErrorCode::kUnavailable) {
    response.headers.emplace_back("Retry-After", std::to_string(kRetryAfterSeconds));
  }
  wire::JsonWriter json(response.body);
  json.begin_object().key("error").begin_object();
  json.member("code", code_word(error.code));
  json.member("message", error.message);
  if (!error.parameter.empty()) json.member("parameter", error.parameter);
  json.end_object().end_object();
  return response;
}

net::HttpResponse respond(const Endpoint& endpoint, const NativeOptions& options, const net::HttpRequest& request) {
  auto arguments =
      Arguments::parse(endpoint.parameters, request.query, request.path_parameters, options.clock->now_ns());
  if (!arguments) return error_response(arguments.error());

  const auto ticket = endpoint.admitted ? options.admission->try_enter() : std::nullopt;
  if (endpoint.admitted && !ticket) {
    return error_response({stdx::ErrorCode::kUnavailable, "too many queries run at once; try again", {}});
  }
  auto answer = endpoint.handler({options, *arguments, ticket ? ticket->control() : query::QueryControl{}});
  if (!answer) return error_response(answer.error());
  net::HttpResponse response;
  response.content_type = std::move(answer->content_type);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(answer->body);
  return response;
}

}  // namespace

std::vector<net::HttpRoute> routes(NativeOptions options) {
  // Shared by all handlers: the server copies them, and the last copy ends with it.
  const auto shared = std::make_shared<const NativeOptions>(std::move(options));
  std::vector<net::HttpRoute> routes;
  for (const Endpoint& endpoint : endpoints()) {
    routes.push_back({"GET", std::string(endpoint.path),
                      [shared, &endpoint](const net::HttpRequest& request, net::HttpReplyPtr reply) {
                        reply->send(respond(endpoint, *shared, request));
                      }});
  }
  routes.push_back({"GET", "/api/v1/{rest*}", [](const net::HttpRequest& request, net::HttpReplyPtr reply) {
                      reply->send(error_response({stdx::ErrorCode::kNotFound, "no such path: " + request.path, {}}));
                    }});
  return routes;
}

}  // namespace clew::api_native
