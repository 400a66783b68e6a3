#include "main/version_command.h"

#include <fmt/format.h>

#include "self/version.h"

namespace clew::main {

std::string version_line() { return fmt::format("clew {} ({})", self::kVersion, self::kCompiler); }

RunCommand declare_version(CLI::App&) {
  return [] {
    fmt::print("{}\n", version_line());
    return kExitOk;
  };
}

}  // namespace clew::main
