// `clew serve`: the server, until it is told to end.
#pragma once

#include "main/commands.h"

namespace clew::main {

RunCommand declare_serve(CLI::App& command);

}  // namespace clew::main
