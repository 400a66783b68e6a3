#include "main/doctor_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "main/doctor_findings.h"
#include "main/settings_flags.h"
#include "otlp/value_json.h"

namespace clew::main {
namespace {

constexpr std::string_view kLabels[] = {"OK  ", "WARN", "FAIL"};
constexpr std::string_view kNames[] = {"ok", "warn", "fail"};

size_t count_of(const std::vector<Finding>& findings, Verdict verdict) {
  return static_cast<size_t>(std::ranges::count(findings, verdict, &Finding::verdict));
}

}  // namespace

bool any_failure(const std::vector<Finding>& findings) { return count_of(findings, Verdict::kFail) != 0; }

std::string findings_text(const std::vector<Finding>& findings) {
  size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.subject.size());
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{}  {:<{}}  {}\n", kLabels[static_cast<size_t>(finding.verdict)], finding.subject, width,
                        finding.detail);
    if (!finding.advice.empty()) text += fmt::format("      {:<{}}  -> {}\n", "", width, finding.advice);
  }
  const size_t warnings = count_of(findings, Verdict::kWarn);
  const size_t failures = count_of(findings, Verdict::kFail);
  text += fmt::format("\n{} checks: {} ok, {} to look at, {} failed\n", findings.size(),
                      findings.size() - warnings - failures, warnings, failures);
  return text;
}

std::string findings_json(const std::vector<Finding>& findings) {
  std::string json = fmt::format("{{\"ok\":{},\"checks\":[", !any_failure(findings));
  for (const Finding& finding : findings) {
    if (&finding != findings.data()) json += ',';
    json += fmt::format("{{\"verdict\":\"{}\",\"subject\":", kNames[static_cast<size_t>(finding.verdict)]);
    otlp::append_json_string(finding.subject, json);
    json += ",\"detail\":";
    otlp::append_json_string(finding.detail, json);
    json += ",\"advice\":";
    otlp::append_json_string(finding.advice, json);
    json += '}';
  }
  return json + "]}\n";
}

RunCommand declare_doctor(CLI::App& command) {
  command.footer(
      "Checks what `clew serve` with the same flags and settings would meet: whether the data folder can be written and how\n"
      "fast it syncs, whether the ports are free, open files, memory, clock and processor. It may run beside the server.\n"
      "Exit code 1 if anything failed, 2 for a bad flag or setting.");
  auto flags = declare_settings_flags(command);
  auto json = std::make_shared<bool>(false);
  command.add_flag("--json", *json, "Print JSON instead of lines");
  return [flags, json] {
    const auto settings = settings_or_exit_code(*flags);
    if (!settings) return settings.error();
    std::vector<Finding> findings;
    for (auto&& part : {examine_disk(*settings), examine_ports(*settings), examine_limits(*settings), examine_clock(),
                        examine_processor()}) {
      findings.insert(findings.end(), part.begin(), part.end());
    }
    fmt::print("{}", *json ? findings_json(findings) : findings_text(findings));
    return any_failure(findings) ? kExitFailed : kExitOk;
  };
}

}  // namespace clew::main
