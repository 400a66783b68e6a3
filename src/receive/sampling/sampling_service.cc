#include "receive/sampling/sampling_service.h"

#include <algorithm>
#include <optional>

#include "receive/sampling/sampled_roots.h"
#include "receive/sampling/strategies_file.h"
#include "self/log_line.h"

namespace clew::receive_sampling {

namespace {

using stdx::ErrorCode;

net::HttpResponse text_error(const stdx::Error& error) {
  net::HttpResponse response = net::error_response(error);
  response.content_type = "text/plain; charset=utf-8";
  response.body = error.message + "\n";
  return response;
}

net::HttpResponse json_answer(std::string body) {
  net::HttpResponse response;
  response.body = std::move(body);
  return response;
}

void report_file(const stdx::Error* error) {
  if (error == nullptr) return self::log_info("the sampling strategies were read again");
  self::log_error("the sampling strategies were changed and cannot be used; the last good ones stay",
                  {{"why", error->message}});
}

}  // namespace

class SamplingService::State {
 public:
  explicit State(SamplingOptions options) : options_(std::move(options)), adaptive_(options_.adaptive) {
    if (!options_.strategies_file.empty()) file_.emplace(options_.strategies_file, report_file);
  }

  stdx::Result<void> load() { return file_ ? file_->load() : stdx::Result<void>(); }
  void tick(int64_t now_ns) {
    if (file_) file_->refresh();
    if (adaptive_.enabled()) adaptive_.tick(now_ns);
  }
  AdaptiveSampler& adaptive() { return adaptive_; }

  Strategy strategy(std::string_view service) const;
  net::HttpResponse answer_strategy(const net::HttpRequest& request, KindForm form) const;
  net::HttpResponse answer_baggage(const net::HttpRequest& request) const;

 private:
  std::shared_ptr<const Strategies> strategies() const {
    static const auto kNone = std::make_shared<const Strategies>();
    return file_ ? file_->current() : kNone;
  }

  const SamplingOptions options_;
  std::optional<StrategiesFile> file_;
  AdaptiveSampler adaptive_;
};

Strategy SamplingService::State::strategy(std::string_view service) const {
  const auto written = strategies();
  if (const Strategy* own = written->find(service)) return *own;
  if (!adaptive_.enabled()) return written->default_strategy();
  Strategy strategy = adaptive_.strategy(service);
  const auto& fixed = written->default_strategy().operations;
  std::erase_if(strategy.operations, [&](const OperationProbability& of) {
    return std::ranges::any_of(fixed, [&](const auto& other) { return other.operation == of.operation; });
  });
  strategy.operations.insert(strategy.operations.end(), fixed.begin(), fixed.end());
  return strategy;
}

// Jaeger's words, as clients log them.
stdx::Result<std::string_view> service_of(const net::HttpRequest& request) {
  const std::string* service = request.parameter("service");
  const auto count = std::ranges::count_if(request.query, [](const auto& one) { return one.first == "service"; });
  if (service == nullptr || count != 1 || service->empty()) {
    return stdx::fail(ErrorCode::kInvalidArgument, "'service' parameter must be provided once");
  }
  return *service;
}

net::HttpResponse SamplingService::State::answer_strategy(const net::HttpRequest& request, KindForm form) const {
  const auto service = service_of(request);
  if (!service) return text_error(service.error());
  return json_answer(strategy_json(strategy(*service), form));
}

// A client takes a list for all that it may carry, so that an empty one would end all baggage: without any restriction it
// must hear an error, as from Jaeger itself, and then goes on as it is configured.
net::HttpResponse SamplingService::State::answer_baggage(const net::HttpRequest& request) const {
  const auto service = service_of(request);
  if (!service) return text_error(service.error());
  const auto restrictions = strategies()->baggage_restrictions(*service);
  if (!restrictions) {
    return text_error({ErrorCode::kNotFound, "no baggage restrictions are configured; they go into the file of strategies"});
  }
  return json_answer(baggage_restrictions_json(*restrictions));
}

stdx::Result<SamplingService> SamplingService::open(SamplingOptions options) {
  auto state = std::make_shared<State>(std::move(options));
  if (auto loaded = state->load(); !loaded) return std::unexpected(std::move(loaded.error()));
  return SamplingService(std::move(state));
}

void SamplingService::tick(int64_t now_ns) const { state_->tick(now_ns); }

bool SamplingService::observes() const { return state_->adaptive().enabled(); }

void SamplingService::observe(std::string_view traces_request) const {
  AdaptiveSampler& adaptive = state_->adaptive();
  if (!adaptive.enabled()) return;
  for_each_sampled_root(traces_request, [&](const SampledRoot& root) {
    adaptive.record(root.service, root.operation, root.chosen, root.probability);
  });
}

Strategy SamplingService::strategy(std::string_view service) const { return state_->strategy(service); }

std::vector<net::HttpRoute> SamplingService::agent_routes() const {
  const auto strategy_route = [this](std::string path, KindForm form) {
    return net::HttpRoute{"GET", std::move(path),
                          [state = state_, form](net::HttpRequest& request, net::HttpReplyPtr reply) {
                            reply->send(state->answer_strategy(request, form));
                          },
                          true};
  };
  return {strategy_route("/sampling", KindForm::kName), strategy_route("/", KindForm::kNumber),
          {"GET", "/baggageRestrictions",
           [state = state_](net::HttpRequest& request, net::HttpReplyPtr reply) {
             reply->send(state->answer_baggage(request));
           },
           true}};
}

std::vector<net::HttpRoute> SamplingService::collector_routes() const {
  std::vector<net::HttpRoute> routes = agent_routes();
  std::erase_if(routes, [](const net::HttpRoute& route) { return route.pattern == "/"; });
  for (net::HttpRoute& route : routes) route.pattern = "/api" + route.pattern;
  return routes;
}

std::vector<net::GrpcMethod> SamplingService::grpc_methods() const {
  return {{"/jaeger.api_v2.SamplingManager/GetSamplingStrategy",
           [state = state_](net::GrpcRequest& request, net::GrpcReplyPtr reply) {
             const auto service = decode_strategy_question(request.message.view);
             if (!service) return reply->fail(service.error());
             reply->send(encode_strategy(state->strategy(*service)));
           }}};
}

net::HttpResponse SamplingService::format_http_error(const net::HttpRequest&, const stdx::Error& error) {
  return text_error(error);
}

}  // namespace clew::receive_sampling
