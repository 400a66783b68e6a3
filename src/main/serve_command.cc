#include "main/serve_command.h"

#include <csignal>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "demo/http_trace_sink.h"
#include "demo/shop.h"
#include "main/server.h"
#include "main/server_options.h"
#include "main/settings_flags.h"
#include "self/log_line.h"
#include "stdx/clock.h"

namespace clew::main {
namespace {

// Blocked before any thread starts, so that only wait_for_signal() takes them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

std::string url_host(const std::string& address) {
  if (address == "0.0.0.0" || address == "::" || address.empty()) return "127.0.0.1";
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

void print_greeting(const Settings& settings, const ServerPorts& ports) {
  const std::string host = url_host(settings.listen.address);
  fmt::print(
      "Clew is up. Open http://{0}:{1}\n"
      "  OTLP/gRPC   {0}:{2}\n"
      "  OTLP/HTTP   http://{0}:{3}/v1/traces\n"
      "  Jaeger API  http://{0}:{4}\n",
      host, ports.main_http, ports.otlp_grpc, ports.otlp_http, ports.jaeger_http);
  if (ports.zipkin_http != 0) fmt::print("  Zipkin      http://{}:{}/api/v2/spans\n", host, ports.zipkin_http);
  if (ports.jaeger_compact_udp != 0 || ports.jaeger_collector_http != 0) {
    fmt::print("  Jaeger      UDP {0}:{1}, {0}:{2}; http://{0}:{3}/api/traces; gRPC {0}:{4};\n"
               "              http://{0}:{5}/sampling\n", host, ports.jaeger_compact_udp, ports.jaeger_binary_udp,
               ports.jaeger_collector_http, ports.jaeger_collector_grpc, ports.jaeger_sampling_http);
  }
  if (ports.skywalking_grpc != 0) fmt::print("  SkyWalking  gRPC {}:{}\n", host, ports.skywalking_grpc);
  if (ports.skywalking_http != 0) fmt::print("  SkyWalking  http://{}:{}/v3/segments\n", host, ports.skywalking_http);
  fmt::print("  data        {}\nCtrl-C ends it; nothing acknowledged is lost.\n", settings.data.folder);
  std::fflush(stdout);
}

int serve(const SettingsFlags& flags, bool with_demo) {
  auto settings = settings_or_exit_code(flags);
  if (!settings) return settings.error();
  self::configure_log(settings->self.log_level, settings->self.log_format);
  const sigset_t signals = block_signals();
  auto server = Server::start(server_options(*settings));
  if (!server) {
    fmt::print(stderr, "clew: {}\n", server.error().message);
    return kExitFailed;
  }
  const ServerPorts ports = (*server)->ports();
  print_greeting(*settings, ports);

  const stdx::SystemClock clock;
  std::optional<demo::Shop> shop;
  if (with_demo) {
    demo::ShopOptions options;
    options.report = [](const std::string& line) { fmt::print("{}\n", line); std::fflush(stdout); };
    options.id_salt = static_cast<uint64_t>(clock.now_ns());
    // The last hour is there already, or a part of it: filling it in once more would double it.
    if ((*server)->has_recent_spans(options.backfill)) options.backfill = std::chrono::seconds(0);
    const std::string host = url_host(settings->listen.address);
    shop.emplace(std::make_unique<demo::HttpTraceSink>(host, ports.otlp_http,
                                                       demo::HttpTraceSink::Door{.host = host, .port = ports.main_http}),
                 clock, std::move(options));
    shop->start();
  }
  int signal = 0;
  sigwait(&signals, &signal);
  self::log_info("stopping", {{"signal", signal}});
  if (shop) shop->stop();
  (*server)->stop();
  self::log_info("stopped");
  return kExitOk;
}

}  // namespace

RunCommand declare_serve(CLI::App& command) {
  auto flags = declare_settings_flags(command);
  // Shared because CLI11 writes into it while parsing and the command reads it later.
  auto with_demo = std::make_shared<bool>(false);
  command.add_flag("--demo", *with_demo, "Also run a small simulated shop whose visitors' browsers and services report here");
  command.footer(
      "Takes OTLP on 4317 (gRPC) and 4318 (HTTP), Jaeger on 6831, 6832, 14250, 14268 and 5778, Zipkin on 9411, SkyWalking on\n"
      "11800 (gRPC) and 12800 (HTTP); answers on 7070 (page, native API, /metrics,\n"
      "/health) and 16686 (Jaeger's API). A span is acknowledged when it is synced to disk and found within a second. Ends on SIGTERM or\n"
      "Ctrl-C. Exit code 1 when it cannot start, 2 for a bad flag or setting; the last line says why.");
  return [flags, with_demo] { return serve(*flags, *with_demo); };
}

}  // namespace clew::main
