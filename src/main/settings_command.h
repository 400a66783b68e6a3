// `clew settings`: prints the list of settings, or the metrics, as the files of the tree that come from these lists.
#pragma once

#include "main/commands.h"

namespace clew::main {

RunCommand declare_settings(CLI::App& command);

}  // namespace clew::main
