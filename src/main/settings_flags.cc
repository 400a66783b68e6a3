#include "main/settings_flags.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "main/commands.h"

namespace clew::main {

std::shared_ptr<SettingsFlags> declare_settings_flags(CLI::App& command) {
  auto flags = std::make_shared<SettingsFlags>();
  command.add_option("--config", flags->config, "Settings file (conf/clew.yaml shows all of it); also CLEW_CONFIG")
      ->type_name("FILE");
  command.add_option("--data", flags->data, "Folder of log and blocks: data.folder")->type_name("DIR");
  command.add_option("--listen", flags->listen, "Address to listen on, 0.0.0.0 for all: listen.address")
      ->type_name("ADDR");
  command.add_option("--log-level", flags->log_level, "debug, info, warn or error: self.log_level")->type_name("LEVEL");
  command.add_option("--set", flags->set, "Any setting, such as head.cut_spans=500000; may be given often")
      ->type_name("NAME=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  return flags;
}

std::expected<LoadedSettings, std::string> load_settings(const SettingsFlags& flags) {
  SettingSources sources;
  sources.file = flags.config;
  if (!sources.file) {
    if (const char* path = std::getenv("CLEW_CONFIG"); path != nullptr && *path != '\0') sources.file = path;
  }
  size_t variable_count = 0;
  while (environ != nullptr && environ[variable_count] != nullptr) ++variable_count;
  sources.environment = {environ, variable_count};
  if (flags.data) sources.flags.push_back({"--data", "data.folder", *flags.data});
  if (flags.listen) sources.flags.push_back({"--listen", "listen.address", *flags.listen});
  if (flags.log_level) sources.flags.push_back({"--log-level", "self.log_level", *flags.log_level});
  for (const std::string& assignment : flags.set) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos) {
      return std::unexpected(fmt::format("--set {}: expected name=value", assignment));
    }
    sources.flags.push_back({"--set", assignment.substr(0, equals), assignment.substr(equals + 1)});
  }
  return load_settings(sources);
}

std::expected<Settings, int> settings_or_exit_code(const SettingsFlags& flags) {
  auto loaded = load_settings(flags);
  if (!loaded) {
    fmt::print(stderr, "clew: {}\n", loaded.error());
    return std::unexpected(kExitUsage);
  }
  self::configure_log(loaded->settings.self.log_level, loaded->settings.self.log_format);
  for (const std::string& warning : loaded->warnings) self::log_warn(warning);
  return std::move(loaded->settings);
}

}  // namespace clew::main
