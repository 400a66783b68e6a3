#include "main/query_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "main/query_command_ask.h"
#include "main/query_command_text.h"

namespace clew::main {
namespace {

struct QueryFlags {
  std::string server{kServerDefault};
  std::string traceql;
  std::string start = "now-1h";
  std::string end = "now";
  std::string limit = "20";
  std::string sort = "start";
  std::string order = "desc";
  std::string select;
  bool json = false;
};

int run_query(const QueryFlags& flags) {
  const auto answer = ask_server(flags.server, "/api/v1/search",
                                 {{"q", flags.traceql},
                                  {"start", flags.start},
                                  {"end", flags.end},
                                  {"limit", flags.limit},
                                  {"sort", flags.sort},
                                  {"order", flags.order},
                                  {"select", flags.select},
                                  {"spss", flags.json ? "3" : "0"}});
  if (!answer) {
    fmt::print(stderr, "clew query: {}\n", answer.error().message);
    return kExitFailed;
  }
  if (flags.json) {
    fmt::print("{}\n", *answer);
    return kExitOk;
  }
  const auto text = search_text(*answer, terminal_style());
  if (!text) {
    fmt::print(stderr, "clew query: {}\n", text.error().message);
    return kExitFailed;
  }
  fmt::print("{}", *text);
  return kExitOk;
}

}  // namespace

RunCommand declare_query(CLI::App& command) {
  auto flags = std::make_shared<QueryFlags>();  // Shared because the parser writes into it before the command reads it.
  command.add_option("traceql", flags->traceql, "A TraceQL filter; without it every trace matches");
  command.add_option("--server", flags->server, "Address of the server")->envname("CLEW_SERVER")->capture_default_str();
  command.add_option("--start", flags->start, "Begin of the time range: RFC 3339, Unix time or now-1h")->capture_default_str();
  command.add_option("--end", flags->end, "End of the time range, exclusive")->capture_default_str();
  command.add_option("--limit", flags->limit, "Traces to show, at most 10000")->capture_default_str();
  command.add_option("--sort", flags->sort, "start, duration, span_count or error_count")->capture_default_str();
  command.add_option("--order", flags->order, "desc or asc")->capture_default_str();
  command.add_option("--select", flags->select, "Attributes to return with --json: span.http.method,resource.host.name");
  command.add_flag("--json", flags->json, "Print the server's answer as it is");
  command.footer("Finds traces on a running server and lists them, newest first.\n\n"
                 "  clew query '{ resource.service.name = \"cart\" && duration > 100ms }' --start now-1d\n"
                 "  clew query '{ status = error }' --sort duration --json\n\n"
                 "docs/reference/traceql.md has the language. Exit code 1 when the server refuses or cannot be reached.");
  return [flags] { return run_query(*flags); };
}

}  // namespace clew::main
