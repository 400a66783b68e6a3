// Sessions of generated events, spread over sets, against plain loops; one session with its backends.
#include "query/rum/session_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include <fmt/format.h>

#include "query/naive_span_set.h"
#include "query/rum/event_set_for_test.h"
#include "query/rum/session_detail.h"
#include "query/rum/session_limits.h"
#include "query/rum/session_of_trace.h"

namespace clew::query_rum {
namespace {

using query_rum_test::EventSet;
using query_rum_test::event_table;
using query_rum_test::pair_of;
using query_rum_test::TestEvent;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kStart = 1'795'219'000 * kSecond;
constexpr int64_t kNow = kStart + 7200 * kSecond;

std::vector<TestEvent> many_events(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  const auto pick = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  std::vector<TestEvent> events;
  for (size_t i = 0; i < count; ++i) {
    TestEvent event;
    event.time_ns = kStart + static_cast<int64_t>(pick(3'600'000)) * 1'000'000;
    event.resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", "shop")};
    const uint32_t session = pick(60);
    auto& own = event.attributes;
    if (session != 0) own.push_back(pair_of("session.id", fmt::format("s{}", session)));
    own.push_back(pair_of("user.id", fmt::format("u{}", session % 17)));
    own.push_back(pair_of("view.id", fmt::format("s{}v{}", session, pick(3))));
    own.push_back(pair_of("view.name", fmt::format("/page/{}", pick(5))));
    if (pick(3) == 0) own.push_back(pair_of("rum.times", static_cast<int64_t>(pick(4) + 1)));
    switch (pick(5)) {
      case 0:
        event.name = "rum.view";
        own.push_back(pair_of("rum.type", pick(2) == 0 ? "pv" : "webvitals"));
        if (pick(2) == 0) own.push_back(pair_of("rum.largest_contentful_paint", pick(6000) * 1.0));
        break;
      case 1:
        event.name = "rum.resource";
        own.push_back(pair_of("rum.type", pick(2) == 0 ? "fetch" : "js"));
        own.push_back(pair_of("rum.duration", pick(2500) * 1.0));
        own.push_back(pair_of("http.response.status_code", static_cast<int64_t>(pick(8) == 0 ? 500 : 200)));
        break;
      case 2:
        event.name = "rum.exception";
        own.push_back(pair_of("rum.type", pick(10) == 0 ? "blank" : "error"));
        own.push_back(pair_of("exception.message", pick(9) == 0 ? "Boom IS here" : "x"));
        break;
      case 3:
        event.name = "rum.action";
        own.push_back(pair_of("rum.type", "click"));
        own.push_back(pair_of("rum.target_name", fmt::format("t{}", pick(2))));
        break;
      default: event.name = "rum.longTask"; break;
    }
    events.push_back(std::move(event));
  }
  return events;
}

const otlp::AnyValue* find(const TestEvent& event, std::string_view key) {
  for (const auto& pair : event.attributes) {
    if (pair.key == key) return &pair.value;
  }
  return nullptr;
}
std::string text(const TestEvent& event, std::string_view key) {
  const auto* value = find(event, key);
  return value == nullptr ? "" : std::get<std::string>(value->value);
}
double number(const TestEvent& event, std::string_view key, double otherwise) {
  const auto* value = find(event, key);
  if (value == nullptr) return otherwise;
  return std::holds_alternative<int64_t>(value->value) ? static_cast<double>(std::get<int64_t>(value->value)) : std::get<double>(value->value);
}

struct Naive {
  std::vector<const TestEvent*> events;
  uint32_t errors = 0, failed = 0, slow = 0, views = 0, rage = 0;
  int64_t start_ns = INT64_MAX, end_ns = INT64_MIN;
};

std::map<std::string, Naive> naive_sessions(const std::vector<TestEvent>& events) {
  std::map<std::string, Naive> sessions;
  std::map<std::pair<std::string, std::string>, std::vector<std::pair<int64_t, uint32_t>>> clicks;
  for (const TestEvent& event : events) {
    const std::string id = text(event, "session.id");
    if (id.empty()) continue;
    Naive& session = sessions[id];
    session.events.push_back(&event);
    const auto times = static_cast<uint32_t>(number(event, "rum.times", 1));
    const double ms = number(event, "rum.duration", 0);
    session.start_ns = std::min(session.start_ns, event.time_ns);
    session.end_ns = std::max(session.end_ns, event.time_ns + static_cast<int64_t>(ms * 1e6));
    if (event.name == "rum.exception") session.errors += times;
    if (event.name == "rum.view" && text(event, "rum.type") == "pv") session.views += times;
    if (event.name == "rum.resource" && text(event, "rum.type") == "fetch") {
      if (number(event, "http.response.status_code", 0) >= 400) session.failed += times;
      if (ms > 2000) session.slow += times;
    }
    if (event.name == "rum.action") clicks[{id, text(event, "rum.target_name")}].emplace_back(event.time_ns, times);
  }
  for (auto& [key, list] : clicks) {
    std::ranges::sort(list);
    for (size_t i = 0; i < list.size();) {
      uint32_t count = 0;
      size_t end = i;
      while (end < list.size() && list[end].first <= list[i].first + kSecond) count += list[end++].second;
      if (count < 3) {
        ++i;
        continue;
      }
      ++sessions[key.first].rage;
      while (end < list.size() && list[end].first <= list[end - 1].first + kSecond) ++end;
      i = end;
    }
  }
  return sessions;
}

class SessionListTest : public testing::Test {
 protected:
  void load(const std::vector<TestEvent>& events, size_t set_count) {
    std::vector<std::vector<TestEvent>> parts(set_count * 2);
    for (size_t i = 0; i < events.size(); ++i) parts[i % parts.size()].push_back(events[i]);
    table::Catalog::Sets sets;
    for (size_t i = 0; i < set_count; ++i) {
      // Two segments each; in one of them most attributes overflow.
      sets.push_back(std::make_shared<EventSet>(std::vector{event_table(parts[2 * i]), event_table(parts[2 * i + 1], i == 0 ? 14 : 1024)}));
    }
    catalog_.replace({}, sets);
  }
  SessionsResult ask(SessionsRequest request) {
    request.range = {kStart, kNow};
    request.now_ns = kNow;
    auto result = list_sessions(catalog_, request);
    EXPECT_TRUE(result) << result.error().message;
    return result ? std::move(*result) : SessionsResult();
  }

