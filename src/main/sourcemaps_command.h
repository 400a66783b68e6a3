// `clew sourcemaps upload`: sends the source maps of a build to a running server.
#pragma once

#include "main/commands.h"

namespace clew::main {

RunCommand declare_sourcemaps(CLI::App& command);

}  // namespace clew::main
