// Which traces match a filter: how many, and a fair sample of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/container/flat_hash_set.h>

#include "otlp/ids.h"
#include "query/analyse/trace_columns.h"
#include "query/engine.h"
#include "query/execute/trace_facts.h"
#include "query/part_scan.h"
#include "query/plan/plan.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct MatchedTraces {
  using Ids = absl::flat_hash_set<otlp::TraceId, query_execute::TraceIdHash>;
  Ids ids;               // All that match.
  int64_t span_count = 0;
  bool exact = true;     // False when there were more than kComparedTracesMax; further ones are left out.
  QueryStats stats;
};
stdx::Result<MatchedTraces> matched_traces(const table::Catalog::Sets& sets, const query_plan::Plan& plan, table::TimeRange range,
                                           const QueryControl& control, const ScanHooks& hooks);

// Those with the smallest hashes: the same traces give the same sample, whatever else is stored, and ids that count up or
// begin with the time make no difference.
std::vector<otlp::TraceId> sample_of(const MatchedTraces::Ids& ids, size_t count);

// The columns of each trace, on two threads; those that cannot be shown (too large) are left out. `visit` is called by one
// thread at a time, in the order of `ids`.
stdx::Result<void> view_traces(const table::Catalog& catalog, const std::vector<otlp::TraceId>& ids, const QueryControl& control,
                               const std::function<void(size_t index, const query_analyse::TraceColumns&)>& visit);

}  // namespace clew::query
