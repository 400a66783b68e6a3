// `clew version`.
#pragma once

#include <string>

#include "main/commands.h"

namespace clew::main {

std::string version_line();
RunCommand declare_version(CLI::App& command);

}  // namespace clew::main
