#include "api/native/native_routes.h"

#include <atomic>
#include <chrono>
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
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");  // It repeats what was asked.
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

constexpr auto kProgressInterval = std::chrono::milliseconds(100);
constexpr auto kPartialInterval = std::chrono::milliseconds(250);
// A client that has not taken what it was sent gets no more of what will be replaced anyway.
constexpr size_t kPartialWaitingMax = 256 * 1024;

// The answer as server-sent events: progress, answers so far, the answer. Its calls come one at a time.
class AnswerStream {
 public:
  explicit AnswerStream(net::HttpReply& reply) {
    net::HttpResponse head;
    head.content_type = "text/event-stream";
    head.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    stream_ = reply.stream(std::move(head));
  }

  const std::atomic<bool>* client_gone() const { return &stream_->closed(); }

  query::ScanHooks hooks() {
    return {.progress = [this](const query::ScanProgress& progress) { show(progress); },
            .wants_partial = [this] { return wants_partial(); }};
  }
  void partial(const std::string& json) { event("partial", json); }
  void end(std::string_view name, const std::string& json) {
    event(name, json);
    stream_->finish();
  }

 private:
  using Clock = std::chrono::steady_clock;

  void event(std::string_view name, std::string_view json) {
    std::string text = "event: ";
    text.append(name).append("\ndata: ").append(json).append("\n\n");
    stream_->write(text);
  }
  void show(const query::ScanProgress& progress) {
    const auto now = Clock::now();
    if (now - last_progress_ < kProgressInterval && progress.done_parts < progress.part_count) return;
    last_progress_ = now;
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object().member("done_parts", progress.done_parts).member("part_count", progress.part_count);
    json.member("scanned_spans", progress.scanned_spans).member("elapsed_ns", progress.elapsed_ns).end_object();
    event("progress", text);
  }
  bool wants_partial() {
    const auto now = Clock::now();
    if (now - last_partial_ < kPartialInterval || stream_->waiting_bytes() > kPartialWaitingMax) return false;
    last_partial_ = now;
    return true;
  }

  net::HttpStreamPtr stream_;
  Clock::time_point last_progress_;
  Clock::time_point last_partial_ = Clock::now();
};

void respond_in_pieces(const Endpoint& endpoint, const NativeOptions& options, const Arguments& arguments,
                       query::QueryControl control, net::HttpReply& reply) {
  AnswerStream stream(reply);
  control.client_gone = stream.client_gone();
  auto answer = endpoint.handler({.options = options,
                                  .arguments = arguments,
                                  .control = control,
                                  .hooks = stream.hooks(),
                                  .partial = [&](const std::string& json) { stream.partial(json); }});
  if (answer) {
    stream.end("answer", answer->body);
  } else {
    stream.end("error", refusal(answer.error()).body);
  }
}

bool wants_events(const net::HttpRequest& request) {
  const std::string* accept = request.header("Accept");
  return accept != nullptr && accept->find("text/event-stream") != std::string::npos;
}

void respond(const Endpoint& endpoint, const NativeOptions& options, net::HttpRequest& request, net::HttpReply& reply) {
  auto arguments =
      Arguments::parse(endpoint.parameters, request.query, request.path_parameters, options.clock->now_ns());
  if (!arguments) return reply.send(refusal(arguments.error()));

  const auto ticket = endpoint.admitted ? options.admission->try_enter() : std::nullopt;
  if (endpoint.admitted && !ticket) {
    return reply.send(refusal({stdx::ErrorCode::kUnavailable, "too many queries run at once; try again", {}}));
  }
  const query::QueryControl control = ticket ? ticket->control() : query::QueryControl{};
  if (endpoint.stream != nullptr) {
    if (const auto error = endpoint.stream({.options = options, .arguments = *arguments, .control = control}, reply)) {
      reply.send(refusal(*error));
    }
    return;
  }
  if (endpoint.streams && wants_events(request)) return respond_in_pieces(endpoint, options, *arguments, control, reply);
  auto body = decoded_body(request);
  if (!body) return reply.send(refusal(body.error()));
  auto answer = endpoint.handler({.options = options, .arguments = *arguments, .control = control, .body = *body});
  if (!answer) return reply.send(refusal(answer.error()));
  net::HttpResponse response;
  response.content_type = std::move(answer->content_type);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.body = std::move(answer->body);
  reply.send(std::move(response));
}

}  // namespace

std::vector<net::HttpRoute> routes(NativeOptions options) {
  if (options.ui_state == nullptr) options.ui_state = std::make_shared<UiState>();
  if (options.source_maps == nullptr && options.clock != nullptr) options.source_maps = std::make_shared<query_rum::SourceMaps>(*options.clock);
  if (options.error_states == nullptr && options.clock != nullptr) options.error_states = std::make_shared<query_rum::ErrorStates>(*options.clock);
  if (options.service_book == nullptr) options.service_book = std::make_shared<query::ServiceBook>();
  if (options.live_tail == nullptr && options.engine != nullptr) {
    options.live_tail = std::make_shared<LiveTail>(*options.engine, *options.clock);
  }
  // Shared by all handlers: the server copies them, and the last copy ends with it.
  const auto shared = std::make_shared<const NativeOptions>(std::move(options));
  std::vector<net::HttpRoute> routes;
  for (const Endpoint& endpoint : endpoints()) {
    routes.push_back({std::string(endpoint.method), std::string(endpoint.path),
                      [shared, &endpoint](net::HttpRequest& request, net::HttpReplyPtr reply) {
                        respond(endpoint, *shared, request, *reply);
                      }});
  }
  routes.push_back({"GET", "/api/v1/{rest*}", [](const net::HttpRequest& request, net::HttpReplyPtr reply) {
                      reply->send(refusal({stdx::ErrorCode::kNotFound, "no such path: " + request.path, {}}));
                    }});
  return routes;
}

}  // namespace clew::api_native
