// `clew doctor`: is this machine fit for Clew with these settings?
#pragma once

#include "main/commands.h"

namespace clew::main {

RunCommand declare_doctor(CLI::App& command);

}  // namespace clew::main