  table::Catalog catalog_;
};

TEST_F(SessionListTest, CountsAreThoseOfPlainLoops) {
  const auto events = many_events(6000, 1);
  load(events, 3);
  const auto naive = naive_sessions(events);
  const SessionsResult result = ask({.limit = kSessionRowsMax});
  EXPECT_EQ(result.total_count, naive.size());
  ASSERT_EQ(result.sessions.size(), naive.size());
  EXPECT_TRUE(result.exact);
  double last_pain = 101;
  uint32_t all_rage = 0;
  for (const SessionRow& row : result.sessions) {
    const Naive& expected = naive.at(row.session_id);
    const SessionCounts& counts = row.summary.counts;
    EXPECT_EQ(counts.events, expected.events.size()) << row.session_id;
    EXPECT_EQ(counts.errors, expected.errors);
    EXPECT_EQ(counts.failed_requests, expected.failed);
    EXPECT_EQ(counts.slow_requests, expected.slow);
    EXPECT_EQ(counts.views, expected.views);
    EXPECT_EQ(counts.rage_clicks, expected.rage);
    EXPECT_EQ(counts.start_ns, expected.start_ns);
    EXPECT_EQ(counts.end_ns, expected.end_ns);
    EXPECT_LE(row.summary.pain, last_pain);
    EXPECT_EQ(row.app(), "shop");
    last_pain = row.summary.pain;
    all_rage += counts.rage_clicks;
  }
  EXPECT_GT(all_rage, 0u);
}

TEST_F(SessionListTest, PagesHoldEverySessionOnce) {
  const auto events = many_events(3000, 2);
  load(events, 2);
  const auto naive = naive_sessions(events);
  for (const SessionSort sort : {SessionSort::kWorst, SessionSort::kNewest, SessionSort::kLongest, SessionSort::kErrors}) {
    SessionsRequest request{.sort = sort, .limit = 7};
    std::vector<std::string> seen;
    int64_t last = INT64_MAX;
    do {
      const SessionsResult page = ask(request);
      for (const SessionRow& row : page.sessions) {
        seen.push_back(row.session_id);
        const SessionCounts& counts = row.summary.counts;
        const int64_t key = sort == SessionSort::kNewest    ? counts.start_ns
                            : sort == SessionSort::kLongest ? counts.duration_ns()
                            : sort == SessionSort::kErrors  ? counts.errors
                                                            : static_cast<int64_t>(row.summary.pain * 10);
        EXPECT_LE(key, last);
        last = key;
      }
      request.cursor = page.next_cursor;
      ASSERT_LE(seen.size(), naive.size());
    } while (!request.cursor.empty());
    EXPECT_EQ(seen.size(), naive.size());
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), naive.size());
  }
  SessionsRequest wrong{.range = {kStart, kNow}, .sort = SessionSort::kNewest, .cursor = "w.1.2.s"};
  EXPECT_EQ(list_sessions(catalog_, wrong).error().code, stdx::ErrorCode::kInvalidArgument);
}

