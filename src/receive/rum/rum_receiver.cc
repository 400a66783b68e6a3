#include "receive/rum/rum_receiver.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>

#include "net/http_router.h"
#include "receive/rum/bundle.h"
#include "receive/rum/event_repeats.h"
#include "receive/rum/faro.h"
#include "receive/rum/otlp_device.h"
#include "receive/rum/otlp_secrets.h"
#include "receive/rum/otlp_sessions.h"
#include "receive/rum/rate_limiter.h"
#include "receive/rum/recent_events.h"
#include "receive/rum/remote_config.h"
#include "receive/rum/session_views.h"
#include "receive/rum/skywalking_browser.h"
#include "receive/rum/skywalking_segments.h"
#include "wire/content_coding.h"

namespace clew::receive_rum {

using receive::Protocol;
using stdx::ErrorCode;

namespace {

constexpr const char* kSegmentsPath = "/v3/segments";

constexpr int kForbidden = 403;
constexpr std::string_view kToldOrigin = "this application may not send from this origin: see rum.allowed_origins";
constexpr std::string_view kToldRate = "this application or this address sends more events than allowed; see rum.events_per_second";

void add(std::atomic<uint64_t>& counter, uint64_t amount) { counter.fetch_add(amount, std::memory_order_relaxed); }

std::string_view header_of(const net::HttpRequest& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string_view() : *value;
}

// Any page may report: a browser asks for these before it lets the page see the answer of the SDK's fall-back request.
void allow_reading(std::string_view origin, net::HttpResponse& response) {
  response.headers.emplace_back("Vary", "Origin");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (origin.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
  response.headers.emplace_back("Timing-Allow-Origin", std::string(origin));
}

net::HttpResponse no_content() {
  net::HttpResponse response;
  response.status = 204;
  response.content_type.clear();
  return response;
}

// What arrives of two appends makes one answer.
class BothDone {
 public:
  BothDone(size_t count, std::move_only_function<void(std::optional<stdx::Error>)> done)
      : missing_(count), done_(std::move(done)) {}

  void arrived(std::optional<stdx::Error> error) {
    std::unique_lock lock(mutex_);
    if (error && !error_) error_ = std::move(error);
    if (--missing_ > 0) return;
    lock.unlock();
    done_(std::move(error_));
  }

 private:
  std::mutex mutex_;
  size_t missing_;
  std::optional<stdx::Error> error_;
  std::move_only_function<void(std::optional<stdx::Error>)> done_;
};

// Lets the page's origin read another door's answer.
class PageReply final : public net::HttpReply {
 public:
  PageReply(net::HttpReplyPtr inner, std::string origin) : inner_(std::move(inner)), origin_(std::move(origin)) {}

  void send(net::HttpResponse response) override {
    allow_reading(origin_, response);
    inner_->send(std::move(response));
  }

 private:
  const net::HttpReplyPtr inner_;
  const std::string origin_;
};

}  // namespace

class RumReceiver::Door : public std::enable_shared_from_this<Door> {
 public:
  Door(receive::Intake intake, const stdx::Clock& clock, RumOptions options)
      : intake_(std::move(intake)),
        clock_(clock),
        options_(std::move(options)),
        scrubber_(options_.secret_parameters),
        app_rate_(options_.limits.events_per_second_max),
        address_rate_(options_.limits.events_per_second_of_address_max) {}

