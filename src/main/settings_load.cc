#include "main/settings_load.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "main/setting_list.h"

namespace clew::main {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;

using Done = std::expected<void, std::string>;

std::string unknown(std::string_view where, std::string_view name) {
  const std::string_view nearest = nearest_setting(name);
  return fmt::format("{}: unknown setting {}{}", where, name,
                     nearest.empty() ? std::string() : fmt::format("; did you mean {}?", nearest));
}

Done located(Done done, std::string_view where, std::string_view name) {
  if (done) return done;
  return std::unexpected(fmt::format("{}: {}: {}", where, name, done.error()));
}

// Walks a document of sections and keys. yaml-cpp throws; whoever calls catches.
class YamlSettings {
 public:
  YamlSettings(std::string_view path, Settings& settings) : path_(path), settings_(settings) {}

  Done apply(const YAML::Node& root) {
    if (root.IsNull()) return {};  // All is commented out.
    if (!root.IsMap()) return std::unexpected(fmt::format("{}: expected sections such as \"head:\"", where(root)));
    for (const auto& section : root) {
      if (!section.first.IsScalar()) {
        return std::unexpected(fmt::format("{}: expected sections, each with a name", where(section.first)));
      }
      const std::string name = section.first.Scalar();
      if (section_help(name).empty()) return std::unexpected(unknown_section(section.first));
      if (!sections_.insert(name).second) return std::unexpected(twice(section.first, name));
      if (section.second.IsNull()) continue;
      if (!section.second.IsMap()) {
        return std::unexpected(fmt::format("{}: {}: expected a section with settings below it", where(section.first), name));
      }
      for (const auto& entry : section.second) {
        if (!entry.first.IsScalar()) {
          return std::unexpected(fmt::format("{}: {}: expected names of settings", where(entry.first), name));
        }
        if (Done done = apply_entry(name + "." + entry.first.Scalar(), entry.first, entry.second); !done) return done;
      }
    }
    return {};
  }

 private:
  Done apply_entry(const std::string& name, const YAML::Node& key, const YAML::Node& value) {
    const SettingDefinition* setting = find_setting(name);
    if (setting == nullptr) return std::unexpected(unknown(where(key), name));
    if (!names_.insert(name).second) return std::unexpected(twice(key, name));
    if (value.IsScalar()) return located(set_from_text(*setting, value.Scalar(), settings_), where(key), name);
    if (!value.IsSequence()) {
      return std::unexpected(fmt::format("{}: {}: the value is not {}", where(key), name, accepted_values(*setting)));
    }
    std::vector<std::string> texts;
    for (const auto& element : value) texts.push_back(element.IsScalar() ? element.Scalar() : std::string());
    return located(set_from_list(*setting, std::move(texts), settings_), where(key), name);
  }

  // "head.cut_spans: 5" at the top is a likely slip: the name is right, the shape is not.
  std::string unknown_section(const YAML::Node& key) const {
    const std::string name = key.Scalar();
    if (find_setting(name) == nullptr) return unknown(where(key), name);
    const size_t dot = name.find('.');
    return fmt::format("{}: write {} as \"{}:\" and below it, indented, \"{}: …\"", where(key), name,
                       name.substr(0, dot), name.substr(dot + 1));
  }
  std::string twice(const YAML::Node& key, std::string_view name) const {
    return fmt::format("{}: {} is given twice", where(key), name);
  }
  std::string where(const YAML::Node& node) const { return fmt::format("{}:{}", path_, node.Mark().line + 1); }

  std::string_view path_;
  Settings& settings_;
  std::set<std::string> sections_;
  std::set<std::string> names_;
};

Done apply_file(const std::string& path, Settings& settings) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(fmt::format("cannot read the settings file {}: {}", path, std::strerror(errno)));
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) {
    return std::unexpected(fmt::format("cannot read the settings file {}: not a file", path));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kFileBytesMax) return std::unexpected(fmt::format("{}: larger than 1 MiB", path));
  return apply_yaml(text, path, settings);
}

