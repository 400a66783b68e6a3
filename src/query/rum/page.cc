#include "query/rum/page.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "query/engine_steps.h"
#include "query/rum/event_keys.h"
#include "query/rum/event_numbers.h"
#include "query/rum/load_passes.h"
#include "query/rum/page_views.h"
#include "query/rum/request_facts.h"
#include "query/rum/rum_query_limits.h"
#include "query/trace_sample.h"
#include "query/traceql/fields.h"

namespace clew::query_rum {
namespace {

using query_analyse::TraceColumns;
namespace flag = query_analyse::flag;

constexpr double kNsPerMs = 1e6;
constexpr int64_t kBeforeViewNs = 50'000'000;  // A request may begin before the SDK tells of the view.
constexpr double kBoundsMs[] = {100,  200,  300,  400,  500,  750,  1000, 1250, 1500,  1750,  2000,  2500, 3000,
                                3500, 4000, 5000, 6000, 7000, 8000, 10000, 12000, 15000, 20000, 30000, 60000};

using Interval = std::pair<int64_t, int64_t>;  // ns from the view's start.

int64_t covered(std::vector<Interval> intervals) {
  std::ranges::sort(intervals);
  int64_t sum = 0, end = 0;
  for (const auto& [from, to] : intervals) {
    if (to <= std::max(from, end)) continue;
    sum += to - std::max(from, end);
    end = to;
  }
  return sum;
}

std::string_view kind_of(const TraceColumns& trace, uint32_t row) {
  if (trace.has(row, flag::kDatabase)) return "database";
  if (trace.has(row, flag::kCache)) return "cache";
  if (trace.has(row, flag::kMessaging)) return "messaging";
  if (trace.has(row, flag::kExternal)) return "external";
  return query_traceql::word(trace.kind[row]);
}

std::string attribute(const query::RecordRow& event, std::string_view key) {
  const otlp::Attributes& list = key.starts_with("resource.") ? event.resource.attributes : event.attributes;
  if (key.starts_with("resource.")) key.remove_prefix(9);
  for (const otlp::KeyValue& pair : list) {
    if (pair.key == key) {
      const auto* text = std::get_if<std::string>(&pair.value.value);
      if (text != nullptr) return *text;
      if (const auto* whole = std::get_if<int64_t>(&pair.value.value)) return std::to_string(*whole);
    }
  }
  return {};
}

// A slow view at hand, with what is found out about it.
struct Sampled {
  const PageView* view = nullptr;
  double metric_ms = 0;
  bool in_means = false;  // Of the fair choice; else it is only shown.
  std::vector<Interval> waits, backends;  // Of its requests, within its time.
};

// Some requests of slow views whose traces are looked into: the longest of each.
struct Probe {
  size_t sampled = 0;
  const ViewLoad* load = nullptr;
};

class SlowViews {
 public:
  SlowViews(const table::Catalog& catalog, const table::Catalog::Sets& sets, const PageViews& views, PageAnswer& answer)
      : catalog_(catalog), sets_(sets), views_(views), answer_(answer) {}

  stdx::Result<void> run(const query::QueryControl& control) {
    const auto slow = slow_views_of_page();
    if (slow.empty()) return {};
    if (auto done = choose(slow); !done) return done;
    probe();
    std::vector<otlp::TraceId> ids;
    for (const Probe& probe : probes_) ids.push_back(probe.load->trace_id);
    auto viewed = query::view_traces(catalog_, ids, control, [&](size_t index, const TraceColumns& trace) { look_into(probes_[index], trace); });
    if (!viewed) return viewed;
    sum_up();
    return describe();
  }

 private:
  static double metric_of(const PageView& view, Vital metric) { return view.facts.has(metric) ? view.facts.value(metric) : -1; }

  using Slow = std::vector<std::pair<double, const PageView*>>;

  // Those not faster than p75, slowest first; and how all views spread.
  Slow slow_views_of_page() {
    Slow known;
    bool any_lcp = false;
    for (const auto& [key, view] : views_.views) any_lcp |= view.facts.has(Vital::kLcp);
    answer_.metric = any_lcp ? Vital::kLcp : Vital::kLoad;
    answer_.bounds_ms.assign(std::begin(kBoundsMs), std::end(kBoundsMs));
    answer_.histogram.resize(answer_.bounds_ms.size() + 1);
    for (const auto& [key, view] : views_.views) {
      const double ms = metric_of(view, answer_.metric);
      if (ms < 0) continue;
      known.emplace_back(ms, &view);
      ++answer_.histogram[static_cast<size_t>(std::ranges::lower_bound(answer_.bounds_ms, ms) - answer_.bounds_ms.begin())];
    }
    std::ranges::sort(known, [](const auto& a, const auto& b) {
      return std::tuple(-a.first, a.second->start_ns, a.second->place) < std::tuple(-b.first, b.second->start_ns, b.second->place);
    });
    if (!known.empty()) known.resize(known.size() - static_cast<size_t>(std::ceil(static_cast<double>(known.size()) * 0.75)) + 1);
    return known;
  }

