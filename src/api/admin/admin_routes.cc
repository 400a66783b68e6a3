#include "api/admin/admin_routes.h"

#include <charconv>
#include <utility>

#include "wire/json_writer.h"

namespace clew::api_admin {
namespace {

constexpr int64_t kFlushWaitMsDefault = 60'000;
constexpr int64_t kFlushWaitMsMax = 600'000;

net::HttpResponse error_answer(const stdx::Error& error, std::string_view parameter = {}) {
  net::HttpResponse response;
  wire::JsonWriter json(response.body);
  json.begin_object().key("error").begin_object();
  json.member("code", net::http_status(error.code)).member("message", error.message);
  if (!parameter.empty()) json.member("parameter", parameter);
  json.end_object().end_object();
  response.status = net::http_status(error.code);
  return response;
}

net::HttpResponse health_answer(const self::HealthReport& report) {
  net::HttpResponse response;
  response.status = report.ok ? 200 : 503;
  response.body = report.json;
  return response;
}

net::HttpResponse flush_answer(const AdminOptions& options, const net::HttpRequest& request) {
  int64_t wait_ms = kFlushWaitMsDefault;
  if (const std::string* text = request.parameter("wait_ms")) {
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), wait_ms);
    if (problem != std::errc() || end != text->data() + text->size() || wait_ms < 1 || wait_ms > kFlushWaitMsMax) {
      return error_answer({stdx::ErrorCode::kInvalidArgument, "wait_ms must be a number from 1 to 600000"}, "wait_ms");
    }
  }
  if (auto flushed = options.flush(std::chrono::milliseconds(wait_ms)); !flushed) return error_answer(flushed.error());
  net::HttpResponse response;
  response.status = 204;
  return response;
}

}  // namespace

std::vector<net::HttpRoute> routes(AdminOptions options) {
  const auto answered = [](auto answer) {
    return [answer](const net::HttpRequest& request, net::HttpReplyPtr reply) { reply->send(answer(request)); };
  };
  std::vector<net::HttpRoute> routes;
  routes.push_back({"GET", "/metrics", answered([options](const net::HttpRequest&) {
                      net::HttpResponse response;
                      response.content_type = self::kMetricsContentType;
                      response.body = options.metrics->render();
                      return response;
                    })});
  routes.push_back({"GET", "/health/live", answered([options](const net::HttpRequest&) {
                      return health_answer(options.health->live());
                    })});
  routes.push_back({"GET", "/health/ready", answered([options](const net::HttpRequest&) {
                      return health_answer(options.health->ready());
                    })});
  routes.push_back({"POST", "/api/v1/admin/flush", answered([options](const net::HttpRequest& request) {
                      return flush_answer(options, request);
                    })});
  return routes;
}

}  // namespace clew::api_admin
