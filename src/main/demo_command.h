// `clew demo`: the simulated shop, sending to a server that runs elsewhere. `clew serve --demo` runs both in one process.
#pragma once

#include "main/commands.h"

namespace clew::main {

RunCommand declare_demo(CLI::App& command);

}  // namespace clew::main
