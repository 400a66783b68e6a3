// The RUM door: bundles of browsers, mini-programs and apps over HTTP.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/http.h"
#include "receive/intake.h"
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
  std::string remote_config;  // JSON that is given to SDKs that ask for their configuration; empty: "{}".
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
// lost: it is counted and remembered with its reason. Any thread. The clock must outlive the handlers; the receiver need not.
class RumReceiver {
 public:
  RumReceiver(receive::Intake intake, const stdx::Clock& clock, RumOptions options = {});

  // For the main port: the SDK's paths, and their preflights.
  std::vector<net::HttpRoute> http_routes() const;
  const RumCounters& counters() const;

 private:
  class Door;
  std::shared_ptr<Door> door_;
};

}  // namespace clew::receive_rum
