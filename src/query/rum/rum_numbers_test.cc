// Answers over generated sessions, whose pieces lie scattered over segments, against plain loops over the same events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>

#include "query/naive_span_set.h"
#include "query/rum/apps.h"
#include "query/rum/event_set_for_test.h"
#include "query/rum/overview.h"
#include "query/rum/page.h"
#include "query/rum/request_facts.h"
#include "query/rum/request_list.h"
#include "query/rum/value_samples.h"

namespace clew::query_rum {
namespace {

using query_rum_test::EventSet;
using query_rum_test::event_table;
using query_rum_test::pair_of;
using query_rum_test::TestEvent;
using testing::ElementsAre;
using testing::Pair;

constexpr int64_t kStart = 1'795'219'200'000'000'000;
constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1000 * kMs;
constexpr table::TimeRange kRange{kStart, kStart + 3600 * kSecond};

std::string text_of(const otlp::Attributes& attributes, std::string_view key) {
  const std::string* text = otlp::find_string(attributes, key);
  return text == nullptr ? "" : *text;
}
std::optional<double> number_of(const TestEvent& event, std::string_view key) {
  for (const auto& pair : event.attributes) {
    if (pair.key != key) continue;
    if (const auto* whole = std::get_if<int64_t>(&pair.value.value)) return static_cast<double>(*whole);
    return std::get<double>(pair.value.value);
  }
  return std::nullopt;
}

std::vector<TestEvent> make_sessions(uint32_t seed) {
  std::mt19937 random(seed);
  const auto pick = [&](uint32_t n) { return static_cast<int64_t>(random() % n); };
  std::vector<TestEvent> events;
  for (int s = 0; s < 150; ++s) {
    const bool is_new = pick(3) == 0;
    const otlp::Attributes resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", s % 7 == 0 ? "other" : "shop"),
                                       pair_of("service.version", is_new ? "2.10.0" : "2.9.1")};
    const std::string browser = s % 3 == 0 ? "Firefox" : s % 3 == 1 ? "Chrome" : "";
    int64_t at = kStart + pick(3000) * kSecond;
    for (int64_t v = 0, views = 1 + pick(4); v < views; ++v) {
      const std::string view = fmt::format("view-{}-{}", s, v), page = fmt::format("/page/{}", pick(5));
      const auto add = [&](const char* name, const char* type, otlp::Attributes more) {
        TestEvent event{.time_ns = at, .name = name, .resource = resource, .attributes = std::move(more)};
        for (auto pair : {pair_of("rum.type", type), pair_of("session.id", fmt::format("session-{}", s)),
                          pair_of("user.id", fmt::format("user-{}", s / 2)), pair_of("view.id", view), pair_of("view.name", page)}) {
          event.attributes.push_back(pair);
        }
        if (!browser.empty()) event.attributes.push_back(pair_of("user_agent.name", browser));
        events.push_back(std::move(event));
        at += (1 + pick(4000)) * kMs;
      };
      add("rum.view", "pv", {});
      if (v == 0) {
        add("rum.view", "perf", {pair_of("rum.load_event", 500 + pick(8000)), pair_of("rum.first_contentful_paint", 100 + pick(4000)),
                                 pair_of("rum.time_to_first_byte", 100 + pick(2000)), pair_of("rum.dns_duration", 1 + pick(50))});
        add("rum.view", "webvitals", {pair_of("rum.largest_contentful_paint", 300 + pick(6000)), pair_of("rum.interaction_to_next_paint", 900)});
      }
      for (int64_t r = 0, requests = pick(4); r < requests; ++r) {
        const int64_t status = pick(9) == 0 ? 503 : pick(9) == 0 ? 302 : 200;
        add("rum.resource", "fetch", {pair_of("rum.name", fmt::format("/api/{}/{}", pick(2) == 0 ? "order" : "item", pick(100))),
                                      pair_of("url.full", "https://shop.example/api?x=" + std::to_string(pick(50))),
                                      pair_of("http.request.method", pick(2) == 0 ? "GET" : "POST"), pair_of("http.response.status_code", status),
                                      pair_of("rum.success", status == 200 ? 1 : 0), pair_of("rum.duration", 1 + pick(3000))});
      }
      if (pick(4) == 0) add("rum.exception", pick(3) == 0 ? "blank" : "error", {pair_of("rum.times", 1 + pick(3))});
      if (pick(3) == 0) add("rum.action", "click", {pair_of("rum.times", 1 + pick(4))});
      // Clicks one by one, on two things in turn: in rage where three of them are on one thing within a second.
      for (int64_t click = 0, clicks = v == 0 && s % 4 == 0 ? 4 + s % 5 : 0; click < clicks; ++click) {
        add("rum.action", s % 16 == 0 ? "scroll" : "click", {pair_of("rum.target_name", click % 2 == 0 ? "button" : "link")});
        at = events.back().time_ns + (s % 8 == 0 ? 200 : 450) * kMs;
      }
      if (pick(5) == 0) add("rum.longTask", "fps", {pair_of("rum.duration", 150 + pick(500))});
      if (v == 0 && pick(2) == 0) add("rum.view", "webvitals", {pair_of("rum.interaction_to_next_paint", 20 + pick(700)),
                                                                pair_of("rum.cumulative_layout_shift", static_cast<double>(pick(400)) / 1000)});
    }
  }
  return events;
}

// Nearest rank.
std::optional<double> quantile(std::vector<double> values, double q) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  return values[static_cast<size_t>(std::max(1.0, std::ceil(q * static_cast<double>(values.size())))) - 1];
}

