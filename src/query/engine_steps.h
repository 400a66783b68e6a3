// Steps that the engine's questions share. Internal to query/.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "query/engine.h"
#include "query/execute/interrupt.h"
#include "query/execute/scan.h"
#include "query/execute/top_traces.h"
#include "query/execute/trace_facts.h"
#include "query/plan/plan.h"
#include "stdx/error.h"

namespace clew::query {

// Empty text means every span.
stdx::Result<query_plan::Plan> plan_filter(const std::string& traceql);
stdx::Result<std::vector<query_traceql::Field>> parse_fields(const std::vector<std::string>& texts, size_t count_max,
                                                             const char* what);
// kInvalidArgument unless begin < end.
stdx::Result<void> check_range(const table::TimeRange& range);

query_execute::Interrupt interrupt_of(const QueryControl& control);

// Summaries of those of `trace_ids` that exist, in the order given; an id that is given twice is answered twice.
stdx::Result<std::vector<TraceSummary>> summaries_of(const table::Catalog::Sets& sets,
                                                     const std::vector<otlp::TraceId>& trace_ids);

// Turns the remembered matches of each trace into spans with their selected attributes; `traces` and `found` go together.
stdx::Result<void> read_matches(const table::Catalog::Sets& sets, const std::vector<query_traceql::Field>& select,
                                const std::vector<std::string>& select_names, query_execute::TraceLookup& lookup,
                                const std::vector<query_execute::TopTrace>& found, std::vector<TraceSummary>& traces);

class Stopwatch {
 public:
  int64_t elapsed_ns() const { return (std::chrono::steady_clock::now() - begin_) / std::chrono::nanoseconds(1); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

QueryStats stats_of(const query_execute::ScanStats& scan, const Stopwatch& watch);

}  // namespace clew::query
