#include "query/analyse/findings.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "query/analyse/findings_rules.h"

namespace clew::query_analyse {

std::string_view word(FindingCode code) {
  constexpr std::array<std::string_view, 8> kWords = {"error_cause", "n_plus_one",        "retry_storm",   "serial_calls",
                                                      "gap",         "slowest_self_time", "broken_parent", "clock_skew"};
  return kWords[static_cast<size_t>(code)];
}

std::string_view word(Severity severity) {
  constexpr std::array<std::string_view, 3> kWords = {"high", "medium", "low"};
  return kWords[static_cast<size_t>(severity)];
}

std::string callee_of(const TraceColumns& trace, uint32_t row) {
  std::string callee;
  trace.for_each_child(row, [&](uint32_t child) {
    if (callee.empty() && trace.service[child] != trace.service[row]) callee = trace.service_of(child);
  });
  if (callee.empty()) callee = trace.text(trace.peer[row]);
  if (callee.empty()) callee = trace.text(trace.system[row]);
  return callee;
}

namespace {

int64_t cost_of(const Finding& finding) {
  if (finding.saved_ns) return *finding.saved_ns;
  if (finding.arguments.duration_ns) return *finding.arguments.duration_ns;
  return 0;
}

}  // namespace

std::vector<Finding> find_all(const TraceColumns& trace) {
  std::vector<Finding> findings;
  find_error_causes(trace, findings);
  find_repeated_calls(trace, findings);
  find_serial_calls(trace, findings);
  find_self_time(trace, findings);
  find_broken_parents(trace, findings);
  find_clock_skew(trace, findings);
  std::ranges::sort(findings, {}, [](const Finding& finding) {
    return std::tuple(finding.severity, finding.code != FindingCode::kErrorCause, -cost_of(finding), finding.code,
                      finding.rows.empty() ? 0u : finding.rows.front());
  });
  std::map<FindingCode, size_t> kept;
  std::erase_if(findings, [&](const Finding& finding) { return ++kept[finding.code] > kFindingsPerCodeMax; });
  return findings;
}

}  // namespace clew::query_analyse