  // `count` of `all`, or all of them, from the middle of equal parts, so that slower and less slow ones are there alike.
  template <class Element>
  static std::vector<Element> spread(const std::vector<Element>& all, size_t count) {
    if (all.size() <= count) return all;
    std::vector<Element> some;
    for (size_t i = 0; i < count; ++i) some.push_back(all[(2 * i + 1) * all.size() / (2 * count)]);
    return some;
  }

  // The slowest are shown. Means are of a fair choice of those of which it is known whether a backend was at work: one of its
  // traces has come, or there was no request. Where there are none of these, of any.
  stdx::Result<void> choose(const Slow& slow) {
    const Slow candidates = spread(slow, kViewCandidates);
    std::vector<std::vector<const ViewLoad*>> loads;
    std::vector<otlp::TraceId> ids;
    for (const auto& [ms, view] : candidates) {
      const Sampled of{.view = view, .metric_ms = ms, .waits = {}, .backends = {}};
      auto& waited = loads.emplace_back();
      for (const ViewLoad& load : view->loads) {
        if (within(of, load)) waited.push_back(&load);
      }
      for (const ViewLoad* load : waited) ids.push_back(load->trace_id);
    }
    auto stored = StoredTraces::of(sets_, std::move(ids));
    if (!stored) return std::unexpected(std::move(stored.error()));
    Slow told;
    for (size_t i = 0; i < candidates.size(); ++i) {
      const bool known = std::ranges::any_of(loads[i], [&](const ViewLoad* load) { return stored->span_count(load->trace_id) > 1; });
      if (known || loads[i].empty()) told.push_back(candidates[i]);
      any_backend_ |= known;
    }
    const Slow fair = spread(any_backend_ ? told : candidates, kViewsSampled);
    shown_ = std::min(slow.size(), kPageRows);
    for (size_t i = 0; i < shown_; ++i) chosen_.push_back({.view = slow[i].second, .metric_ms = slow[i].first, .waits = {}, .backends = {}});
    for (const auto& [ms, view] : fair) {
      const auto shown = std::ranges::find(chosen_, view, &Sampled::view);
      Sampled& sampled = shown != chosen_.end() ? *shown : chosen_.emplace_back(Sampled{.view = view, .metric_ms = ms, .waits = {}, .backends = {}});
      sampled.in_means = true;
    }
    return {};
  }

  void probe() {
    for (size_t round = 0; round < kTracesPerView; ++round) {
      for (size_t i = 0; i < chosen_.size() && probes_.size() < kTracesPerPage; ++i) {
        if (!chosen_[i].in_means && round >= kTracesPerShownView) continue;
        size_t traced = 0;
        for (const ViewLoad& load : chosen_[i].view->loads) {
          if (load.trace_id == otlp::TraceId() || !within(chosen_[i], load)) continue;
          if (traced++ == round) probes_.push_back({i, &load});
        }
      }
    }
    for (Sampled& sampled : chosen_) {
      const auto end = static_cast<int64_t>(sampled.metric_ms * kNsPerMs);
      sampled.waits.emplace_back(0, std::min(end, static_cast<int64_t>(sampled.view->document_ms * kNsPerMs)));
      for (const ViewLoad& load : sampled.view->loads) {
        if (within(sampled, load)) sampled.waits.push_back(clipped(sampled, load, 0, static_cast<int64_t>(load.ms * kNsPerMs)));
      }
    }
  }
  static bool within(const Sampled& sampled, const ViewLoad& load) {
    const int64_t start = sampled.view->start_ns;
    return load.start_ns >= start - kBeforeViewNs && load.start_ns < start + static_cast<int64_t>(sampled.metric_ms * kNsPerMs);
  }
  static Interval clipped(const Sampled& sampled, const ViewLoad& load, int64_t from_ns, int64_t to_ns) {
    const auto end = static_cast<int64_t>(sampled.metric_ms * kNsPerMs);
    const int64_t at = load.start_ns - sampled.view->start_ns;
    return {std::clamp<int64_t>(at + from_ns, 0, end), std::clamp<int64_t>(at + to_ns, 0, end)};
  }

