#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <optional>

#include "main/setting_list.h"

namespace clew::main {
namespace {

struct Unit {
  std::string_view name;
  int64_t size;
};
// Largest first, so that a value is shown in the largest unit it is whole in.
constexpr Unit kByteUnits[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}};
constexpr Unit kTimeUnits[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A whole number and a unit of `units`. Without unit only if `bare` allows it; 0 needs none.
std::optional<int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units, bool bare) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view unit_name = trimmed({end, static_cast<size_t>(text.data() + text.size() - end)});
  if (unit_name.empty()) return bare || number == 0 ? std::optional(number) : std::nullopt;
  for (const Unit& unit : units) {
    int64_t value = 0;
    if (unit.name != unit_name) continue;
    if (__builtin_mul_overflow(number, unit.size, &value)) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

std::string text_with_unit(int64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.size == 0) return fmt::format("{}{}", value / unit.size, unit.name);
  }
  return fmt::format("{}", value);
}

std::string text_of_number(SettingType type, int64_t value) {
  if (type == SettingType::kBytes) return text_with_unit(value, kByteUnits);
  if (type == SettingType::kDuration) return text_with_unit(value, kTimeUnits);
  if (type == SettingType::kDoorPort && value == Settings::kPortOff) return "off";
  return fmt::format("{}", value);
}

std::optional<int64_t> parse_number(const SettingDefinition& setting, std::string_view text) {
  if (setting.type == SettingType::kDoorPort && text == "off") return Settings::kPortOff;
  std::optional<int64_t> value;
  if (setting.type == SettingType::kBytes) {
    value = parse_with_unit(text, kByteUnits, true);
  } else if (setting.type == SettingType::kDuration) {
    value = parse_with_unit(text, kTimeUnits, false);
  } else {
    value = parse_with_unit(text, {}, true);
  }
  return value && *value >= setting.min && *value <= setting.max ? value : std::nullopt;
}

std::optional<double> parse_decimal(const SettingDefinition& setting, std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // Also false for what is no number.
  return number >= static_cast<double>(setting.min) && number <= static_cast<double>(setting.max) ? std::optional(number)
                                                                                                 : std::nullopt;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!trimmed(text).empty()) {
    const size_t comma = text.find(',');
    parts.emplace_back(trimmed(text.substr(0, comma)));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

// In quotes, so that no text is taken for something else of YAML.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// `place` of `setting`, known to be of this type by the list's construction.
template <class T>
T& at(const SettingDefinition& setting, Settings& settings) {
  return std::get<T& (*)(Settings&)>(setting.place)(settings);
}

}  // namespace

std::string accepted_values(const SettingDefinition& setting) {
  const auto range = [&](std::string_view what) {
    if (setting.max == INT64_MAX) return fmt::format("{} from {}", what, text_of_number(setting.type, setting.min));
    return fmt::format("{} from {} to {}", what, text_of_number(setting.type, setting.min),
                       text_of_number(setting.type, setting.max));
  };
  switch (setting.type) {
    case SettingType::kNumber:
      return range("a whole number");
    case SettingType::kDoorPort:
      return range("off or a port");
    case SettingType::kDecimal:
      return range("a number");
    case SettingType::kBytes:
      return range("a size (bytes, or a number with KiB, MiB or GiB)");
    case SettingType::kDuration:
      return range("a time (a number with ms, s, m, h or d)");
    case SettingType::kBool:
      return "true or false";
    case SettingType::kText:
      return "a text that is not empty";
    case SettingType::kChoice:
      return fmt::format("one of {}", fmt::join(setting.choices, ", "));
    case SettingType::kTextList:
      return "a list of texts";
  }
  return {};
}

std::expected<void, std::string> set_from_text(const SettingDefinition& setting, std::string_view text,
                                               Settings& settings) {
  text = trimmed(text);
  const auto wrong = [&] {
    return std::unexpected(fmt::format("\"{}\" is not {}", text, accepted_values(setting)));
  };
  switch (setting.type) {
    case SettingType::kNumber:
    case SettingType::kDoorPort:
    case SettingType::kBytes:
    case SettingType::kDuration: {
      const std::optional<int64_t> value = parse_number(setting, text);
      if (!value) return wrong();
      if (std::holds_alternative<int64_t& (*)(Settings&)>(setting.place)) {
        at<int64_t>(setting, settings) = *value;
      } else {
        at<uint64_t>(setting, settings) = static_cast<uint64_t>(*value);
      }
      return {};
    }
    case SettingType::kDecimal: {
      const std::optional<double> value = parse_decimal(setting, text);
      if (!value) return wrong();
      at<double>(setting, settings) = *value;
      return {};
    }
    case SettingType::kBool:
      if (text != "true" && text != "false") return wrong();
      at<bool>(setting, settings) = text == "true";
      return {};
    case SettingType::kText:
      if (text.empty() || text.find('\0') != std::string_view::npos) return wrong();
      at<std::string>(setting, settings) = text;
      return {};
    case SettingType::kChoice:
      for (size_t i = 0; i < setting.choices.size(); ++i) {
        if (setting.choices[i] != text) continue;
        at<uint8_t>(setting, settings) = static_cast<uint8_t>(i);
        return {};
      }
      return wrong();
    case SettingType::kTextList:
      return set_from_list(setting, split_at_commas(text), settings);
  }
  return wrong();
}

std::expected<void, std::string> set_from_list(const SettingDefinition& setting, std::vector<std::string> texts,
                                               Settings& settings) {
  if (setting.type != SettingType::kTextList) {
    return std::unexpected(fmt::format("a list is not {}", accepted_values(setting)));
  }
  for (const std::string& text : texts) {
    if (text.empty()) return std::unexpected("the list has an empty text");
  }
  at<std::vector<std::string>>(setting, settings) = std::move(texts);
  return {};
}

std::string value_text(const SettingDefinition& setting, const Settings& settings) {
  Settings& readable = const_cast<Settings&>(settings);  // Places are found for writing; this only reads.
  switch (setting.type) {
    case SettingType::kNumber:
    case SettingType::kDoorPort:
    case SettingType::kBytes:
    case SettingType::kDuration:
      if (std::holds_alternative<int64_t& (*)(Settings&)>(setting.place)) {
        return text_of_number(setting.type, at<int64_t>(setting, readable));
      }
      return text_of_number(setting.type, static_cast<int64_t>(at<uint64_t>(setting, readable)));
    case SettingType::kDecimal:
      return fmt::format("{}", at<double>(setting, readable));
    case SettingType::kBool:
      return at<bool>(setting, readable) ? "true" : "false";
    case SettingType::kText:
      return quoted(at<std::string>(setting, readable));
    case SettingType::kChoice:
      return std::string(setting.choices[at<uint8_t>(setting, readable)]);
    case SettingType::kTextList: {
      std::string list = "[";
      for (const std::string& text : at<std::vector<std::string>>(setting, readable)) {
        if (list.size() > 1) list += ", ";
        list += quoted(text);
      }
      return list + ']';
    }
  }
  return {};
}

}  // namespace clew::main