TEST_F(SessionListTest, SessionsOfOneRankAreToldApartByTheirIds) {
  auto events = many_events(600, 4);
  for (TestEvent& event : events) event.time_ns = kStart;
  load(events, 2);
  SessionsRequest request{.sort = SessionSort::kNewest, .limit = 7};
  std::vector<std::string> seen;
  do {
    const SessionsResult page = ask(request);
    for (const SessionRow& row : page.sessions) seen.push_back(row.session_id);
    request.cursor = page.next_cursor;
  } while (!request.cursor.empty() && seen.size() < 1000);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), naive_sessions(events).size());
  EXPECT_EQ(seen.size(), naive_sessions(events).size());
}

TEST_F(SessionListTest, IdsTooLongForACursorDoNotEndTheList) {
  auto events = many_events(600, 4);
  size_t long_ids = 0;
  for (TestEvent& event : events) {
    event.time_ns = kStart;
    for (otlp::KeyValue& pair : event.attributes) {
      auto* id = pair.key == "session.id" ? std::get_if<std::string>(&pair.value.value) : nullptr;
      if (id == nullptr || id->back() % 2 == 0) continue;
      *id = std::string(3000, 'x') + *id;
      ++long_ids;
    }
  }
  ASSERT_GT(long_ids, 0u);
  load(events, 2);
  SessionsRequest request{.sort = SessionSort::kNewest, .limit = 1};
  std::set<std::string> seen;
  size_t pages = 0;
  do {
    const SessionsResult page = ask(request);
    for (const SessionRow& row : page.sessions) seen.insert(row.session_id);
    request.cursor = page.next_cursor;
    EXPECT_LT(request.cursor.size(), kSessionCursorBytesMax);
  } while (!request.cursor.empty() && ++pages < 1000);
  EXPECT_EQ(seen.size(), naive_sessions(events).size());
}

TEST_F(SessionListTest, FindsWhatIsAskedFor) {
  const auto events = many_events(1500, 3);
  load(events, 2);
  const auto naive = naive_sessions(events);
  const auto expect = [&](const SessionsRequest& request, const std::function<bool(const Naive&)>& holds) {
    uint64_t count = 0;
    for (const auto& [id, session] : naive) count += holds(session);
    SessionsRequest whole = request;
    whole.limit = kSessionRowsMax;
    const SessionsResult result = ask(whole);
    EXPECT_EQ(result.session_count, count);
    EXPECT_EQ(result.total_count, naive.size());
    for (const SessionRow& row : result.sessions) {
      EXPECT_TRUE(holds(naive.at(row.session_id))) << row.session_id;
      // Matching or not, all its events count.
      EXPECT_EQ(row.summary.counts.events, naive.at(row.session_id).events.size());
    }
    EXPECT_GT(count, 0u);
    EXPECT_LT(count, naive.size());
  };
  const auto any = [](const Naive& session, const auto& holds) { return std::ranges::any_of(session.events, [&](const auto* event) { return holds(*event); }); };
  expect({.has = {SessionTrait::kFailed, SessionTrait::kBlank}}, [&](const Naive& session) {
    return session.failed > 0 && any(session, [](const TestEvent& event) { return text(event, "rum.type") == "blank"; });
  });
  expect({.q = "{ .view.name = \"/page/1\" && name = \"rum.exception\" && .rum.times = 4 }"}, [&](const Naive& session) {
    return any(session, [](const TestEvent& event) {
      return text(event, "view.name") == "/page/1" && event.name == "rum.exception" && number(event, "rum.times", 1) == 4;
    });
  });
  expect({.user = "U3"}, [&](const Naive& session) { return text(*session.events.front(), "user.id") == "u3"; });
  expect({.text = "boom is"}, [&](const Naive& session) {
    return any(session, [](const TestEvent& event) { return text(event, "exception.message") == "Boom IS here"; });
  });
  expect({.min_duration_ns = 3450 * kSecond}, [&](const Naive& session) { return session.end_ns - session.start_ns >= 3450 * kSecond; });
}

