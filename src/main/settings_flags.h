// The flags that every command with settings has.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "main/settings_load.h"

namespace CLI {
class App;
}

namespace clew::main {

struct SettingsFlags {
  std::optional<std::string> config;
  std::optional<std::string> data;
  std::optional<std::string> listen;
  std::optional<std::string> log_level;
  std::vector<std::string> set;
};

// Declares --config, --data, --listen, --log-level and --set. Shared because CLI11 writes into it while parsing and the
// command reads it later.
std::shared_ptr<SettingsFlags> declare_settings_flags(CLI::App& command);

// Reads file (also named by CLEW_CONFIG), environment and flags.
std::expected<LoadedSettings, std::string> load_settings(const SettingsFlags& flags);

// The same for a command: on an error it is printed as one line and the exit code to return is the error.
std::expected<Settings, int> settings_or_exit_code(const SettingsFlags& flags);

}  // namespace clew::main
