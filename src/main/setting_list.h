// The list of settings as data: reading, conf/clew.yaml, docs/reference/settings.md and `clew serve --help` come from it.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "main/settings.h"

namespace clew::main {

enum class SettingType : uint8_t {
  kNumber,    // A whole number.
  kBytes,     // A whole number of bytes, or one with KiB, MiB, GiB.
  kDecimal,   // A number that need not be whole; `min` and `max` are of it.
  kDuration,  // A whole number with ms, s, m, h or d, or 0; held in milliseconds.
  kDoorPort,  // A port or off; held as a number.
  kBool,
  kText,
  kChoice,
  kTextList,  // A YAML sequence; comma-separated in variables and flags.
};

// Gives the place in a Settings that holds the value; kChoice as the number of the choice.
using SettingPlace = std::variant<uint64_t& (*)(Settings&), int64_t& (*)(Settings&), double& (*)(Settings&), bool& (*)(Settings&),
                                  std::string& (*)(Settings&), uint8_t& (*)(Settings&),
                                  std::vector<std::string>& (*)(Settings&)>;

struct SettingDefinition {
  std::string_view name;  // "head.cut_spans": a section and a key.
  SettingType type;
  SettingPlace place;
  std::string_view help;  // What it does and why one would change it.
  int64_t min = 0;        // Of numbers, bytes, milliseconds.
  int64_t max = INT64_MAX;
  std::span<const std::string_view> choices{};
};

std::span<const SettingDefinition> setting_list();
// What a section is about, for the generated texts.
std::string_view section_help(std::string_view section);

const SettingDefinition* find_setting(std::string_view name);
// The known name that a wrong one most resembles, or empty.
std::string_view nearest_setting(std::string_view name);
// "head.cut_spans" → "CLEW_HEAD_CUT_SPANS".
std::string variable_name(std::string_view setting_name);

// "a whole number from 1 to 100000000".
std::string accepted_values(const SettingDefinition& setting);

// Stores `text`, or says what is wrong with it without naming the setting: "\"many\" is not a whole number from …".
std::expected<void, std::string> set_from_text(const SettingDefinition& setting, std::string_view text,
                                               Settings& settings);
std::expected<void, std::string> set_from_list(const SettingDefinition& setting, std::vector<std::string> texts,
                                               Settings& settings);
// As it may stand in YAML.
std::string value_text(const SettingDefinition& setting, const Settings& settings);

}  // namespace clew::main