// ---- One session ----

otlp::TracesData one_span(otlp::TraceId trace, otlp::SpanId id, otlp::SpanId parent, otlp::SpanKind kind, const std::string& service,
                          int64_t start_ns, int64_t duration_ns, const std::string& trace_state = "") {
  otlp::Span span;
  span.trace_id = trace;
  span.span_id = id;
  span.parent_span_id = parent;
  span.kind = kind;
  span.name = service + (kind == otlp::SpanKind::kServer ? " serve" : " op");
  span.trace_state = trace_state;
  span.start_time_unix_nano = static_cast<uint64_t>(start_ns);
  span.end_time_unix_nano = static_cast<uint64_t>(start_ns + duration_ns);
  otlp::TracesData data;
  auto& resource = data.resource_spans.emplace_back();
  resource.resource.attributes = {pair_of("service.name", service)};
  if (service == "rum-browser") resource.resource.attributes.push_back(pair_of("telemetry.sdk.language", "webjs"));
  resource.scope_spans.emplace_back().spans.push_back(span);
  return data;
}
void append(otlp::TracesData& to, otlp::TracesData from) {
  for (auto& resource : from.resource_spans) to.resource_spans.push_back(std::move(resource));
}

TestEvent session_event(int64_t at_ms, std::string name, std::string type, otlp::Attributes more) {
  TestEvent event;
  event.time_ns = kStart + at_ms * 1'000'000;
  event.name = std::move(name);
  event.resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", "shop"), pair_of("rum.app.type", "browser")};
  event.attributes = {pair_of("session.id", "s"), pair_of("user.id", "u"), pair_of("view.id", "v"), pair_of("view.name", "/cart"),
                      pair_of("rum.type", std::move(type))};
  for (auto& pair : more) event.attributes.push_back(std::move(pair));
  return event;
}
TestEvent request_event(int64_t at_ms, const std::string& id, const std::string& url, double ms, otlp::TraceId trace, otlp::SpanId span) {
  TestEvent event = session_event(at_ms, "rum.resource", "fetch",
                                  {pair_of("rum.event.id", id), pair_of("url.full", url), pair_of("rum.name", id), pair_of("rum.duration", ms),
                                   pair_of("http.request.method", "GET"), pair_of("http.response.status_code", 200),
                                   pair_of("rum.success", 1)});
  event.trace_id = trace;
  event.span_id = span;
  return event;
}

