// `clew trace <id>`: shows one trace of a running server.
#pragma once

#include "main/commands.h"

namespace clew::main {

RunCommand declare_trace(CLI::App& command);

}  // namespace clew::main
