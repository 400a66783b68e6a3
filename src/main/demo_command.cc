#include "main/demo_command.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "demo/http_trace_sink.h"
#include "demo/shop.h"
#include "net/http_client.h"
#include "stdx/clock.h"

namespace clew::main {
namespace {

struct DemoFlags {
  std::string endpoint = "http://127.0.0.1:4318";
  std::string rum_endpoint;  // Empty: port 7070 of the same host.
  double traces_per_second = 3;
  int64_t backfill_minutes = 60;
  uint64_t seed = demo::ShopOptions().seed;
};

int run_demo(const DemoFlags& flags) {
  const auto url = net::parse_http_url(flags.endpoint);
  if (!url) {
    fmt::print(stderr, "clew demo: --endpoint {}: {}\n", flags.endpoint, url.error().message);
    return kExitUsage;
  }
  const auto rum_url = net::parse_http_url(
      flags.rum_endpoint.empty() ? fmt::format("http://{}:7070/rum/web/v2", url->host) : flags.rum_endpoint);
  if (!rum_url) {
    fmt::print(stderr, "clew demo: --rum-endpoint {}: {}\n", flags.rum_endpoint, rum_url.error().message);
    return kExitUsage;
  }
  // Blocked before the shop's thread starts, so that this thread alone waits for them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  demo::ShopOptions options;
  options.traces_per_second = flags.traces_per_second;
  options.backfill = std::chrono::minutes(flags.backfill_minutes);
  options.seed = flags.seed;
  options.report = [](const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
  };
  const stdx::SystemClock clock;
  options.id_salt = static_cast<uint64_t>(clock.now_ns());
  demo::Shop shop(std::make_unique<demo::HttpTraceSink>(
                      url->host, url->port, demo::HttpTraceSink::Door{rum_url->host, rum_url->port, rum_url->target}),
                  clock, options);
  shop.start();
  int signal = 0;
  sigwait(&ends, &signal);
  shop.stop();
  fmt::print("shop: closed; {} traces, {} spans, {} events sent, {} traces dropped, {} events dropped\n", shop.traces_sent(),
             shop.spans_sent(), shop.events_sent(), shop.traces_dropped(), shop.events_dropped());
  return kExitOk;
}

}  // namespace

RunCommand declare_demo(CLI::App& command) {
  auto flags = std::make_shared<DemoFlags>();  // Shared because the parser writes into it before the command reads it.
  command.add_option("--endpoint", flags->endpoint, "OTLP/HTTP address of the server, http://host:port")
      ->capture_default_str();
  command.add_option("--rum-endpoint", flags->rum_endpoint, "Where the visitors' browsers report, http://host:port/rum/web/v2;\nport 7070 of the same host unless said");
  command.add_option("--rate", flags->traces_per_second, "Traces a second while live")
      ->check(CLI::Range(0.001, 10'000.0))
      ->capture_default_str();
  command.add_option("--backfill-minutes", flags->backfill_minutes, "How far back to fill in traffic first; 0 for nothing")
      ->check(CLI::Range(0, 7 * 24 * 60))
      ->capture_default_str();
  command.add_option("--seed", flags->seed, "The same seed tells the same shop")->capture_default_str();
  command.footer("Sends the traffic of a small simulated shop until it is stopped: visitors' browsers and ten services in seven\n"
                 "languages, with a slow page, an N+1 and payments that fail. docs/start/demo.md says what there is to find.");
  return [flags] { return run_demo(*flags); };
}

}  // namespace clew::main
