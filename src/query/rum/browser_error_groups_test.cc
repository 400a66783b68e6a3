#include "query/rum/browser_error_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <numeric>

#include "query/rum/error_limits.h"
#include "query/rum/event_set_for_test.h"

namespace clew::query_rum {
namespace {

using query_rum_test::event_table;
using query_rum_test::EventSet;
using query_rum_test::pair_of;
using query_rum_test::TestEvent;

constexpr int64_t kStart = 1'795'219'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;

struct HandClock final : stdx::Clock {
  int64_t now_ns() const override { return time_ns; }
  int64_t time_ns = kStart + 3600 * kSecond;
};

struct Exception {
  int64_t at_s = 0;
  std::string version = "2.4.0", session = "s1", user = "u1";
  std::string type = "TypeError", message = "x of 17 is null";
  std::string stack =
      "TypeError: x of 17 is null\n    at total (https://shop.example/app.js:1:41)\n    at pay "
      "(https://shop.example/app.js:2:1)";
  std::string kind = "error";
  int64_t times = 1;
  std::string app = "shop";
};

TestEvent exception(const Exception& of) {
  TestEvent event{.time_ns = kStart + of.at_s * kSecond, .name = "rum.exception", .resource = {}, .attributes = {}};
  event.resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", of.app),
                    pair_of("rum.app.name", "Shop"), pair_of("service.version", of.version)};
  event.attributes = {pair_of("rum.event.id", fmt::format("e-{}-{}", of.session, of.at_s)),
                      pair_of("rum.type", of.kind),
                      pair_of("rum.times", of.times),
                      pair_of("exception.type", of.type),
                      pair_of("exception.message", of.message),
                      pair_of("user_agent.name", "Chrome"),
                      pair_of("view.name", "/cart")};
  if (!of.session.empty()) event.attributes.push_back(pair_of("session.id", of.session));
  if (!of.user.empty()) event.attributes.push_back(pair_of("user.id", of.user));
  if (!of.stack.empty()) event.attributes.push_back(pair_of("exception.stacktrace", of.stack));
  return event;
}

TestEvent request(int64_t at_s, const char* session, int status, const char* name) {
  TestEvent event{.time_ns = kStart + at_s * kSecond, .name = "rum.resource", .resource = {}, .attributes = {}};
  event.resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", "shop"),
                    pair_of("service.version", "2.4.0")};
  event.attributes = {pair_of("session.id", session),
                      pair_of("rum.type", "fetch"),
                      pair_of("rum.name", name),
                      pair_of("http.request.method", "GET"),
                      pair_of("http.response.status_code", status),
                      pair_of("rum.success", status < 400 ? 1 : 0),
                      pair_of("rum.duration", 100.0),
                      pair_of("rum.event.id", fmt::format("r-{}-{}", session, at_s))};
  return event;
}

struct BrowserErrorsTest : testing::Test {
  HandClock clock;
  std::map<std::string, std::string> files;
  SourceMaps maps{clock};
  std::unique_ptr<ErrorStates> states = open_states();
  table::Catalog catalog;

  std::unique_ptr<ErrorStates> open_states() {
    return std::make_unique<ErrorStates>(
        clock,
        ErrorStates::Store{.load = [this](const std::string& name) -> stdx::Result<std::string> {
                             const auto known = files.find(name);
                             if (known == files.end()) return stdx::fail(stdx::ErrorCode::kNotFound, name);
                             return known->second;
                           },
                           .save = [this](const std::string& name, std::string_view bytes) -> stdx::Result<void> {
                             files[name] = bytes;
                             return {};
                           }});
  }
  void add(const std::vector<TestEvent>& events) {
    catalog.replace({}, {std::make_shared<EventSet>(std::vector{event_table(events)})});
  }

  BrowserErrorsRequest asked(int64_t begin_s = 0, int64_t end_s = 3600) {
    return {.range = {kStart + begin_s * kSecond, kStart + end_s * kSecond}, .app = "shop"};
  }
  BrowserErrorGroups ask(const BrowserErrorsRequest& request) {
    auto groups = browser_errors(catalog, request, {maps, *states, clock});
    EXPECT_TRUE(groups.has_value()) << groups.error().message;
    return groups ? std::move(*groups) : BrowserErrorGroups{};
  }
  BrowserErrorGroup only(const BrowserErrorsRequest& request) {
    BrowserErrorGroups groups = ask(request);
    EXPECT_EQ(groups.groups.size(), 1u);
    return groups.groups.empty() ? BrowserErrorGroup{} : std::move(groups.groups[0]);
  }
};

