// What is wrong with a trace, or slow in it, as facts that can be put into words: a code, its arguments, the spans.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/analyse/trace_columns.h"

namespace clew::query_analyse {

enum class FindingCode : uint8_t {
  kErrorCause,       // The span where an error began, and how far it went.
  kNPlusOne,         // The same call again and again, one after another.
  kRetryStorm,       // A call repeated after it failed.
  kSerialCalls,      // Independent reads that wait for each other.
  kGap,              // Time of a span that calls others, covered by nothing.
  kSlowestSelfTime,  // Where most of the waiting is.
  kBrokenParent,     // Spans whose parent was not received.
  kClockSkew,        // A service whose clock cannot be right.
};
std::string_view word(FindingCode code);

enum class Severity : uint8_t { kHigh, kMedium, kLow };
std::string_view word(Severity severity);

// What is absent does not apply to the code.
struct FindingArguments {
  std::string service, operation, callee, statement;
  std::string parent_service, parent_operation;
  std::string exception_type, message;
  std::optional<otlp::SpanId> parent_span_id, missing_span_id;
  std::optional<int64_t> count, attempts;
  std::optional<int64_t> total_ns, max_ns, duration_ns, parallel_ns, skew_ns;
  std::optional<double> share;  // Of the root span's duration.
};

struct Finding {
  FindingCode code = FindingCode::kErrorCause;
  Severity severity = Severity::kLow;
  std::optional<int64_t> saved_ns;  // What the trace could be shorter by, at most.
  std::vector<uint32_t> rows;       // At most kFindingRowsMax, the telling ones first.
  uint32_t row_total = 0;
  FindingArguments arguments;
};

// By severity, then by what they cost. Needs mark_critical_path() before. Quiet on ordinary traces: every rule has a least
// number of calls and a least share of the trace (analyse_limits.h); findings_test.cc holds what must and must not be found.
std::vector<Finding> find_all(const TraceColumns& trace);

}  // namespace clew::query_analyse