struct Naive {
  std::set<std::string> users, sessions, error_sessions;
  std::map<std::string, int> views_of_session;
  int64_t views = 0, requests = 0, failed = 0, slow = 0, errors = 0, blank = 0, actions = 0, long_tasks = 0;
  std::map<std::string, std::map<Vital, std::pair<int64_t, double>>> vitals;  // By view: the last piece.
  std::vector<double> request_ms;
  std::map<std::pair<std::string, std::string>, std::vector<std::pair<int64_t, int64_t>>> clicks;  // By session and target.

  void add(const TestEvent& event) {
    const std::string session = text_of(event.attributes, "session.id"), type = text_of(event.attributes, "rum.type");
    users.insert(text_of(event.attributes, "user.id"));
    sessions.insert(session);
    const auto times = static_cast<int64_t>(number_of(event, "rum.times").value_or(1));
    if (type == "pv") {
      ++views;
      ++views_of_session[session];
    }
    for (const auto& [vital, key] : {std::pair(Vital::kLcp, "rum.largest_contentful_paint"), {Vital::kInp, "rum.interaction_to_next_paint"},
                                     {Vital::kCls, "rum.cumulative_layout_shift"}, {Vital::kLoad, "rum.load_event"}}) {
      if (const auto value = number_of(event, key)) {
        auto& last = vitals[text_of(event.attributes, "view.id")].try_emplace(vital, INT64_MIN, 0.0).first->second;
        if (event.time_ns >= last.first) last = {event.time_ns, *value};
      }
    }
    if (type == "fetch") {
      const double ms = *number_of(event, "rum.duration");
      ++requests;
      failed += *number_of(event, "http.response.status_code") == 503 ? 1 : 0;
      slow += ms > 2000 ? 1 : 0;
      request_ms.push_back(ms);
    }
    if (event.name == "rum.exception") {
      errors += times;
      blank += type == "blank" ? times : 0;
      error_sessions.insert(session);
    }
    if (event.name == "rum.action") actions += times;
    if (type == "click") clicks[{session, text_of(event.attributes, "rum.target_name")}].emplace_back(event.time_ns, times);
    long_tasks += type == "fps" ? 1 : 0;
  }
  std::vector<double> all(Vital vital) const {
    std::vector<double> values;
    for (const auto& [view, of_view] : vitals) {
      if (const auto found = of_view.find(vital); found != of_view.end()) values.push_back(found->second.second);
    }
    return values;
  }
  // As much as one pause of a second lets follow each other.
  int64_t rage() const {
    int64_t bursts = 0;
    for (auto [key, list] : clicks) {
      std::ranges::sort(list);
      for (size_t i = 0; i < list.size();) {
        int64_t count = 0;
        size_t end = i;
        for (; end < list.size() && list[end].first <= list[i].first + kSecond; ++end) count += list[end].second;
        if (count < 3) {
          ++i;
          continue;
        }
        ++bursts;
        while (end < list.size() && list[end].first <= list[end - 1].first + kSecond) ++end;
        i = end;
      }
    }
    return bursts;
  }
  void expect(const Counts& counts, bool filtered = false) const {
    EXPECT_EQ(counts.users, std::ssize(users));
    EXPECT_EQ(counts.sessions, std::ssize(sessions));
    EXPECT_EQ(counts.error_sessions, std::ssize(error_sessions));
    EXPECT_EQ(counts.views, views);
    EXPECT_EQ(counts.requests, requests);
    EXPECT_EQ(counts.failed_requests, failed);
    EXPECT_EQ(counts.slow_requests, slow);
    EXPECT_EQ(counts.errors, errors);
    EXPECT_EQ(counts.blank_screens, blank);
    EXPECT_EQ(counts.actions, actions);
    EXPECT_EQ(counts.rage_clicks, rage());
    EXPECT_EQ(counts.long_tasks, long_tasks);
    if (filtered) {
      EXPECT_EQ(counts.bounce_sessions, std::nullopt);
    } else {
      EXPECT_EQ(counts.bounce_sessions, std::ranges::count_if(views_of_session, [](const auto& entry) { return entry.second == 1; }));
    }
  }
};