Done apply_environment(std::span<const char* const> environment, LoadedSettings& loaded) {
  for (const char* entry : environment) {
    const std::string_view text(entry);
    const size_t equals = text.find('=');
    if (!text.starts_with("CLEW_") || equals == std::string_view::npos) continue;
    const std::string_view variable = text.substr(0, equals);
    const auto settings = setting_list();
    const auto found = std::ranges::find(settings, variable, [](const SettingDefinition& setting) {
      return variable_name(setting.name);
    });
    if (found != settings.end()) {
      if (Done done = located(set_from_text(*found, text.substr(equals + 1), loaded.settings), variable, found->name);
          !done) {
        return done;
      }
      continue;
    }
    // Others may have variables of this prefix, so only a likely slip is worth a word.
    std::string name;
    for (const char c : variable.substr(5)) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (const size_t first = name.find('_'); first != std::string::npos) name[first] = '.';
    if (const std::string_view nearest = nearest_setting(name); !nearest.empty()) {
      loaded.warnings.push_back(
          fmt::format("{} is not a setting; did you mean {}?", variable, variable_name(nearest)));
    }
  }
  return {};
}

Done apply_flags(const std::vector<SettingSources::Flag>& flags, Settings& settings) {
  for (const SettingSources::Flag& flag : flags) {
    const SettingDefinition* setting = find_setting(flag.name);
    if (setting == nullptr) return std::unexpected(unknown(flag.spelling, flag.name));
    if (Done done = located(set_from_text(*setting, flag.value, settings), flag.spelling, flag.name); !done) return done;
  }
  return {};
}

// What no single setting can say of itself.
Done check_together(const Settings& settings) {
  if (settings.limits.decompressed_bytes > settings.log.segment_bytes) {
    return std::unexpected("limits.decompressed_bytes must not be larger than log.segment_bytes, which bounds a request");
  }
  if (settings.compaction.inputs_min > settings.compaction.inputs_max) {
    return std::unexpected("compaction.inputs_min must not be larger than compaction.inputs_max");
  }
  if (settings.log.segment_bytes % 4096 != 0) return std::unexpected("log.segment_bytes must be a multiple of 4KiB");
  const uint64_t ports[] = {settings.listen.main, settings.listen.otlp_grpc, settings.listen.otlp_http,
                            settings.listen.jaeger, settings.listen.zipkin,
                            settings.listen.skywalking_grpc, settings.listen.skywalking_http,
                            settings.listen.jaeger_http, settings.listen.jaeger_grpc, settings.listen.jaeger_sampling};
  const std::string_view names[] = {"listen.main", "listen.otlp_grpc", "listen.otlp_http", "listen.jaeger",
                                    "listen.zipkin", "listen.skywalking_grpc", "listen.skywalking_http",
                                    "listen.jaeger_http", "listen.jaeger_grpc", "listen.jaeger_sampling"};
  for (size_t i = 0; i < std::size(ports); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (ports[i] != 0 && ports[i] != Settings::kPortOff && ports[i] == ports[j]) {
        return std::unexpected(fmt::format("{} and {} are both {}", names[j], names[i], ports[i]));
      }
    }
  }
  const uint64_t udp = settings.listen.jaeger_compact_udp;
  if (udp != 0 && udp != Settings::kPortOff && udp == settings.listen.jaeger_binary_udp) {
    return std::unexpected(fmt::format("listen.jaeger_compact_udp and listen.jaeger_binary_udp are both {}", udp));
  }
  return {};
}

}  // namespace

std::expected<void, std::string> apply_yaml(std::string_view yaml, std::string_view path, Settings& settings) {
  try {
    return YamlSettings(path, settings).apply(YAML::Load(std::string(yaml)));
  } catch (const YAML::Exception& error) {
    return std::unexpected(fmt::format("{}:{}: not YAML: {}", path, error.mark.line + 1, error.msg));
  }
}

std::expected<LoadedSettings, std::string> load_settings(const SettingSources& sources) {
  LoadedSettings loaded;
  if (sources.file) {
    if (Done done = apply_file(*sources.file, loaded.settings); !done) return std::unexpected(done.error());
  }
  if (Done done = apply_environment(sources.environment, loaded); !done) return std::unexpected(done.error());
  if (Done done = apply_flags(sources.flags, loaded.settings); !done) return std::unexpected(done.error());
  if (Done done = check_together(loaded.settings); !done) return std::unexpected(done.error());
  return loaded;
}

}  // namespace clew::main
