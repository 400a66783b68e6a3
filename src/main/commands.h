// The commands of `clew`: one line each in commands.cc.
#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace clew::main {

// Exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;  // A bad flag or setting.

// What runs after the command line has been read; returns the exit code.
using RunCommand = std::function<int()>;

struct Command {
  std::string_view name;
  std::string_view summary;  // A line in `clew --help`.
  // Declares flags and the help text on `command` and returns what to run. Values that flags write to must live in the
  // returned function (a shared_ptr captured by it).
  RunCommand (*declare)(CLI::App& command);
};

std::span<const Command> commands();

// All of main(): reads the command line and runs the command.
int run_command_line(int argument_count, const char* const* arguments);

}  // namespace clew::main