class RumNumbersTest : public testing::Test {
 protected:
  RumNumbersTest() : events_(make_sessions(7)) {
    std::array<std::vector<TestEvent>, 4> scattered;
    for (size_t i = 0; i < events_.size(); ++i) scattered[(i * 7 + i / 5) % 4].push_back(events_[i]);
    catalog_.replace({}, {std::make_shared<EventSet>(std::vector{event_table(scattered[0]), event_table(scattered[1])}),
                          std::make_shared<EventSet>(std::vector{event_table(scattered[2], 6), event_table(scattered[3])})});
    sets_ = catalog_.snapshot();
  }
  template <class Holds>
  Naive naive(Holds&& holds) const {
    Naive numbers;
    for (const TestEvent& event : events_) {
      if (kRange.contains(event.time_ns) && holds(event)) numbers.add(event);
    }
    return numbers;
  }

  std::vector<TestEvent> events_;
  table::Catalog catalog_;
  table::Catalog::Sets sets_;
};

TEST_F(RumNumbersTest, Overview) {
  const auto done = overview(sets_, {.range = kRange, .app = "shop", .points = 12});
  ASSERT_TRUE(done) << done.error().message;
  const Naive expected = naive([](const TestEvent& e) { return text_of(e.resource, "rum.app.id") == "shop"; });
  expected.expect(done->now);
  EXPECT_TRUE(done->exact);
  EXPECT_FALSE(done->before);
  for (const VitalSummary& vital : done->vitals) {
    const auto values = expected.all(vital.vital);
    if (vital.vital != Vital::kLcp && vital.vital != Vital::kInp && vital.vital != Vital::kCls && vital.vital != Vital::kLoad) continue;
    EXPECT_EQ(vital.count, std::ssize(values));
    EXPECT_GT(values.size(), 40u);
    EXPECT_EQ(vital.good + vital.fair + vital.poor, vital.count);
    EXPECT_NEAR(*vital.p75, *quantile(values, 0.75), 1e-6);
    EXPECT_NEAR(*vital.p50, *quantile(values, 0.5), 1e-6);
    const VitalInfo& info = kVitals[static_cast<size_t>(vital.vital)];
    EXPECT_EQ(vital.poor, std::ranges::count_if(values, [&](double v) { return v > info.poor_min + 1e-9; }));
  }
  int64_t views = 0, errors = 0, requests = 0;
  for (const SeriesPoint& point : done->series) {
    views += point.views;
    errors += point.errors;
    requests += point.requests;
  }
  EXPECT_EQ(std::ssize(done->series), done->steps.count);
  EXPECT_EQ(views, expected.views);
  EXPECT_EQ(errors, expected.errors);
  EXPECT_EQ(requests, expected.requests);
  EXPECT_NEAR(*done->phases.p75_ms[static_cast<size_t>(Phase::kDns)], 38, 12);
}