class SessionDetailTest : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<TestEvent> events = {
        session_event(0, "rum.view", "pv", {pair_of("rum.event.id", "view"), pair_of("url.full", "https://shop.example/cart")}),
        request_event(100, "traced", "https://shop.example/api/cart?x=1", 2500, {1, 1}, 0xa1),
        request_event(200, "lost", "https://shop.example/api/array", 20, {1, 2}, 0xa2),
        request_event(300, "unsampled", "https://shop.example/api/c", 20, {}, 0),
        request_event(400, "elsewhere", "https://pay.example/api", 20, {}, 0),
        request_event(500, "blocked", "https://cdn.example/api", 20, {1, 3}, 0xa3),
        request_event(600, "silent", "https://old.example/api", 20, {1, 4}, 0xa4),
        session_event(2700, "rum.exception", "error",
                      {pair_of("rum.event.id", "error"), pair_of("exception.type", "TypeError"), pair_of("exception.message", "x is null"),
                       pair_of("exception.stacktrace", "TypeError: x is null\n    at total (https://shop.example/app.js:3:7)")}),
    };
    auto& traced = events[1].attributes;
    traced.push_back(pair_of("rum.first_byte_duration", 2000.0));
    traced.push_back(pair_of("rum.download_duration", 100.0));
    traced.push_back(pair_of("rum.trace.sample", 50.0));
    for (auto& pair : events[5].attributes) {
      if (pair.key == "http.response.status_code") pair.value = {int64_t{0}};
      if (pair.key == "rum.success") pair.value = {int64_t{0}};
    }
    events.push_back(request_event(690, "quick", "https://shop.example/api/q", 20, {1, 7}, 0xa7));
    TestEvent young = request_event(0, "young", "https://shop.example/api/y", 20, {1, 5}, 0xa5);
    young.time_ns = kNow - kSecond;
    events.push_back(young);
    otlp::TracesData spans = one_span({1, 1}, 0xa1, 0, otlp::SpanKind::kClient, "rum-browser", kStart + 100'000'000, 2500'000'000,
                                      "rum=v2&browser&shop&s&u");
    // The server's clock is an hour ahead.
    append(spans, one_span({1, 1}, 0xb1, 0xa1, otlp::SpanKind::kServer, "frontend", kStart + 3600 * kSecond, 1500'000'000));
    // Two alike weigh together.
    append(spans, one_span({1, 1}, 0xb2, 0xb1, otlp::SpanKind::kClient, "frontend", kStart + 3600 * kSecond + 100'000'000, 600'000'000));
    append(spans, one_span({1, 1}, 0xb3, 0xb1, otlp::SpanKind::kClient, "frontend", kStart + 3600 * kSecond + 700'000'000, 700'000'000));
    append(spans, one_span({1, 7}, 0xb7, 0xa7, otlp::SpanKind::kServer, "frontend", kStart + 700'000'000, 5'000'000));
    append(spans, one_span({1, 4}, 0xa4, 0, otlp::SpanKind::kClient, "rum-browser", kStart + 600'000'000, 20'000'000));
    append(spans, one_span({1, 9}, 0xc1, 0xc0, otlp::SpanKind::kServer, "backend", kStart, 1000, "rum=v2&browser&shop&s&u"));
    catalog_.replace({}, {std::make_shared<EventSet>(std::vector{event_table(events)}, std::make_shared<query_test::NaiveSpanSet>("spans", std::move(spans)))});
  }
  SessionDetail ask(const std::string& event_id = "") {
    auto detail = session_detail(catalog_, {.session_id = "s", .event_id = event_id, .now_ns = kNow});
    EXPECT_TRUE(detail) << detail.error().message;
    return detail ? std::move(*detail) : SessionDetail();
  }
  table::Catalog catalog_;
};

TEST_F(SessionDetailTest, EveryRequestSaysWhatBecameOfIt) {
  const SessionDetail detail = ask();
  std::map<std::string, std::string> states;
  for (const EventDetail& event : detail.events) {
    if (event.trace) states[std::string(detail.texts.text(event.event.event_id))] = word(event.trace->verdict.state);
  }
  EXPECT_EQ(states, (std::map<std::string, std::string>{{"traced", "found"}, {"lost", "header_not_sent"}, {"unsampled", "not_sampled"},
                                                       {"elsewhere", "header_not_sent"}, {"blocked", "cors_blocked"},
                                                       {"silent", "backend_silent"}, {"young", "pending"}, {"quick", "found"}}));
  const EventDetail& traced = detail.events[1];
  ASSERT_TRUE(traced.trace && traced.trace->backend && traced.trace->shares);
  EXPECT_EQ(traced.trace->backend->service, "frontend");
  EXPECT_EQ(traced.trace->backend->span_count, 3u);
  EXPECT_EQ(traced.trace->backend->worst->self_ns, 1300'000'000);
  EXPECT_EQ(traced.trace->backend->worst->span_id, 0xb3u);
  EXPECT_EQ(traced.trace->shares->browser_ns, 400'000'000);
  EXPECT_EQ(traced.trace->shares->backend_ns, 1500'000'000);
  EXPECT_EQ(traced.trace->shares->network_ns, 600'000'000);
  // Centred within the request.
  EXPECT_EQ(traced.trace->backend->start_ns + traced.trace->backend->clock_offset_ns, kStart + 600'000'000);
  EXPECT_EQ(detail.events[3].trace->sample_rate, 50);
  ASSERT_TRUE(detail.session.summary.worst);
  ASSERT_TRUE(detail.events[8].error);
  EXPECT_EQ(detail.events[8].error->resolved.frames.size(), 1u);
  EXPECT_EQ(detail.events[8].error->group_id.size(), 16u);
  EXPECT_EQ(detail.session.summary.trace_count, 6u);
  EXPECT_TRUE(detail.session.is_live);
}

