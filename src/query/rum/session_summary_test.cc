// A session's summary from hand-made events, the decision table of request states, and what headers carry.
#include "query/rum/session_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/rum/request_state.h"
#include "query/rum/session_detail.h"
#include "query/rum/session_limits.h"
#include "query/rum/session_of_trace.h"

namespace clew::query_rum {
namespace {

using testing::ElementsAre;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kStart = 1'795'219'000'000 * kMs;

class SessionSummaryTest : public testing::Test {
 protected:
  SessionEvent& add(EventKind kind, int64_t at_ms, const std::string& name = "", const std::string& view = "v1") {
    SessionEvent& event = events_.emplace_back();
    event.kind = kind;
    event.time_ns = kStart + at_ms * kMs;
    event.name = texts_.of(name);
    event.view_id = texts_.of(view);
    event.view_name = texts_.of("/" + view);
    event.event_id = texts_.of("e" + std::to_string(events_.size()));
    return event;
  }
  SessionEvent& click(int64_t at_ms, const std::string& target, uint32_t times = 1) {
    SessionEvent& event = add(EventKind::kAction, at_ms, "click on " + target);
    event.type = texts_.of("click");
    event.target = texts_.of(target);
    event.times = times;
    return event;
  }
  SessionEvent& request(int64_t at_ms, int64_t ms, int32_t status, const std::string& view = "v1") {
    SessionEvent& event = add(EventKind::kRequest, at_ms, "/api", view);
    event.method = texts_.of("GET");
    event.duration_ns = ms * kMs;
    event.status = status;
    event.success = status >= 200 && status < 300 ? 1 : 0;
    return event;
  }
  SessionEvent& error(int64_t at_ms, const std::string& type = "error") {
    SessionEvent& event = add(EventKind::kException, at_ms, "");
    event.type = texts_.of(type);
    event.error_type = texts_.of("TypeError");
    event.message = texts_.of("x is null");
    return event;
  }
  SessionSummary summary() const { return summarise(events_, texts_); }

