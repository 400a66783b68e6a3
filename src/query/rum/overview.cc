#include "query/rum/overview.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "query/rum/event_keys.h"
#include "query/rum/event_numbers.h"
#include "query/rum/rum_query_limits.h"
#include "query/traceql/fields.h"

namespace clew::query_rum {
namespace {

void add_stats(query::QueryStats& to, const query::QueryStats& more) {
  to.rows_total += more.rows_total;
  to.rows_scanned += more.rows_scanned;
  to.blocks_total = std::max(to.blocks_total, more.blocks_total);
  to.blocks_pruned = std::min(to.blocks_pruned, more.blocks_pruned);
  to.elapsed_ns += more.elapsed_ns;
}

std::vector<SeriesPoint> series_of(Numbers& numbers) {
  std::vector<SeriesPoint> points;
  points.reserve(numbers.series.size());
  for (StepNumbers& step : numbers.series) {
    const auto p75 = [&](Vital vital) { return step.vitals[static_cast<size_t>(vital)].quantile(vital, 0.75); };
    points.push_back({.views = step.views, .sessions = step.sessions, .users = step.users, .errors = step.errors,
                      .requests = step.requests, .failed_requests = step.failed_requests, .lcp_p75 = p75(Vital::kLcp),
                      .inp_p75 = p75(Vital::kInp), .cls_p75 = p75(Vital::kCls), .ttfb_p75 = p75(Vital::kTtfb),
                      .request_p75 = step.request_ms.quantile(0.75)});
  }
  return points;
}

void put_numbers(Overview& to, Numbers& numbers, GroupNumbers& group, GroupNumbers* before) {
  to.now = group.counts;
  if (before != nullptr) to.before = before->counts;
  to.vitals = summaries_of(group, before);
  to.phases = phases_of(group);
  to.steps = numbers.steps;
  to.series = series_of(numbers);
  to.exact &= numbers.exact;
}

}  // namespace

std::vector<VitalSummary> summaries_of(GroupNumbers& now, GroupNumbers* before) {
  std::vector<VitalSummary> summaries;
  for (size_t i = 0; i < kVitalCount; ++i) {
    const auto vital = static_cast<Vital>(i);
    VitalNumbers& numbers = now.vitals[i];
    summaries.push_back({.vital = vital, .p50 = numbers.quantile(vital, 0.5), .p75 = numbers.quantile(vital, 0.75),
                         .p95 = numbers.quantile(vital, 0.95),
                         .before_p75 = before == nullptr ? std::nullopt : before->vitals[i].quantile(vital, 0.75),
                         .count = numbers.values.count(), .good = numbers.good, .fair = numbers.fair, .poor = numbers.poor,
                         .before_count = before == nullptr ? 0 : before->vitals[i].values.count()});
  }
  return summaries;
}

PhaseSummary phases_of(GroupNumbers& numbers) {
  PhaseSummary summary;
  summary.count = numbers.phase_count;
  for (size_t i = 0; i < kPhaseCount; ++i) summary.p75_ms[i] = numbers.phases[i].quantile(0.75);
  return summary;
}

stdx::Result<Overview> overview(const table::Catalog::Sets& sets, const OverviewRequest& request,
                                const query::QueryControl& control, const query::ScanHooks& hooks,
                                const std::function<void(const Overview&)>& partial) {
  Overview done;
  NumbersRequest wanted{.range = request.range, .app = request.app, .filter = request.filter,
                        .apdex_threshold_ms = request.apdex_threshold_ms, .points = request.points};
  const bool by_release = request.baseline == Baseline::kRelease;
  if (by_release) wanted.by = key::kVersion;
  wanted.versions = !request.app.empty();
  std::function<void(Numbers)> show;
  if (partial && !by_release) {
    show = [&](Numbers numbers) {
      Overview so_far;
      put_numbers(so_far, numbers, numbers.groups[0], nullptr);
      so_far.exact = false;
      partial(so_far);
    };
  }
  auto numbers = count_events(sets, wanted, control, hooks, show);
  if (!numbers) return std::unexpected(std::move(numbers.error()));
  done.stats = numbers->stats;

  if (wanted.versions) {
    done.versions = std::move(numbers->versions);
  } else {  // No application is named: those of the one that is used most.
    auto apps = list_apps(sets, {.range = request.range, .app = {}, .filter = request.filter}, control);
    if (!apps) return std::unexpected(std::move(apps.error()));
    add_stats(done.stats, apps->stats);
    done.exact &= apps->exact;
    if (!apps->apps.empty()) done.versions = std::move(apps->apps.front().versions);
  }

  if (by_release) {
    const ReleasePair pair = newest_releases(done.versions);
    if (pair.newest >= 0) done.version = done.versions[static_cast<size_t>(pair.newest)].version;
    if (pair.before >= 0) done.before_version = done.versions[static_cast<size_t>(pair.before)].version;
    GroupNumbers now = numbers->group(done.version);
    GroupNumbers before = done.before_version.empty() ? GroupNumbers() : numbers->group(done.before_version);
    put_numbers(done, *numbers, now, done.before_version.empty() ? nullptr : &before);
    return done;
  }
  if (request.baseline == Baseline::kNone) {
    put_numbers(done, *numbers, numbers->groups[0], nullptr);
    return done;
  }
  wanted.range = request.baseline_range;
  wanted.points = 0;
  wanted.versions = false;
  auto before = count_events(sets, wanted, control);
  if (!before) return std::unexpected(std::move(before.error()));
  add_stats(done.stats, before->stats);
  done.exact &= before->exact;
  put_numbers(done, *numbers, numbers->groups[0], &before->groups[0]);
  return done;
}

namespace {

double sort_key(BreakdownSort sort, const BreakdownRow& row) {
  const auto p75 = [&](Vital vital) { return row.p75[static_cast<size_t>(vital)].value_or(-1); };
  switch (sort) {
    case BreakdownSort::kViews: return static_cast<double>(row.counts.views);
    case BreakdownSort::kSessions: return static_cast<double>(row.counts.sessions);
    case BreakdownSort::kErrors: return static_cast<double>(row.counts.errors);
    case BreakdownSort::kLcp: return p75(Vital::kLcp);
    case BreakdownSort::kInp: return p75(Vital::kInp);
    case BreakdownSort::kCls: return p75(Vital::kCls);
    case BreakdownSort::kLoad: return p75(Vital::kLoad);
    case BreakdownSort::kRequest: return row.request_p75.value_or(-1);
    case BreakdownSort::kFail: return static_cast<double>(row.counts.failed_requests);
  }
  return 0;
}

Breakdown rows_of(Numbers& numbers, Numbers* before, const BreakdownRequest& request) {
  Breakdown done;
  done.exact = numbers.exact;
  for (uint32_t id = 0; id < numbers.groups.size(); ++id) {
    GroupNumbers& group = numbers.groups[id];
    const Counts& counts = group.counts;
    if (counts.sessions == 0 && counts.views == 0 && counts.requests == 0 && counts.errors == 0 && counts.resources == 0 &&
        counts.actions == 0) {
      continue;  // Group 0, if every event has a value.
    }
    BreakdownRow row{.value = std::string(numbers.values.text(id)), .counts = counts, .exits = group.exits,
                     .poor_views = group.poor_views, .p75 = {}, .request_p75 = group.requests.quantile(0.75),
                     .before_lcp_p75 = {}, .lcp_count = group.vital(Vital::kLcp).values.count(), .before_lcp_count = 0, .before_errors = {}, .q = {}};
    for (size_t i = 0; i < kVitalCount; ++i) row.p75[i] = group.vitals[i].quantile(static_cast<Vital>(i), 0.75);
    done.rows.push_back(std::move(row));
  }
  done.value_count = done.rows.size();
  const size_t kept = std::min<size_t>(request.limit, done.rows.size());
  std::ranges::partial_sort(done.rows, done.rows.begin() + static_cast<ptrdiff_t>(kept), [&](const BreakdownRow& a, const BreakdownRow& b) {
    const auto key_of = [&](const BreakdownRow& row) { return std::tuple(-sort_key(request.sort, row), -row.counts.views, -row.counts.sessions); };
    return std::pair(key_of(a), std::string_view(a.value)) < std::pair(key_of(b), std::string_view(b.value));
  });
  done.rows.resize(kept);
  for (BreakdownRow& row : done.rows) {
    row.q = filter_for(request.by, row.value);
    if (before == nullptr) continue;
    GroupNumbers& group = before->group(row.value);
    row.before_lcp_p75 = group.vital(Vital::kLcp).quantile(Vital::kLcp, 0.75);
    row.before_lcp_count = group.vital(Vital::kLcp).values.count();
    row.before_errors = group.counts.errors;
  }
  return done;
}

}  // namespace

stdx::Result<Breakdown> breakdown(const table::Catalog::Sets& sets, const BreakdownRequest& request,
                                  const query::QueryControl& control, const query::ScanHooks& hooks,
                                  const std::function<void(const Breakdown&)>& partial) {
  NumbersRequest wanted{.range = request.range, .app = request.app, .filter = request.filter, .by = request.by,
                        .exits = request.by == key::kViewName, .apdex_threshold_ms = request.apdex_threshold_ms, .points = 0};
  std::function<void(Numbers)> show;
  if (partial) {
    show = [&](Numbers numbers) {
      Breakdown so_far = rows_of(numbers, nullptr, request);
      so_far.exact = false;
      partial(so_far);
    };
  }
  auto numbers = count_events(sets, wanted, control, hooks, show);
  if (!numbers) return std::unexpected(std::move(numbers.error()));
  std::optional<Numbers> before;
  if (request.baseline_range) {
    wanted.range = *request.baseline_range;
    wanted.exits = false;
    auto counted = count_events(sets, wanted, control);
    if (!counted) return std::unexpected(std::move(counted.error()));
    before = std::move(*counted);
  }
  Breakdown done = rows_of(*numbers, before ? &*before : nullptr, request);
  done.stats = numbers->stats;
  if (before) add_stats(done.stats, before->stats);
  return done;
}

std::string filter_for(std::string_view key, std::string_view value) {
  using query_traceql::FieldScope;
  query_traceql::Field field{.scope = FieldScope::kAny, .intrinsic = query_traceql::Intrinsic::kCount, .key = std::string(key)};
  if (key.starts_with("resource.")) {
    field.scope = FieldScope::kResource;
    field.key = key.substr(9);
  }
  const std::string name = query_traceql::to_text(field);
  if (value.empty()) return fmt::format("{{ {} = nil }}", name);
  const std::string text = query_traceql::to_text(query_traceql::Literal(std::string(value)));
  // A text of digits may be a number where it is stored.
  int64_t whole = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), whole);
  if (error == std::errc() && end == value.data() + value.size() && fmt::format("{}", whole) == value && whole >= 0) {
    return fmt::format("{{ {} = {} || {} = {} }}", name, text, name, whole);
  }
  return fmt::format("{{ {} = {} }}", name, text);
}

}  // namespace clew::query_rum