TEST_F(SessionDetailTest, OneEventSaysTheSameAndWhole) {
  for (const EventDetail& event : ask().events) {
    const SessionDetail whole = ask();
    const SessionDetail one = ask(std::string(whole.texts.text(event.event.event_id)));
    ASSERT_EQ(one.events.size(), 1u);
    EXPECT_EQ(one.events[0].record.attributes.size(), event.record.attributes.size());
    ASSERT_EQ(one.events[0].trace.has_value(), event.trace.has_value());
    if (event.trace) {
      EXPECT_EQ(word(one.events[0].trace->verdict.state), word(event.trace->verdict.state)) << event.name;
      EXPECT_EQ(one.events[0].trace->backend.has_value(), event.trace->backend.has_value()) << event.name;
    }
  }
  EXPECT_EQ(session_detail(catalog_, {.session_id = "none"}).error().code, stdx::ErrorCode::kNotFound);
  EXPECT_EQ(session_detail(catalog_, {.session_id = "s", .event_id = "none"}).error().code, stdx::ErrorCode::kNotFound);
}

TEST_F(SessionDetailTest, ATraceLeadsBackToItsSession) {
  const auto by_event = session_of_trace(catalog_, {1, 1}, kNow);
  ASSERT_TRUE(by_event && by_event->found);
  EXPECT_EQ(by_event->via, FoundVia::kEvent);
  EXPECT_EQ(by_event->session_id, "s");
  EXPECT_EQ(by_event->request.event_id, "traced");
  EXPECT_EQ(by_event->state, RequestState::kFound);
  EXPECT_EQ(by_event->session_start_ns, kStart);
  EXPECT_EQ(session_of_trace(catalog_, {1, 4}, kNow)->state, RequestState::kBackendSilent);
  const auto by_state = session_of_trace(catalog_, {1, 9}, kNow);
  ASSERT_TRUE(by_state && by_state->found);
  EXPECT_EQ(by_state->via, FoundVia::kTraceState);
  EXPECT_EQ(by_state->app, "shop");
  EXPECT_EQ(by_state->user_id, "u");
  const auto none = session_of_trace(catalog_, {7, 7}, kNow);
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->found);
  EXPECT_TRUE(none->has_events);
}

TEST_F(SessionDetailTest, AHugeSessionIsBounded) {
  std::vector<TestEvent> events;
  for (int i = 0; i < 7000; ++i) {
    events.push_back(i % 2 == 0 ? request_event(i, fmt::format("r{}", i), "/x", 1, {}, 0)
                                : session_event(i, "rum.resource", "js", {pair_of("rum.event.id", fmt::format("j{}", i))}));
  }
  catalog_.replace(catalog_.snapshot(), {std::make_shared<EventSet>(std::vector{event_table(events)})});
  const SessionDetail detail = ask();
  EXPECT_EQ(detail.events.size(), kSessionEventsMax);
  EXPECT_EQ(detail.event_count, 7000u);
  EXPECT_EQ(detail.left_out, 2000u);
  EXPECT_EQ(detail.session.summary.counts.requests, 3500u);
  EXPECT_EQ(std::ranges::count_if(detail.events, [](const auto& event) { return event.trace.has_value(); }), 3500);
  for (const EventDetail& event : detail.events) {
    if (event.trace) {
      EXPECT_EQ(event.trace->verdict.state, RequestState::kTracingOff);
    }
  }
}

}  // namespace
}  // namespace clew::query_rum
