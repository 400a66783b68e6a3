// The generated texts about settings and metrics; a test compares the files in the tree with them.
#pragma once

#include <string>

namespace clew::main {

std::string conf_clew_yaml();           // conf/clew.yaml
std::string settings_reference();       // docs/reference/settings.md
std::string metrics_reference();        // docs/reference/metrics.md

}  // namespace clew::main