  void look_into(const Probe& probe, const TraceColumns& trace) {
    const auto request_ns = static_cast<int64_t>(probe.load->ms * kNsPerMs);
    const auto backend = backend_of(trace, probe.load->span_id, request_ns);
    if (!backend) return;
    Sampled& sampled = chosen_[probe.sampled];
    sampled.backends.push_back(clipped(sampled, *probe.load, backend->begin_ns, backend->end_ns));
    if (const auto worst = worst_span(trace)) worst_.emplace(probe.load, *worst);
    if (!sampled.in_means) return;
    ++traces_;
    for (uint32_t row = 0; row < trace.row_count(); ++row) {
      if (!counts_for_backend(trace, row)) continue;
      backend_total_ns_ += trace.self_ns[row];
      Group& group = groups_[{std::string(trace.service_of(row)), std::string(trace.name_of(row)), std::string(statement_of(trace, row))}];
      group.total_ns += trace.self_ns[row];
      ++group.calls;
      if (trace.self_ns[row] <= group.longest_ns) continue;
      group.longest_ns = trace.self_ns[row];
      group.kind = kind_of(trace, row);
      group.trace_id = trace.trace_id;
      group.span_id = trace.span_id[row];
      group.place = probe.load->place;
    }
  }

  void sum_up() {
    for (const Sampled& sampled : chosen_) {
      if (!sampled.in_means) continue;
      ++answer_.sampled_views;
      const auto total = static_cast<int64_t>(sampled.metric_ms * kNsPerMs);
      std::vector<Interval> all = sampled.waits;
      all.insert(all.end(), sampled.backends.begin(), sampled.backends.end());
      const int64_t waited = covered(all), backend = covered(sampled.backends);
      answer_.total_ns += total;
      answer_.time.backend_ns += backend;
      answer_.time.network_ns += waited - backend;
      answer_.time.browser_ns += total - waited;
    }
    for (int64_t* sum : {&answer_.total_ns, &answer_.time.backend_ns, &answer_.time.network_ns, &answer_.time.browser_ns}) {
      *sum /= answer_.sampled_views;
    }
  }

  // Reads what is shown of views, requests and suspects.
  stdx::Result<void> describe() {
    std::vector<RowPlace> places;
    for (size_t i = 0; i < shown_; ++i) {
      places.push_back(chosen_[i].view->place);
      if (!chosen_[i].view->loads.empty()) places.push_back(slowest_of(chosen_[i])->place);
    }
    std::vector<std::pair<const Key*, const Group*>> groups;
    for (const auto& [key, group] : groups_) groups.emplace_back(&key, &group);
    std::ranges::sort(groups, [](const auto& a, const auto& b) { return std::tuple(-a.second->total_ns, *a.first) < std::tuple(-b.second->total_ns, *b.first); });
    if (groups.size() > kSuspectsMax) groups.resize(kSuspectsMax);
    for (const auto& [key, group] : groups) places.push_back(group->place);
    auto events = read_events(sets_, places);
    if (!events) return std::unexpected(std::move(events.error()));
    size_t next = 0;
    for (size_t i = 0; i < shown_; ++i) {
      const query::RecordRow& view = (*events)[next++];
      const bool has_load = !chosen_[i].view->loads.empty();
      answer_.slow_views.push_back(slow_view(chosen_[i], view, has_load ? &(*events)[next++] : nullptr));
    }
    for (const auto& [key, group] : groups) {
      const query::RecordRow& event = (*events)[next++];
      const auto& [service, operation, statement] = *key;
      answer_.suspects.push_back(
          {.service = service, .operation = operation, .statement = statement, .kind = group->kind,
           .share = backend_total_ns_ == 0 ? 0 : static_cast<double>(group->total_ns) / static_cast<double>(backend_total_ns_),
           .total_ns = group->total_ns, .calls_per_trace = static_cast<double>(group->calls) / static_cast<double>(traces_),
           .trace_id = group->trace_id, .span_id = group->span_id, .session_id = attribute(event, key::kSessionId),
           .event_id = attribute(event, key::kEventId)});
    }
    return {};
  }

  // Of those that the view waited for, else of all.
  static const ViewLoad* slowest_of(const Sampled& sampled) {
    for (const ViewLoad& load : sampled.view->loads) {
      if (within(sampled, load)) return &load;
    }
    return &sampled.view->loads.front();
  }