TEST_F(RumNumbersTest, OverviewBesideReleaseAndRange) {
  const auto release = overview(sets_, {.range = kRange, .app = "shop", .baseline = Baseline::kRelease});
  ASSERT_TRUE(release);
  EXPECT_EQ(release->version, "2.10.0");
  EXPECT_EQ(release->before_version, "2.9.1");
  const auto of = [&](std::string version) {
    return naive([&](const TestEvent& e) { return text_of(e.resource, "rum.app.id") == "shop" && text_of(e.resource, "service.version") == version; });
  };
  of("2.10.0").expect(release->now);
  ASSERT_TRUE(release->before);
  of("2.9.1").expect(*release->before);

  const table::TimeRange half{kStart, kStart + 1800 * kSecond}, rest{half.end_ns, kRange.end_ns};
  const auto ranged = overview(sets_, {.range = rest, .baseline = Baseline::kRange, .baseline_range = half});
  ASSERT_TRUE(ranged);
  naive([&](const TestEvent& e) { return rest.contains(e.time_ns); }).expect(ranged->now);
  const Naive earlier = naive([&](const TestEvent& e) { return half.contains(e.time_ns); });
  earlier.expect(*ranged->before);
  EXPECT_EQ(ranged->vitals[0].before_count, std::ssize(earlier.all(Vital::kLcp)));
}

TEST_F(RumNumbersTest, BreakdownRowsAreWhatTheirFilterFinds) {
  for (const char* by : {"view.name", "user_agent.name", "resource.service.version", "nothing.at.all"}) {
    SCOPED_TRACE(by);
    const bool row_is_part = std::string_view(by) != "resource.service.version";
    const auto done = breakdown(sets_, {.range = kRange, .by = by});
    ASSERT_TRUE(done);
    int64_t requests = 0;
    std::set<std::string> values;
    for (const BreakdownRow& row : done->rows) {
      requests += row.counts.requests;
      values.insert(row.value);
      const auto filter = EventFilter::parse(row.q);
      ASSERT_TRUE(filter) << row.q;
      const auto alone = overview(sets_, {.range = kRange, .filter = &*filter});
      ASSERT_TRUE(alone);
      const Naive expected = naive([&](const TestEvent& e) {
        const std::string key = by;
        return (key.starts_with("resource.") ? text_of(e.resource, key.substr(9)) : text_of(e.attributes, key)) == row.value;
      });
      expected.expect(row.counts, row_is_part);
      expected.expect(alone->now, true);
      EXPECT_EQ(row.request_p75, quantile(expected.request_ms, 0.75));
      const auto lcp = quantile(expected.all(Vital::kLcp), 0.75);
      EXPECT_EQ(row.p75[0].has_value(), lcp.has_value());
      EXPECT_EQ(row.lcp_count, std::ssize(expected.all(Vital::kLcp)));
      if (lcp) {
        EXPECT_NEAR(*row.p75[0], *lcp, 1e-6);
      }
    }
    EXPECT_EQ(values.size(), done->value_count);
    EXPECT_EQ(requests, naive([](const TestEvent&) { return true; }).requests);
  }
  const auto pages = breakdown(sets_, {.range = kRange, .by = "view.name", .sort = BreakdownSort::kErrors, .limit = 2});
  ASSERT_TRUE(pages);
  ASSERT_EQ(pages->rows.size(), 2u);
  EXPECT_GE(pages->rows[0].counts.errors, pages->rows[1].counts.errors);
  EXPECT_EQ(pages->value_count, 5u);
  const auto all_pages = breakdown(sets_, {.range = kRange, .by = "view.name"});
  int64_t exits = 0;
  for (const BreakdownRow& row : all_pages->rows) exits += row.exits;
  EXPECT_EQ(exits, std::ssize(naive([](const TestEvent&) { return true; }).sessions));
}

TEST_F(RumNumbersTest, Applications) {
  const auto done = list_apps(sets_, {.range = kRange});
  ASSERT_TRUE(done);
  ASSERT_EQ(done->apps.size(), 2u);
  EXPECT_EQ(done->apps[0].id, "shop");
  const Naive expected = naive([](const TestEvent& e) { return text_of(e.resource, "rum.app.id") == "shop"; });
  EXPECT_EQ(done->apps[0].sessions, std::ssize(expected.sessions));
  EXPECT_EQ(done->apps[0].users, std::ssize(expected.users));
  EXPECT_EQ(done->apps[0].views, expected.views);
  EXPECT_EQ(done->apps[0].errors, expected.errors);
  EXPECT_EQ(done->apps[0].versions.size(), 2u);
}

