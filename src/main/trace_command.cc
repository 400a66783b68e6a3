#include "main/trace_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "main/query_command_ask.h"
#include "main/trace_command_text.h"
#include "otlp/foreign_ids.h"
#include "otlp/traces_codec.h"

namespace clew::main {
namespace {

struct TraceFlags {
  std::string server{kServerDefault};
  std::string id;
  bool json = false;
};

int fail_trace(std::string_view why) {
  fmt::print(stderr, "clew trace: {}\n", why);
  return kExitFailed;
}

int run_trace(const TraceFlags& flags) {
  if (!otlp::trace_id_looked_for(flags.id)) {
    fmt::print(stderr, "clew trace: {} is not a trace id: 1 to 32 hexadecimal digits, or SkyWalking's form\n", clean_text(flags.id));
    return kExitUsage;
  }
  const auto answer =
      ask_server(flags.server, "/api/v1/traces/" + flags.id, {{"format", flags.json ? "json" : "protobuf"}});
  if (!answer) return fail_trace(answer.error().message);
  if (flags.json) {
    fmt::print("{}\n", *answer);
    return kExitOk;
  }
  const auto data = otlp::decode_traces(*answer);
  if (!data) return fail_trace(fmt::format("the answer is no trace: {}", data.error().message));
  fmt::print("{}", trace_text(*data, terminal_style()));
  return kExitOk;
}

}  // namespace

RunCommand declare_trace(CLI::App& command) {
  auto flags = std::make_shared<TraceFlags>();  // Shared because the parser writes into it before the command reads it.
  command.add_option("id", flags->id, "Trace id in hex; zeros on the left may be left out")->required();
  command.add_option("--server", flags->server, "Address of the server")->envname("CLEW_SERVER")->capture_default_str();
  command.add_flag("--json", flags->json, "Print the trace as OTLP JSON");
  command.footer("Shows one trace of a running server as a waterfall: who called whom, how long it took, what failed.\n"
                 "`clew query` finds ids. Exit code 1 when there is no such trace or no server.");
  return [flags] { return run_trace(*flags); };
}

}  // namespace clew::main
