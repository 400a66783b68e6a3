// Where the waiting was: the slowest span itself, and time that nothing explains.
#include <algorithm>
#include <utility>

#include "query/analyse/findings_rules.h"

namespace clew::query_analyse {
namespace {

// Longest part of the span that no child covers.
int64_t longest_hole(const TraceColumns& trace, uint32_t row) {
  std::vector<std::pair<int64_t, int64_t>> covered;
  trace.for_each_child(row, [&](uint32_t child) {
    covered.emplace_back(trace.corrected_start(child), trace.corrected_end(child));
  });
  std::ranges::sort(covered);
  int64_t reached = trace.corrected_start(row), longest = 0;
  for (const auto& [from, to] : covered) {
    longest = std::max(longest, std::min(from, trace.corrected_end(row)) - reached);
    reached = std::max(reached, to);
  }
  return std::max(longest, trace.corrected_end(row) - reached);
}

// A span that calls others but whose time is not in those calls: either it works itself, or something in it is not instrumented.
bool is_gap(const TraceColumns& trace, uint32_t row, int64_t hole) {
  const bool may_hide = trace.kind[row] == otlp::SpanKind::kServer || trace.kind[row] == otlp::SpanKind::kConsumer ||
                        trace.has(row, flag::kRoot);
  return may_hide && trace.child_count[row] > 0 && hole >= kGapMinNs &&
         static_cast<double>(hole) >= kGapShareOfSpanMin * static_cast<double>(trace.duration_ns_of[row]) &&
         share_of(trace, hole) >= kGapShareOfTraceMin;
}

Finding about(const TraceColumns& trace, uint32_t row, FindingCode code, int64_t duration) {
  Finding finding;
  finding.code = code;
  set_rows(finding, {row});
  finding.arguments.service = trace.service_of(row);
  finding.arguments.operation = trace.name_of(row);
  finding.arguments.callee = callee_of(trace, row);
  finding.arguments.duration_ns = duration;
  finding.arguments.share = share_of(trace, duration);
  return finding;
}

}  // namespace

void find_self_time(const TraceColumns& trace, std::vector<Finding>& findings) {
  // The path says what was waited for; a span beside it may be slow without anybody noticing.
  std::vector<int64_t> waited(trace.row_count());
  for (const CriticalSegment& segment : trace.critical) waited[segment.row] += segment.end_ns - segment.begin_ns;
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    if (!trace.has(row, flag::kCritical) || trace.child_count[row] == 0) continue;
    const int64_t hole = longest_hole(trace, row);
    if (!is_gap(trace, row, hole)) continue;
    Finding finding = about(trace, row, FindingCode::kGap, hole);
    // Never high: it may be honest work.
    finding.severity = *finding.arguments.share >= kHighShare ? Severity::kMedium : Severity::kLow;
    findings.push_back(std::move(finding));
  }
  const auto slowest = std::ranges::max_element(waited);
  if (slowest == waited.end() || trace.row_count() < 2 || share_of(trace, *slowest) < kSelfShareMin) return;
  Finding finding = about(trace, static_cast<uint32_t>(slowest - waited.begin()), FindingCode::kSlowestSelfTime, *slowest);
  const double share = *finding.arguments.share;
  if (share >= 0.5 && *slowest >= kSelfHighNs) {
    finding.severity = Severity::kHigh;
  } else if (share >= 0.25 && *slowest >= kSelfMediumNs) {
    finding.severity = Severity::kMedium;
  }
  findings.push_back(std::move(finding));
}

}  // namespace clew::query_analyse
