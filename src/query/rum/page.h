// One page: how it fares, where the time of its slow views goes, and which span of a backend is to blame.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "otlp/ids.h"
#include "query/engine.h"
#include "query/part_scan.h"
#include "query/rum/event_filter.h"
#include "query/rum/overview.h"
#include "query/rum/request_list.h"
#include "query/rum/trace_times.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

struct PageQuestion {
  table::TimeRange range = {};
  std::string app = {};
  EventFilter filter = {};
  std::string view;  // view.name
  double apdex_threshold_ms = 2000;
};

// A group of spans of backends: service, operation, normalised statement.
struct Suspect {
  std::string service, operation, statement, kind;
  double share = 0;  // Of the backend's time in the sampled traces.
  int64_t total_ns = 0;
  double calls_per_trace = 0;
  otlp::TraceId trace_id = {};  // Where one took longest …
  otlp::SpanId span_id = 0;
  std::string session_id, event_id;  // … and the request that led there.
};

struct ViewRequest {
  std::string name, method, status_code, event_id;
  double ms = 0;
  otlp::TraceId trace_id = {};
};

struct SlowView {
  std::string view_id, session_id, user_id, browser, device, country, version;
  int64_t start_ns = 0;
  std::optional<double> lcp_ms, load_ms;
  std::optional<ViewRequest> slowest_request;
  std::optional<WorstSpan> worst_span;
};

struct PageAnswer {
  Counts counts;
  std::vector<VitalSummary> vitals;
  PhaseSummary phases;
  Vital metric = Vital::kLcp;  // Of histogram and slow views: the largest paint, or where nobody told it the load.
  std::vector<double> bounds_ms;
  std::vector<int64_t> histogram;  // Up to each bound, and beyond the last.
  int64_t sampled_views = 0;
  TimeParts time;      // Means of the sampled slow views.
  int64_t total_ns = 0;
  std::vector<Suspect> suspects;    // Most time first.
  std::vector<SlowView> slow_views; // Slowest first.
  std::vector<RequestRow> requests;
  std::vector<ResourceRow> resources;
  bool exact = true;
  query::QueryStats stats;
};
stdx::Result<PageAnswer> ask_page(const table::Catalog& catalog, const PageQuestion& question,
                                  const query::QueryControl& control = {}, const query::ScanHooks& hooks = {});

}  // namespace clew::query_rum
