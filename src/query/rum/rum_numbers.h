// What happened to users, counted: views with their vitals, sessions, users, requests, errors.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/rum/value_samples.h"

namespace clew::query_rum {

enum class Vital : uint8_t { kLcp, kInp, kCls, kFcp, kTtfb, kFid, kLoad, kCount };
inline constexpr size_t kVitalCount = static_cast<size_t>(Vital::kCount);

// ms, or a score. At most `good_max` is good, more than `poor_min` is poor (web.dev's thresholds; of loads our own).
struct VitalInfo {
  std::string_view name;
  bool is_score;
  double good_max, poor_min;
};
inline constexpr std::array<VitalInfo, kVitalCount> kVitals = {{{"lcp", false, 2500, 4000},
                                                                {"inp", false, 200, 500},
                                                                {"cls", true, 0.1, 0.25},
                                                                {"fcp", false, 1800, 3000},
                                                                {"ttfb", false, 800, 1800},
                                                                {"fid", false, 100, 300},
                                                                {"load", false, 3000, 6000}}};

// Parts of a page's load, in the order in which they come. kDom: from the last byte to the complete document.
enum class Phase : uint8_t { kDns, kConnect, kTls, kRequest, kResponse, kDom, kLoad, kCount };
inline constexpr size_t kPhaseCount = static_cast<size_t>(Phase::kCount);
inline constexpr std::array<std::string_view, kPhaseCount> kPhaseNames = {"dns",      "connect", "tls", "request",
                                                                          "response", "dom",     "load"};

struct Counts {
  int64_t users = 0, sessions = 0, views = 0, actions = 0, requests = 0, failed_requests = 0, slow_requests = 0, resources = 0;
  int64_t errors = 0, error_sessions = 0, long_tasks = 0, blank_screens = 0, rage_clicks = 0, crashes = 0;
  // Sessions with one page view. None where a filter hides views of a session: they cannot be told then.
  std::optional<int64_t> bounce_sessions;
  double long_task_ms = 0;
  // Page loads and requests that kept to the threshold, and those within four times that; failed requests are neither.
  int64_t satisfied = 0, tolerated = 0, judged = 0;

  std::optional<double> apdex() const {
    if (judged == 0) return std::nullopt;
    return (static_cast<double>(satisfied) + static_cast<double>(tolerated) / 2) / static_cast<double>(judged);
  }
  void judge(double ms, double threshold_ms) {
    ++judged;
    if (ms <= threshold_ms) {
      ++satisfied;
    } else if (ms <= 4 * threshold_ms) {
      ++tolerated;
    }
  }
  void add(const Counts& other);
};

// Of the views that reported it.
struct VitalNumbers {
  Samples values;  // Of scores thousandfold.
  int64_t good = 0, fair = 0, poor = 0;
  void add(Vital vital, double value) {
    const VitalInfo& info = kVitals[static_cast<size_t>(vital)];
    values.add(info.is_score ? value * 1000 : value);
    ++(value <= info.good_max ? good : value <= info.poor_min ? fair : poor);
  }
  std::optional<double> quantile(Vital vital, double q) {
    const auto value = values.quantile(q);
    return value && kVitals[static_cast<size_t>(vital)].is_score ? *value / 1000 : value;
  }
};

// Everything of one group of events: an application, a page, a browser.
struct GroupNumbers {
  Counts counts;
  std::array<VitalNumbers, kVitalCount> vitals;
  std::array<Samples, kPhaseCount> phases;
  int64_t phase_count = 0;  // Page loads that tell of any part.
  Samples requests;         // ms
  int64_t poor_views = 0;   // LCP, INP or CLS is poor.
  int64_t exits = 0;        // Sessions whose last view it was; of groups by page.

  VitalNumbers& vital(Vital which) { return vitals[static_cast<size_t>(which)]; }
};

// One view's vitals, put together from the pieces that were reported of it: of those that grow while the page lives the last
// piece tells.
struct ViewFacts {
  static constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  uint32_t group = 0;
  uint32_t step = UINT32_MAX;  // The first in which it told anything.
  std::array<float, kVitalCount> values{kNone, kNone, kNone, kNone, kNone, kNone, kNone};
  std::array<int32_t, 3> at_ms{INT32_MIN, INT32_MIN, INT32_MIN};  // When lcp, inp, cls were reported, since the range began.

  bool has(Vital vital) const { return values[static_cast<size_t>(vital)] == values[static_cast<size_t>(vital)]; }
  double value(Vital vital) const { return static_cast<double>(values[static_cast<size_t>(vital)]); }
  void put(Vital vital, double value, int32_t at) {
    const auto index = static_cast<size_t>(vital);
    if (index < at_ms.size()) {
      if (at < at_ms[index]) return;
      at_ms[index] = at;
    } else if (has(vital)) {
      return;
    }
    values[index] = static_cast<float>(value);
  }
  void merge(const ViewFacts& other);
  // What is judged of a page load: its load event, or the largest paint.
  std::optional<double> load_ms() const {
    if (has(Vital::kLoad)) return value(Vital::kLoad);
    if (has(Vital::kLcp)) return value(Vital::kLcp);
    return std::nullopt;
  }
};

}  // namespace clew::query_rum
