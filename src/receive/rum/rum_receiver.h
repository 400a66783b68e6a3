// The RUM door: bundles of browsers, mini-programs and apps over HTTP.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "receive/intake.h"
#include "receive/replacement.h"
#include "receive/rum/client_address.h"
#include "receive/rum/geography.h"
#include "receive/rum/rum_limits.h"
#include "receive/rum/scrubber.h"
#include "stdx/clock.h"

namespace clew::receive_rum {

struct RumOptions {
  RumLimits limits;
  // Who may send: "https://shop.example" for every application, "ws01@0123|https://shop.example" for one. An application
  // that no entry speaks of, and requests without an Origin (mini-programs, apps), are let in. Empty: everybody is.
  std::vector<std::string> allowed_origins;
  std::vector<std::string> secret_parameters = default_secret_parameters();
  std::shared_ptr<const Geography> geography;  // nullptr: nobody is anywhere.
  TrustedProxies trusted_proxies;
  KeepAddress keep_address = KeepAddress::kMasked;
  // The file of the SDKs' remote configuration, whenever one asks for it (remote_config.h); none, or "": there is none.
  std::function<std::string()> remote_config;
};

// Since start; beside the intake's counters.
struct RumCounters {
  std::atomic<uint64_t> events{0};
  std::atomic<uint64_t> events_repeated{0};
  std::atomic<uint64_t> events_dropped{0};  // Malformed, or beyond the limit of a bundle.
  std::atomic<uint64_t> bundles_refused_origin{0};
  std::atomic<uint64_t> bundles_refused_rate{0};
};

// Answers 204 once a bundle's events and spans are durable. The SDK ignores answers and never repeats, so what is refused is
// lost: it is counted and remembered with its reason. Whoever sent it is told the reason without what he sent. Any thread. The clock must outlive the handlers; the receiver need not.
class RumReceiver {
 public:
  RumReceiver(receive::Intake intake, const stdx::Clock& clock, RumOptions options = {});

  // For the main port: the SDK's paths, and their preflights.
  std::vector<net::HttpRoute> http_routes() const;
  // Another door's routes for the main port, so that pages may send there, too: by the same origins and the same rate of an
  // address (a KiB counts as an event, since nobody counts them here), with preflights. `refuse` counts what is refused, and
  // says so in the words of that door's protocol.
  using Refuse = std::function<net::HttpResponse(const net::HttpRequest&, const stdx::Error&)>;
  std::vector<net::HttpRoute> for_pages(std::vector<net::HttpRoute> routes, Refuse refuse) const;
  // The routes of SkyWalking's agents, and beside them what its browser client sends to the same address: its reports, and
  // segments that come from a page (with an Origin).
  std::vector<net::HttpRoute> beside_agents(std::vector<net::HttpRoute> routes) const;
  // For the OTLP doors: what users' devices send is stored without secrets (otlp_secrets.h), and is in part events of their
  // sessions (otlp_sessions.h). `request` is what brought them, if that was HTTP. kResourceExhausted: a page sends more events of
  // its application than allowed.
  stdx::Result<receive::Replacement> of_logs(std::string_view logs, const net::HttpRequest* request) const;
  stdx::Result<receive::Replacement> of_traces(std::string_view traces, const net::HttpRequest* request) const;
  // These events are stored already: a server that starts again tells what it has.
  void remember(std::span<const std::string_view> event_ids) const;
  const RumCounters& counters() const;

 private:
  class Door;
  std::shared_ptr<Door> door_;
};

}  // namespace clew::receive_rum