TEST_F(BrowserErrorsTest, AreCountedByWhatWentWrong) {
  add({exception({.at_s = 10, .times = 3}),
       exception({.at_s = 20, .version = "2.4.1", .session = "s2", .user = "u2", .message = "x of 9 is null"}),
       exception({.at_s = 30,
                  .session = "s2",
                  .user = "u2",
                  .type = "",
                  .message = "A white screen occurs at LOAD",
                  .stack = "",
                  .kind = "blank"}),
       exception({.at_s = 40, .app = "blog"}),
       exception({.at_s = 50, .session = "", .user = "", .type = "RangeError", .message = "order 9", .stack = ""})});
  const BrowserErrorGroups groups = ask(asked());
  ASSERT_EQ(groups.groups.size(), 3u);
  EXPECT_EQ(groups.group_count, 3u);
  EXPECT_EQ(groups.new_count, 3);
  EXPECT_EQ(groups.by_state[0], 3);
  const BrowserErrorGroup& first = groups.groups[0];
  EXPECT_EQ(first.count, 4);
  EXPECT_EQ(first.sessions, 2);
  EXPECT_EQ(first.users, 2);
  EXPECT_EQ(first.type, "TypeError");
  EXPECT_EQ(first.message, "x of <num> is null");
  EXPECT_EQ(first.app_name, "Shop");
  ASSERT_TRUE(first.culprit.has_value());
  EXPECT_EQ(first.culprit->function(), "total");
  EXPECT_EQ(first.versions, (ErrorShares{{"2.4.0", 3, 1}, {"2.4.1", 1, 1}}));
  EXPECT_EQ(first.pages, (ErrorShares{{"/cart", 4, 0}}));
  EXPECT_EQ(first.first_ns, kStart + 10 * kSecond);
  EXPECT_EQ(first.last_ns, kStart + 20 * kSecond);
  EXPECT_EQ(first.first_version, "2.4.0");
  EXPECT_EQ(std::accumulate(first.series.begin(), first.series.end(), int64_t{0}), 4);
  EXPECT_EQ(first.sample_event, "e-s2-20");
  EXPECT_EQ(groups.groups[1].kind, "blank");
  EXPECT_EQ(groups.groups[2].sessions, 0);

  BrowserErrorsRequest everywhere = asked();
  everywhere.app.clear();
  EXPECT_EQ(ask(everywhere).groups.size(), 4u);
  BrowserErrorsRequest filtered = asked();
  const EventFilter filter = *EventFilter::parse("{ .user.id = \"u2\" && resource.service.version = \"2.4.1\" }");
  filtered.filter = &filter;
  EXPECT_EQ(only(filtered).count, 1);
}

TEST_F(BrowserErrorsTest, DetailTellsTheUsersOfEachValue) {
  TestEvent firefox = exception({.at_s = 40, .version = "2.4.1", .user = "u2"});
  for (auto& pair : firefox.attributes) {
    if (pair.key == "user_agent.name") pair = pair_of("user_agent.name", "Firefox");
  }
  add({exception({.at_s = 10, .times = 3}), exception({.at_s = 20, .version = "2.4.1"}), exception({.at_s = 30, .user = "u2"}), firefox,
       exception({.at_s = 50, .session = "", .user = ""})});
  const auto detail = browser_error(catalog, only(asked()).id, asked(), {maps, *states, clock});
  ASSERT_TRUE(detail.has_value()) << detail.error().message;
  EXPECT_EQ(detail->group.browsers, (ErrorShares{{"Chrome", 6, 2}, {"Firefox", 1, 1}}));
  EXPECT_EQ(detail->group.versions, (ErrorShares{{"2.4.0", 5, 2}, {"2.4.1", 2, 2}}));
  EXPECT_EQ(detail->group.pages, (ErrorShares{{"/cart", 7, 2}}));
}

TEST_F(BrowserErrorsTest, FirstSeenDoesNotDependOnTheRange) {
  add({exception({.at_s = 10, .version = "2.3.0"}), exception({.at_s = 3000})});
  const BrowserErrorGroups groups = ask(asked(2000));
  ASSERT_EQ(groups.groups.size(), 1u);
  EXPECT_EQ(groups.groups[0].count, 1);
  EXPECT_EQ(groups.groups[0].first_ns, kStart + 10 * kSecond);
  EXPECT_EQ(groups.groups[0].first_version, "2.3.0");
  EXPECT_EQ(groups.new_count, 0);
}

