#include "main/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "main/demo_command.h"
#include "main/doctor_command.h"
#include "main/inspect_command.h"
#include "main/query_command.h"
#include "main/serve_command.h"
#include "main/settings_command.h"
#include "main/sourcemaps_command.h"
#include "main/trace_command.h"
#include "main/version_command.h"

namespace clew::main {
namespace {

constexpr Command kCommands[] = {
    {"serve", "Take traces in, store them and answer questions about them", declare_serve},
    {"query", "Find traces on a running server", declare_query},
    {"trace", "Show one trace of a running server", declare_trace},
    {"inspect", "Show what a stored block holds", declare_inspect},
    {"demo", "Send the traffic of a small simulated shop to a server", declare_demo},
    {"doctor", "Check this machine: disk, ports, limits, clock", declare_doctor},
    {"settings", "Print every setting with its default", declare_settings},
    {"sourcemaps", "Upload source maps, so that errors of browsers show their source", declare_sourcemaps},
    {"version", "Print what this binary is", declare_version},
};

constexpr std::string_view kDescription =
    "Clew stores and searches traces: OTLP in, open Parquet on disk, one binary.\n\n"
    "Start it with `clew serve`, point an OpenTelemetry SDK or Collector at port 4317 (gRPC) or 4318 (HTTP) and open\n"
    "http://127.0.0.1:7070. `clew <command> --help` says more about a command.";

}  // namespace

std::span<const Command> commands() { return kCommands; }

int run_command_line(int argument_count, const char* const* arguments) {
  CLI::App app{std::string(kDescription), "clew"};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(version_line()));
  RunCommand run;
  for (const Command& command : kCommands) {
    CLI::App* parser = app.add_subcommand(std::string(command.name), std::string(command.summary));
    RunCommand declared = command.declare(*parser);
    parser->callback([&run, declared = std::move(declared)] { run = declared; });
  }
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::Success& asked) {  // --help, --version.
    app.exit(asked);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "clew: {} (clew --help shows what there is)\n", error.what());
    return kExitUsage;
  }
  return run ? run() : kExitUsage;
}

}  // namespace clew::main
