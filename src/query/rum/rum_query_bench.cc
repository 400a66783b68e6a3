// What questions about users' sessions cost over events that lie in memory: scan and counting, without storage. Sessions of 40
// events with 30 attributes, 64 k rows a segment, in the order of blocks. CLEW_BENCH_EVENTS says how many (a million).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "query/rum/apps.h"
#include "query/rum/event_keys.h"
#include "query/rum/event_set_for_test.h"
#include "query/rum/overview.h"
#include "query/rum/page.h"
#include "query/rum/request_list.h"
#include "query/rum/session_detail.h"
#include "query/rum/session_list.h"

namespace clew::query_rum {
namespace {

using query_rum_test::pair_of;
using query_rum_test::TestEvent;

constexpr int64_t kBegin = 1'795'219'200'000'000'000;
constexpr uint32_t kRowsPerSegment = 65'536;
constexpr uint64_t kEventsPerSession = 40;

uint64_t mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdu;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53u;
  return x ^ (x >> 33);
}

TestEvent make_event(uint64_t index, uint64_t total) {
  const uint64_t session = index / kEventsPerSession, in_session = index % kEventsPerSession, view = index / 10;
  const uint64_t who = mix(session), chance = mix(index * 31);
  const std::string page = fmt::format("/page/{}", mix(view) % 40);
  TestEvent event;
  event.time_ns = kBegin + static_cast<int64_t>(session * 3'600'000'000'000u / (total / kEventsPerSession + 1) + in_session * 3'000'000'000u);
  event.resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", who % 5 == 0 ? "shop@mini" : "shop@web"),
                    pair_of("rum.app.name", "shop"), pair_of("service.version", who % 3 == 0 ? "2.4.0" : "2.3.1")};
  const auto ms = [&](uint64_t most) { return static_cast<double>(mix(chance) % (most * 1000)) / 1000; };
  auto& own = event.attributes;
  own = {pair_of("session.id", fmt::format("{:016x}{:016x}", who, session)), pair_of("user.id", fmt::format("uid_{:012x}", who % 300'000)),
         pair_of("view.id", fmt::format("{:016x}{:016x}", mix(view), view)), pair_of("view.name", page),
         pair_of("rum.event.id", fmt::format("00-{:016x}-{:016x}", who, index)), pair_of("user_agent.name", who % 2 ? "Chrome" : "Safari"),
         pair_of("user_agent.version", fmt::format("{}.0", 100 + who % 30)), pair_of("os.type", who % 3 ? "Windows" : "iOS"),
         pair_of("device.type", who % 3 ? "desktop" : "mobile"), pair_of("geo.country", fmt::format("C{}", who % 30)),
         pair_of("network.effective_type", "4g"), pair_of("rum.times", 1), pair_of("rum.timestamp", event.time_ns / 1'000'000)};
  const std::string url = fmt::format("https://shop.example{}?x={}", page, chance % 1000);
  const auto add = [&](const char* name, const char* type, std::initializer_list<otlp::KeyValue> more) {
    event.name = name;
    own.push_back(pair_of("rum.type", type));
    own.insert(own.end(), more);
  };
  switch (index % 10) {
    case 0: add("rum.view", "pv", {pair_of("url.full", url)}); break;
    case 1:
      add("rum.view", "perf", {pair_of("url.full", url), pair_of("rum.load_event", ms(6000)), pair_of("rum.dom_complete", ms(5000)),
                               pair_of("rum.first_contentful_paint", ms(3000)), pair_of("rum.time_to_first_byte", ms(900)),
                               pair_of("rum.dns_duration", ms(30)), pair_of("rum.first_byte_duration", ms(800)), pair_of("rum.download_duration", ms(50))});
      break;
    case 2: add("rum.view", "webvitals", {pair_of("rum.largest_contentful_paint", ms(5000)), pair_of("rum.first_input_delay", ms(50))}); break;
    case 9: add("rum.view", "webvitals", {pair_of("rum.interaction_to_next_paint", ms(400)), pair_of("rum.cumulative_layout_shift", ms(1) / 3)}); break;
    case 8:
      if (chance % 5 == 0) {
        add("rum.exception", "error", {pair_of("exception.type", "TypeError"), pair_of("exception.message", fmt::format("x{} is undefined", chance % 20))});
      } else {
        add("rum.action", "click", {pair_of("rum.name", "click on button: Buy")});
      }
      break;
    case 6:
    case 7:
      add("rum.resource", "js", {pair_of("url.full", fmt::format("https://shop.example/assets/app{}.js", chance % 50)), pair_of("rum.duration", ms(300)),
                                 pair_of("rum.size", 100'000), pair_of("rum.transfer_size", 30'000), pair_of("http.response.status_code", 200)});
      break;
    default:
      event.trace_id = {who, index + 1};
      event.span_id = index + 1;
      add("rum.resource", "fetch", {pair_of("rum.name", fmt::format("/api/orders/{}", chance % 5000)), pair_of("http.request.method", "GET"),
                                    pair_of("url.full", fmt::format("https://shop.example/api/orders/{}?x={}", chance % 5000, chance % 7)),
                                    pair_of("rum.duration", ms(3000)), pair_of("rum.success", chance % 50 ? 1 : 0),
                                    pair_of("http.response.status_code", chance % 50 ? 200 : 500), pair_of("rum.first_byte_duration", ms(2000)),
                                    pair_of("rum.download_duration", ms(100)), pair_of("rum.transfer_size", 3000)});
  }
  return event;
}

const table::Catalog& catalog() {
  static const auto kept = [] {
    const char* count = std::getenv("CLEW_BENCH_EVENTS");
    const uint64_t total = count == nullptr ? 1'000'000 : std::strtoull(count, nullptr, 10);
    auto made = std::make_unique<table::Catalog>();
    std::vector<std::shared_ptr<const table::RecordTable>> tables;
    for (uint64_t first = 0; first < total; first += kRowsPerSegment) {
      std::vector<TestEvent> events;
      for (uint64_t i = first; i < std::min(total, first + kRowsPerSegment); ++i) events.push_back(make_event(i, total));
      tables.push_back(query_rum_test::event_table(events));
    }
    made->replace({}, {std::make_shared<query_rum_test::EventSet>(std::move(tables))});
    return made;
  }();
  return *kept;
}

constexpr table::TimeRange kAll{kBegin, kBegin + 7'200'000'000'000};

void apps(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(list_apps(catalog().snapshot(), {.range = kAll}));
}
void overview_of_an_app(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(overview(catalog().snapshot(), {.range = kAll, .app = "shop@web"}));
}
void breakdown_by_page(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(breakdown(catalog().snapshot(), {.range = kAll, .app = "shop@web", .by = "view.name"}));
}
void requests(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(list_requests(catalog(), {.range = kAll, .app = "shop@web"}));
}
void resources(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(list_resources(catalog().snapshot(), {.range = kAll, .app = "shop@web"}));
}
void one_page(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ask_page(catalog(), {.range = kAll, .app = "shop@web", .view = "/page/7"}));
}
void one_session(benchmark::State& state) {
  const EventQuestion question{.range = kAll, .session_id = fmt::format("{:016x}{:016x}", mix(17), 17), .texts = {key::kEventId}};
  for (auto _ : state) {
    size_t count = 0;
    benchmark::DoNotOptimize(scan_events(catalog().snapshot(), question, {}, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
      count += batch.size();
      return {};
    }));
    if (count != kEventsPerSession) state.SkipWithError("the session is not whole");
  }
}
void sessions(benchmark::State& state, SessionsRequest request) {
  request.range = kAll;
  catalog();  // Made outside of the measurement.
  for (auto _ : state) {
    auto result = list_sessions(catalog(), request);
    if (!result || result->sessions.empty()) state.SkipWithError("no sessions");
  }
}
void sessions_worst(benchmark::State& state) { sessions(state, {}); }
void sessions_filtered(benchmark::State& state) {
  sessions(state, {.app = "shop@web", .q = "{ .view.name = \"/page/7\" && .rum.duration > 2000 }", .has = {SessionTrait::kErrors}, .sort = SessionSort::kNewest});
}
void sessions_with_text(benchmark::State& state) { sessions(state, {.text = "x5 is undefined"}); }
void session_whole(benchmark::State& state) {
  const SessionDetailRequest request{.session_id = fmt::format("{:016x}{:016x}", mix(17), 17)};
  for (auto _ : state) {
    auto result = session_detail(catalog(), request);
    if (!result || result->events.size() != kEventsPerSession) state.SkipWithError("the session is not whole");
  }
}
BENCHMARK(sessions_worst)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(sessions_filtered)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(sessions_with_text)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(session_whole)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(apps)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(overview_of_an_app)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(breakdown_by_page)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(requests)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(resources)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(one_page)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(one_session)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clew::query_rum

BENCHMARK_MAIN();
