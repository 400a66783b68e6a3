#include "useragent/user_agent.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <vector>

#include "useragent/user_agent_rules_text.h"

namespace clew::useragent {
namespace {

constexpr size_t kHeaderBytesMax = 512;
constexpr size_t kKnownMax = 10'000;
constexpr size_t kGroupsMax = 9;

using Groups = std::array<std::string_view, kGroupsMax + 1>;

// "$1" and its kin replaced by what the groups matched.
std::string expand(const std::string& text, const Groups& groups) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '$' && at + 1 < text.size() && text[at + 1] >= '1' && text[at + 1] <= '9') {
      out += groups[static_cast<size_t>(text[++at] - '0')];
    } else {
      out += text[at];
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// One rule: a pattern, and for each of its results what to take in place of a group.
struct Rule {
  std::string pattern;
  bool ignore_case = false;
  std::array<std::string, 4> replacements;  // In the order of the list's keys; empty: the group at that place.
  std::unique_ptr<RE2> compiled;

  bool match(std::string_view header, Groups& groups) {
    if (!compiled) {
      RE2::Options options;
      options.set_log_errors(false);
      options.set_case_sensitive(!ignore_case);
      options.set_max_mem(1 << 20);
      compiled = std::make_unique<RE2>(pattern, options);
    }
    if (!compiled->ok()) return false;
    std::array<re2::StringPiece, kGroupsMax + 1> found;
    const int count = std::min<int>(compiled->NumberOfCapturingGroups() + 1, kGroupsMax + 1);
    const re2::StringPiece text(header.data(), header.size());
    if (!compiled->Match(text, 0, header.size(), RE2::UNANCHORED, found.data(), count)) return false;
    for (size_t i = 0; i < groups.size(); ++i) groups[i] = {found[i].data(), found[i].size()};
    return true;
  }

  std::string result(size_t place, const Groups& groups) const {
    return replacements[place].empty() ? std::string(groups[place + 1]) : expand(replacements[place], groups);
  }
};

using Keys = std::array<const char*, 4>;
constexpr Keys kBrowserKeys = {"family_replacement", "v1_replacement", "v2_replacement", "v3_replacement"};
constexpr Keys kOsKeys = {"os_replacement", "os_v1_replacement", "os_v2_replacement", "os_v3_replacement"};
constexpr Keys kDeviceKeys = {"device_replacement", "brand_replacement", "model_replacement", "-"};

std::vector<Rule> read_rules(const YAML::Node& list, const Keys& keys) {
  std::vector<Rule> rules;
  rules.reserve(list.size());
  for (const YAML::Node& node : list) {
    Rule rule;
    rule.pattern = node["regex"].as<std::string>();
    rule.ignore_case = static_cast<bool>(node["regex_flag"]);
    for (size_t i = 0; i < keys.size(); ++i) {
      if (const YAML::Node& value = node[keys[i]]) rule.replacements[i] = value.as<std::string>();
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::string version_of(const Rule& rule, const Groups& groups) {
  std::string version = rule.result(1, groups);
  for (size_t place : {2, 3}) {
    const std::string part = rule.result(place, groups);
    if (version.empty() || part.empty()) break;
    version += '.' + part;
  }
  return version;
}

std::string device_type_of(const UserAgent& agent, std::string_view header) {
  const auto has = [&](std::string_view word) { return header.find(word) != std::string_view::npos; };
  if (agent.device_brand == "Spider" || has("bot") || has("Bot") || has("crawler")) return "bot";
  if (has("iPad") || has("Tablet") || (has("Android") && !has("Mobile"))) return has("TV") ? "tv" : "tablet";
  if (has("Mobile") || has("iPhone") || has("MiniProgram") || agent.os == "iOS" || agent.os == "Android") return "mobile";
  if (has("SmartTV") || has("SMART-TV") || has("HbbTV") || has("AppleTV")) return "tv";
  return agent.os.empty() ? "" : "desktop";
}

}  // namespace

class UserAgents::Rules {
 public:
  Rules() {
    const YAML::Node root = YAML::Load(std::string(rules_yaml()));
    browsers_ = read_rules(root["user_agent_parsers"], kBrowserKeys);
    systems_ = read_rules(root["os_parsers"], kOsKeys);
    devices_ = read_rules(root["device_parsers"], kDeviceKeys);
  }

  UserAgent apply(std::string_view header) {
    UserAgent agent;
    Groups groups;
    if (const Rule* rule = first(browsers_, header, groups)) {
      agent.browser = rule->result(0, groups);
      agent.browser_version = version_of(*rule, groups);
    }
    if (const Rule* rule = first(systems_, header, groups)) {
      agent.os = rule->result(0, groups);
      agent.os_version = version_of(*rule, groups);
    }
    if (const Rule* rule = first(devices_, header, groups)) {
      agent.device_brand = expand(rule->replacements[1], groups);
      agent.device_model = rule->replacements[2].empty() ? std::string(groups[1]) : expand(rule->replacements[2], groups);
    }
    agent.device_type = device_type_of(agent, header);
    return agent;
  }

 private:
  static const Rule* first(std::vector<Rule>& rules, std::string_view header, Groups& groups) {
    for (Rule& rule : rules) {
      if (rule.match(header, groups)) return &rule;
    }
    return nullptr;
  }

  std::vector<Rule> browsers_, systems_, devices_;
};

UserAgents::UserAgents() = default;
UserAgents::~UserAgents() = default;

std::shared_ptr<const UserAgent> UserAgents::parse(std::string_view header) {
  header = header.substr(0, kHeaderBytesMax);
  const std::string key(header);
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (!rules_) rules_ = std::make_unique<Rules>();
  if (known_.size() >= kKnownMax) known_.clear();
  return known_[key] = std::make_shared<const UserAgent>(rules_->apply(header));
}

}  // namespace clew::useragent