TEST_F(RumNumbersTest, RequestsByTemplate) {
  const auto done = list_requests(catalog_, {.range = kRange, .sort = RequestSort::kCount});
  ASSERT_TRUE(done);
  std::map<std::string, std::vector<double>> expected;
  std::map<std::string, int64_t> failed;
  for (const TestEvent& event : events_) {
    if (text_of(event.attributes, "rum.type") != "fetch" || !kRange.contains(event.time_ns)) continue;
    const std::string name = text_of(event.attributes, "rum.name");
    const std::string row = text_of(event.attributes, "http.request.method") + " " + name.substr(0, name.rfind('/')) + "/{id}";
    expected[row].push_back(*number_of(event, "rum.duration"));
    failed[row] += *number_of(event, "http.response.status_code") == 503 ? 1 : 0;
  }
  EXPECT_EQ(done->row_count, 4u);
  ASSERT_EQ(done->rows.size(), 4u);
  for (const RequestRow& row : done->rows) {
    const auto& values = expected[row.method + " " + row.name];
    EXPECT_EQ(row.host, "shop.example");
    EXPECT_EQ(row.count, std::ssize(values));
    EXPECT_EQ(row.failed, failed[row.method + " " + row.name]);
    EXPECT_EQ(row.p95, quantile(values, 0.95));
    EXPECT_EQ(row.max_ms, *std::ranges::max_element(values));
    EXPECT_EQ(row.slowest.ms, row.max_ms);
    EXPECT_FALSE(row.slowest.session_id.empty());
    const auto filter = EventFilter::parse(row.q);
    ASSERT_TRUE(filter) << row.q;
    const auto alone = list_requests(catalog_, {.range = kRange, .filter = &*filter});
    ASSERT_TRUE(alone);
    ASSERT_EQ(alone->rows.size(), 1u) << row.q;
    EXPECT_EQ(alone->rows[0].count, row.count);
  }
}