  SlowView slow_view(const Sampled& sampled, const query::RecordRow& event, const query::RecordRow* request) const {
    SlowView view{.view_id = attribute(event, key::kViewId), .session_id = attribute(event, key::kSessionId),
                  .user_id = attribute(event, key::kUserId), .browser = attribute(event, key::kBrowser),
                  .device = attribute(event, key::kDeviceType), .country = attribute(event, key::kCountry),
                  .version = attribute(event, key::kVersion), .start_ns = sampled.view->start_ns, .lcp_ms = {}, .load_ms = {},
                  .slowest_request = {}, .worst_span = {}};
    if (view.start_ns == INT64_MAX) view.start_ns = event.time_ns;
    const ViewFacts& facts = sampled.view->facts;
    if (facts.has(Vital::kLcp)) view.lcp_ms = facts.value(Vital::kLcp);
    if (facts.has(Vital::kLoad)) view.load_ms = facts.value(Vital::kLoad);
    if (request == nullptr) return view;
    const ViewLoad* load = slowest_of(sampled);
    std::string name = attribute(*request, key::kEventName);
    if (name.empty()) name = url_path(attribute(*request, key::kUrl));
    view.slowest_request = ViewRequest{.name = name, .method = attribute(*request, key::kMethod),
                                       .status_code = attribute(*request, key::kStatusCode), .event_id = attribute(*request, key::kEventId),
                                       .ms = load->ms, .trace_id = load->trace_id};
    if (const auto found = worst_.find(load); found != worst_.end()) view.worst_span = found->second;
    return view;
  }

  using Key = std::tuple<std::string, std::string, std::string>;  // Service, operation, statement.
  struct Group {
    int64_t total_ns = 0, calls = 0, longest_ns = -1;
    std::string kind;
    otlp::TraceId trace_id;
    otlp::SpanId span_id = 0;
    RowPlace place;
  };

  const table::Catalog& catalog_;
  const table::Catalog::Sets& sets_;
  const PageViews& views_;
  PageAnswer& answer_;
  std::vector<Sampled> chosen_;
  size_t shown_ = 0;  // The first so many of chosen_.
  bool any_backend_ = false;
  std::vector<Probe> probes_;
  std::map<const ViewLoad*, WorstSpan> worst_;
  std::map<Key, Group> groups_;
  int64_t backend_total_ns_ = 0, traces_ = 0;
};

}  // namespace

stdx::Result<PageAnswer> ask_page(const table::Catalog& catalog, const PageQuestion& asked, const query::QueryControl& control,
                                  const query::ScanHooks& hooks) {
  const table::Catalog::Sets sets = catalog.snapshot();
  const EventFilter filter = asked.filter.with(key::kViewName, asked.view);
  const NumbersRequest wanted{.range = asked.range, .app = asked.app, .filter = &filter, .apdex_threshold_ms = asked.apdex_threshold_ms};
  const RequestsQuestion requests_wanted{.range = asked.range, .app = asked.app, .filter = &filter, .limit = kPageRows, .traces = kPageRequestTraces};
  const ResourcesQuestion resources_wanted{.range = asked.range, .app = asked.app, .filter = &filter, .limit = kPageRows};
  NumbersTally counted(wanted);
  PageViews views;
  LoadTally loads;
  ResourcesTally files;
  const std::vector<EventPass> passes = {numbers_pass(wanted, counted), page_views_pass(asked.range, asked.app, filter, views),
                                         requests_pass(requests_wanted, loads), resources_pass(resources_wanted, files)};
  auto stats = scan_event_passes(sets, passes, control, hooks);
  if (!stats) return std::unexpected(std::move(stats.error()));
  const query::Stopwatch watch;

  PageAnswer answer;
  Numbers numbers = counted.finish();
  GroupNumbers& group = numbers.groups[0];
  answer.counts = group.counts;
  answer.vitals = summaries_of(group, nullptr);
  answer.phases = phases_of(group);
  if (auto done = SlowViews(catalog, sets, views, answer).run(control); !done) return std::unexpected(std::move(done.error()));
  auto requests = requests_of(catalog, sets, requests_wanted, loads, *stats, control);
  if (!requests) return std::unexpected(std::move(requests.error()));
  answer.requests = std::move(requests->rows);
  auto resources = resources_of(sets, resources_wanted, files, *stats);
  if (!resources) return std::unexpected(std::move(resources.error()));
  answer.resources = std::move(resources->rows);
  answer.exact = numbers.exact && views.exact && requests->exact && resources->exact;
  answer.stats = *stats;
  answer.stats.elapsed_ns += watch.elapsed_ns();
  return answer;
}

}  // namespace clew::query_rum