  TextIds texts_;
  std::vector<SessionEvent> events_;
};

TEST_F(SessionSummaryTest, NothingWrongIsNoPain) {
  add(EventKind::kView, 0);
  request(100, 50, 200);
  const SessionSummary session = summary();
  EXPECT_EQ(session.pain, 0);
  EXPECT_FALSE(session.worst);
  EXPECT_EQ(session.counts.duration_ns(), 150 * kMs);
  EXPECT_EQ(summarise({}, texts_).pain, 0);
}

TEST_F(SessionSummaryTest, CountsGoByTimes) {
  add(EventKind::kView, 0);
  error(10).times = 3;
  error(20, "blank");
  error(30, "crash");
  request(40, 2500, 500);
  request(50, 10, 304).success = 0;  // The SDK takes a redirect for a failure.
  request(60, 10, 0).status = -1;    // Of a fetch without an answer.
  const SessionCounts counts = summary().counts;
  EXPECT_EQ(counts.errors, 5u);
  EXPECT_EQ(counts.blank_screens, 1u);
  EXPECT_EQ(counts.crashes, 1u);
  EXPECT_EQ(counts.requests, 3u);
  EXPECT_EQ(counts.failed_requests, 2u);
  EXPECT_EQ(counts.slow_requests, 1u);
}

TEST_F(SessionSummaryTest, RageIsThreeClicksOnOneTargetWithinASecond) {
  click(0, "a");
  click(500, "a");
  click(600, "b");
  click(1001, "a");  // Three within 1001 ms are none.
  click(5000, "c");
  click(5400, "c");
  click(6000, "c");
  click(6900, "c");   // The burst goes on.
  click(9000, "d", 3);  // Merged by the SDK.
  click(20000, "d", 2);
  const SessionSummary session = summary();
  EXPECT_EQ(session.counts.rage_clicks, 2u);
  EXPECT_THAT(session.links.rage, ElementsAre(0, 0, 0, 0, 1, 1, 1, 1, 1, 0));
  ASSERT_TRUE(session.worst);
  EXPECT_EQ(session.worst->kind, WorstKind::kRage);
}

TEST_F(SessionSummaryTest, ActionsCauseRequestsAndFailedRequestsCauseErrors) {
  click(0, "buy");                         // 0
  request(900, 300, 500);                  // 1, by 0
  request(1001, 10, 200);                  // 2, too late
  error(1300);                             // 3, by 1, which ended at 1200
  error(3500);                             // 4, too late
  click(4000, "next");                     // 5
  add(EventKind::kView, 4100, "", "v2");   // 6, by 5 though of another view
  request(4200, 10, 200, "v2");            // 7, of another view: by nothing
  error(4900);                             // 8, by 5
  EXPECT_THAT(summary().links.caused_by, ElementsAre(-1, 0, -1, 1, -1, -1, 5, -1, 5));
}

TEST_F(SessionSummaryTest, TheWorstMomentLeadsToARequest) {
  add(EventKind::kView, 0);
  request(100, 9000, 200);
  EXPECT_EQ(summary().worst->kind, WorstKind::kSlow);
  request(200, 10, 503).trace_id = {1, 2};
  EXPECT_EQ(summary().worst->kind, WorstKind::kFailed);
  EXPECT_EQ(summary().worst->text, "GET /api");
  error(300, "crash");
  const auto worst = summary().worst;
  EXPECT_EQ(worst->kind, WorstKind::kError);
  EXPECT_EQ(worst->text, "TypeError: x is null");
  ASSERT_TRUE(worst->request);
  EXPECT_EQ(*worst->request, 2u);
}

TEST_F(SessionSummaryTest, PiecesOfAViewAreOne) {
  add(EventKind::kView, 0);
  add(EventKind::kPerf, 10).numbers.ttfb = 30;
  add(EventKind::kVitals, 20).numbers.lcp = 5000;
  add(EventKind::kVitals, 30).numbers.lcp = 1000;  // The last one counts.
  add(EventKind::kView, 40, "", "v2");
  add(EventKind::kVitals, 50, "", "v2").numbers.lcp = 3000;
  add(EventKind::kVitals, 60).numbers.inp = 288;   // A late piece of the first.
  const SessionSummary session = summary();
  EXPECT_EQ(session.lcp_p75_ms, 3000);
  EXPECT_EQ(session.inp_max_ms, 288);
  EXPECT_FALSE(session.cls_max);
  EXPECT_EQ(session.entry_view, "/v1");
  EXPECT_EQ(session.exit_view, "/v2");
  const auto views = views_of(events_);
  ASSERT_EQ(views.size(), 2u);
  EXPECT_EQ(views[0].numbers.lcp, 1000);
  EXPECT_EQ(views[0].numbers.ttfb, 30);
  EXPECT_EQ(views[0].end_ns, kStart + 60 * kMs);
}

TEST_F(SessionSummaryTest, StripsAreShortAndKeepTrouble) {
  for (int i = 0; i < 2000; ++i) request(i * 100, 50, 200);
  error(77'000);
  std::ranges::sort(events_, {}, &SessionEvent::time_ns);
  const auto strip = summary().strip;
  EXPECT_LE(strip.size(), kStripMarksMax);
  EXPECT_EQ(std::ranges::count(strip, MarkKind::kError, &StripMark::kind), 1);
  for (const StripMark& mark : strip) EXPECT_TRUE(mark.at >= 0 && mark.at <= mark.to && mark.to <= 1);
}

TEST(PainTest, GrowsWithTroubleAndStaysBelowAHundred) {
  SessionCounts counts;
  counts.failed_requests = 1;
  const double one = pain(counts);
  EXPECT_NEAR(one, 22.1, 0.1);
  counts.failed_requests = 2;
  EXPECT_GT(pain(counts), one);
  counts.crashes = 1'000'000;
  EXPECT_LE(pain(counts), 100);
  counts = {};
  counts.lcp_max_ms = 3000;
  const double fair = pain(counts);
  counts.lcp_max_ms = 5000;
  EXPECT_GT(pain(counts), fair);
}

TEST(RequestStateTest, Table) {
  struct Case {
    RequestFacts facts;
    std::string_view state, reason;
  };
  const Case cases[] = {
      {{.has_trace_id = true, .has_backend = true}, "found", ""},
      {{.has_trace_id = true, .has_backend = true, .young = true, .network_error = true}, "found", ""},
      {{.has_trace_id = true, .young = true, .host_answers = true}, "pending", ""},
      {{.has_trace_id = true, .network_error = true, .other_origin = true}, "cors_blocked", "refused"},
      {{.has_trace_id = true, .network_error = true}, "backend_silent", "no_answer"},
      {{.has_trace_id = true, .is_fetch = true, .host_answers = true}, "header_not_sent", "array_headers"},
      {{.has_trace_id = true, .host_answers = true}, "backend_silent", "others_answer"},
      {{.has_trace_id = true, .is_fetch = true}, "backend_silent", "no_spans"},
      {{}, "tracing_off", ""},
      {{.network_error = true, .other_origin = true}, "tracing_off", ""},
      {{.network_error = true, .other_origin = true, .app_traced = true}, "cors_blocked", "refused"},
      {{.other_origin = true, .app_traced = true}, "header_not_sent", "other_origin"},
      {{.other_origin = true, .origin_traced = true, .app_traced = true}, "not_sampled", ""},
      {{.origin_known = false, .app_traced = true}, "header_not_sent", "allowed_urls"},
      {{.network_error = true, .app_traced = true}, "not_sampled", ""},
      {{.app_traced = true}, "not_sampled", ""},
  };
  for (const Case& row : cases) {
    const RequestVerdict verdict = request_state(row.facts);
    EXPECT_EQ(word(verdict.state), row.state) << &row - cases;
    EXPECT_EQ(verdict.reason, row.reason) << &row - cases;
  }
}

TEST(RequestStateTest, Origins) {
  EXPECT_EQ(origin_of("https://a.example:8443/x?y#z"), "https://a.example:8443");
  EXPECT_EQ(origin_of("https://a.example"), "https://a.example");
  EXPECT_EQ(origin_of("https://a.example?x=/"), "https://a.example");
  EXPECT_EQ(origin_of("/x"), "");
  EXPECT_EQ(origin_of("://x"), "");
}

TEST(CarriedSessionTest, TraceStateAndBaggage) {
  const auto five = parse_carried_session("rum=v2&browser&ws01@abc&session1&uid_1");
  ASSERT_TRUE(five);
  EXPECT_EQ(five->app, "ws01@abc");
  EXPECT_EQ(five->session_id, "session1");
  EXPECT_EQ(five->user_id, "uid_1");
  const auto four = parse_carried_session("vendor=x, rum=v2&miniapp&p&s");
  ASSERT_TRUE(four);
  EXPECT_EQ(four->session_id, "s");
  EXPECT_EQ(four->user_id, "");
  const auto baggage = parse_carried_session(R"(["rum=v2,appType=browser,pid=p1,sid=s1;ttl=3,uid=u1"])");
  ASSERT_TRUE(baggage);
  EXPECT_EQ(baggage->app, "p1");
  EXPECT_EQ(baggage->session_id, "s1");
  EXPECT_EQ(baggage->user_id, "u1");
  EXPECT_FALSE(parse_carried_session(""));
  EXPECT_FALSE(parse_carried_session("sid=s1,uid=u1"));
  EXPECT_FALSE(parse_carried_session("rum=v2&browser&p&"));
  EXPECT_FALSE(parse_carried_session("rum=v2&browser&shop&electron-session-id&user-browser"));
  const auto main_process = parse_carried_session("rum=v2&electron&&s2&uid_2");
  ASSERT_TRUE(main_process);
  EXPECT_EQ(main_process->app, "");
  EXPECT_EQ(main_process->session_id, "s2");
}

}  // namespace
}  // namespace clew::query_rum