// A view of 3 s: 1 s for the document, a request of 1.5 s of which the backend takes 1.2 s: two statements, called ten times.
TEST(RumPageTest, TellsTheStatementThatMakesAPageSlow) {
  const otlp::TraceId trace_id{5, 6};
  const otlp::Attributes resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", "shop")};
  const auto event = [&](int64_t at_ms, const char* name, const char* type, otlp::Attributes more) {
    more.push_back(pair_of("rum.type", type));
    more.push_back(pair_of("session.id", "s1"));
    more.push_back(pair_of("view.id", "v1"));
    more.push_back(pair_of("view.name", "/checkout"));
    more.push_back(pair_of("rum.event.id", std::string("e-") + type));
    return TestEvent{.time_ns = kStart + at_ms * kMs, .name = name, .resource = resource, .attributes = std::move(more)};
  };
  std::vector<TestEvent> events = {
      event(0, "rum.view", "pv", {}),
      event(40, "rum.view", "perf", {pair_of("rum.time_to_first_byte", 900), pair_of("rum.download_duration", 100)}),
      event(1200, "rum.resource", "fetch", {pair_of("rum.name", "/api/order/17"), pair_of("rum.duration", 1500), pair_of("http.request.method", "POST")}),
      event(3000, "rum.view", "webvitals", {pair_of("rum.largest_contentful_paint", 3000)}),
  };
  events[2].trace_id = trace_id;
  events[2].span_id = 1;

  otlp::TracesData data;
  const auto add = [&](const char* service, otlp::SpanId id, otlp::SpanId parent, const char* name, int64_t at_ms, int64_t ms, const char* sql = nullptr) {
    otlp::Span span;
    span.trace_id = trace_id;
    span.span_id = id;
    span.parent_span_id = parent;
    span.name = name;
    span.kind = otlp::SpanKind::kClient;
    span.start_time_unix_nano = static_cast<uint64_t>(kStart + at_ms * kMs);
    span.end_time_unix_nano = span.start_time_unix_nano + static_cast<uint64_t>(ms * kMs);
    if (sql != nullptr) span.attributes = {pair_of("db.system", "postgresql"), pair_of("db.statement", sql)};
    otlp::ResourceSpans& resource_spans = data.resource_spans.emplace_back();
    resource_spans.resource.attributes.push_back(pair_of("service.name", service));
    if (std::string_view(service) == "rum-browser") {
      resource_spans.resource.attributes.push_back(pair_of("telemetry.sdk.language", "webjs"));
    }
    resource_spans.scope_spans.emplace_back().spans.push_back(span);
  };
  add("rum-browser", 1, 0, "browser.request: /api/order/17", 1200, 1500);
  add("shop", 2, 1, "POST /api/order", 1350, 1200);
  for (int i = 0; i < 10; ++i) {
    add("shop", static_cast<otlp::SpanId>(100 + i), 2, "SELECT stock", 1360 + i * 100, 90, fmt::format("SELECT * FROM stock WHERE sku = {}", i).c_str());
  }
  table::Catalog catalog;
  catalog.replace({}, {std::make_shared<EventSet>(std::vector{event_table(events)}, std::make_shared<query_test::NaiveSpanSet>("spans", std::move(data)))});

  const auto page = ask_page(catalog, {.range = kRange, .app = "shop", .view = "/checkout"});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->counts.views, 1);
  EXPECT_EQ(page->sampled_views, 1);
  EXPECT_EQ(page->total_ns, 3000 * kMs);
  EXPECT_EQ(page->time.backend_ns, 1200 * kMs);
  EXPECT_EQ(page->time.network_ns, (1000 + 300) * kMs);  // The document, and the request around the backend.
  EXPECT_EQ(page->time.browser_ns, 500 * kMs);
  ASSERT_EQ(page->suspects.size(), 2u);
  EXPECT_EQ(page->suspects[0].statement, "SELECT * FROM stock WHERE sku = ?");
  EXPECT_EQ(page->suspects[0].total_ns, 900 * kMs);
  EXPECT_DOUBLE_EQ(page->suspects[0].calls_per_trace, 10);
  EXPECT_DOUBLE_EQ(page->suspects[0].share, 0.75);
  EXPECT_EQ(page->suspects[0].kind, "database");
  EXPECT_EQ(page->suspects[0].session_id, "s1");
  EXPECT_EQ(page->suspects[0].event_id, "e-fetch");
  ASSERT_EQ(page->slow_views.size(), 1u);
  const SlowView& view = page->slow_views[0];
  EXPECT_EQ(view.view_id, "v1");
  EXPECT_EQ(view.lcp_ms, 3000);
  ASSERT_TRUE(view.slowest_request);
  EXPECT_EQ(view.slowest_request->trace_id, trace_id);
  ASSERT_TRUE(view.worst_span);
  EXPECT_EQ(view.worst_span->self_ns, 900 * kMs);
  ASSERT_EQ(page->requests.size(), 1u);
  EXPECT_EQ(page->requests[0].name, "/api/order/{id}");
  EXPECT_EQ(page->requests[0].sampled, 1);
  EXPECT_EQ(page->requests[0].time.backend_ns, 1200 * kMs);
  EXPECT_EQ(page->requests[0].time.network_ns, 300 * kMs);
}

