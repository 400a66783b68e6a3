// `clew inspect <block>`: what a stored block holds, read from the data folder; no server is needed or disturbed.
#pragma once

#include "main/commands.h"

namespace clew::main {

RunCommand declare_inspect(CLI::App& command);

}  // namespace clew::main