TEST_F(BrowserErrorsTest, ResolvedAndSeenAgainIsRegressed) {
  add({exception({.at_s = 10})});
  const uint64_t id = only(asked()).id;
  ASSERT_TRUE(states->set(id, {.state = ErrorState::kResolved, .note = "fixed"}).has_value());
  EXPECT_EQ(only(asked()).known.state, ErrorState::kResolved);
  BrowserErrorsRequest open = asked();
  open.states = {ErrorState::kOpen, ErrorState::kRegressed};
  EXPECT_TRUE(ask(open).groups.empty());

  add({exception({.at_s = 3700})});
  clock.time_ns = kStart + 3800 * kSecond;
  // Another range than the one it happened in: looked for all the same.
  EXPECT_EQ(only(asked(0, 100)).known.state, ErrorState::kRegressed);
  EXPECT_EQ(only(asked(0, 100)).known.regressed_ns, kStart + 3700 * kSecond);
  EXPECT_EQ(only(asked(0, 100)).known.note, "fixed");

  // Put back as it was, it is found again; ignored and opened, it stays so.
  EXPECT_EQ(states->set(id, {.state = ErrorState::kResolved, .state_since_ns = kStart + 3600 * kSecond})->state,
            ErrorState::kRegressed);
  EXPECT_EQ(states->set(id, {.state = ErrorState::kIgnored})->state, ErrorState::kIgnored);
  EXPECT_EQ(only(asked(0, 100)).known.state, ErrorState::kIgnored);
  EXPECT_EQ(states->set(id + 1, {}).error().code, stdx::ErrorCode::kNotFound);
}

TEST_F(BrowserErrorsTest, ResolvedInAVersionIsRegressedFromThatVersionOn) {
  add({exception({.at_s = 10, .version = "2.9.0"})});
  const uint64_t id = only(asked()).id;
  ASSERT_TRUE(states->set(id, {.state = ErrorState::kResolved, .resolved_in_version = "2.10.0"}).has_value());
  add({exception({.at_s = 3700, .version = "2.9.0"})});
  clock.time_ns = kStart + 3800 * kSecond;
  EXPECT_EQ(only(asked(0, 4000)).known.state, ErrorState::kResolved) << "users of the old version still have it";
  add({exception({.at_s = 3900, .version = "2.10.1"})});
  clock.time_ns = kStart + 4000 * kSecond;
  EXPECT_EQ(only(asked(0, 4000)).known.state, ErrorState::kRegressed);
}

TEST_F(BrowserErrorsTest, StatesOutliveAProcess) {
  add({exception({.at_s = 10})});
  const uint64_t id = only(asked()).id;
  ASSERT_TRUE(states->set(id, {.state = ErrorState::kResolved, .resolved_in_version = "3.0", .note = "it's \"done\""})
                  .has_value());
  states = open_states();
  const BrowserErrorGroup group = only(asked());
  EXPECT_EQ(group.known.state, ErrorState::kResolved);
  EXPECT_EQ(group.known.resolved_in_version, "3.0");
  EXPECT_EQ(group.known.note, "it's \"done\"");
  EXPECT_EQ(group.known.state_since_ns, clock.time_ns);
  files["error_groups.json"] = "{broken";
  states = open_states();
  EXPECT_EQ(only(asked()).known.state, ErrorState::kOpen);
}

TEST_F(BrowserErrorsTest, TheRequestThatFailedBeforeIsTheLikelyCause) {
  add({request(8, "s1", 500, "/api/cart"), exception({.at_s = 10}), request(90, "s2", 503, "/api/late"),
       exception({.at_s = 99, .session = "s2"}), request(200, "s3", 200, "/api/fine"),
       exception({.at_s = 201, .session = "s3"}), request(299, "other", 500, "/api/other"),
       exception({.at_s = 300, .session = "s4"})});
  const BrowserErrorGroup group = only(asked());
  EXPECT_EQ(group.count, 4);
  EXPECT_EQ(group.cause.count, 1);
  EXPECT_EQ(group.cause.name, "/api/cart");
  EXPECT_EQ(group.cause.status_code, 500);
}

