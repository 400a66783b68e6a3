// The rules behind find_all(), one function each. Internal to the room.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "query/analyse/analyse_limits.h"
#include "query/analyse/findings.h"

namespace clew::query_analyse {

void find_error_causes(const TraceColumns& trace, std::vector<Finding>& findings);
void find_repeated_calls(const TraceColumns& trace, std::vector<Finding>& findings);  // N+1 and retries
void find_serial_calls(const TraceColumns& trace, std::vector<Finding>& findings);
void find_self_time(const TraceColumns& trace, std::vector<Finding>& findings);  // Gaps and the slowest
void find_broken_parents(const TraceColumns& trace, std::vector<Finding>& findings);
void find_clock_skew(const TraceColumns& trace, std::vector<Finding>& findings);

// Of the time that the caller of the trace waited: what goes on after the root has ended costs nobody's patience.
inline double share_of(const TraceColumns& trace, int64_t ns) {
  const int64_t waited = trace.duration_ns_of[trace.root];
  return waited > 0 ? std::min(1.0, static_cast<double>(ns) / static_cast<double>(waited)) : 0.0;
}
inline Severity severity_of_share(double share) {
  return share >= kHighShare ? Severity::kHigh : share >= kMediumShare ? Severity::kMedium : Severity::kLow;
}
inline void set_rows(Finding& finding, const std::vector<uint32_t>& rows) {
  finding.row_total = static_cast<uint32_t>(rows.size());
  finding.rows.assign(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(std::min(rows.size(), kFindingRowsMax)));
}
inline void set_parent(const TraceColumns& trace, uint32_t parent, FindingArguments& arguments) {
  arguments.parent_service = trace.service_of(parent);
  arguments.parent_operation = trace.name_of(parent);
  arguments.parent_span_id = trace.span_id[parent];
}
// Whom a call went to: the service that answered it, else the peer it names, else the kind of system.
std::string callee_of(const TraceColumns& trace, uint32_t row);

}  // namespace clew::query_analyse
