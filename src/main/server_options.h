// From the settings to what each room is told.
#pragma once

#include "main/server.h"
#include "main/settings.h"

namespace clew::main {

ServerOptions server_options(const Settings& settings);

}  // namespace clew::main
