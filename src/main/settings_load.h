// Reads settings from all their sources.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "main/settings.h"

namespace clew::main {

// Where settings come from; a later one wins: defaults, file, environment, flags.
struct SettingSources {
  std::optional<std::string> file;  // A path.
  std::span<const char* const> environment{};  // "NAME=value", as in environ.

  struct Flag {
    std::string spelling;  // As the user wrote it, for messages: "--listen", "--set head.cut_spans".
    std::string name;
    std::string value;
  };
  std::vector<Flag> flags;
};

struct LoadedSettings {
  Settings settings;
  std::vector<std::string> warnings;  // Variables that are almost a setting's.
};

// The error is one line that names the setting, the value, where it stands (file:line, variable or flag) and what is
// accepted. Nothing is ignored silently: unknown keys, keys given twice and sections that are no maps are errors.
std::expected<LoadedSettings, std::string> load_settings(const SettingSources& sources);

// The part of load_settings() that reads a file's text; `path` is for messages.
std::expected<void, std::string> apply_yaml(std::string_view yaml, std::string_view path, Settings& settings);

}  // namespace clew::main