// Requests of 1 to 400 ms, of which every second one's backend took all but a millisecond; another row of little time.
TEST(RumRequests, MeansAreOfAFairChoiceOfTheTracesThatHaveCome) {
  constexpr int64_t kMs = 1'000'000;
  const int64_t start_ns = kRange.begin_ns + 1'000'000'000;
  std::vector<TestEvent> events;
  otlp::TracesData data;
  const auto add_span = [&](const char* service, otlp::TraceId trace, otlp::SpanId id, otlp::SpanId parent, int64_t begin_ns, int64_t ms) {
    otlp::Span span;
    span.trace_id = trace;
    span.span_id = id;
    span.parent_span_id = parent;
    span.name = "GET";
    span.start_time_unix_nano = static_cast<uint64_t>(begin_ns);
    span.end_time_unix_nano = static_cast<uint64_t>(begin_ns + ms * kMs);
    otlp::ResourceSpans& resource_spans = data.resource_spans.emplace_back();
    resource_spans.resource.attributes = {pair_of("service.name", service)};
    if (std::string_view(service) == "rum-browser") resource_spans.resource.attributes.push_back(pair_of("telemetry.sdk.language", "webjs"));
    resource_spans.scope_spans.emplace_back().spans.push_back(span);
  };
  const auto add = [&](uint64_t number, const char* name, int64_t ms, bool has_backend) {
    TestEvent event{.time_ns = start_ns + static_cast<int64_t>(number) * kMs, .name = "rum.resource", .resource = {pair_of("rum.app.id", "shop")},
                    .attributes = {pair_of("rum.type", "fetch"), pair_of("session.id", "s"), pair_of("view.id", fmt::format("v{}", number)),
                                   pair_of("view.name", "/slow"), pair_of("rum.name", name), pair_of("rum.duration", ms)},
                    .trace_id = {7, number}, .span_id = number};
    TestEvent vitals = event;
    events.push_back(event);
    vitals.name = "rum.view";
    vitals.attributes = {pair_of("rum.type", "perf"), pair_of("session.id", "s"), pair_of("view.id", fmt::format("v{}", number)),
                         pair_of("view.name", "/slow"), pair_of("rum.largest_contentful_paint", ms + 1)};
    vitals.trace_id = {};
    events.push_back(vitals);
    add_span("rum-browser", event.trace_id, event.span_id, 0, event.time_ns, ms);
    if (has_backend) add_span("shop", event.trace_id, 10'000 + number, event.span_id, event.time_ns, ms - 1);
  };
  for (uint64_t i = 1; i <= 400; ++i) add(i, "/slow", static_cast<int64_t>(i), i % 2 == 0);
  for (uint64_t i = 501; i <= 510; ++i) add(i, "/rare", 1, true);
  table::Catalog catalog;
  catalog.replace({}, {std::make_shared<EventSet>(std::vector{event_table(events)}, std::make_shared<query_test::NaiveSpanSet>("spans", std::move(data)))});

  const auto requests = list_requests(catalog, {.range = kRange, .app = "shop"});
  ASSERT_TRUE(requests) << requests.error().message;
  ASSERT_EQ(requests->rows.size(), 2u);
  const RequestRow& slow = requests->rows[0];
  EXPECT_EQ(slow.name, "/slow");
  EXPECT_EQ(slow.sampled, static_cast<int64_t>(kTracesPerRequest));  // Though half of the traces have no backend.
  EXPECT_EQ(slow.time.network_ns, kMs);
  const int64_t mean_ns = slow.time.backend_ns + slow.time.network_ns + slow.time.browser_ns;
  EXPECT_GT(mean_ns, 120 * kMs);  // 200 of all; of the slowest 25 it would be 388.
  EXPECT_LT(mean_ns, 280 * kMs);
  EXPECT_EQ(requests->rows[1].sampled, 10);
  const auto few = list_requests(catalog, {.range = kRange, .app = "shop", .traces = 5});
  ASSERT_TRUE(few);
  EXPECT_EQ(few->rows[0].sampled, 3);  // Of most time, after two for each.
  EXPECT_EQ(few->rows[1].sampled, static_cast<int64_t>(kTracesAtLeast));

  // Views of 304 ms and more are slow; half of them are known to have waited for a backend, all of their time but 2 ms.
  const auto page = ask_page(catalog, {.range = kRange, .app = "shop", .view = "/slow"});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->sampled_views, static_cast<int64_t>(kViewsSampled));
  EXPECT_EQ(page->total_ns - page->time.backend_ns, 2 * kMs);
  EXPECT_NEAR(static_cast<double>(page->total_ns), 351.0 * kMs, 6.0 * kMs);  // Not the mean of the slowest.
  EXPECT_EQ(page->slow_views.size(), kPageRows);
  EXPECT_EQ(page->slow_views[0].lcp_ms, 401);
}