  // How a body becomes OTLP; one for each kind of client.
  using Translate = std::function<stdx::Result<TranslatedBundle>(Door&, std::string_view body, const BundleContext&)>;
  void take(Protocol protocol, const Translate& translate, net::HttpRequest& request, net::HttpReplyPtr reply);
  stdx::Result<TranslatedBundle> translate_arms(std::string_view body, const BundleContext& context) {
    return translate_bundle(body, context, scrubber_, clocks_, is_repeated());
  }
  stdx::Result<TranslatedBundle> translate_segments(std::string_view body, const BundleContext& context) {
    return translate_browser_segments(body, context, scrubber_, clocks_, is_repeated());
  }
  // An answer of another door for the page that asked; nullptr: refused, and answered.
  net::HttpReplyPtr admit_page(const net::HttpRequest& request, const Refuse& refuse, net::HttpReplyPtr reply);
  stdx::Result<receive::Replacement> of_logs(std::string_view logs, const net::HttpRequest* request);
  stdx::Result<receive::Replacement> of_traces(std::string_view traces, const net::HttpRequest* request);
  void remember(std::span<const std::string_view> event_ids) {
    std::vector<uint64_t> keys;
    keys.reserve(event_ids.size());
    for (const std::string_view id : event_ids) keys.push_back(event_key_of(id));
    recent_.add(keys);
  }
  const Scrubber& scrubber() const { return scrubber_; }
  IsRepeated is_repeated() const {
    return [this](uint64_t key) { return recent_.contains(key); };
  }
  net::HttpResponse preflight(const net::HttpRequest& request);
  net::HttpResponse remote_config(const net::HttpRequest& request) const;
  const RumCounters& counters() const { return counters_; }

 private:
  // Who sent a request, and where it stands on the map; what the context's views look at.
  struct Asked {
    Asked(Door& door, const net::HttpRequest* request);

    std::shared_ptr<const useragent::UserAgent> agent;
    std::string address, kept_address;
    Place place;
    BundleContext context;
  };
  stdx::Result<TranslatedBundle> translate_body(const Translate& translate, net::HttpRequest& request);
  stdx::Result<void> admit(const net::HttpRequest& request, const TranslatedBundle& bundle);
  stdx::Result<void> admit_events(const net::HttpRequest* request, const SessionEvents& events);
  std::function<void()> remember(const SessionEvents& events);
  std::string rate_key(const net::HttpRequest& request) const;
  bool origin_is_allowed(std::string_view app_id, std::string_view origin) const;
  bool any_application_may_be_at(std::string_view origin) const;
  void append(Protocol protocol, TranslatedBundle bundle, std::string origin, net::HttpReplyPtr reply);
  // `told`: what the client reads in place of the error's message.
  void fail(Protocol protocol, const stdx::Error& error, std::string_view origin, net::HttpReply& reply,
            std::string_view payload = {}, std::string_view told = {});

