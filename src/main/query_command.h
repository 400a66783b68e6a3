// `clew query '<traceql>'`: finds traces on a running server.
#pragma once

#include "main/commands.h"

namespace clew::main {

RunCommand declare_query(CLI::App& command);

}  // namespace clew::main