TEST(SamplesTest, QuantilesAreExactThenClose) {
  std::mt19937 random(3);
  Samples few, many, merged;
  std::vector<double> values;
  for (size_t i = 0; i < 3 * kExactSamplesMax; ++i) {
    const double value = std::exp(static_cast<double>(random() % 12'000) / 1000);
    values.push_back(value);
    many.add(value);
    if (i < 1000) few.add(value);
  }
  EXPECT_NEAR(*few.quantile(0.75), *quantile({values.begin(), values.begin() + 1000}, 0.75), 0.001);
  merged.merge(few);
  merged.merge(many);
  EXPECT_EQ(merged.count(), few.count() + many.count());
  for (const double q : {0.01, 0.5, 0.75, 0.95, 0.99}) EXPECT_NEAR(*many.quantile(q) / *quantile(values, q), 1, 0.004) << q;
  EXPECT_FALSE(Samples().quantile(0.5));
}

TEST(RequestFactsTest, Templates) {
  const std::vector<std::pair<const char*, const char*>> paths = {
      {"/api/order/17", "/api/order/{id}"},
      {"/users/550e8400-e29b-41d4-a716-446655440000/cart", "/users/{id}/cart"},
      {"/v2/items", "/v2/items"},
      {"/deadbeef01/x", "/{id}/x"},
      {"/feedback/decade", "/feedback/decade"},
      {"/u/uid_dorp9fxd7mw30lvv", "/u/{id}"},
      {"", ""},
      {"/", "/"},
  };
  for (const auto& [path, wanted] : paths) EXPECT_EQ(path_template(path), wanted);
  const std::vector<std::pair<const char*, const char*>> files = {
      {"/assets/app.3f9a1c07.js", "/assets/app.{hash}.js"},       {"/assets/index-BxK29fQz.css", "/assets/index-{hash}.css"},
      {"/2.4.0/vendor.js", "/{version}/vendor.js"},                   {"/assets/2.4.0.vendor.js", "/assets/{version}.vendor.js"},
      {"/img/843.webp", "/img/{id}.webp"},                        {"/img/photo-1.jpg", "/img/photo-1.jpg"},
      {"/bootstrap4.min.js", "/bootstrap4.min.js"},               {"/items/17/thumb.png", "/items/{id}/thumb.png"},
  };
  for (const auto& [path, wanted] : files) EXPECT_EQ(file_template(path), wanted);
  EXPECT_EQ(url_host("https://u:p@shop.example:8080/cart?id=7"), "shop.example:8080");
  EXPECT_EQ(url_host("/cart"), "");
  EXPECT_EQ(url_path("https://shop.example"), "/");
  EXPECT_EQ(url_path("https://shop.example/cart?id=7#x"), "/cart");
  EXPECT_EQ(site_of("cdn.shop.co.uk:443"), "shop.co.uk");
  EXPECT_FALSE(is_third_party("static.shop.example", "www.shop.example"));
  EXPECT_TRUE(is_third_party("cdn.example", "shop.example"));
  EXPECT_EQ(site_of("127.0.0.1:8080"), "127.0.0.1");
}

TEST(ReleasesTest, TheHighestNumberIsNewestElseTheFirstSeenLast) {
  EXPECT_EQ(newest_releases({{"2.9.1", 5, 9, 1}, {"2.10.0", 3, 8, 1}, {"2.8.0", 9, 9, 1}}).newest, 1);
  EXPECT_EQ(newest_releases({{"2.9.1", 5, 9, 1}, {"2.10.0", 3, 8, 1}, {"2.8.0", 9, 9, 1}}).before, 0);
  EXPECT_EQ(newest_releases({{"f3a1", 5, 9, 1}, {"0bc2", 7, 8, 1}}).newest, 1);
  EXPECT_EQ(newest_releases({}).newest, -1);
  EXPECT_EQ(newest_releases({{"1", 5, 9, 1}}).before, -1);
}

TEST(RequestFactsTest, RedirectsAreNoFailures) {
  EXPECT_FALSE(request_failed(0, 302));
  EXPECT_TRUE(request_failed(0, 0));
  EXPECT_TRUE(request_failed(0, std::nullopt));
  EXPECT_TRUE(request_failed(-1, 500));
  EXPECT_FALSE(request_failed(-1, std::nullopt));
  EXPECT_FALSE(request_failed(1, 200));
}

}  // namespace
}  // namespace clew::query_rum
