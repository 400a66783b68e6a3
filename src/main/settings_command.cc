#include "main/settings_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "main/settings_text.h"

namespace clew::main {

RunCommand declare_settings(CLI::App& command) {
  auto format = std::make_shared<std::string>("yaml");
  command
      .add_option("--format", *format,
                  "yaml: conf/clew.yaml; markdown: docs/reference/settings.md; metrics: docs/reference/metrics.md")
      ->check(CLI::IsMember({"yaml", "markdown", "metrics"}))
      ->capture_default_str();
  return [format] {
    fmt::print("{}", *format == "yaml"       ? conf_clew_yaml()
                     : *format == "markdown" ? settings_reference()
                                             : metrics_reference());
    return kExitOk;
  };
}

}  // namespace clew::main