TEST_F(BrowserErrorsTest, AMapTellsThemBetterAndStatesStay) {
  const auto minified = [](int64_t at_s, const char* version, const char* function, const char* message) {
    return exception({.at_s = at_s,
                      .version = version,
                      .message = message,
                      .stack = fmt::format("TypeError: x\n    at {} (https://shop.example/app.js:1:1)", function)});
  };
  add({minified(10, "2.4.0", "t", "x is null"), minified(20, "2.4.1", "n", "x is null")});
  const BrowserErrorGroup plain = only(asked());
  EXPECT_EQ(plain.culprit->file(), "https://shop.example/app.js");
  ASSERT_TRUE(states->set(plain.id, {.state = ErrorState::kIgnored}).has_value());
  const std::string json =
      R"({"version":3,"sources":["src/cart.ts"],"sourcesContent":["function total(cart) {\n  return cart.items;\n}"],"names":[],"mappings":"AACE"})";
  for (const char* version : {"2.4.0", "2.4.1"}) {
    ASSERT_TRUE(
        maps.add({.app = "shop", .version = version, .file = "app.js", .debug_id = {}, .json = json}).has_value());
  }
  const BrowserErrorGroup told = only(asked());
  EXPECT_EQ(told.culprit->file(), "src/cart.ts");
  EXPECT_EQ(told.culprit->function(), "total");
  EXPECT_EQ(told.known.state, ErrorState::kIgnored);
  EXPECT_NE(told.id, plain.id);
  // A link to the group as it was leads to the group as it is.
  const auto detail = browser_error(catalog, plain.id, asked(), {maps, *states, clock});
  ASSERT_TRUE(detail.has_value()) << detail.error().message;
  EXPECT_EQ(detail->group.id, told.id);
  EXPECT_EQ(detail->stack.state, SourceMapState::kApplied);
  for (const SourceMapInfo& map : maps.list("shop")) ASSERT_TRUE(maps.remove(map.id).has_value());
  EXPECT_EQ(browser_error(catalog, told.id, asked(), {maps, *states, clock})->group.id, plain.id) << "and back";
  EXPECT_EQ(detail->map_versions, (std::vector<std::string>{"2.4.1", "2.4.0"}));
}

TEST_F(BrowserErrorsTest, DetailHasWhatCameBefore) {
  TestEvent view{.time_ns = kStart + 5 * kSecond, .name = "rum.view", .resource = {}, .attributes = {}};
  view.resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", "shop"),
                   pair_of("service.version", "2.4.0")};
  view.attributes = {pair_of("session.id", "s1"), pair_of("rum.type", "pv"), pair_of("rum.name", "/cart")};
  add({view, request(8, "s1", 500, "/api/cart"), exception({.at_s = 10}), request(11, "s1", 200, "/api/after"),
       request(9, "s2", 200, "/api/else"), exception({.at_s = 2, .session = "s9"})});
  const uint64_t id = only(asked()).id;
  const auto detail = browser_error(catalog, id, asked(), {maps, *states, clock});
  ASSERT_TRUE(detail.has_value()) << detail.error().message;
  ASSERT_EQ(detail->samples.size(), 2u);
  EXPECT_EQ(detail->samples[0].time_ns, kStart + 10 * kSecond);
  EXPECT_EQ(detail->message, "x of 17 is null");
  EXPECT_EQ(detail->stack.frames.size(), 2u);
  EXPECT_EQ(detail->stack.state, SourceMapState::kMissing);
  ASSERT_EQ(detail->breadcrumbs.size(), 2u);
  EXPECT_EQ(detail->breadcrumbs[0].text("event_name"), "rum.view");
  EXPECT_EQ(detail->breadcrumbs[1].time_ns, kStart + 8 * kSecond);
  ASSERT_EQ(detail->releases.size(), 1u);
  EXPECT_EQ(detail->releases[0].first, "2.4.0");
  EXPECT_EQ(detail->group.cause.count, 1);

  const auto elsewhere = browser_error(catalog, id, asked(2000, 2100), {maps, *states, clock});
  ASSERT_TRUE(elsewhere.has_value()) << elsewhere.error().message;
  EXPECT_EQ(elsewhere->group.count, 0);
  EXPECT_EQ(elsewhere->samples.size(), 2u);
  EXPECT_EQ(browser_error(catalog, 77, asked(), {maps, *states, clock}).error().code, stdx::ErrorCode::kNotFound);
}

TEST(CompareVersions, AsNumbers) {
  EXPECT_EQ(compare_versions("2.10.0", "2.9.9"), 1);
  EXPECT_EQ(compare_versions("v2.9", "2.9"), 0);
  EXPECT_EQ(compare_versions("1.0", "1.0.1"), -1);
  EXPECT_EQ(compare_versions("main-3f2a", "1.0"), std::nullopt);
  EXPECT_EQ(compare_versions("7", "8"), std::nullopt) << "one number may be anything";
}

}  // namespace
}  // namespace clew::query_rum