  const receive::Intake intake_;
  const stdx::Clock& clock_;
  const RumOptions options_;
  const Scrubber scrubber_;
  useragent::UserAgents agents_;
  ClientClocks clocks_;
  RecentEvents recent_;
  SessionViews views_;
  RateLimiter app_rate_;
  RateLimiter address_rate_;
  RumCounters counters_;
};

void RumReceiver::Door::fail(Protocol protocol, const stdx::Error& error, std::string_view origin, net::HttpReply& reply,
                             std::string_view payload, std::string_view told) {
  intake_.count_failure(protocol, error, payload);
  net::HttpResponse response = net::error_response({error.code, told.empty() ? error.message : std::string(told)});
  if (told == kToldOrigin) response.status = kForbidden;
  allow_reading(origin, response);
  reply.send(std::move(response));
}

void RumReceiver::Door::take(Protocol protocol, const Translate& translate, net::HttpRequest& request,
                             net::HttpReplyPtr reply) {
  intake_.count_request(protocol, request.body.size());
  std::string origin(header_of(request, "Origin"));
  const std::string body_begin = request.body.substr(0, 64);
  // Who has used up his share is not worth the work of reading what he sends.
  if (address_rate_.is_used_up(rate_key(request), clock_.now_ns())) {
    add(counters_.bundles_refused_rate, 1);
    return fail(protocol, {ErrorCode::kResourceExhausted, std::string(kToldRate)}, origin, *reply);
  }
  auto bundle = translate_body(translate, request);
  if (!bundle) return fail(protocol, bundle.error(), origin, *reply, body_begin);
  if (!origin_is_allowed(bundle->app_id, origin)) {
    add(counters_.bundles_refused_origin, 1);
    const std::string why = fmt::format(
        "application \"{:.100}\" may not send from {:.200}: rum.allowed_origins does not name it", bundle->app_id, origin);
    return fail(protocol, {ErrorCode::kInvalidArgument, why}, origin, *reply, body_begin, kToldOrigin);
  }
  if (auto admitted = admit(request, *bundle); !admitted) {
    return fail(protocol, admitted.error(), origin, *reply, body_begin, kToldRate);
  }
  add(counters_.events_repeated, bundle->repeated_count);
  if (const uint32_t dropped = bundle->malformed_count + bundle->excess_count; dropped > 0) {
    add(counters_.events_dropped, dropped);
    intake_.refuse(protocol, bundle->app_id, receive::Refusal::kMalformed, dropped,
                   fmt::format("{} events are no objects, {} are beyond the {} events or {} MiB of a report",
                               bundle->malformed_count, bundle->excess_count, kEventsPerBundleMax, kTranslatedBytesMax >> 20));
  }
  append(protocol, std::move(*bundle), std::move(origin), std::move(reply));
}

RumReceiver::Door::Asked::Asked(Door& door, const net::HttpRequest* request) {
  context.receive_time_ns = door.clock_.now_ns();
  if (request == nullptr) return;
  context.user_agent = header_of(*request, "User-Agent");
  agent = door.agents_.parse(context.user_agent);
  address = client_address_of(*request, door.options_.trusted_proxies);
  kept_address = receive_rum::kept_address(address, door.options_.keep_address);
  if (door.options_.geography) place = door.options_.geography->place_of(address);
  context.agent = agent.get();
  context.client_address = kept_address;
  context.place = &place;
}

// The body is JSON whatever its content type is: a beacon's is text/plain.
stdx::Result<TranslatedBundle> RumReceiver::Door::translate_body(const Translate& translate,
                                                                   net::HttpRequest& request) {
  auto body = wire::decode_content(header_of(request, "Content-Encoding"), std::move(request.body),
                                   options_.limits.bundle_bytes_max);
  if (!body) return std::unexpected(std::move(body.error()));
  if (body->size() > options_.limits.bundle_bytes_max) {
    return stdx::fail(ErrorCode::kPayloadTooLarge, fmt::format("a bundle has at most {} bytes, this one has {}",
                                                               options_.limits.bundle_bytes_max, body->size()));
  }
  Asked asked(*this, &request);
  if (const std::string* service_id = request.parameter("service_id")) asked.context.service_id = *service_id;
  return translate(*this, *body, asked.context);
}

bool RumReceiver::Door::origin_is_allowed(std::string_view app_id, std::string_view origin) const {
  if (origin.empty()) return true;
  bool spoken_of = false;
  for (const std::string_view entry : options_.allowed_origins) {
    const size_t bar = entry.find('|');
    if (bar != std::string_view::npos && entry.substr(0, bar) != app_id) continue;
    spoken_of = true;
    if (net::origin_matches(entry.substr(bar == std::string_view::npos ? 0 : bar + 1), origin)) return true;
  }
  return !spoken_of;
}

stdx::Result<void> RumReceiver::Door::admit(const net::HttpRequest& request, const TranslatedBundle& bundle) {
  const int64_t now_ns = clock_.now_ns();
  const uint32_t count = std::max({bundle.event_count, bundle.span_count, 1u});
  if (!address_rate_.take(rate_key(request), count, now_ns) || !app_rate_.take(bundle.app_id, count, now_ns)) {
    add(counters_.bundles_refused_rate, 1);
    return stdx::fail(ErrorCode::kResourceExhausted,
                      fmt::format("application \"{:.100}\" or this address sends more events than allowed", bundle.app_id));
  }
  return {};
}

void RumReceiver::Door::append(Protocol protocol, TranslatedBundle bundle, std::string origin, net::HttpReplyPtr reply) {
  const size_t parts = (bundle.logs.empty() ? 0 : 1) + (bundle.traces.empty() ? 0 : 1);
  const auto answer = [protocol, door = shared_from_this(), origin = std::move(origin), reply = std::move(reply),
                       keys = std::move(bundle.event_keys),
                       count = bundle.event_count](std::optional<stdx::Error> error) {
    if (error) return door->fail(protocol, *error, origin, *reply);
    door->recent_.add(keys);
    add(door->counters_.events, count);
    net::HttpResponse response = no_content();
    allow_reading(origin, response);
    reply->send(std::move(response));
  };
  if (parts == 0) return answer({});
  const auto both = std::make_shared<BothDone>(parts, answer);
  const auto take = [&](log::RecordKind kind, std::string request) {
    if (request.empty()) return;
    intake_.take(protocol, kind, stdx::SharedBytes::from_string(std::move(request)),
                 [both](stdx::Result<receive::Outcome> outcome) {
                   both->arrived(outcome ? std::nullopt : std::optional(std::move(outcome.error())));
                 });
  };
  take(log::RecordKind::kLogs, std::move(bundle.logs));
  take(log::RecordKind::kTraces, std::move(bundle.traces));
}

// The key of who sends: an address, or of IPv6 the network that one subscriber has.
std::string RumReceiver::Door::rate_key(const net::HttpRequest& request) const {
  return subscriber_of(client_address_of(request, options_.trusted_proxies));
}

net::HttpResponse RumReceiver::Door::preflight(const net::HttpRequest& request) {
  if (!any_application_may_be_at(header_of(request, "Origin"))) {
    add(counters_.bundles_refused_origin, 1);
    net::HttpResponse refusal = net::error_response({ErrorCode::kInvalidArgument, std::string(kToldOrigin)});
    refusal.status = kForbidden;
    refusal.headers.emplace_back("Vary", "Origin");
    return refusal;
  }
  net::HttpResponse response = no_content();
  allow_reading(header_of(request, "Origin"), response);
  response.headers.emplace_back("Access-Control-Allow-Methods", "POST, GET, OPTIONS");
  const std::string_view wanted = header_of(request, "Access-Control-Request-Headers");
  response.headers.emplace_back("Access-Control-Allow-Headers", wanted.empty() ? "Content-Type" : std::string(wanted));
  response.headers.emplace_back("Access-Control-Max-Age", "7200");
  return response;
}

bool RumReceiver::Door::any_application_may_be_at(std::string_view origin) const {
  return origin.empty() || options_.allowed_origins.empty() ||
         std::ranges::any_of(options_.allowed_origins, [&](std::string_view entry) {
           const size_t bar = entry.find('|');
           return net::origin_matches(entry.substr(bar == std::string_view::npos ? 0 : bar + 1), origin);
         });
}

net::HttpReplyPtr RumReceiver::Door::admit_page(const net::HttpRequest& request, const Refuse& refuse, net::HttpReplyPtr reply) {
  std::string origin(header_of(request, "Origin"));
  auto answer = std::make_shared<PageReply>(std::move(reply), origin);
  if (!any_application_may_be_at(origin)) {
    add(counters_.bundles_refused_origin, 1);
    net::HttpResponse refusal = refuse(request, {ErrorCode::kInvalidArgument, std::string(kToldOrigin)});
    refusal.status = kForbidden;
    answer->send(std::move(refusal));
    return nullptr;
  }
  const auto count = static_cast<uint32_t>(request.body.size() / kEventBytesGuessed) + 1;
  if (!address_rate_.take(rate_key(request), count, clock_.now_ns())) {
    add(counters_.bundles_refused_rate, 1);
    answer->send(refuse(request, {ErrorCode::kResourceExhausted, std::string(kToldRate)}));
    return nullptr;
  }
  return answer;
}

stdx::Result<receive::Replacement> RumReceiver::Door::of_logs(std::string_view logs, const net::HttpRequest* request) {
  const bool from_browser = request != nullptr && is_browser(header_of(*request, "User-Agent"));
  receive::Replacement instead;
  instead.request = without_secrets(logs, OtlpItems::kLogRecords, from_browser, scrubber_);
  if (instead.request) logs = *instead.request;
  if (!has_device(logs, from_browser) && !has_sessions_without_device(logs)) return instead;
  const Asked asked(*this, request);
  SessionEvents events = with_session_events(logs, asked.context, scrubber_, views_, is_repeated());
  if (!events.any()) return instead;
  if (auto admitted = admit_events(request, events); !admitted) return std::unexpected(std::move(admitted.error()));
  instead.durable = remember(events);
  instead.request = std::move(events.logs);
  return instead;
}

stdx::Result<receive::Replacement> RumReceiver::Door::of_traces(std::string_view traces, const net::HttpRequest* request) {
  const bool from_browser = request != nullptr && is_browser(header_of(*request, "User-Agent"));
  if (!has_device(traces, from_browser)) return receive::Replacement();
  receive::Replacement instead;
  instead.request = without_secrets(traces, OtlpItems::kSpans, from_browser, scrubber_);
  if (instead.request) traces = *instead.request;
  const Asked asked(*this, request);
  SessionEvents events = requests_of_spans(traces, asked.context, scrubber_, views_, is_repeated());
  if (!events.any()) return instead;
  if (auto admitted = admit_events(request, events); !admitted) return std::unexpected(std::move(admitted.error()));
  instead.durable = remember(events);
  instead.events = std::move(events.logs);
  return instead;
}

// Only pages have an origin. A collector's request is of many applications, and their backends: one that sends too much must
// not keep out the others.
stdx::Result<void> RumReceiver::Door::admit_events(const net::HttpRequest* request, const SessionEvents& events) {
  if (request == nullptr || header_of(*request, "Origin").empty()) return {};
  if (app_rate_.take(events.app, std::max(events.event_count, 1u), clock_.now_ns())) return {};
  add(counters_.bundles_refused_rate, 1);
  return stdx::fail(ErrorCode::kResourceExhausted, std::string(kToldRate));
}

// What is to be done once the events are durable.
std::function<void()> RumReceiver::Door::remember(const SessionEvents& events) {
  add(counters_.events_repeated, events.repeated_count);
  return [door = shared_from_this(), keys = events.event_keys, count = events.event_count] {
    door->recent_.add(keys);
    add(door->counters_.events, count);
  };
}

net::HttpResponse RumReceiver::Door::remote_config(const net::HttpRequest& request) const {
  net::HttpResponse response;
  const std::string file = options_.remote_config ? options_.remote_config() : std::string();
  const std::string* service = request.parameter("service");
  std::string_view app_id = service == nullptr ? std::string_view() : *service;
  if (!request.path_parameters.empty()) app_id = request.path_parameters.back();
  response.body = remote_config_of(file, app_id);
  response.headers.emplace_back("Cache-Control", "no-cache");
  allow_reading(header_of(request, "Origin"), response);
  return response;
}

RumReceiver::RumReceiver(receive::Intake intake, const stdx::Clock& clock, RumOptions options)
    : door_(std::make_shared<Door>(std::move(intake), clock, std::move(options))) {}

std::vector<net::HttpRoute> RumReceiver::http_routes() const {
  std::vector<net::HttpRoute> routes;
  const auto add_preflight = [&](const char* path) {
    routes.push_back({"OPTIONS", path, [door = door_](net::HttpRequest& request, net::HttpReplyPtr reply) {
                        reply->send(door->preflight(request));
                      }});
  };
  const auto add_door = [&](const char* path, Protocol protocol, Door::Translate translate) {
    routes.push_back({"POST", path, [door = door_, protocol, translate = std::move(translate)](
                                        net::HttpRequest& request, net::HttpReplyPtr reply) {
                        door->take(protocol, translate, request, std::move(reply));
                      }});
    add_preflight(path);
  };
  for (const char* path : {"/rum/web/v2", "/", "/RUM/{rest*}"}) add_door(path, Protocol::kRumArms, &Door::translate_arms);
  const auto skywalking = [](SkyWalkingReport report) {
    return [report](Door& door, std::string_view body, const BundleContext& context) {
      return translate_skywalking(report, body, context, door.scrubber(), door.is_repeated());
    };
  };
  add_door("/browser/perfData", Protocol::kRumSkyWalking, skywalking(SkyWalkingReport::kPerf));
  add_door("/browser/perfData/webVitals", Protocol::kRumSkyWalking, skywalking(SkyWalkingReport::kWebVitals));
  add_door("/browser/perfData/webInteractions", Protocol::kRumSkyWalking, skywalking(SkyWalkingReport::kWebInteractions));
  add_door("/browser/perfData/resources", Protocol::kRumSkyWalking, skywalking(SkyWalkingReport::kResources));
  add_door("/browser/errorLogs", Protocol::kRumSkyWalking, skywalking(SkyWalkingReport::kErrors));
  add_door("/browser/errorLog", Protocol::kRumSkyWalking, skywalking(SkyWalkingReport::kErrors));
  add_door(kSegmentsPath, Protocol::kRumSkyWalking, &Door::translate_segments);
  add_door("/collect", Protocol::kRumFaro, [](Door& door, std::string_view body, const BundleContext& context) {
    return translate_faro(body, context, door.scrubber(), door.is_repeated());
  });
  // "<workspace>-sdk.rum.…/config/<region>/<application>": what an SDK with remoteConfig asks for; SDKs of core 0.1 ask the
  // endpoint's own host for "/agentconfig?service=<application>".
  for (const auto& [method, path] : {std::pair("GET", "/rum/config/{rest*}"), {"GET", "/config/{region}/{app}"}, {"POST", "/agentconfig"}}) {
    routes.push_back({method, path, [door = door_](net::HttpRequest& request, net::HttpReplyPtr reply) {
                        reply->send(door->remote_config(request));
                      }});
    add_preflight(path);
  }
  return routes;
}

std::vector<net::HttpRoute> RumReceiver::for_pages(std::vector<net::HttpRoute> routes, Refuse refuse) const {
  std::vector<net::HttpRoute> open;
  for (net::HttpRoute& route : routes) {
    const std::string pattern = route.pattern;
    route.handler = [door = door_, inner = std::move(route.handler), refuse](net::HttpRequest& request, net::HttpReplyPtr reply) {
      if (net::HttpReplyPtr answer = door->admit_page(request, refuse, std::move(reply))) inner(request, std::move(answer));
    };
    open.push_back(std::move(route));
    open.push_back({"OPTIONS", pattern, [door = door_](net::HttpRequest& request, net::HttpReplyPtr reply) {
                      reply->send(door->preflight(request));
                    }});
  }
  return open;
}

std::vector<net::HttpRoute> RumReceiver::beside_agents(std::vector<net::HttpRoute> routes) const {
  for (net::HttpRoute& of_page : http_routes()) {
    const bool is_segments = of_page.pattern == kSegmentsPath;
    if (!is_segments && !of_page.pattern.starts_with("/browser/")) continue;
    const auto of_agents = std::ranges::find_if(routes, [&](const net::HttpRoute& route) {
      return route.method == of_page.method && route.pattern == of_page.pattern;
    });
    if (of_agents == routes.end()) {
      routes.push_back(std::move(of_page));
      continue;
    }
    of_agents->quick = false;
    of_agents->handler = [agents = std::move(of_agents->handler), pages = std::move(of_page.handler)](
                             net::HttpRequest& request, net::HttpReplyPtr reply) {
      (request.header("Origin") == nullptr ? agents : pages)(request, std::move(reply));
    };
  }
  return routes;
}

stdx::Result<receive::Replacement> RumReceiver::of_logs(std::string_view logs, const net::HttpRequest* request) const {
  return door_->of_logs(logs, request);
}

stdx::Result<receive::Replacement> RumReceiver::of_traces(std::string_view traces, const net::HttpRequest* request) const {
  return door_->of_traces(traces, request);
}

void RumReceiver::remember(std::span<const std::string_view> event_ids) const { door_->remember(event_ids); }

const RumCounters& RumReceiver::counters() const { return door_->counters(); }

}  // namespace clew::receive_rum
