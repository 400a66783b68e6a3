#include "main/settings_text.h"

#include <fmt/format.h>

#include "main/setting_list.h"
#include "self/metric_list.h"

namespace clew::main {
namespace {

std::string_view section_of(std::string_view name) { return name.substr(0, name.find('.')); }
std::string_view key_of(std::string_view name) { return name.substr(name.find('.') + 1); }

// Breaks at blanks so that lines with `indent` stay within the width.
void append_wrapped(std::string_view text, std::string_view indent, std::string& out) {
  constexpr size_t kWidth = 110;
  while (!text.empty()) {
    size_t length = text.size();
    if (indent.size() + length > kWidth) {
      length = text.rfind(' ', kWidth - indent.size());
      if (length == std::string_view::npos) length = text.size();
    }
    out += indent;
    out += text.substr(0, length);
    out += '\n';
    text.remove_prefix(std::min(text.size(), length + 1));
  }
}

}  // namespace

std::string conf_clew_yaml() {
  std::string out =
      "# Every setting of Clew with its default. Uncomment what you change; `clew serve --config FILE` reads it.\n"
      "# An environment variable wins over this file (head.cut_spans: CLEW_HEAD_CUT_SPANS), a flag over both\n"
      "# (--set head.cut_spans=500000). Sizes are bytes or carry KiB, MiB, GiB; times carry ms, s, m, h or d.\n"
      "# Written by `clew settings --format yaml` from the list in src/main/setting_list.cc.\n";
  const Settings defaults;
  std::string_view section;
  for (const SettingDefinition& setting : setting_list()) {
    if (section_of(setting.name) != section) {
      section = section_of(setting.name);
      out += fmt::format("\n# {}\n{}:\n", section_help(section), section);
    } else {
      out += '\n';
    }
    append_wrapped(setting.help, "  # ", out);
    append_wrapped(fmt::format("Accepts {}.", accepted_values(setting)), "  # ", out);
    out += fmt::format("  # {}: {}\n", key_of(setting.name), value_text(setting, defaults));
  }
  return out;
}

std::string settings_reference() {
  std::string out =
      "# Settings\n\n"
      "Later sources win: the default, the file of `--config FILE` ([conf/clew.yaml](../../conf/clew.yaml) shows its form), "
      "the\nenvironment variable, the flag (`--set name=value`; `--data`, `--listen` and `--log-level` are short for "
      "three of them).\nA name that does not exist or a value that is not accepted ends the start with one line and exit "
      "code 2.\n\nWritten by `clew settings --format markdown` from the list in `src/main/setting_list.cc`.\n";
  const Settings defaults;
  std::string_view section;
  for (const SettingDefinition& setting : setting_list()) {
    if (section_of(setting.name) != section) {
      section = section_of(setting.name);
      out += fmt::format("\n## {}\n\n{}\n\n| setting | default | accepts | what for |\n|---|---|---|---|\n", section,
                         section_help(section));
    }
    out += fmt::format("| `{}`<br>`{}` | `{}` | {} | {} |\n", setting.name, variable_name(setting.name),
                       value_text(setting, defaults), accepted_values(setting), setting.help);
  }
  return out;
}

std::string metrics_reference() {
  std::string out =
      "# Metrics of Clew itself\n\n"
      "What `/metrics` on the main port shows, in Prometheus' text form. Written by `clew settings --format metrics` from "
      "the list\nin `src/self/metric_list.h`.\n\n| metric | type | labels | what it says |\n|---|---|---|---|\n";
  for (const self::MetricDefinition* metric : self::metric_list()) {
    std::string labels;
    for (size_t i = 0; i < metric->label_count(); ++i) {
      labels += fmt::format("{}`{}`", i == 0 ? "" : ", ", metric->label_names[i]);
    }
    constexpr std::string_view kTypes[] = {"counter", "gauge", "histogram"};
    out += fmt::format("| `{}` | {} | {} | {} |\n", metric->name, kTypes[static_cast<size_t>(metric->type)], labels,
                       metric->help);
  }
  return out;
}

}  // namespace clew::main
