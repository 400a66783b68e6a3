// How an application fares: counts, vitals, their course, the parts of page loads, beside an earlier time or release; and the
// same by the values of one attribute.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "query/engine.h"
#include "query/part_scan.h"
#include "query/rum/apps.h"
#include "query/rum/event_filter.h"
#include "query/rum/rum_numbers.h"
#include "query/time_steps.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

// ms, or a score; nullopt where no view told it.
struct VitalSummary {
  Vital vital = Vital::kLcp;
  std::optional<double> p50, p75, p95, before_p75;
  int64_t count = 0, good = 0, fair = 0, poor = 0, before_count = 0;
};
std::vector<VitalSummary> summaries_of(GroupNumbers& now, GroupNumbers* before);

struct PhaseSummary {
  std::array<std::optional<double>, kPhaseCount> p75_ms;
  int64_t count = 0;
};
PhaseSummary phases_of(GroupNumbers& numbers);

// A range that the numbers are set beside; of kRelease that of the question.
enum class Baseline : uint8_t { kNone, kRange, kRelease };

struct OverviewRequest {
  table::TimeRange range = {};
  std::string app = {};
  const EventFilter* filter = nullptr;  // Must outlive the question.
  int64_t points = 60;
  double apdex_threshold_ms = 2000;
  Baseline baseline = Baseline::kNone;
  table::TimeRange baseline_range = {};  // kRange.
};

struct SeriesPoint {
  int64_t views = 0, sessions = 0, users = 0, errors = 0, requests = 0, failed_requests = 0;
  std::optional<double> lcp_p75, inp_p75, cls_p75, ttfb_p75, request_p75;
};

struct Overview {
  Counts now;
  std::optional<Counts> before;
  std::string version, before_version;  // kRelease, as far as there are two.
  std::vector<VitalSummary> vitals;
  PhaseSummary phases;
  query::TimeSteps steps;
  std::vector<SeriesPoint> series;
  std::vector<AppVersion> versions;  // Newest last_ns first.
  bool exact = true;
  query::QueryStats stats;
};
stdx::Result<Overview> overview(const table::Catalog::Sets& sets, const OverviewRequest& request,
                                const query::QueryControl& control = {}, const query::ScanHooks& hooks = {},
                                const std::function<void(const Overview&)>& partial = {});

enum class BreakdownSort : uint8_t { kViews, kSessions, kErrors, kLcp, kInp, kCls, kLoad, kRequest, kFail };

struct BreakdownRequest {
  table::TimeRange range = {};
  std::string app = {};
  const EventFilter* filter = nullptr;  // Must outlive the question.
  std::string by;
  BreakdownSort sort = BreakdownSort::kViews;
  uint32_t limit = 50;
  double apdex_threshold_ms = 2000;
  std::optional<table::TimeRange> baseline_range = {};
};

struct BreakdownRow {
  std::string value;  // Empty: not known.
  Counts counts;
  int64_t exits = 0, poor_views = 0;
  std::array<std::optional<double>, kVitalCount> p75;
  std::optional<double> request_p75, before_lcp_p75;
  int64_t lcp_count = 0, before_lcp_count = 0;  // Views that told it.
  std::optional<int64_t> before_errors;
  std::string q;  // The filter that is this row.
};

struct Breakdown {
  std::vector<BreakdownRow> rows;
  uint64_t value_count = 0;
  bool exact = true;
  query::QueryStats stats;
};
stdx::Result<Breakdown> breakdown(const table::Catalog::Sets& sets, const BreakdownRequest& request,
                                  const query::QueryControl& control = {}, const query::ScanHooks& hooks = {},
                                  const std::function<void(const Breakdown&)>& partial = {});

// `{ .view.name = "/cart" }`: events whose attribute has the value; those without it for an empty one.
std::string filter_for(std::string_view key, std::string_view value);

}  // namespace clew::query_rum
