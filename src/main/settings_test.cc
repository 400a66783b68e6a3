#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "main/setting_list.h"
#include "main/settings_load.h"
#include "main/settings_text.h"

namespace clew::main {
namespace {

using ::testing::HasSubstr;

std::string source_file(const std::string& path) {
  std::ifstream file(std::string(CLEW_SOURCE_DIR "/") + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string error_of_yaml(const std::string& yaml) {
  Settings settings;
  const auto done = apply_yaml(yaml, "clew.yaml", settings);
  return done ? "(accepted)" : done.error();
}

const SettingDefinition& setting(std::string_view name) {
  const SettingDefinition* found = find_setting(name);
  EXPECT_NE(found, nullptr) << name;
  return *found;
}

TEST(SettingList, IsInOrder) {
  std::set<std::string_view> names;
  std::set<std::string> variables;
  const Settings defaults;
  for (const SettingDefinition& each : setting_list()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_TRUE(variables.insert(variable_name(each.name)).second) << each.name;
    EXPECT_FALSE(section_help(each.name.substr(0, each.name.find('.'))).empty()) << each.name;
    EXPECT_TRUE(each.help.ends_with(".")) << each.name;
    // Every default is a value that its own setting accepts, and setting it changes nothing.
    if (each.type == SettingType::kText || each.type == SettingType::kTextList) continue;
    Settings settings;
    const auto done = set_from_text(each, value_text(each, defaults), settings);
    EXPECT_TRUE(done) << each.name << ": " << done.error();
    EXPECT_EQ(value_text(each, settings), value_text(each, defaults)) << each.name;
  }
}

TEST(SettingList, EachNameReachesItsOwnPlace) {
  for (const SettingDefinition& changed : setting_list()) {
    Settings settings;
    const std::string before = value_text(changed, settings);
    for (const char* text : {"7", "7s", "8MiB", "300MiB", "false", "none", "warn", "json", "elsewhere", "7000", "30000", "0.5"}) {
      Settings attempt;
      if (set_from_text(changed, text, attempt) && value_text(changed, attempt) != before) settings = attempt;
    }
    EXPECT_NE(value_text(changed, settings), before) << changed.name;
    for (const SettingDefinition& other : setting_list()) {
      if (&other == &changed) continue;
      EXPECT_EQ(value_text(other, settings), value_text(other, Settings())) << changed.name;
    }
  }
}

TEST(SettingValue, Units) {
  Settings settings;
  const auto bytes = [&](std::string_view text) {
    return set_from_text(setting("log.segment_bytes"), text, settings) ? settings.log.segment_bytes : 0;
  };
  EXPECT_EQ(bytes("1048576"), 1u << 20);
  EXPECT_EQ(bytes("64MiB"), 64u << 20);
  EXPECT_EQ(bytes("2 GiB"), uint64_t{2} << 30);
  EXPECT_EQ(bytes("64MB"), 0u);
  EXPECT_EQ(bytes("1e9"), 0u);
  EXPECT_EQ(bytes("-1"), 0u);
  EXPECT_EQ(bytes("9223372036854775807GiB"), 0u);
  const auto time_ms = [&](std::string_view text) {
    return set_from_text(setting("retention.age"), text, settings) ? settings.retention.age_ms : -1;
  };
  EXPECT_EQ(time_ms("700ms"), 700);
  EXPECT_EQ(time_ms("10m"), 600'000);
  EXPECT_EQ(time_ms("15d"), 15 * 86'400'000LL);
  EXPECT_EQ(time_ms("0"), 0);
  EXPECT_EQ(time_ms("30"), -1) << "30 of what?";
  EXPECT_EQ(time_ms("soon"), -1);
}

TEST(SettingsFile, IsRead) {
  Settings settings;
  const auto done = apply_yaml(
      "head:\n  cut_spans: 500000\n  cut_interval: 2m\nlog: {sync: interval, sync_interval: 50ms}\n"
      "cors:\n  allowed_origins: [\"https://a.example\", 'https://b.example']\ncompaction:\n  enabled: false\nquery:\n",
      "clew.yaml", settings);
  ASSERT_TRUE(done) << done.error();
  EXPECT_EQ(settings.head.cut_spans, 500'000u);
  EXPECT_EQ(settings.head.cut_interval_ms, 120'000);
  EXPECT_EQ(settings.log.sync, LogSync::kInterval);
  EXPECT_EQ(settings.log.sync_interval_ms, 50);
  EXPECT_THAT(settings.cors.allowed_origins, ::testing::ElementsAre("https://a.example", "https://b.example"));
  EXPECT_FALSE(settings.compaction.enabled);
}

TEST(SettingsFile, ErrorsNameFileLineSettingAndWhatIsAccepted) {
  const std::pair<std::string, std::string> kTable[] = {
      {"head:\n  cut_sphans: 1\n", "clew.yaml:2: unknown setting head.cut_sphans; did you mean head.cut_spans?"},
      {"head:\n  cut_spans: many\n",
       "clew.yaml:2: head.cut_spans: \"many\" is not a whole number from 1 to 100000000"},
      {"\nhead:\n  cut_spans: -5\n", "clew.yaml:3: head.cut_spans: \"-5\" is not a whole number from 1 to 100000000"},
      {"log:\n  sync: perhaps\n", "clew.yaml:2: log.sync: \"perhaps\" is not one of sync, interval, none"},
      {"listen:\n  main: 70000\n", "clew.yaml:2: listen.main: \"70000\" is not a whole number from 0 to 65535"},
      {"heads:\n  cut_spans: 1\n", "clew.yaml:1: unknown setting heads"},
      {"head.cut_spans: 1\n", "clew.yaml:1: write head.cut_spans as \"head:\" and below it, indented, \"cut_spans: …\""},
      {"head: 5\n", "clew.yaml:1: head: expected a section with settings below it"},
      {"head:\n  cut_spans: 1\n  cut_spans: 2\n", "clew.yaml:3: head.cut_spans is given twice"},
      {"head:\n  cut_spans: 1\nhead:\n  cut_bytes: 1MiB\n", "clew.yaml:3: head is given twice"},
      {"head:\n  cut_spans: [1]\n", "clew.yaml:2: head.cut_spans: a list is not a whole number from 1 to 100000000"},
      {"head:\n  cut_spans: {a: 1}\n",
       "clew.yaml:2: head.cut_spans: the value is not a whole number from 1 to 100000000"},
      {"- a\n", "clew.yaml:1: expected sections such as \"head:\""},
      {"[a]: b\n", "clew.yaml:1: expected sections, each with a name"},
      {"head:\n  [a]: b\n", "clew.yaml:2: head: expected names of settings"},
      {"head:\n\t- x\n  }", "clew.yaml:2: not YAML: "},
      {"a: &x [*x]\n", "clew.yaml:1: "},
  };
  for (const auto& [yaml, error] : kTable) EXPECT_THAT(error_of_yaml(yaml), ::testing::StartsWith(error)) << yaml;
  EXPECT_EQ(error_of_yaml(""), "(accepted)");
  EXPECT_EQ(error_of_yaml("# nothing\n"), "(accepted)");
}

class Sources : public ::testing::Test {
 protected:
  Sources() {
    char pattern[] = "/tmp/clew-settings-XXXXXX";
    folder_ = mkdtemp(pattern);
    path_ = folder_ / "clew.yaml";
  }
  ~Sources() override { std::filesystem::remove_all(folder_); }
  void write(std::string_view yaml) { std::ofstream(path_) << yaml; }
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(Sources, FlagWinsOverEnvironmentOverFileOverDefault) {
  write("head:\n  cut_spans: 2\n  cut_bytes: 2MiB\n  cut_interval: 2s\n");
  const char* environment[] = {"PATH=/bin", "CLEW_HEAD_CUT_SPANS=3", "CLEW_HEAD_CUT_BYTES=3MiB", "CLEW_BINARY=x"};
  SettingSources sources;
  sources.file = path_;
  sources.environment = environment;
  sources.flags = {{"--set", "head.cut_spans", "4"}};
  const auto loaded = load_settings(sources);
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(loaded->settings.head.cut_spans, 4u);
  EXPECT_EQ(loaded->settings.head.cut_bytes, 3u << 20);
  EXPECT_EQ(loaded->settings.head.cut_interval_ms, 2000);
  EXPECT_EQ(loaded->settings.head.left_behind_window_ms, 10'000);
  EXPECT_TRUE(loaded->warnings.empty());
}

TEST_F(Sources, ErrorsNameTheirSource) {
  SettingSources variable;
  const char* environment[] = {"CLEW_HEAD_CUT_SPANS=many"};
  variable.environment = environment;
  EXPECT_EQ(load_settings(variable).error(),
            "CLEW_HEAD_CUT_SPANS: head.cut_spans: \"many\" is not a whole number from 1 to 100000000");
  SettingSources flag;
  flag.flags = {{"--listen", "listen.address", ""}};
  EXPECT_EQ(load_settings(flag).error(), "--listen: listen.address: \"\" is not a text that is not empty");
  SettingSources unknown;
  unknown.flags = {{"--set", "log.sink", "none"}};
  EXPECT_EQ(load_settings(unknown).error(), "--set: unknown setting log.sink; did you mean log.sync?");
  SettingSources file;
  file.file = "/nonexistent/clew.yaml";
  EXPECT_EQ(load_settings(file).error(),
            "cannot read the settings file /nonexistent/clew.yaml: No such file or directory");
  file.file = "/tmp";
  EXPECT_THAT(load_settings(file).error(), HasSubstr("cannot read the settings file /tmp"));
}

TEST_F(Sources, AlmostAVariableIsWarnedAbout) {
  SettingSources sources;
  const char* environment[] = {"CLEW_HEAD_CUT_SPAN=5"};
  sources.environment = environment;
  const auto loaded = load_settings(sources);
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->warnings,
              ::testing::ElementsAre("CLEW_HEAD_CUT_SPAN is not a setting; did you mean CLEW_HEAD_CUT_SPANS?"));
}

TEST_F(Sources, SettingsThatContradictEachOther) {
  const auto error_with = [](std::vector<SettingSources::Flag> flags) {
    SettingSources sources;
    sources.flags = std::move(flags);
    const auto loaded = load_settings(sources);
    return loaded ? "(accepted)" : loaded.error();
  };
  EXPECT_EQ(error_with({{"--set", "listen.main", "4317"}}), "listen.main and listen.otlp_grpc are both 4317");
  EXPECT_EQ(error_with({{"--set", "listen.main", "0"}, {"--set", "listen.jaeger", "0"}}), "(accepted)");
  EXPECT_THAT(error_with({{"--set", "limits.decompressed_bytes", "100MiB"}}), HasSubstr("log.segment_bytes"));
  EXPECT_THAT(error_with({{"--set", "compaction.inputs_min", "17"}}), HasSubstr("compaction.inputs_max"));
}

// The files of the tree are what the lists say. To write them anew: clew settings --format yaml > conf/clew.yaml, and so on.
TEST(GeneratedTexts, AreInTheTree) {
  EXPECT_EQ(source_file("conf/clew.yaml"), conf_clew_yaml());
  EXPECT_EQ(source_file("docs/reference/settings.md"), settings_reference());
  EXPECT_EQ(source_file("docs/reference/metrics.md"), metrics_reference());
}

TEST(GeneratedTexts, TheYamlIsAcceptedAsItIsAndUncommented) {
  EXPECT_EQ(error_of_yaml(conf_clew_yaml()), "(accepted)");
  std::string uncommented = conf_clew_yaml();
  for (const SettingDefinition& each : setting_list()) {
    const std::string key(each.name.substr(each.name.find('.') + 1));
    const size_t at = uncommented.find("\n  # " + key + ": ");
    ASSERT_NE(at, std::string::npos) << each.name;
    uncommented.erase(at + 3, 2);
  }
  EXPECT_EQ(error_of_yaml(uncommented), "(accepted)");
}

}  // namespace
}  // namespace clew::main
