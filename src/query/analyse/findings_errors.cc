// Where errors began; spans without their parents; clocks that cannot be right.
#include <map>
#include <tuple>

#include "query/analyse/findings_rules.h"
#include "query/analyse/normalised_text.h"

namespace clew::query_analyse {

void find_error_causes(const TraceColumns& trace, std::vector<Finding>& findings) {
  // Equal causes are one finding: ten refused connections to one database are one problem.
  struct Cause {
    std::vector<uint32_t> rows;
    uint32_t chain_top = 0;
    size_t chain_length = 0;
    bool reaches_root = false;
    bool leaves_span = false;
  };
  std::map<std::tuple<uint32_t, uint32_t, std::string, std::string>, Cause> causes;
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    if (!trace.has(row, flag::kErrorCause)) continue;
    auto key = std::tuple(trace.service[row], trace.name[row], std::string(trace.text(trace.exception_type[row])),
                          normalise_message(trace.text(trace.error_message[row])));
    Cause& cause = causes[std::move(key)];
    cause.rows.push_back(row);
    size_t length = 1;
    uint32_t top = row;
    while (trace.parent[top] >= 0 && trace.failed(static_cast<uint32_t>(trace.parent[top]))) {
      top = static_cast<uint32_t>(trace.parent[top]);
      ++length;
    }
    cause.chain_length = std::max(cause.chain_length, length);
    cause.reaches_root |= trace.parent[top] < 0;
    cause.leaves_span |= length > 1;
  }
  for (const auto& [key, cause] : causes) {
    Finding finding;
    finding.code = FindingCode::kErrorCause;
    finding.severity = cause.reaches_root ? Severity::kHigh : cause.leaves_span ? Severity::kMedium : Severity::kLow;
    // The first cause with its way up, then its like.
    std::vector<uint32_t> rows;
    for (int32_t at = static_cast<int32_t>(cause.rows.front()); at >= 0; at = trace.parent[static_cast<uint32_t>(at)]) {
      if (!trace.failed(static_cast<uint32_t>(at))) break;
      rows.push_back(static_cast<uint32_t>(at));
    }
    rows.insert(rows.end(), cause.rows.begin() + 1, cause.rows.end());
    set_rows(finding, rows);
    const uint32_t first = cause.rows.front();
    finding.arguments.service = trace.service_of(first);
    finding.arguments.operation = trace.name_of(first);
    finding.arguments.callee = callee_of(trace, first);
    finding.arguments.exception_type = trace.text(trace.exception_type[first]);
    finding.arguments.message = trace.text(trace.error_message[first]);
    finding.arguments.count = static_cast<int64_t>(cause.chain_length);
    finding.arguments.attempts = static_cast<int64_t>(cause.rows.size());
    findings.push_back(std::move(finding));
  }
}

void find_broken_parents(const TraceColumns& trace, std::vector<Finding>& findings) {
  std::map<otlp::SpanId, std::vector<uint32_t>> rows_by_parent;
  for (uint32_t row = 0; row < trace.row_count(); row += trace.subtree[row]) {
    if (trace.has(row, flag::kOrphan)) rows_by_parent[trace.parent_span_id[row]].push_back(row);
  }
  for (const auto& [parent, rows] : rows_by_parent) {
    Finding finding;
    finding.code = FindingCode::kBrokenParent;
    finding.severity = trace.root_count == 0 ? Severity::kMedium : Severity::kLow;
    set_rows(finding, rows);
    finding.arguments.missing_span_id = parent;
    finding.arguments.service = trace.service_of(rows.front());
    finding.arguments.operation = trace.name_of(rows.front());
    finding.arguments.count = static_cast<int64_t>(rows.size());
    findings.push_back(std::move(finding));
  }
}

void find_clock_skew(const TraceColumns& trace, std::vector<Finding>& findings) {
  struct Skew {
    std::vector<uint32_t> rows;
    int64_t worst_ns = 0;
    uint32_t parent = 0;
  };
  std::map<std::pair<uint32_t, uint32_t>, Skew> skews;  // (service of the parent, service)
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    if (trace.skew_ns[row] == 0 || trace.parent[row] < 0) continue;
    const auto parent = static_cast<uint32_t>(trace.parent[row]);
    if (trace.service[parent] == trace.service[row]) continue;
    Skew& skew = skews[{trace.service[parent], trace.service[row]}];
    if (std::abs(trace.skew_ns[row]) > std::abs(skew.worst_ns)) {
      skew.worst_ns = trace.skew_ns[row];
      skew.parent = parent;
    }
    skew.rows.push_back(row);
  }
  for (const auto& [services, skew] : skews) {
    if (std::abs(skew.worst_ns) < kSkewMinNs) continue;
    Finding finding;
    finding.code = FindingCode::kClockSkew;
    finding.severity = std::abs(skew.worst_ns) >= 100'000'000 ? Severity::kMedium : Severity::kLow;
    set_rows(finding, skew.rows);
    finding.arguments.service = trace.services[services.second];
    finding.arguments.parent_service = trace.services[services.first];
    finding.arguments.skew_ns = skew.worst_ns;
    finding.arguments.count = static_cast<int64_t>(skew.rows.size());
    findings.push_back(std::move(finding));
  }
}

}  // namespace clew::query_analyse
